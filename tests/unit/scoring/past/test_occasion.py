"""Moments in words: each finds the first time it was so, and says so where no day is known."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.lead import Fact
from domain.stage import Cause, Stage, Transition
from domain.values import LeadId
from scoring.book import Book
from scoring.past.occasion import History, Met, duration, occasion
from tests.unit.scoring.material import HASH, NOW, activity, days, group, is_, rules

ASKED = {"name": "Asked for a demo", "on": ["form_submitted"], "where": is_("form", "demo"), "points": 5}
BOOK = Book(rules(group(ASKED)))
DONE = [
    activity("page_viewed", ago=days(9)),
    activity("form_submitted", ago=days(8), form="newsletter"),
    activity("form_submitted", ago=days(5), form="demo"),
    activity("call_logged", ago=days(20)),
    activity("webinar_viewed", ago=days(4), form="demo", title="Sales and service"),
]


def fact(name: str, value: str | int | None, *, since: datetime, seen_at: datetime | None = None) -> Fact:
    return Fact(name=name, value=value, since=since, seen_at=seen_at or since)


def move(after: Stage, ago: float, cause: Cause = Cause.PERSON) -> Transition:
    return Transition(
        lead_id=LeadId(1), at=NOW - days(ago), before=Stage.KNOWN, after=after, cause=cause, why="", rule_hash=HASH
    )


@pytest.mark.parametrize(
    ("words", "ago"),
    [
        ("first activity", 9),
        ("first form_submitted", 8),
        ("first form_submitted + 24h", 7),
        ("first form_submitted where form = demo + 2d", 3),
        ("first form_submitted where form in other, demo", 5),
        ("first form_submitted where form != demo and form contains news", 8),
        ("first webinar_viewed where title = Sales and service and form = demo", 4),
        ("first rule asked for a demo", 5),
        ("call_logged", 20),
    ],
)
def test_an_activity_is_found_by_kind_condition_or_rule(words: str, ago: float) -> None:
    assert occasion(words, BOOK.points).first(History(activities=DONE)) == Met(at=NOW - days(ago))


def test_what_never_was_has_no_moment() -> None:
    assert occasion("first email_opened").first(History(activities=DONE)) is None


def test_a_stage_is_reached_by_whoever_comes_to_it_or_beyond() -> None:
    history = History(transitions=[move(Stage.MQL, 9), move(Stage.OPPORTUNITY, 4), move(Stage.CUSTOMER, 2)])
    assert occasion("stage qualified").first(history) == Met(at=NOW - days(4))


def test_a_stage_that_the_baseline_found_has_no_day() -> None:
    history = History(transitions=[move(Stage.CUSTOMER, 9, Cause.BASELINE)])
    assert occasion("stage customer").first(history) == Met(at=NOW - days(9), dated=False)


def test_a_fact_may_be_the_day_itself() -> None:
    history = History(facts=[fact("signed_on", "2026-03-01", since=NOW)])
    assert occasion("fact signed_on + 12h").first(history) == Met(at=datetime(2026, 3, 1, 12, tzinfo=UTC))


def test_a_value_that_came_with_the_first_load_has_no_day() -> None:
    loaded, later = NOW - days(10), NOW - days(3)
    history = History(facts=[fact("status", "won", since=loaded)], loaded_until=loaded)
    assert occasion("fact status = Won").first(history) == Met(at=loaded, dated=False)
    history = History(
        facts=[fact("status", "open", since=loaded), fact("status", "won", since=later)], loaded_until=loaded
    )
    assert occasion("fact status = won").first(history) == Met(at=later)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("first offer", "no kind of activity"),
        ("first rule Nobody", "Asked for a demo"),
        ("stage winner", "customer"),
        ("first page_viewed if url = x", "where PROPERTY OP VALUE"),
        ("first page_viewed where url like x", "is no comparison"),
    ],
)
def test_what_cannot_be_read_says_what_can(words: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        occasion(words, BOOK.points)
    with pytest.raises(ValueError, match="24h, 90d or 2w"):
        duration("soon")
    assert duration("2w") == timedelta(days=14)
