from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.reports import Meaningful
from domain.activity import MARKETING_KINDS, Activity, ActivityKind
from domain.handoff import Handoff, HandoffKind, Outcome, Verdict
from domain.stage import Cause, Stage, Transition
from domain.values import LeadId, RuleHash
from reports.pages.moments import Cast, Kind, Moment
from reports.pages.process import answers, first_touches, opened, stages
from reports.pages.timeline import in_order, timeline
from reports.pages.touches import Reading, touches, typed_words

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
FAY = "fay@acme.example"
CAST = Cast(names={FAY: "Fay Rep"}, users={("crm", "005"): FAY})
LEAD = LeadId(1)


def reading(**more: Any) -> Reading:
    usual: dict[str, Any] = {"cast": CAST, "zone": BERLIN, "now": NOON + timedelta(days=30), "meaningful": Meaningful()}
    return Reading(**{**usual, **more})


def did(kind: ActivityKind, at: datetime = NOON, *, actor: str | None = None, **properties: Any) -> Activity:
    return Activity(
        connection="crm",
        stream="things",
        external_id=f"{kind}-{at.isoformat()}-{len(properties)}-{properties.get('url')}",
        kind=kind,
        occurred_at=at,
        actor=actor,
        properties=properties,
    )


def seen(page: str, minutes: int = 0) -> Activity:
    at = NOON + timedelta(minutes=minutes)
    return did(ActivityKind.PAGE_VIEWED, at, url=f"https://acme.example/{page}?email=ana@globex.example")


def told(activities: Sequence[Activity], **more: Any) -> list[Moment]:
    return in_order(touches(activities, reading(**more)))


def test_the_pages_of_a_day_are_one_row_with_how_often_each_was_looked_at() -> None:
    pages = ["a", "pricing", "b", "c", "pricing", "d", "e", "f", "g"]
    (row,) = told([seen(page, minutes=place) for place, page in enumerate(pages)])
    assert (row.what, row.count) == ("9 pages on 3 Nov", 9)
    assert row.words == "first touch; pricing twice, a, b, c, d, 3 others"
    assert (row.at, row.until) == (NOON, NOON + timedelta(minutes=8))


def test_a_day_is_a_day_of_the_installation() -> None:
    late, early = NOON.replace(hour=22, minute=59), NOON.replace(hour=23, minute=1)
    rows = told([did(ActivityKind.PAGE_VIEWED, at, url="/x") for at in (late, early)])
    assert [row.what for row in rows] == ["1 page on 3 Nov", "1 page on 4 Nov"]


def test_what_a_mail_scanner_did_stands_apart_and_counts_for_nothing() -> None:
    clicks = [did(ActivityKind.EMAIL_CLICKED, NOON + timedelta(seconds=each), url="/a") for each in range(3)]
    rows = told(clicks, machines=frozenset({clicks[0].key, clicks[1].key}))
    assert [(row.what, row.who) for row in rows] == [
        ("2 clicks in e-mails on 3 Nov", "a mail scanner"),
        ("1 click in an e-mail on 3 Nov", ""),
    ]
    assert rows[0].words.endswith("not counted: no person did it")


def test_no_query_of_an_address_is_told() -> None:
    (row,) = told([seen("")])
    assert row.words == "first touch; home page"
    assert (
        told([did(ActivityKind.PAGE_VIEWED, url="http://[broken?email=ana")])[0].words == "first touch; http://[broken"
    )


def test_a_form_says_what_they_wrote_as_one_line_and_the_first_touch_its_channel() -> None:
    text = "<b>bold</b> [red]\x1b[31m\u202eevil\nline, write to ana@globex.example"
    form = did(ActivityKind.FORM_SUBMITTED, form="Demo request", text=text, url="https://acme.example/demo?x=1")
    (row,) = told([form], channel="Paid search")
    assert row.what == "Form: Demo request"
    quote = "“<b>bold</b> [red] [31mevil line, write to ana@globex.example”"
    assert row.words == f"first touch, channel Paid search; {quote}; on demo"
    assert list(typed_words([form], BERLIN)) == [f"Tue 3 Nov 2026, 13:00, Form: Demo request: {quote}"]


def test_a_call_says_who_how_long_and_whether_it_meant_something() -> None:
    call = did(ActivityKind.CALL_LOGGED, actor="005", subject="First", duration_s=200, disposition="Connected")
    (row,) = told([call], firsts={NOON: "first touch of handoff 1, 12 min of working time"})
    assert (row.kind, row.what, row.who) == (Kind.SALES, "Call: First", "Fay Rep")
    assert row.words == "first touch of handoff 1, 12 min of working time; meaningful; 3 min; Connected"


def test_a_meeting_says_for_when_it_is_and_that_it_was_held() -> None:
    meeting = did(ActivityKind.MEETING_BOOKED, actor="007", starts_at="2026-11-05T09:00:00Z")
    (row,) = told([meeting])
    assert row.who == "user 007"
    assert row.words == "meaningful: held Thu 5 Nov 2026, 10:00; for Thu 5 Nov 2026, 10:00"
    assert told([meeting], now=NOON)[0].words == "for Thu 5 Nov 2026, 10:00"


