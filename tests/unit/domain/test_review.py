"""What somebody typed becomes one line of writing, and a week is carried on from Monday to Monday."""

from datetime import date

import pytest

from domain.errors import UsageError
from domain.review import LONGEST, AgendaPart, Draft, ReviewDecision, spoken, weeks_between
from tests.unit.store.examples import NOON

SAID = {
    "lines": ("Call them\nwithin  the\thour \n", "Call them within the hour"),
    "no line ends of other writings": ("a\u2028b\u0085c\u2029d", "a b c d"),
    "bells and escapes": ("\x1b[31mred\x07\x00", "[31mred"),
    "turned writing": ("pay \u202elmth.exe\u202c", "pay lmth.exe"),
    "halves of characters": ("x\ud83dy", "xy"),
    "families and accents": ("Zoë 👩‍👩‍👧 שלום", "Zoë 👩‍👩‍👧 שלום"),
    "as many as there may be": ("x" * LONGEST, "x" * LONGEST),
}


@pytest.mark.parametrize(("typed", "kept"), SAID.values(), ids=SAID)
def test_what_is_typed_is_kept_as_one_line_of_writing(typed: str, kept: str) -> None:
    assert spoken(typed, what="The decision") == kept


NOTHING = {"nothing": "", "blanks": " \t\n", "only what is no character": "\x00\x1b\u202e\ud800"}


@pytest.mark.parametrize("typed", NOTHING.values(), ids=NOTHING)
def test_words_that_say_nothing_are_refused(typed: str) -> None:
    with pytest.raises(UsageError, match="The decision is empty"):
        spoken(typed, what="The decision")


def test_too_many_words_are_refused_with_how_many_there_may_be() -> None:
    with pytest.raises(UsageError, match="--owner has 10,000 characters: 120 are the most"):
        spoken("x" * 10_000, what="--owner", most=120)


WEEKS = {
    "the same day": ("2026-11-18", "2026-11-18", 0),
    "Monday and Sunday of one week": ("2026-11-16", "2026-11-22", 0),
    "Sunday and the Monday after": ("2026-11-22", "2026-11-23", 1),
    "Monday and the Sunday after next": ("2026-11-16", "2026-11-29", 1),
    "over the end of a year": ("2026-12-31", "2027-01-04", 1),
    "five weeks": ("2026-10-21", "2026-11-25", 5),
}


@pytest.mark.parametrize(("first", "last", "weeks"), WEEKS.values(), ids=WEEKS)
def test_a_decision_is_carried_on_at_every_monday(first: str, last: str, weeks: int) -> None:
    assert weeks_between(date.fromisoformat(first), date.fromisoformat(last)) == weeks


def test_a_decision_is_late_once_its_day_is_over() -> None:
    draft = Draft(part=AgendaPart.GOAL, text="x", owner="Fay", due=date(2026, 11, 20))
    made = ReviewDecision(number=1, draft=draft, added_by="ana", added_at=NOON)
    assert [made.days_over(date(2026, 11, day)) for day in (19, 20, 21, 27)] == [0, 0, 1, 7]
