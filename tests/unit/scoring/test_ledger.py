"""What was there at a moment."""

import itertools

from domain.lead import Fact
from scoring.ledger import known, next_fact_at, next_seen_at, standing
from tests.unit.scoring.material import NOW, activity, days


def test_activities_seen_later_are_not_there() -> None:
    early, late = activity(id="1", seen_at=NOW - days(1)), activity(id="2", seen_at=NOW + days(1))
    assert known([early, late], NOW) == [early]


def test_a_row_that_has_just_arrived_is_there() -> None:
    assert known([fresh := activity(id="1", seen_at=None)], NOW) == [fresh]


def test_a_key_counts_once_with_the_contents_seen_first_in_any_order() -> None:
    first = activity(id="1", seen_at=NOW - days(2), form="demo")
    again = activity(id="1", seen_at=NOW - days(1), form="other")
    third = activity(id="1", seen_at=NOW - days(1), form="another")
    for order in itertools.permutations([first, again, third]):
        assert known(order, NOW) == [first]


def test_a_retraction_ends_its_activity_from_when_it_was_seen() -> None:
    said = activity(id="1", seen_at=NOW - days(2))
    taken_back = activity(id="1", seen_at=NOW, retracted=True)
    for order in ([said, taken_back], [taken_back, said]):
        assert known(order, NOW) == []
        assert known(order, NOW - days(1)) == [said]


def test_activities_come_oldest_first() -> None:
    one, two, three = (activity(id=str(age), ago=days(age)) for age in (1, 2, 3))
    assert known([one, three, two], NOW) == [three, two, one]


def _fact(value: str, *, since: float, seen: float) -> Fact:
    return Fact(name="title", value=value, since=NOW - days(since), seen_at=NOW - days(seen))


def test_the_fact_that_holds_is_the_youngest_one_known() -> None:
    history = [_fact("Intern", since=90, seen=90), _fact("VP", since=10, seen=5), _fact("CEO", since=-3, seen=1)]
    for order in itertools.permutations(history):
        assert standing(order, as_of=NOW, known_at=NOW)["title"].value == "VP"
        assert standing(order, as_of=NOW, known_at=NOW - days(6))["title"].value == "Intern"
        assert standing(order, as_of=NOW + days(3), known_at=NOW)["title"].value == "CEO"
        assert standing(order, as_of=NOW - days(91), known_at=NOW) == {}


def test_the_next_fact_is_the_earliest_one_known_that_does_not_hold_yet() -> None:
    history = [_fact("VP", since=10, seen=5), _fact("CEO", since=-3, seen=1), _fact("Chair", since=-2, seen=-1)]
    assert next_fact_at(history, as_of=NOW, known_at=NOW) == NOW + days(3)
    assert next_fact_at(history, as_of=NOW + days(3), known_at=NOW) is None


def test_what_is_there_and_not_known_yet_is_known_at_the_first_moment_that_somebody_saw_of_it() -> None:
    early, late = activity(id="1", seen_at=NOW + days(2)), activity(id="2", seen_at=NOW + days(3))
    history = [_fact("VP", since=10, seen=5), _fact("CEO", since=1, seen=-1)]
    assert next_seen_at([late, early], [], known_at=NOW) == NOW + days(2)
    assert next_seen_at([late, early], history, known_at=NOW) == NOW + days(1)
    assert next_seen_at([late, early], history, known_at=NOW + days(3)) is None
