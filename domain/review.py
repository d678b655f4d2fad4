"""What marketing and sales decide in their weekly review: who does what until when, and what came of it."""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from domain.errors import UsageError

KEPT_FOR = timedelta(days=730)
"""So long after it ended a decision is kept: its words are free, and may name somebody."""
LONGEST, LONGEST_NAME = 1_000, 120
"""Characters of what is said, and of a name: a decision is a sentence or two."""
_TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What turns the writing of its neighbours around."""
_WEEK = timedelta(days=7)


class AgendaPart(StrEnum):
    """What of the review's agenda a decision belongs to, in the order in which it is gone through."""

    GOAL = "goal"
    PROCESS = "process"
    CONTENT = "content"
    ROUTING = "routing"
    PEOPLE = "people"


class Ending(StrEnum):
    """How a decision ended."""

    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A decision as it is written down. `due`: the last day for it, of the installation's time zone."""

    part: AgendaPart
    text: str
    owner: str
    due: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How it ended, what came of it, and who said so when."""

    ending: Ending
    outcome: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDecision:
    """One decision. `ended`: None while it is open."""

    number: int
    draft: Draft
    added_by: str
    added_at: datetime
    ended: Ended | None = None

    def ended_before(self, moment: datetime) -> Ended | None:
        """Its end, as far as that was known then."""
        return self.ended if self.ended is not None and self.ended.at < moment else None

    def days_over(self, today: date) -> int:
        """How long its day is over; 0 up to the end of that day."""
        return max((today - self.draft.due).days, 0)


def weeks_between(first: date, last: date) -> int:
    """How many weeks, from Monday to Sunday, the one day lies before the other."""
    return ((last - timedelta(days=last.weekday())) - (first - timedelta(days=first.weekday()))) // _WEEK


def spoken(text: str, *, what: str, most: int = LONGEST) -> str:
    """What somebody typed, on one line and without what is no character; UsageError where nothing or too much is left.

    `what`: how the sentence of an error calls it.
    """
    said = " ".join("".join(each for each in _spaced(text) if _is_writing(each)).split())
    if not said:
        raise UsageError(f"{what} is empty: say it in a few words.")
    if len(said) > most:
        raise UsageError(f"{what} has {len(said):,} characters: {most:,} are the most.")
    return said


def _spaced(text: str) -> str:
    """Whatever ends a line or stands between words keeps them apart."""
    return "".join(" " if each.isspace() else each for each in text)


def _is_writing(character: str) -> bool:
    """Neither a control character, half of one, nor one that changes how others are read."""
    return unicodedata.category(character) not in {"Cc", "Cs"} and character not in _TURNING
