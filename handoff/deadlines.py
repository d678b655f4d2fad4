"""When each step of a handoff's two clocks falls due: pure arithmetic on the team's working time.

Somebody who asks to be called is promised minutes; when they ask while the team is away, the promise
counts from an hour after opening, one of them after another. Everybody else is promised working hours.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.routing import TouchClock
from domain.handoff import Handoff, HandoffKind
from domain.values import Value
from handoff.rulebook import Rulebook
from handoff.view import SNOOZE

AFTER_OPENING_MIN = 60

WAITS = "waits:"
"""The step that names the queue a lead stays in until a person takes it."""
TASK = "task"
ASKED = "asked"
RAISE = "raise"
"""A request to be called that was answered: `asked:…` by opening the handoff, `raise:…` within it, as a new turn."""
ACCEPTED = "accepted"
REOPENED = "reopened:"
"""The step that says since when the outcome is asked for anew, because the rep took theirs back."""
GIVEN_BACK = "given_back"
"""The step of a handoff that a rep gave back, or lost: what was done before answers nothing any more."""
BACK = "back:"
"""The step that names the rep who gave the lead back for its data."""

SLOT = "slot:"
"""The step that says how many requests of the same night are due before this one."""
LINK = "link:"
"""The step that names the chain by which a handoff follows on another one."""
RETURNED = "returned:"
"""The step that names the rep who handed the lead on and has it back."""


def touch_clock(handoff: Handoff, book: Rulebook) -> TouchClock:
    clocks = book.routing.clocks
    return clocks.hand_raise if handoff.hand_raise else clocks.normal


def touch_moment(handoff: Handoff, minutes: int | None, book: Rulebook) -> datetime | None:
    """When a step `minutes` after the assignment is due; None without a running touch clock."""
    if minutes is None or handoff.assigned_at is None or handoff.owner is None:
        return None
    if handoff.kind is not HandoffKind.NEW_BUSINESS:
        return None
    calendar = book.calendar_of(handoff.owner)
    if handoff.hand_raise and not calendar.is_working(handoff.assigned_at):
        late = AFTER_OPENING_MIN + minutes - touch_clock(handoff, book).due_min
        later = int(_named(handoff, SLOT) or 0) * book.routing.clocks.stagger_min
        return calendar.add_working(calendar.next_open(handoff.assigned_at), max(minutes, late) + later)
    return calendar.add_working(handoff.assigned_at, minutes)


def touch_due(handoff: Handoff, book: Rulebook) -> datetime | None:
    return touch_moment(handoff, touch_clock(handoff, book).due_min, book)


def outcome_moment(handoff: Handoff, days: int) -> datetime | None:
    """When a step `days` calendar days after the acceptance is due; None without a running outcome clock."""
    if handoff.accepted_at is None or handoff.outcome is not None or handoff.kind is not HandoffKind.NEW_BUSINESS:
        return None
    return max(handoff.accepted_at, _reopened_at(handoff) or handoff.accepted_at) + timedelta(days=days)


def _reopened_at(handoff: Handoff) -> datetime | None:
    moments = (step.removeprefix(REOPENED) for step in handoff.steps if step.startswith(REOPENED))
    return max(map(datetime.fromisoformat, moments), default=None)


def day_of(value: Value) -> date | None:
    """Read a property as a date: `2027-02-19`, or the day of a full time; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value.strip()[:10])
    except ValueError:
        return None


def moment_of(value: Value) -> datetime | None:
    """Read a system's stamp; None for anything else, a time without a zone above all."""
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return read.astimezone(UTC) if read.tzinfo is not None else None


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a local day."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


SNOOZED = "snoozed:"
"""The step of a handoff whose rep named a day by a button: `snoozed:2026-12-01@2026-11-22T10:00:00Z`."""
STALE_SNOOZE = "snooze:"
"""The step of a handoff that names the day which stood there when somebody was given it: it was another's."""


def snoozed_until(values: Mapping[str, Value], handoff: Handoff | None, book: Rulebook) -> datetime | None:
    """The rep keeps the lead until a date: nothing about its outcome is asked before."""
    if handoff is not None and is_anothers(values, handoff):
        return None
    day = day_of(values.get(SNOOZE))
    return start_of(day, book.zone) if day is not None else None


def is_anothers(values: Mapping[str, Value], handoff: Handoff) -> bool:
    """Whether the day was named by whoever had the lead before."""
    return f"{STALE_SNOOZE}{values.get(SNOOZE)}" in handoff.steps


def named_now(handoff: Handoff) -> Handoff:
    """Somebody named a day since they have it: it is theirs, also where it is the same as before."""
    return replace(handoff, steps=tuple(each for each in handoff.steps if not each.startswith(STALE_SNOOZE)))


def step_name(name: str, handoff: Handoff) -> str:
    """A touch step's name in this turn: `remind`, then `remind:2` after a new assignment or a new hand-raise."""
    return _numbered(name, max(1, _count(handoff, TASK, RAISE)))


def outcome_step_name(name: str, handoff: Handoff) -> str:
    """An outcome step's name: `outcome_remind`, then `outcome_remind:2` after a second acceptance, or once an outcome
    was taken back."""
    return _numbered(name, max(1, _count(handoff, ACCEPTED, REOPENED.removesuffix(":"))))


def next_step_name(name: str, handoff: Handoff) -> str:
    """The name of what the next assignment brings: `task`, then `task:2`."""
    return _numbered(name, _count(handoff, TASK) + 1)


def waiting_step_name(name: str, handoff: Handoff) -> str:
    """The name of telling that it waits for a rep: anew after a task, or a request to be called."""
    return _numbered(name, _count(handoff, TASK, RAISE) + 1)


def next_acceptance(handoff: Handoff) -> str:
    return _numbered(ACCEPTED, _count(handoff, ACCEPTED) + 1)


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}:{number}"


def _count(handoff: Handoff, *kinds: str) -> int:
    return sum(1 for step in handoff.steps if step.split(":")[0] in kinds)


def link_of(handoff: Handoff) -> str | None:
    """The chain whose link this handoff is."""
    return _named(handoff, LINK)


def returned_to(handoff: Handoff) -> str | None:
    """The rep who handed the lead on and has it back in this handoff."""
    return _named(handoff, RETURNED)


def _named(handoff: Handoff, mark: str) -> str | None:
    return next((step.removeprefix(mark) for step in handoff.steps if step.startswith(mark)), None)


def waits_in(handoff: Handoff) -> str | None:
    """The queue that the lead stays in until a person takes it, None when routing tries again by itself."""
    return _named(handoff, WAITS)


def without_waits(steps: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(step for step in steps if not step.startswith(WAITS))


def given_back(handoff: Handoff) -> tuple[str, ...]:
    """The steps of a handoff that its rep gives back or loses."""
    steps = without_waits(handoff.steps)
    return steps if GIVEN_BACK in steps else (*steps, GIVEN_BACK)


def back_to(handoff: Handoff) -> str | None:
    """The rep who gave the lead back for its data: first to be asked when that is mended."""
    return next((step.removeprefix(BACK) for step in reversed(handoff.steps) if step.startswith(BACK)), None)
