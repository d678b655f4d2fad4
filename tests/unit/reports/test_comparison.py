"""One lead compared: who saw it, who was first, and what cannot be compared at all."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.run import GoLive
from domain.stage import Cause, Stage
from domain.values import LeadId, RuleHash, Value
from handoff.process import Process
from reports.comparison import Apart, Evidence, People, Row, Verdict, judge
from reports.comparison_totals import by_segment, totals_of
from reports.period import Period, period_of
from store.steps import StepOrder
from store.watched import ForeseenHandoff, Listed, Move, ShownValue

BEGINS = datetime(2026, 9, 7, 8, tzinfo=UTC)
ANA, TWIN = LeadId(7), LeadId(8)
FAY, SAM, BOT = "fay@acme.example", "sam@acme.example", "bot@acme.example"
PERIOD = Period(first=BEGINS, begins=BEGINS, ends=BEGINS + timedelta(days=14))
PROCESS = Process(
    signs={"status": ("Working - Contacted",), "lifecycle": ("marketingqualifiedlead",)},
    labels={"status": "Lead status", "lifecycle": "Lifecycle stage", "owner": "Owner"},
    owners=frozenset({"owner"}),
    owner_counts=True,
    within=timedelta(days=7),
)
PEOPLE = People(
    emails={("salesforce", "005F"): FAY, ("salesforce", "005S"): SAM, ("salesforce", "005B"): BOT},
    active=frozenset({FAY, SAM, BOT}),
    teams={FAY: "EMEA", SAM: "EMEA"},
)


def day(number: float) -> datetime:
    return BEGINS + timedelta(days=number)


def ours(at: float, **more: Any) -> ForeseenHandoff:
    known: dict[str, Any] = {
        "lead_id": ANA,
        "at": day(at),
        "step": GoLive.OBSERVE,
        "score": 74_000,
        "band": "B hot",
        "fit_percent": 71,
        "why": "Asked for a demo today.",
        "cause": "asked to be called",
        "hand_raise": True,
        "owner": FAY,
        "rule": "fallback",
        "rule_hash": RuleHash("r1"),
    }
    return ForeseenHandoff(**{**known, **more})


def shown(
    at: float, value: Value, before: Value = None, *, name: str = "status", is_first: bool = False, of: int = ANA
) -> ShownValue:
    return ShownValue(
        lead_id=LeadId(of),
        property=name,
        connection="hubspot" if name == "lifecycle" else "salesforce",
        value=value,
        before=before,
        is_first=is_first,
        at=day(at),
        seen_at=day(at) + timedelta(minutes=10),
    )


def worked(at: float) -> ShownValue:
    return shown(at, "Working - Contacted", "Open - Not Contacted")


def moved(at: float, after: Stage, cause: Cause, *, before: Stage = Stage.ENGAGED, of: LeadId = ANA) -> Move:
    return Move(day(at), before, after, cause, f"{after} by {cause}", of)


def row(
    *evidence: ShownValue,
    foreseen: Sequence[ForeseenHandoff] = (),
    moves: Sequence[Move] = (),
    listed: Listed | None = None,
    joined: Mapping[LeadId, datetime] | None = None,
    process: Process = PROCESS,
    period: Period = PERIOD,
) -> Row | None:
    found = Evidence(lead_id=ANA, foreseen=foreseen, shown=evidence, moves=moves, listed=listed, joined=joined or {})
    return judge(found, process, PEOPLE, period)


def verdict(*evidence: ShownValue, **more: Any) -> tuple[Verdict, Apart | None, float | None] | None:
    found = row(*evidence, **more)
    return None if found is None else (found.verdict, found.apart, found.days)


@pytest.mark.parametrize(
    ("us", "them", "days"),
    [(1, 3.5, 2.5), (5, 2, -3), (1, 8, 7)],
    ids=["we were first", "they were first", "exactly a week apart"],
)
def test_a_lead_both_saw_within_a_week_agrees_whoever_was_first(us: float, them: float, days: float) -> None:
    assert verdict(worked(them), foreseen=[ours(us)]) == (Verdict.AGREE, None, days)


@pytest.mark.parametrize(("us", "them", "whose"), [(1, 9, Verdict.ONLY_US), (12, 2, Verdict.ONLY_THEM)])
def test_whoever_saw_a_lead_more_than_a_week_before_the_other_saw_it_alone(
    us: float, them: float, whose: Verdict
) -> None:
    assert verdict(worked(them), foreseen=[ours(us)]) == (whose, None, them - us)


def test_what_nobody_saw_is_no_row() -> None:
    assert verdict(shown(0, "Open - Not Contacted", is_first=True)) is None
    assert verdict(shown(3, "Nurturing", "Open - Not Contacted")) is None


@pytest.mark.parametrize(
    "evidence",
    [
        [shown(-100, "marketingqualifiedlead", name="lifecycle", is_first=True), worked(2)],
        [shown(-1, "Working - Contacted", is_first=True)],
        [shown(2, "Working - Contacted", "working - contacted ")],
    ],
    ids=["and was worked afterwards", "and nothing happened", "and only the spelling changed"],
)
def test_who_was_qualified_before_the_baseline_is_not_compared(evidence: list[ShownValue]) -> None:
    found = row(*evidence, foreseen=[ours(1)])
    assert found is not None
    assert (found.verdict, found.apart) == (Verdict.NOT_COMPARABLE, Apart.WITH_SALES)


def test_who_fell_back_before_the_period_began_is_compared() -> None:
    back = [shown(-9, "Working - Contacted", is_first=True), shown(-3, "Open - Not Contacted", "Working - Contacted")]
    assert verdict(*back, worked(2), foreseen=[ours(1)]) == (Verdict.AGREE, None, 1.0)


def test_a_first_stage_with_sales_is_not_compared_though_no_status_says_so() -> None:
    customer = [moved(0.01, Stage.CUSTOMER, Cause.BASELINE, before=Stage.KNOWN)]
    assert verdict(foreseen=[ours(1)], moves=customer) == (Verdict.NOT_COMPARABLE, Apart.WITH_SALES, None)


@pytest.mark.parametrize(
    ("at", "joined", "expected"),
    [
        (-3, 5, (Verdict.NOT_COMPARABLE, Apart.WITH_SALES, None)),
        (-3, -2, (Verdict.ONLY_US, None, None)),
        (0.02, 5, (Verdict.NOT_COMPARABLE, Apart.WITH_SALES, None)),
    ],
    ids=["one since then", "one before that", "first seen as a customer"],
)
def test_whoever_was_with_sales_and_became_part_of_a_lead_later_is_not_compared(
    at: float, joined: float, expected: tuple[Verdict, Apart | None, float | None]
) -> None:
    customer = moved(at, Stage.CUSTOMER, Cause.BASELINE, of=TWIN)
    moves = sorted([customer, moved(-1, Stage.ENGAGED, Cause.TIME), moved(0.01, Stage.ENGAGED, Cause.BASELINE)])
    assert verdict(foreseen=[ours(1)], moves=moves, joined={TWIN: day(joined)}) == expected


def test_a_lead_that_came_with_the_sign_is_theirs_and_was_not_with_sales_before() -> None:
    came = shown(3, "marketingqualifiedlead", name="lifecycle", is_first=True)
    first = [Move(came.seen_at, Stage.KNOWN, Stage.ACCEPTED, Cause.BASELINE, "first stage", ANA)]
    assert verdict(came, moves=first) == (Verdict.ONLY_THEM, None, None)


def test_who_stood_above_the_line_on_the_first_day_is_compared_only_once_something_new_speaks_for_them() -> None:
    listed = Listed("baseline", day(0))
    assert verdict(worked(2), listed=listed) == (Verdict.NOT_COMPARABLE, Apart.ABOVE_THE_LINE, None)
    assert verdict(worked(2), foreseen=[ours(1)], listed=listed) == (Verdict.AGREE, None, 1.0)
    by_rules = Listed("publish-abcd1234", day(3))
    assert verdict(listed=by_rules) == (Verdict.NOT_COMPARABLE, Apart.BY_RULES, None)


def test_what_we_have_handed_off_ourselves_tells_nothing_of_their_process() -> None:
    handed = [moved(4, Stage.MQL, Cause.RULE)]
    assert verdict(worked(5), moves=handed) == (Verdict.NOT_COMPARABLE, Apart.HANDED_OFF, None)
    assert verdict(worked(5), foreseen=[ours(1)], moves=handed) == (Verdict.ONLY_US, None, None)
    assert verdict(worked(2), foreseen=[ours(1)], moves=handed) == (Verdict.AGREE, None, 1.0)


def test_what_comes_after_the_period_is_not_counted_though_the_handoff_comes_later_still() -> None:
    handed = [moved(18, Stage.MQL, Cause.RULE)]
    assert verdict(worked(16), foreseen=[ours(10)], moves=handed) == (Verdict.ONLY_US, None, None)


def test_a_conversion_counts_though_no_status_shows_it() -> None:
    explicit = replace(PROCESS, named=frozenset({"status"}))
    converted = [moved(4, Stage.QUALIFIED, Cause.SYSTEM)]
    assert verdict(moves=converted, process=explicit) == (Verdict.ONLY_THEM, None, None)
    taken = [moved(4, Stage.ACCEPTED, Cause.PERSON)]
    assert verdict(moves=taken) == (Verdict.ONLY_THEM, None, None)
    assert verdict(moves=taken, process=explicit) is None, "somebody named the signs, and this is none"


@pytest.mark.parametrize(
    ("before", "after", "counts"),
    [("00G1", "005F", True), (None, "005F", True), ("005B", "005F", True), ("005S", "005F", False)],
    ids=["out of a queue", "of nobody", "of a machine", "from rep to rep"],
)
def test_a_rep_who_takes_up_a_lead_is_a_sign_and_one_who_takes_over_is_none(
    before: Value, after: Value, counts: bool
) -> None:
    found = row(shown(2, after, before, name="owner"))
    assert (found is not None) is counts
    assert found is None or (found.theirs is not None and found.theirs.words == f"Owner became {FAY} in salesforce")


def test_whoever_had_an_owner_when_first_seen_was_not_taken_up_by_that() -> None:
    assert verdict(shown(2, "005F", name="owner", is_first=True)) is None


def test_who_only_one_has_seen_may_still_agree_until_the_week_is_over() -> None:
    early, late = row(foreseen=[ours(6)]), row(foreseen=[ours(13)])
    assert early is not None
    assert late is not None
    assert (early.is_open, late.is_open) == (False, True)


def test_what_was_seen_before_a_later_beginning_is_not_compared_with_what_came_after() -> None:
    later = Period(first=BEGINS, begins=day(5), ends=PERIOD.ends)
    assert verdict(worked(6), foreseen=[ours(1)], period=later) == (
        Verdict.NOT_COMPARABLE,
        Apart.ABOVE_THE_LINE,
        None,
    )
    assert verdict(worked(4), period=later) == (Verdict.NOT_COMPARABLE, Apart.WITH_SALES, None)


def test_the_team_is_that_of_whoever_would_have_got_the_lead() -> None:
    found = [row(foreseen=[ours(1)]), row(foreseen=[ours(1, owner=None, rule="Germany")]), row(worked(1))]
    assert [each.segment for each in found if each is not None] == ["EMEA", "by rule Germany", "no team"]


def order(number: int, step: GoLive, at: float) -> StepOrder:
    return StepOrder(number=number, step=step, at=day(at), by="ada")


OBSERVE, PILOT, LIVE = GoLive.OBSERVE, GoLive.PILOT, GoLive.LIVE


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ([(OBSERVE, -1)], (0, 20)),
        ([(OBSERVE, -1), (PILOT, 10), (LIVE, 14)], (0, 14)),
        ([(LIVE, -1), (OBSERVE, 3)], (3, 20)),
        ([(OBSERVE, -9), (LIVE, 2), (OBSERVE, 5), (LIVE, 9), (LIVE, 11)], (5, 9)),
        ([(LIVE, -1)], None),
        ([], (0, 20)),
    ],
    ids=["observing", "gone live", "gone back", "the second time", "never observed", "no order is known"],
)
def test_the_period_is_the_last_time_without_handoffs(
    orders: list[tuple[GoLive, float]], expected: tuple[float, float] | None
) -> None:
    newest_first = [order(n, step, at) for n, (step, at) in enumerate(orders, 1)][::-1]
    found = period_of(newest_first, baseline_at=BEGINS, since=None, now=day(20))
    assert (found and (found.begins, found.ends)) == (expected and (day(expected[0]), day(expected[1])))


def test_before_everything_was_read_there_is_no_period() -> None:
    assert period_of([order(1, OBSERVE, -1)], baseline_at=None, since=None, now=day(1)) is None


def test_what_is_no_longer_kept_is_not_guessed() -> None:
    found = period_of([order(1, OBSERVE, -1)], baseline_at=BEGINS, since=None, now=day(100))
    assert found == Period(first=BEGINS, begins=day(10), ends=day(100), is_cut=True)
    assert verdict(foreseen=[ours(50)], period=found) == (Verdict.NOT_COMPARABLE, Apart.FORGOTTEN, None)


moments = st.integers(min_value=-60, max_value=160).map(lambda tenths: tenths / 10)
evidences = st.builds(
    lambda foreseen, values, moves, listed: Evidence(
        lead_id=ANA,
        foreseen=sorted(map(ours, foreseen), key=lambda each: each.at),
        shown=[
            shown(at, value, None if first else before, name=name, is_first=first)
            for at, name, value, before, first in sorted(values)
        ],
        moves=sorted(moved(*each) for each in moves),
        listed=listed,
    ),
    st.lists(moments, max_size=2),
    st.lists(
        st.tuples(
            moments,
            st.sampled_from(["status", "lifecycle", "owner"]),
            st.sampled_from(["Working - Contacted", "marketingqualifiedlead", "Open", "005F", "005S"]),
            st.sampled_from(["Open", "Working - Contacted", "00G1"]),
            st.booleans(),
        ),
        max_size=4,
    ),
    st.lists(st.tuples(moments, st.sampled_from(Stage), st.sampled_from(Cause)), max_size=3),
    st.none() | st.builds(Listed, st.sampled_from(["baseline", "publish-ab"]), moments.map(day)),
)


@given(st.lists(evidences, max_size=12))
@settings(max_examples=100, deadline=None)
def test_the_rows_add_up_to_the_totals(found: list[Evidence]) -> None:
    rows = [row for each in found if (row := judge(each, PROCESS, PEOPLE, PERIOD)) is not None]
    whole, parts = totals_of(rows), by_segment(rows)
    assert whole.leads == len(rows) <= len(found)
    assert whole.verdicts[Verdict.NOT_COMPARABLE] == sum(whole.apart.values())
    for each in (Verdict.AGREE, Verdict.ONLY_US, Verdict.ONLY_THEM):
        assert whole.verdicts[each] == sum(part.verdicts[each] for part in parts.values())
    assert whole.open == sum(part.open for part in parts.values())
    for row in rows:
        assert (row.apart is None) is (row.verdict is not Verdict.NOT_COMPARABLE)
        assert row.apart is not None or row.ours is not None or row.theirs is not None
        assert row.verdict is not Verdict.AGREE or (row.days is not None and abs(row.days) <= 7)