HOURS = st.integers(min_value=0, max_value=100)
ACTIVITIES = st.lists(st.tuples(st.sampled_from(ActivityKind), HOURS), max_size=40)


@given(ACTIVITIES, st.integers())
def test_every_activity_is_told_once_in_order_whatever_comes_together(
    drawn: list[tuple[ActivityKind, int]], seed: int
) -> None:
    each = [did(kind, NOON + timedelta(hours=hour, seconds=n)) for n, (kind, hour) in enumerate(drawn)]
    rows = list(touches(sorted(each, key=lambda one: one.occurred_at), reading()))
    assert sum(row.count for row in rows) == len(each)
    theirs = sum(row.count for row in rows if row.kind is Kind.TOUCH)
    assert theirs == sum(one.kind in MARKETING_KINDS for one in each)
    shuffled = Random(seed).sample(rows, len(rows))
    assert [row.at for row in in_order(shuffled)] == sorted(row.at for row in rows)


def move(before: Stage, after: Stage, at: datetime = NOON, *, why: str = "") -> Transition:
    return Transition(
        lead_id=LEAD, at=at, before=before, after=after, cause=Cause.RULE, why=why, rule_hash=RuleHash("r"), handoff=1
    )


def handoff(**more: Any) -> Handoff:
    usual: dict[str, Any] = {
        "lead_id": LEAD,
        "number": 1,
        "kind": HandoffKind.NEW_BUSINESS,
        "opened_at": NOON,
        "why": "Asked for a demo",
        "hand_raise": True,
        "score": 55_250,
        "band": "B hot",
        "owner": FAY,
    }
    return Handoff(**{**usual, **more})


def test_moves_of_one_instant_keep_their_order_around_the_handoff() -> None:
    moves = [move(Stage.KNOWN, Stage.ENGAGED), move(Stage.ENGAGED, Stage.MQL), move(Stage.MQL, Stage.ASSIGNED)]
    moves += [move(Stage.ASSIGNED, Stage.ACCEPTED)]
    rows = in_order([*opened([handoff()]), *stages(moves)])
    assert [row.what for row in rows] == [
        "known to engaged",
        "engaged to mql",
        "Handoff 1: new business",
        "mql to assigned",
        "assigned to accepted",
    ]
    assert rows[2].words == "55 points, B hot; asked to be called; Asked for a demo"


def test_an_acceptance_is_told_by_its_stage_or_else_by_itself() -> None:
    taken = handoff(accepted_at=NOON, accepted_by="touch", verdict=Verdict.ACCEPT)
    assert list(answers([taken], [move(Stage.ASSIGNED, Stage.ACCEPTED)], CAST)) == []
    (row,) = answers([taken], [], CAST)
    assert (row.what, row.who, row.words) == ("Handoff 1: accepted", "Fay Rep", "by touch")


@pytest.mark.parametrize(
    ("outcome", "what", "words"),
    [
        (Outcome.NO_BUDGET, "Handoff 1: closed, no budget", "verdict accept"),
        (Outcome.MERGED, "Handoff 1: closed, merged", "its lead became part of another one; verdict accept"),
    ],
)
def test_a_handoff_ends_with_its_outcome(outcome: Outcome, what: str, words: str) -> None:
    (row,) = answers([handoff(verdict=Verdict.ACCEPT, outcome=outcome, closed_at=NOON)], [], CAST)
    assert (row.what, row.words) == (what, words)


def test_a_touch_of_two_handoffs_is_told_of_both() -> None:
    both = [handoff(touched_at=NOON), handoff(number=2, touched_at=NOON)]
    assert first_touches(both, {2: "5 min"}) == {
        NOON: "first touch of handoff 1; first touch of handoff 2, 5 min of working time"
    }


def test_a_long_life_is_cut_at_its_beginning_and_says_so() -> None:
    rows = [Moment(at=NOON + timedelta(minutes=n), kind=Kind.NOTE, what=f"{n}") for n in range(12)]
    table, left_out = timeline(reversed(rows), BERLIN, most=10)
    assert left_out == 2
    assert table.says == "2 older rows are left out: --all shows them."
    assert [row.cells[1] for row in table.rows] == [f"{n}" for n in range(2, 12)]
    assert (table.rows[0].key, table.rows[0].at) == ("3-note", NOON + timedelta(minutes=2))
    whole, none = timeline(rows, BERLIN, most=None)
    assert (len(whole.rows), none, whole.says) == (12, 0, "")


def test_a_row_names_its_day_and_hour_where_the_installation_is_and_of_several_the_last() -> None:
    several = Moment(at=NOON, until=NOON + timedelta(hours=2), kind=Kind.TOUCH, what="2 pages")
    (row,) = timeline([several], BERLIN)[0].rows
    assert row.label == "Tue 3 Nov 2026, 13:00 to 15:00"
