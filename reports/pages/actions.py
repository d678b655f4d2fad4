"""What sales did first, how soon and how often, each as the group of a handoff.

A touch accepts, so that acceptance says nothing of these: they are held against what came after it.
"""

from collections.abc import Iterator, Mapping, Sequence

from reports.pages.interactions import FARTHEST, WAYS, Attempt, attempts_of
from reports.pages.lifts import Lifts
from reports.pages.page import Table
from reports.pages.passes import Pass, Scope

_NOBODY_TRIED = "No attempt"
_PROMISE: Mapping[bool | None, str] = {
    True: "Touched in time",
    False: "Later, or not at all",
    None: "No promise, or none due yet",
}
_NUMBERS = (_NOBODY_TRIED, *(str(number) for number in range(1, FARTHEST + 1)), f"{FARTHEST + 1} and more")
STEPS = ("qualified", "won")


class Actions:
    """Three tables as they are counted, each with every handoff in one line."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._first, self._promise, self._tries = (Lifts(scope.most, STEPS) for _ in range(3))

    def count(self, each: Pass) -> None:
        attempts = list(attempts_of(each, self._scope))
        self._first.count([WAYS[attempts[0].kind] if attempts else _NOBODY_TRIED], each)
        self._promise.count([_PROMISE[each.in_time]], each)
        self._tries.count([_NUMBERS[min(_before_it_qualified(each, attempts), FARTHEST + 1)]], each)

    def tables(self) -> Iterator[Table]:
        yield self._first.table("first", "By a rep's first attempt", "First attempt")
        says = "Held against the clock that ran for the handoff."
        yield self._promise.table(
            "promise", "By when the first touch came", "First touch", says=says, order=tuple(_PROMISE.values())
        )
        says = "Until it qualified, or so far: who is hard to reach is tried more often."
        yield self._tries.table("tries", "By the number of attempts", "Attempts", says=says, order=_NUMBERS)


def _before_it_qualified(each: Pass, attempts: Sequence[Attempt]) -> int:
    return sum(each.qualified_at is None or one.at <= each.qualified_at for one in attempts)
