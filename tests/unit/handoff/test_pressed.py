"""A button is an answer of whoever has the lead, or of their manager, to its handoff while that is open."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.handoff import Handoff, Verdict
from domain.notice import Press, Pressed
from domain.stage import SignalKind, Stage
from domain.values import LeadId
from handoff.pressed import hear_presses
from tests.unit.handoff.material import BO, BOOK, BOSS, CY, MONDAY, Case, raised, reps, verdict

LATER = MONDAY + timedelta(minutes=5)


def press(**changes: Any) -> Pressed:
    fields: dict[str, Any] = {
        "connection": "slack",
        "key": "D1:1:U1",
        "lead_key": "acme-7",
        "handoff": 1,
        "user": "U1",
        "message": "D1:1",
        "at": LATER,
        "verdict": Verdict.ACCEPT,
        "email": BO,
    }
    return Pressed(id=3, lead_id=LeadId(7), press=Press(**{**fields, **changes}))


def said(handoff: Handoff | None, **changes: Any) -> tuple[bool, str]:
    _, (heard,) = hear_presses([press(**changes)], handoff, book=BOOK, reps=reps(), now=LATER)
    return heard.counts, heard.words


def pressed(case: Case, **changes: Any) -> None:
    """Decide with what was pressed."""
    signals, _ = hear_presses([press(**changes)], case.handoff, book=BOOK, reps=case.reps, now=LATER)
    case.decide(LATER, *signals)


def test_the_owner_accepts() -> None:
    case = raised()
    pressed(case)
    assert (case.stage(), case.handoff.verdict, case.handoff.accepted_by) == (
        Stage.ACCEPTED,
        Verdict.ACCEPT,
        "verdict",
    )
    assert case.history[-1].stated == {"verdict"}
    assert case.history[-1].properties["verdict"] == "Accept"


def test_deciding_again_wishes_the_same() -> None:
    case = raised()
    pressed(case)
    again = case.settle(LATER + timedelta(minutes=1))
    assert again.stated == {"verdict"}
    assert again.properties["verdict"] == "Accept"


def test_an_answer_in_the_crm_is_never_written_by_us() -> None:
    case = raised()
    case.decide(LATER, verdict("accept", LATER))
    assert case.history[-1].stated == frozenset()


@pytest.mark.parametrize("who", [BO, BO.upper(), BOSS])
def test_the_owner_and_their_manager_are_heard(who: str) -> None:
    assert said(raised().handoff, email=who)[0]


@pytest.mark.parametrize("who", [CY, None, ""])
def test_nobody_else_is(who: str | None) -> None:
    assert said(raised().handoff, email=who) == (False, "Not counted: Bo Lind has it now.")


def test_a_handoff_that_is_over_takes_no_answer() -> None:
    assert said(None) == (False, "Not counted: this handoff is over.")
    assert said(replace(raised().handoff, number=2)) == (False, "Not counted: this handoff is over.")


def test_a_lead_in_a_queue_has_nobody_who_could_answer() -> None:
    waiting = replace(raised().handoff, owner=None, queue_cause="all away")
    assert said(waiting) == (False, "Not counted: nobody has it now, it waits: all away.")


def test_what_does_not_count_is_no_signal() -> None:
    signals, _ = hear_presses([press(email=CY)], raised().handoff, book=BOOK, reps=reps(), now=LATER)
    assert signals == ()


def test_a_rejection_takes_its_road() -> None:
    case = raised()
    pressed(case, verdict=Verdict.NOT_TARGET)
    assert case.stage() is Stage.RECYCLED


def test_a_rejection_wins_over_what_was_pressed_beside_it() -> None:
    case = raised()
    both = [press(), press(verdict=Verdict.WRONG_PERSON)]
    signals, heard = hear_presses(both, case.handoff, book=BOOK, reps=case.reps, now=LATER)
    case.decide(LATER, *signals)
    assert [each.counts for each in heard] == [True, True]
    assert case.owner() == CY


def test_a_snooze_takes_the_lead_and_waits_for_its_day() -> None:
    case = raised()
    pressed(case, verdict=None, until="2027-02-01")
    assert case.stage() is Stage.ACCEPTED
    assert case.history[-1].stated == {"verdict", "snooze_until"}
    assert case.history[-1].properties["snooze_until"] == "2027-02-01"
    case.decide(LATER + timedelta(days=31))
    assert case.stage() is Stage.ACCEPTED
    case.values["snooze_until"] = "2027-02-01"
    case.decide(datetime(2027, 2, 16, tzinfo=UTC))
    assert case.stage() is Stage.ACCEPTED
    case.decide(datetime(2027, 2, 17, tzinfo=UTC))
    assert case.stage() is Stage.RECYCLED


def test_what_the_crm_says_later_counts_more_than_the_button() -> None:
    case = raised()
    pressed(case, verdict=None, until="2027-02-01")
    case.values["snooze_until"] = "2026-12-15"
    again = case.decide(LATER + timedelta(hours=1), changed_at={"snooze_until": LATER + timedelta(minutes=30)})
    assert "snooze_until" not in again.properties


def test_an_older_day_in_the_crm_does_not() -> None:
    case = raised()
    case.values["snooze_until"] = "2026-12-15"
    pressed(case, verdict=None, until="2027-02-01")
    again = case.decide(LATER + timedelta(hours=1), changed_at={"snooze_until": MONDAY})
    assert again.properties["snooze_until"] == "2027-02-01"


@pytest.mark.parametrize("day", ["2026-11-23", "2026-11-01", "soon"])
def test_a_day_that_is_not_ahead_is_refused(day: str) -> None:
    words = "Not counted: the day to wait for has to be later than today."
    assert said(raised().handoff, verdict=None, until=day) == (False, words)


def test_the_signals_name_the_connection_that_they_came_by() -> None:
    signals, _ = hear_presses([press()], raised().handoff, book=BOOK, reps=reps(), now=LATER)
    assert [(each.kind, each.connection, each.value, each.by_button) for each in signals] == [
        (SignalKind.VERDICT, "slack", "accept", True)
    ]
