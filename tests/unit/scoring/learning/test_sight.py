"""Nothing that happened, held or was seen after the moment is to be seen at it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.activity import ActivityKind
from domain.lead import Fact
from domain.score import POINT
from scoring.book import Book
from scoring.learning.sight import Lens, sight_of, visible_at
from scoring.past.knowable import Loaded
from scoring.past.occasion import History
from scoring.scorer import Scorer
from tests.unit.scoring.material import HASH, NOW, activity, days, group, is_, rules

MOMENT = NOW - days(10)
LENS = Lens(zone=ZoneInfo("UTC"))


def fact(name: str, value: str, *, since_ago: float, seen_ago: float) -> Fact:
    return Fact(name=name, value=value, since=NOW - days(since_ago), seen_at=NOW - days(seen_ago))


def test_a_fact_that_came_or_was_seen_after_the_moment_is_hidden() -> None:
    facts = [
        fact("industry", "steel", since_ago=20, seen_ago=20),
        fact("size", "big", since_ago=5, seen_ago=5),
        fact("status", "won", since_ago=20, seen_ago=2),
    ]
    seen = visible_at(History(facts=facts), MOMENT, LENS)
    assert [each.name for each in seen.facts] == ["industry"]
    assert seen.hidden == {"size", "status"}


def test_an_activity_that_was_seen_after_the_moment_is_hidden_though_it_happened_before() -> None:
    done = [
        activity(ago=days(20), seen_at=NOW - days(20)),
        activity(ago=days(15), seen_at=NOW - days(3)),
        activity(ago=days(5), seen_at=NOW - days(5)),
    ]
    seen = visible_at(History(activities=done), MOMENT, LENS)
    assert [each.occurred_at for each in seen.activities] == [NOW - days(20)]


def test_history_that_was_loaded_later_counts_from_when_it_happened() -> None:
    loaded = Loaded(streams={("hubspot", "events"): NOW - days(1)}, facts=NOW - days(1))
    lens = Lens(zone=ZoneInfo("UTC"), loaded=loaded)
    history = History(
        facts=[fact("industry", "steel", since_ago=20, seen_ago=1), fact("size", "big", since_ago=5, seen_ago=1)],
        activities=[activity(ago=days(20), seen_at=NOW - days(1)), activity(ago=days(5), seen_at=NOW - days(1))],
    )
    seen = visible_at(history, MOMENT, lens)
    assert [each.name for each in seen.facts] == ["industry"]
    assert [each.occurred_at for each in seen.activities] == [NOW - days(20)]


def test_a_timeless_fact_is_known_all_along_by_its_first_value() -> None:
    facts = [fact("amount", "small", since_ago=5, seen_ago=5), fact("amount", "large", since_ago=2, seen_ago=2)]
    lens = Lens(zone=ZoneInfo("UTC"), timeless=frozenset({"amount"}))
    seen = visible_at(History(facts=facts), MOMENT, lens)
    assert sight_of(seen, Book(rules()), lens).values == {"amount": "small"}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"cap": 25},
        {"cap_per_day": 10},
        {"repeat": {"policy": "once_per", "days": 7}},
        {"repeat": {"policy": "nth", "n": 2}},
        {"decay": {"half_life_days": 30}},
        {"timeframe_days": 14},
    ],
    ids=str,
)
def test_the_times_of_a_rule_times_its_points_are_what_it_scores(more: dict[str, Any]) -> None:
    scoring = rules(group({"name": "page", "points": 10, **more}))
    done = [activity(id=str(at), ago=days(at), seen_at=None) for at in (0, 0.01, 1, 8, 9, 40)]
    seen = visible_at(History(activities=done), NOW, LENS)
    scorer = Scorer(scoring, HASH, "UTC")
    points = scorer.score((), done, as_of=NOW, known_at=NOW).engagement
    times = sight_of(seen, scorer.book, LENS).times.get("page", 0.0)
    assert abs(10 * POINT * times - points) <= 10 * len(done)


def test_what_reps_did_is_seen_only_if_asked_for() -> None:
    scoring = rules(sales=[{"name": "sales", "rules": [{"name": "call", "on": ["call_logged"], "points": 5}]}])
    done = [activity("call_logged", ago=days(11)), activity("note_logged", ago=days(12)), activity(ago=days(13))]
    history = History(activities=done)
    lens = Lens(zone=ZoneInfo("UTC"), loaded=Loaded(streams={("hubspot", "events"): NOW}), with_sales=True)
    book = Book(scoring)
    with_sales = sight_of(visible_at(history, MOMENT, lens), book, lens)
    assert with_sales.times == {"call": 1.0}
    assert with_sales.unruled == {ActivityKind.NOTE_LOGGED, ActivityKind.PAGE_VIEWED}
    alone = Lens(zone=lens.zone, loaded=lens.loaded)
    without = sight_of(visible_at(history, MOMENT, alone), book, alone)
    assert without.times == {}
    assert without.unruled == {ActivityKind.PAGE_VIEWED}


def test_a_zero_point_rule_is_counted_all_the_same() -> None:
    scoring = rules(group({"name": "support", "points": 0, "where": is_("url", "/help")}))
    done = [activity(ago=days(1), seen_at=None, url="/help")]
    at = datetime(2026, 11, 22, 10, tzinfo=UTC) + timedelta(0)
    seen = visible_at(History(activities=done), at, LENS)
    assert sight_of(seen, Book(scoring), LENS).times == {"support": 1.0}
