"""Everything that changed in a stretch of time, whatever search does.

Search gives at most 10,000 rows a query, in an order that its lag disturbs, and a row edited between two pages
moves all behind it. So a stretch is halved until few enough rows answer, and inside it rows are walked by id:
neither pages nor the order of stamps are relied on. One crowded millisecond is only walked.
"""

from collections.abc import Iterator

from connectors.hubspot.answers import Row
from connectors.hubspot.objects import Found, Objects
from connectors.hubspot.shapes import Shape
from domain.errors import ContractError

CEILING = 10_000
"""HubSpot answers 400 to whoever pages past it."""


class Windows:
    """Reads stretches of time, oldest first, as milliseconds since 1970."""

    def __init__(self, objects: Objects, *, ceiling: int = CEILING) -> None:
        self._objects = objects
        self._ceiling = ceiling

    def first(self, shape: Shape, low: int, high: int) -> Found:
        """The first page of a stretch and how many rows it has in all."""
        return self._objects.found(shape, _filters(shape, low, high))

    def is_many(self, found: Found) -> bool:
        """Whether it has to be halved to be read."""
        return found.total > self._ceiling

    def between(
        self, shape: Shape, low: int, high: int, first: Found | None = None
    ) -> Iterator[tuple[list[Row], int | None]]:
        """Rows with low <= stamp < high; with the last page of a window the end of it, before which all was read.

        `first`: what `first` found of this stretch a moment ago.
        """
        waiting = [(low, high)]
        while waiting:
            low, high = waiting.pop()
            found, first = first or self.first(shape, low, high), None
            if found.total <= self._ceiling or high - low <= 1:
                yield from self._walk(shape, low, high, found)
            else:
                middle = low + (high - low) // 2
                waiting += [(middle, high), (low, middle)]

    def _walk(self, shape: Shape, low: int, high: int, found: Found) -> Iterator[tuple[list[Row], int | None]]:
        last = 0
        while found.more:
            if found.ids is None or found.ids[0] <= last:
                raise ContractError(f"HubSpot says that more {shape.object} follow, but gives none or the same again")
            yield found.rows, None
            last = found.ids[1]
            above = {"propertyName": "hs_object_id", "operator": "GT", "value": str(last)}
            found = self._objects.found(shape, [*_filters(shape, low, high), above])
        yield found.rows, high


def _filters(shape: Shape, low: int, high: int) -> list[dict[str, str]]:
    return [
        {"propertyName": shape.stamp, "operator": "GTE", "value": str(low)},
        {"propertyName": shape.stamp, "operator": "LT", "value": str(high)},
    ]
