"""Reading CRM objects: the first time by listing, then by search behind a cursor that never runs ahead.

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

    def rows(self, stream: str, cursor: Cursor | None) -> Iterator[tuple[list[Row], Cursor]]:
        """Pages of rows, each with the cursor that is safe once it is kept."""
        shape = SHAPES[stream]
        now = self._objects.begin(shape)
        begun = now - self._lag
        position = Position(at=begun, late=begun, after="") if cursor is None else Position.of(cursor)
        if position.after is not None:
            yield from self._listed(shape, position, position.after)
            return
        reached = position
        for rows, reached in self._fresh(shape, position, now):
            yield rows, reached.cursor()
        for rows, again in self._again(shape, reached, now):
            yield rows, again.cursor()

    def _listed(self, shape: Shape, position: Position, begin: str) -> Iterator[tuple[list[Row], Cursor]]:
        """Everything there is, by id; what changes meanwhile is found from where the listing began."""
        for rows, after in self._objects.listed(shape, begin):
            yield rows, replace(position, after=after).cursor()

    def _fresh(self, shape: Shape, position: Position, now: datetime) -> Iterator[tuple[list[Row], Position]]:
        settled = max(position.at, now - self._lag)
        for rows, end in self._windows.between(shape, to_ms(position.at), to_ms(now + AHEAD)):
            if end is not None:
                position = replace(position, at=max(position.at, min(from_ms(end), settled)))
            yield rows, position

    def _again(self, shape: Shape, position: Position, now: datetime) -> Iterator[tuple[list[Row], Position]]:
        """The second pass, about once an hour."""
        until = now - self._late
        if until - position.late < LATE_AGAIN:
            return
        for rows, end in self._windows.between(shape, to_ms(position.late), to_ms(until)):
            if end is not None:
                position = replace(position, late=max(position.late, from_ms(end)))
            yield rows, position
