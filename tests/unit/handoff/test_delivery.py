"""Whether a notice still holds and when it may be told: nobody is woken, and nothing stale is said."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from config.notices import Notices, Quiet
from domain.decision import IntentKind
from domain.handoff import Queue
from domain.notice import Audience, NoticeKind
from domain.stage import SignalKind, Stage
from handoff.delivery import (
    KINDS,
    Notice,
    concerns_pilots,
    due_at,
    in_digest,
    may_answer,
    out_of_date,
    read_notice,
    too_late,
    words_of,
)
from tests.unit.handoff.material import (
    BO,
    BOSS,
    CY,
    MONDAY,
    VALUES,
    Case,
    accepted,
    assigned,
    call,
    form,
    pool,
    raised,
    routing_rules,
    rulebook,
    says,
    score,
    team,
    verdict,
)

BERLIN = rulebook(routing=routing_rules(teams=[team(time_zone="Europe/Berlin")]))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of the week that begins on Monday the 23rd, UTC."""
    return datetime(2026, 11, 22 + day, hour, minute, tzinfo=UTC)


def notice(**changes: Any) -> Notice:
    fields: dict[str, Any] = {
        "step": "remind",
        "handoff": 1,
        "to": BO,
        "audience": Audience.REP,
        "at": MONDAY,
        "urgent": True,
        "text": "Ana Ruiz still waits",
    }
    return Notice(**{**fields, **changes})


def decided(case: Case, step: str) -> Notice:
    """A notice that a case's decisions brought, as it is read back."""
    (intent,) = [each for each in case.intents if each.kind is IntentKind.NOTICE and each.step == step]
    found = read_notice(intent.step, intent.handoff, intent.payload)
    assert found is not None
    return found


def standing(case: Case, step: str) -> str | None:
    return out_of_date(decided(case, step), list(case.handoffs.values()))


def test_what_was_decided_is_read_back_with_its_moment_and_for_whom_it_is() -> None:
    found = decided(raised(), "notify")
    assert (found.kind, found.audience, found.to, found.at) == (NoticeKind.GIVEN, Audience.REP, BO, MONDAY)
    assert (found.about, found.company, found.urgent) == ("Ana Ruiz", VALUES["company"], True)
    assert found.due_at == MONDAY + timedelta(minutes=15)


def test_what_an_earlier_release_decided_is_out_of_date() -> None:
    assert read_notice("remind", 1, {"to": BO, "text": "x"}) is None


def test_every_kind_about_one_lead_is_brought_by_a_step() -> None:
    apart = {NoticeKind.OTHER, NoticeKind.DIGEST, NoticeKind.STANDING, NoticeKind.AIR_COVER, NoticeKind.REPORT}
    assert set(KINDS.values()) == set(NoticeKind) - apart
    assert notice(step="something_new").kind is NoticeKind.OTHER


def test_it_holds_while_nobody_has_touched_the_lead() -> None:
    assert standing(raised(), "notify") is None


def test_a_touch_ends_it() -> None:
    case = raised()
    case.sales.append(call(MONDAY + timedelta(minutes=5)))
    case.decide(MONDAY + timedelta(minutes=6))
    assert standing(case, "notify") == "it was touched meanwhile"


def test_who_asks_again_after_a_touch_is_told_of_again() -> None:
    case = accepted()
    again = MONDAY + timedelta(hours=3)
    case.decide(again, score=score(25, at=again, hand_raises=(form(again, 2),)))
    assert case.notices() == [("notify:2", BO)]
    assert (case.stage(), standing(case, "notify:2")) == (Stage.ACCEPTED, None)


@pytest.mark.parametrize(("case", "step"), [(accepted(), "given:2"), (raised(), "notify:2")], ids=["rule", "request"])
def test_whoever_is_given_work_in_progress_by_hand_is_told(case: Case, step: str) -> None:
    if case.stage() is not Stage.ACCEPTED:
        case.sales.append(call(MONDAY + timedelta(minutes=5)))
        case.decide(MONDAY + timedelta(minutes=6))
    later = MONDAY + timedelta(hours=3)
    case.decide(later, says(SignalKind.OWNER, CY, later))
    assert (case.stage(), case.owner()) == (Stage.ACCEPTED, CY)
    assert (decided(case, step).to, standing(case, step)) == (CY, None)


