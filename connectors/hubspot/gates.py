"""Streams that not every portal gives: refused, they rest for a day while everything else goes on.

The rest is kept in the stream's cursor, so that a process which is started every few minutes does not ask each time.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from connectors.hubspot.client import Client
from domain.errors import ContractError, NotAllowedError
from domain.record import Cursor, Page
from domain.values import from_text, to_text

log = structlog.get_logger(__name__)

AGAIN = timedelta(hours=24)
NEEDS: Mapping[str, str] = {"page_views": "Marketing Hub Enterprise", "leads": "Sales Hub Professional"}

Read = Callable[[str, Cursor | None], Iterator[Page]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Until when a stream rests and why; `then` is the cursor that it goes on from."""

    until: datetime
    why: str
    then: Cursor | None

    @staticmethod
    def of(cursor: Cursor | None) -> "Rest | None":
        try:
            told = json.loads(cursor.position) if cursor is not None else {}
            if "rests_until" not in told:
                return None
            then = None if told["then"] is None else Cursor(position=str(told["then"]))
            return Rest(until=from_text(told["rests_until"]), why=str(told["why"]), then=then)
        except (ValueError, KeyError, TypeError) as error:
            raise ContractError("a saved HubSpot cursor cannot be read; reset the stream") from error

    def cursor(self) -> Cursor:
        then = None if self.then is None else self.then.position
        return Cursor(position=json.dumps({"rests_until": to_text(self.until), "why": self.why, "then": then}))


class Gates:
    """Lets the streams through that may be refused, and remembers which are."""

    def __init__(self, client: Client, connection: str) -> None:
        self._client = client
        self._connection = connection
        self._resting: dict[str, str] = {}

    @property
    def resting(self) -> Mapping[str, str]:
        """Streams that HubSpot does not give us, as last told, with the reason in words."""
        return dict(self._resting)

    def waking(self, cursors: Mapping[str, Cursor]) -> Mapping[str, Cursor | None]:
        """Streams that rest by their cursor and are given by now, with the cursor from before the rest."""
        given = sorted(NEEDS.keys() & cursors.keys() - self._resting.keys())
        rests = {stream: Rest.of(cursors[stream]) for stream in given}
        return {stream: rest.then for stream, rest in rests.items() if rest is not None}

    def pages(self, stream: str, cursor: Cursor | None, read: Read) -> Iterator[Page]:
        """As `read`, from where it stood before a rest; nothing at all while it rests."""
        rest = Rest.of(cursor)
        if rest is not None and self._client.now() < rest.until:
            self._resting[stream] = rest.why
            return
        reached = cursor if rest is None else rest.then
        try:
            for page in read(stream, reached):
                self._resting.pop(stream, None)
                reached = page.cursor
                yield page
        except NotAllowedError as error:
            if rest is None and stream not in self._resting:
                log.warning("stream_rests", connection=self._connection, stream=stream, needs=NEEDS[stream])
            self._resting[stream] = f"needs {NEEDS[stream]}. {error}"
            closed = Rest(until=self._client.now() + AGAIN, why=self._resting[stream], then=reached)
            yield Page(stream=stream, cursor=closed.cursor())
