"""A lead's history told again: who would have entered, and when, to the minute."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from config.scoring import ScoringRules
from domain.activity import Activity
from domain.lead import Fact
from domain.score import POINT, Grade
from scoring.past import replay
from scoring.past.replay import Entry, Replay, crossing
from scoring.scorer import Scorer
from tests.unit.scoring.material import HASH, NOW, activity, days, facts, group, is_, rules

BUSY = timedelta(hours=30)
HOUR = timedelta(hours=1)
FIT = [{"name": "size", "limit": 10, "rules": [{"name": "big", "when": is_("size", "big"), "points": 10}]}]
LINE = {"engagement": 50, "rearm_below": 40, "fit": "C"}
BIG = facts(size="big")


def entries(
    scoring: ScoringRules,
    activities: Sequence[Activity],
    known: Sequence[Fact] = BIG,
    *,
    busy: timedelta = BUSY,
    until: datetime = NOW,
) -> list[Entry]:
    scorer = Scorer(scoring, HASH, "UTC")
    walk = crossing(scorer, scoring.line, busy=busy)
    Replay(scorer, known, activities, until=until).run([walk])
    return walk.entries


def ago(found: Sequence[Entry]) -> list[tuple[float, int]]:
    """How many days before now, and with how many points."""
    return [((NOW - each.at) / days(1), each.engagement // POINT) for each in found]


def views(*days_ago: float) -> list[Activity]:
    return [activity(ago=days(each), seen_at=None) for each in days_ago]


def thirty(**more: Any) -> ScoringRules:
    """30 points a page, in full for ten days."""
    return rules(group({"name": "page", "points": 30, "timeframe_days": 10, **more}), fit=FIT, line=LINE)


def test_the_second_page_crosses_and_the_third_is_no_further_crossing() -> None:
    assert ago(entries(thirty(), views(20, 18, 17))) == [(18, 60)]


def test_who_fell_below_the_rearm_points_unseen_between_two_rows_crosses_again() -> None:
    # The first page ends on day 10, which leaves 30 points of the second until the third comes.
    assert ago(entries(thirty(), views(20, 18, 9, 8.5))) == [(18, 60), (9, 60)]


def test_who_never_fell_below_them_does_not() -> None:
    # On day 12.5 there are 60 and 30 more make 90; then the old ones leave, and never more than two at once.
    assert ago(entries(thirty(), views(20, 18, 12.5, 9))) == [(18, 60)]


def test_a_crossing_while_sales_are_busy_with_them_is_no_second_entry_and_neither_is_the_end_of_it() -> None:
    found = entries(thirty(timeframe_days=1), views(20, 19.5, 18.5, 18), busy=days(7))
    assert ago(found) == [(19.5, 60)]
    assert ago(entries(thirty(timeframe_days=1), views(20, 19.5, 18.5, 18), busy=HOUR)) == [(19.5, 60), (18, 60)]


def test_a_row_counts_from_when_it_was_seen() -> None:
    late = activity(ago=days(18), seen_at=NOW - days(15))
    assert ago(entries(thirty(), [*views(20), late])) == [(15, 60)]


def test_nobody_crosses_before_their_fit_could_be_known_and_it_is_told() -> None:
    known = [Fact(name="size", value="big", since=NOW - days(30), seen_at=NOW - days(16))]
    scorer = Scorer(thirty(), HASH, "UTC")
    walk = crossing(scorer, thirty().line, busy=BUSY)
    Replay(scorer, known, views(20, 18), until=NOW).run([walk])
    assert (ago(walk.entries), walk.lacked_fit) == ([(16, 60)], True)


def test_what_comes_after_the_end_is_not_looked_at() -> None:
    assert ago(entries(thirty(), views(20, 18), until=NOW - days(19))) == []


def test_asking_to_be_called_enters_whatever_the_score_unless_the_exclusion_is_hard() -> None:
    asked = {"name": "demo", "on": ["form_submitted"], "points": 1, "hand_raiser": True}
    for kind, expected in (("other", [(5, 1)]), ("competitor", [])):
        bars = [{"name": "them", "kind": kind, "when": is_("size", "big")}]
        scoring = rules(group(asked), fit=FIT, line=LINE, exclusions=bars)
        found = entries(scoring, [activity("form_submitted", ago=days(5), seen_at=None)])
        assert ago(found) == expected
        assert all(each.asked for each in found)


def test_a_deduction_that_ends_lets_somebody_cross_by_time_alone() -> None:
    # 60 points for good; minus 20 for three days.
    scoring = rules(
        group({"name": "page", "points": 60}),
        group({"name": "left", "on": ["form_submitted"], "points": -20, "timeframe_days": 3}, name="away"),
        fit=FIT,
        line=LINE,
    )
    left = activity("form_submitted", ago=days(10), seen_at=None)
    assert ago(entries(scoring, [left, *views(9)])) == [(7, 60)]


def test_a_very_long_history_is_looked_at_once_a_day_and_says_so(monkeypatch: Any) -> None:
    # NOW is 10:00: the rows of the 20th day before are of 09:30 and 10:00.
    monkeypatch.setattr(replay, "EXACT_LOOKS", 3)
    rows = views(20 + 0.5 / 24, 20, 19, 18)
    scorer = Scorer(thirty(), HASH, "UTC")
    told, walk = Replay(scorer, BIG, rows, until=NOW), crossing(scorer, thirty().line, busy=BUSY)
    told.run([walk])
    assert (told.is_exact, ago(walk.entries)) == (False, [(20, 60)])


TICK = timedelta(minutes=10)
SPAN = timedelta(days=2.5)
SHORT = timedelta(hours=3)
_DECAYS: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{}, {"decay": {"half_life_days": 1}}, {"decay": {"percent": 50, "every_days": 1}}, {"timeframe_days": 1}]
)
_REPEATS: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{}, {"repeat": {"policy": "first"}}, {"repeat": {"policy": "once_per", "days": 1}}]
)
_CAPS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {}, optional={"cap": st.integers(20, 60), "cap_per_day": st.integers(10, 40)}
)


@st.composite
def scorings(draw: st.DrawFn) -> ScoringRules:
    made = []
    for number, kind in enumerate(("page_viewed", "form_submitted", "email_clicked")):
        points = draw(st.integers(-10, 40))
        rule: dict[str, Any] = {
            "name": f"rule {number}",
            "on": [kind],
            "points": points,
            "hand_raiser": not draw(st.integers(0, 7)),
        }
        made.append(group({**rule, **draw(_DECAYS), **draw(_REPEATS), **draw(_CAPS)}, name=f"group {number}"))
    engagement = draw(st.integers(10, 50))
    line = {"engagement": engagement, "rearm_below": draw(st.integers(1, engagement)), "fit": "C"}
    hardness: str = draw(st.sampled_from(["other", "test"]))
    bars = [{"name": "them", "kind": hardness, "when": is_("role", "boss")}]
    cap = draw(st.none() | st.integers(20, 80))
    return rules(*made, fit=FIT, line=line, exclusions=bars, total_cap=cap)


def moments() -> st.SearchStrategy[datetime]:
    return st.integers(0, SPAN // TICK).map(lambda number: NOW - SPAN + number * TICK)


@st.composite
def happenings(draw: st.DrawFn, number: int) -> Activity:
    """Clicks right after sending are a scanner's, unless the lead reads on or a person says so."""
    kind = draw(st.sampled_from(["page_viewed", "form_submitted", "email_clicked"]))
    said: dict[str, Any] = {"since_sent_s": draw(st.sampled_from([2, 900]))} if kind == "email_clicked" else {}
    made = activity(kind, id=str(number), ago=NOW - draw(moments()), seen_at=draw(st.none() | moments()), **said)
    vouched_at = draw(st.none() | moments())
    return replace(made, vouched_at=vouched_at) if said else made


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[list[Fact], list[Activity]]:
    rows = [draw(happenings(number)) for number in range(draw(st.integers(0, 12)))]
    told = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["size", "role"]), st.sampled_from(["big", "boss", "small"]), moments(), moments()
            ),
            max_size=3,
        )
    )
    return [Fact(name=n, value=v, since=a, seen_at=b) for n, v, a, b in told] + BIG, rows


