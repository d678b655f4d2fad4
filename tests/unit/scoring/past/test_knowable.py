"""From when a row could have been known: nothing of the future, and history that was loaded in one go all the same."""

from datetime import UTC, datetime, timedelta

from domain.lead import Fact
from scoring.past.knowable import ALWAYS, Loaded, activities_knowable, facts_knowable, held_always, knowable_at
from tests.unit.scoring.material import NOW, activity, days

FIRST_LOAD = datetime(2026, 9, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_what_was_seen_late_counts_from_when_it_was_seen() -> None:
    happened = FIRST_LOAD + days(3)
    assert knowable_at(happened, happened + days(5), loaded_until=FIRST_LOAD) == happened + days(5)
    assert knowable_at(happened, happened + days(5), loaded_until=None) == happened + days(5)


def test_what_had_happened_when_the_stream_was_first_read_was_there_to_be_seen() -> None:
    happened = FIRST_LOAD - days(400)
    assert knowable_at(happened, FIRST_LOAD + HOUR, loaded_until=FIRST_LOAD) == happened
    assert knowable_at(FIRST_LOAD, FIRST_LOAD + HOUR, loaded_until=FIRST_LOAD) == FIRST_LOAD


def test_a_row_is_never_known_before_it_happens() -> None:
    assert knowable_at(NOW + days(7), NOW, loaded_until=None) == NOW + days(7)
    assert knowable_at(NOW, None, loaded_until=None) == NOW


def test_each_stream_has_a_beginning_of_its_own() -> None:
    rows = [activity(ago=days(100), seen_at=NOW), activity(ago=days(10), seen_at=NOW)]
    known = {("hubspot", "events"): NOW - days(50)}
    assert [each.seen_at for each in activities_knowable(rows, Loaded(streams=known))] == [NOW - days(100), NOW]
    other = {("hubspot", "forms"): NOW - days(50)}
    assert [each.seen_at for each in activities_knowable(rows, Loaded(streams=other))] == [NOW, NOW]


def test_facts_go_by_the_first_that_was_seen() -> None:
    facts = [Fact(name="size", value="big", since=at, seen_at=NOW) for at in (FIRST_LOAD - HOUR, FIRST_LOAD + HOUR)]
    known = facts_knowable(facts, Loaded(facts=FIRST_LOAD))
    assert [each.seen_at for each in known] == [FIRST_LOAD - HOUR, NOW]


def test_only_the_first_value_that_is_not_blank_is_taken_back_and_only_where_asked() -> None:
    values = [("size", None), ("size", "small"), ("size", "big"), ("role", "boss")]
    facts = [
        Fact(name=name, value=value, since=NOW - days(9 - number), seen_at=NOW - days(9 - number))
        for number, (name, value) in enumerate(values)
    ]
    told = held_always(facts, {"size"})
    assert [each.since == ALWAYS for each in told] == [False, True, False, False]
    assert [each.value for each in told] == [value for _, value in values]