def test_an_answer_ends_it() -> None:
    case = raised()
    case.decide(MONDAY + timedelta(minutes=5), verdict("accept", MONDAY + timedelta(minutes=5)))
    assert standing(case, "notify") == "it was touched meanwhile"


def test_another_owner_ends_it_for_the_one_before_and_not_for_the_new_one() -> None:
    case = raised()
    case.decide(MONDAY + timedelta(minutes=5), verdict("wrong_person", MONDAY + timedelta(minutes=5)))
    assert standing(case, "notify") == "somebody else has the lead now"
    assert standing(case, "notify:2") is None


def test_the_end_of_the_handoff_ends_it() -> None:
    case = raised()
    case.decide(MONDAY + timedelta(minutes=5), verdict("not_target", MONDAY + timedelta(minutes=5)))
    assert standing(case, "notify") == "the handoff is over"


def test_a_later_turn_of_the_same_rep_ends_an_earlier_reminder() -> None:
    handoff = replace(raised().handoff, steps=("task", "remind", "task:2"))
    assert out_of_date(notice(), [handoff]) == "a newer notice tells of it"
    assert out_of_date(notice(step="remind:2"), [handoff]) is None


def test_an_outcome_ends_the_question_for_it() -> None:
    case = accepted()
    asked = notice(step="outcome_remind")
    assert out_of_date(asked, [case.handoff]) is None
    case.decide(MONDAY + timedelta(hours=2), replace(verdict("Meeting", MONDAY), kind=SignalKind.OUTCOME))
    assert out_of_date(asked, [case.handoff]) == "its outcome is known by now"


@pytest.mark.parametrize(
    ("step", "queue", "holds"),
    [
        ("queued", Queue.UNASSIGNED, True),
        ("queued", None, False),
        ("release", Queue.UNASSIGNED, True),
        ("release", None, False),
        ("lacking", Queue.NEEDS_DATA, True),
        ("lacking", Queue.UNASSIGNED, False),
    ],
)
def test_a_manager_hears_of_a_queue_while_the_lead_waits_in_it(step: str, queue: Queue | None, holds: bool) -> None:
    owner = BO if queue is None else None
    handoff = replace(assigned().handoff, queue=queue, owner=owner)
    told = notice(step=step, to=BOSS, audience=Audience.MANAGER)
    assert (out_of_date(told, [handoff]) is None) is holds


def test_what_is_in_no_handoff_is_never_out_of_date() -> None:
    assert out_of_date(notice(step="raise:hub:forms:F1", handoff=0), []) is None


@pytest.mark.parametrize(
    ("decided_at", "told_at"),
    [
        (at(1, 10), at(1, 10)),
        (at(1, 8, 59), at(1, 9)),
        (at(1, 17), at(2, 9)),
        (at(5, 18), at(8, 9)),
        (at(6, 3), at(8, 9)),
    ],
    ids=["at work", "before opening", "at closing", "on Friday night", "on Saturday"],
)
def test_a_rep_is_told_in_the_working_time_of_the_team(decided_at: datetime, told_at: datetime) -> None:
    assert due_at(notice(at=decided_at), Notices(), rulebook()) == told_at


def test_working_time_is_the_teams_own() -> None:
    assert due_at(notice(at=at(1, 7, 30)), Notices(), BERLIN) == at(1, 8)
    assert due_at(notice(at=at(1, 16)), Notices(), BERLIN) == at(2, 8)


@pytest.mark.parametrize(
    ("decided_at", "told_at"),
    [
        (at(1, 18, 59), at(1, 18, 59)),
        (at(1, 19), at(2, 7, 30)),
        (at(2, 3), at(2, 7, 30)),
        (at(2, 7, 30), at(2, 7, 30)),
        (at(6, 12), at(6, 12)),
    ],
)
def test_quiet_hours_of_ones_own_take_the_place_of_working_time(decided_at: datetime, told_at: datetime) -> None:
    quiet = Notices(quiet=Quiet(start=time(19), end=time(7, 30)))
    assert due_at(notice(at=decided_at), quiet, rulebook()) == told_at