def minute_by_minute(
    scoring: ScoringRules, known: Sequence[Fact], rows: Sequence[Activity]
) -> Iterator[tuple[datetime, int, bool]]:
    """What somebody would see who scored the lead at every tick, by the words of the rules alone."""
    scorer, line = Scorer(scoring, HASH, "UTC"), scoring.line
    armed, heard, free_at = True, set[Any](), NOW - days(999)
    for number in range(SPAN // TICK + 1):
        at = NOW - SPAN + number * TICK
        score = scorer.score(known, rows, as_of=at, known_at=at)
        armed = armed or score.engagement < line.rearm_below * POINT
        asks = {each.key for each in score.hand_raises} - heard
        heard |= asks
        above = (
            score.excluded is None and score.engagement >= line.engagement * POINT and score.grade.at_least(line.fit)
        )
        is_hard = score.excluded is not None and scoring.exclusions[0].kind == "test"
        crosses = above and armed
        armed = armed and not above
        asked = bool(asks) and not is_hard
        if (crosses or asked) and at >= free_at:
            free_at = at + SHORT
            yield at, score.engagement, asked


@settings(max_examples=40, deadline=None)
@given(scorings(), ledgers())
def test_the_entries_are_those_of_whoever_looks_at_every_moment(
    scoring: ScoringRules, ledger: tuple[list[Fact], list[Activity]]
) -> None:
    known, rows = ledger
    found = entries(scoring, rows, known, busy=SHORT)
    assert [(each.at, each.engagement, each.asked) for each in found] == [*minute_by_minute(scoring, known, rows)]
    assert all(each.grade is not Grade.UNKNOWN or each.asked for each in found)
