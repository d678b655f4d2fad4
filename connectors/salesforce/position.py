"""Where a stream has been read to, and how far its saved cursor may go."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from domain.errors import ContractError
from domain.record import Cursor
from domain.values import from_text, to_text

BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
FOUNDED = datetime(1999, 1, 1, tzinfo=UTC)
"""No Salesforce record is older: where halving a window without a beginning begins."""
HALVINGS = 15
"""Of a whole history that leaves windows of seven hours, each tried in one query of at most two minutes."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Position:
    """Where a stream has been read to. Without an id the stamp itself is still to be read."""

    stamp: datetime = BEGINNING
    id: str = ""

    @staticmethod
    def of(cursor: Cursor | None) -> "Position":
        if cursor is None:
            return Position()
        try:
            told = json.loads(cursor.position)
            return Position(stamp=from_text(told["at"]), id=told["id"])
        except (ValueError, KeyError, TypeError) as error:
            raise ContractError("a saved Salesforce cursor cannot be read; reset the stream") from error

    def cursor(self) -> Cursor:
        return Cursor(position=json.dumps({"at": to_text(self.stamp), "id": self.id}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One reading of a stream: where it began and when, and up to which stamp every row showed by then.

    What became visible after its first query, a later one of the same walk may have passed; so both stay
    what they were at the beginning.
    """

    stream: str
    begin: Position
    asked_at: datetime
    settled: datetime

    def cursor(self, reached: Position) -> Cursor:
        """Behind what has settled, and never behind where it began."""
        return max(min(reached, Position(stamp=self.settled)), self.begin).cursor()


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The part of a walk that one query asks for: from a position up to, not including, `until`; or everything."""

    walk: Walk
    begin: Position
    until: datetime | None = None
    halved: int = 0

    @property
    def end(self) -> Position:
        """What has been read once the query is done."""
        return Position(stamp=self.until or self.walk.settled)

    def halves(self) -> "tuple[Window, Window] | None":
        """Both halves of its time; None when it has been halved often enough, or to a second."""
        begin = max(self.begin.stamp, FOUNDED)
        middle = (begin + ((self.until or self.walk.asked_at) - begin) / 2).replace(microsecond=0)
        if self.halved >= HALVINGS or middle <= begin:
            return None
        halved = self.halved + 1
        first = Window(walk=self.walk, begin=self.begin, until=middle, halved=halved)
        return first, Window(walk=self.walk, begin=Position(stamp=middle), until=self.until, halved=halved)