def test_quiet_hours_may_lie_within_a_day() -> None:
    quiet = Notices(quiet=Quiet(start=time(12), end=time(13)))
    assert due_at(notice(at=at(1, 12, 20)), quiet, rulebook()) == at(1, 13)
    assert due_at(notice(at=at(1, 13)), quiet, rulebook()) == at(1, 13)


def test_quiet_hours_end_by_the_wall_clock_on_the_night_when_it_is_put_back() -> None:
    quiet = Notices(quiet=Quiet(start=time(22), end=time(7)))
    asked = notice(at=datetime(2026, 10, 24, 21, tzinfo=UTC))
    assert due_at(asked, quiet, BERLIN) == datetime(2026, 10, 25, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("decided_at", "told_at"),
    [
        (at(1, 8), at(1, 9)),
        (at(1, 9), at(1, 15)),
        (at(1, 14, 59), at(1, 15)),
        (at(1, 15, 1), at(2, 9)),
        (at(5, 16), at(8, 9)),
    ],
    ids=["before the first", "at the first", "before the second", "after the last", "before a weekend"],
)
def test_what_can_wait_is_in_the_managers_next_digest(decided_at: datetime, told_at: datetime) -> None:
    told = notice(step="manager", to=BOSS, audience=Audience.MANAGER, urgent=False, at=decided_at)
    assert in_digest(told, Notices())
    assert due_at(told, Notices(), rulebook()) == told_at


def test_what_somebody_asked_for_waits_for_no_digest() -> None:
    told = notice(step="manager", to=BOSS, audience=Audience.MANAGER, urgent=True)
    assert not in_digest(told, Notices())
    assert due_at(told, Notices(), rulebook()) == MONDAY


def test_without_digests_managers_hear_everything_by_itself() -> None:
    told = notice(step="manager", to=BOSS, audience=Audience.MANAGER, urgent=False)
    assert not in_digest(told, Notices(digest_at=[]))


def test_a_notice_that_is_a_day_late_is_not_told() -> None:
    asked, due = notice(at=at(1, 18)), at(2, 9)
    assert not too_late(asked, Notices(), rulebook(), now=due + timedelta(hours=24))
    assert too_late(asked, Notices(), rulebook(), now=due + timedelta(hours=24, seconds=1))


def test_a_manager_is_told_in_the_zone_of_their_own_team() -> None:
    teams = [team(), team(name="South", manager="south@acme.example", time_zone="Asia/Tokyo")]
    pools = [pool(), pool(name="South", team="South")]
    book = rulebook(routing=routing_rules(teams=teams, pools=pools))
    told = notice(to="South@acme.example", audience=Audience.MANAGER, at=at(1, 9))
    assert due_at(told, Notices(), book) == at(2, 0)


def test_only_pilots_are_told_in_the_pilot() -> None:
    book = rulebook()
    assert concerns_pilots(notice(), book, ["North"])
    assert not concerns_pilots(notice(), book, ["South"])
    assert concerns_pilots(notice(to=BOSS, audience=Audience.MANAGER), book, ["North"])
    assert not concerns_pilots(notice(to=CY, audience=Audience.MANAGER), book, ["North"])


def test_reps_can_answer_what_they_are_given_and_reminded_of() -> None:
    answerable = [step for step in KINDS if may_answer(notice(step=step))]
    assert answerable == ["notify", "given", "remind"]
    assert not may_answer(notice(audience=Audience.MANAGER, to=BOSS))
    assert not may_answer(notice(handoff=0))


def test_the_hour_is_said_in_the_zone_of_whoever_reads_it() -> None:
    asked = notice(due_at=at(1, 10, 15))
    assert words_of(asked, rep="Bo Lind", lead="LL-1", book=BERLIN)["due"] == "Mon 23 Nov, 11:15"
