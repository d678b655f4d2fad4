"""Why leadloop itself does not count a lead that a system counts: each cause in the order of its precedence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from zoneinfo import ZoneInfo

from domain.gate import Way
from domain.place import Place
from reports.pages.dates_apart import apart
from reports.pages.differences import Because, Cause
from reports.pages.evidence import Evidence
from reports.pages.window import Window
from reports.pages.yardsticks import Dated


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """One lead that leadloop does not count. `others`: the dates by which systems do; `places`: where these stand, or
    the stage that goes with them."""

    known: Evidence
    others: Sequence[Dated]
    places: frozenset[Place]
    window: Window

    @property
    def zone(self) -> ZoneInfo:
        return self.window.zone


Answer = str | Because | None


def because(here: Here) -> Because:
    for cause, asked in QUESTIONS.items():
        answer = asked(here)
        if answer is not None:
            return answer if isinstance(answer, Because) else Because(cause=cause, words=answer)
    return Because(cause=Cause.UNEXPLAINED)


def _erased(here: Here) -> Answer:
    return "" if here.known.standing.is_erased else None


def _excluded(here: Here) -> Answer:
    """What the system says of the person is left aside, so that nothing follows from it."""
    counting = {each.ref.connection for each in here.places}
    shut = (each for each in here.known.closed if each.way is Way.READ and each.connection in counting)
    return next((each.words for each in shut), None)


def _taken_back(here: Here) -> Answer:
    return "" if any(here.window.covers(each) for each in here.known.dates.taken_back) else None


def _dated(here: Here) -> Answer:
    own = [Dated(at=each, is_day=False) for each in here.known.dates.dates]
    return apart(own, here.others, zone=here.zone)


def _before(here: Here) -> Answer:
    return "" if here.known.dates.was_found else None


def _rules_fail(here: Here) -> Answer:
    return "" if here.known.standing.fails else None


def _held(here: Here) -> Answer:
    name = here.known.held_set
    return f"the set {name}" if name is not None else None


def _undecided(here: Here) -> Answer:
    return "" if here.known.standing.is_due else None


def _set_there(here: Here) -> Answer:
    """Nobody here ever wrote it, as far as rows are kept."""
    return str(here.known.standing.stage) if not here.places & here.known.written else None


QUESTIONS: Mapping[Cause, Callable[[Here], Answer]] = MappingProxyType(
    {
        Cause.ERASED: _erased,
        Cause.EXCLUDED: _excluded,
        Cause.TAKEN_BACK: _taken_back,
        Cause.LATER: _dated,
        Cause.BEFORE: _before,
        Cause.RULES_FAIL: _rules_fail,
        Cause.HELD_BACK: _held,
        Cause.UNDECIDED: _undecided,
        Cause.SET_THERE: _set_there,
    }
)
"""In the order of precedence."""
