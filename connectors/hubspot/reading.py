"""Reading CRM objects: the first time by listing, then by search behind a cursor that never runs ahead. Where nearly
everything has changed a listing is the faster way once more.

Search shows changes late and out of order: so the saved cursor stays `lag` behind now, and a second pass
reads once more what is `late` old.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connectors.hubspot.answers import Row
from connectors.hubspot.objects import Objects
from connectors.hubspot.settings import Settings
from connectors.hubspot.shapes import SHAPES, Shape
from connectors.hubspot.values import from_ms, to_ms
from connectors.hubspot.windows import CEILING, Windows
from domain.errors import ContractError
from domain.record import Cursor
from domain.values import from_text, to_text

LATE_AGAIN = timedelta(minutes=60)
AHEAD = timedelta(hours=1)
"""How far beyond our now a search looks: HubSpot's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """`at`: what changed before it was read; `late`: what changed before it was read twice.

    `after`: the first listing has come this far (`""`: nowhere yet); None once it is through.
    """

    at: datetime
    late: datetime
    after: str | None = None

    @staticmethod
    def of(cursor: Cursor) -> "Position":
        try:
            told = json.loads(cursor.position)
            return Position(at=from_text(told["at"]), late=from_text(told["late"]), after=told.get("after"))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ContractError("a saved HubSpot cursor cannot be read; reset the stream") from error

    def cursor(self) -> Cursor:
        told = {"at": to_text(self.at), "late": to_text(self.late)}
        return Cursor(position=json.dumps(told if self.after is None else {**told, "after": self.after}))


class Reading:
    """Rows of one CRM object with the cursor that may be saved after them."""

    def __init__(self, objects: Objects, settings: Settings, *, ceiling: int = CEILING) -> None:
        self._objects = objects
        self._windows = Windows(objects, ceiling=ceiling)
        self._lag = timedelta(minutes=settings.lag_minutes)
        self._late = timedelta(minutes=settings.late_minutes)
        self._searched_per_s = settings.searches_per_second * 2 * settings.page_size
        self._listed_per_s = settings.calls_per_10_s / 10 * settings.page_size
        self._passed: dict[str, datetime] = {}

    def passed(self, stream: str) -> datetime | None:
        """What changed before it was read for good, by this process: only a night's comparison finds more of it."""
        return self._passed.get(stream)

    def rows(self, stream: str, cursor: Cursor | None) -> Iterator[tuple[list[Row], Cursor]]:
        """Pages of rows, each with the cursor that is safe once it is kept."""
        shape = SHAPES[stream]
        now = self._objects.begin(shape)
        begun = now - self._lag
        position = Position(at=begun, late=begun, after="") if cursor is None else Position.of(cursor)
        reached = position
        if position.after is not None:
            for rows, reached in self._listed(shape, position, position.after):
                yield rows, reached.cursor()
            return
        for rows, reached in self._fresh(shape, position, now):
            yield rows, reached.cursor()
        twice = reached
        for rows, twice in self._again(shape, reached, now):
            yield rows, twice.cursor()
        self._passed[stream] = twice.late

    def _listed(self, shape: Shape, position: Position, begin: str) -> Iterator[tuple[list[Row], Position]]:
        """Everything there is, by id; what changes meanwhile is found from where the listing began."""
        for rows, after in self._objects.listed(shape, begin):
            yield rows, replace(position, after=after)

    def _fresh(self, shape: Shape, position: Position, now: datetime) -> Iterator[tuple[list[Row], Position]]:
        settled, low, high = max(position.at, now - self._lag), to_ms(position.at), to_ms(now + AHEAD)
        first = self._windows.first(shape, low, high)
        if self._windows.is_many(first) and self._is_listed_sooner(shape, first.total):
            yield from self._listed(shape, Position(at=settled, late=settled, after=""), "")
            return
        for rows, end in self._windows.between(shape, low, high, first):
            if end is not None:
                position = replace(position, at=max(position.at, min(from_ms(end), settled)))
            yield rows, position

    def _is_listed_sooner(self, shape: Shape, changed: int) -> bool:
        """Whether listing everything takes less time: a search gives twice the rows, but may be sent less often.

        So it is after a long time away, or after an import that touched nearly everybody.
        """
        return changed / self._searched_per_s > self._objects.count(shape) / self._listed_per_s

    def _again(self, shape: Shape, position: Position, now: datetime) -> Iterator[tuple[list[Row], Position]]:
        """The second pass, about once an hour."""
        until = now - self._late
        if until - position.late < LATE_AGAIN:
            return
        for rows, end in self._windows.between(shape, to_ms(position.late), to_ms(until)):
            if end is not None:
                position = replace(position, late=max(position.late, from_ms(end)))
            yield rows, position
