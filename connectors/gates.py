"""Streams that not every account gives: refused, they rest for a day while everything else goes on.

The rest is kept in the stream's cursor, so that a process which is started every few minutes does not ask each time.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from domain.errors import ContractError, NotAllowedError
from domain.record import Cursor, Page
from domain.values import from_text, to_text

log = structlog.get_logger(__name__)

AGAIN = timedelta(hours=24)

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
            raise ContractError("a saved cursor cannot be read; reset the stream") from error

    def cursor(self) -> Cursor:
        then = None if self.then is None else self.then.position
        return Cursor(position=json.dumps({"rests_until": to_text(self.until), "why": self.why, "then": then}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A stream that does not rest, and where it goes on from."""

    cursor: Cursor | None


class Gates:
    """Lets the streams through that may be refused, and remembers which are.

    `needs`: those streams, each with what has to be given for it. `unspoken`: of which nobody is told that they rest,
    because there is nothing that anybody should do. `now`: the system's own.
    """

    def __init__(
        self,
        connection: str,
        needs: Mapping[str, str],
        *,
        now: Callable[[], datetime],
        unspoken: Collection[str] = (),
    ) -> None:
        self._connection = connection
        self._needs = needs
        self._now = now
        self._unspoken = unspoken
        self._resting: dict[str, str] = {}

    @property
    def resting(self) -> Mapping[str, str]:
        """Streams that are not given to us, as last told, with the reason in words; none where nobody is to be told."""
        return {stream: "" if stream in self._unspoken else why for stream, why in self._resting.items()}

    def waking(self, cursors: Mapping[str, Cursor]) -> Mapping[str, Cursor | None]:
        """Streams that rest by their cursor and are given by now, with the cursor from before the rest."""
        given = sorted(self._needs.keys() & cursors.keys() - self._resting.keys())
        rests = {stream: Rest.of(cursors[stream]) for stream in given}
        return {stream: rest.then for stream, rest in rests.items() if rest is not None}

    def opened(self, stream: str, cursor: Cursor | None, ask: Callable[[], object]) -> "Page | Opened | None":
        """Whether a stream may be read beside others, and from where: a page that tells of the rest where `ask` is not
        allowed to, None while it rests."""
        rest = Rest.of(cursor)
        if rest is not None and self._now() < rest.until:
            self._resting[stream] = rest.why
            return None
        reached = cursor if rest is None else rest.then
        try:
            ask()
        except NotAllowedError as error:
            return self._closed(stream, reached, error, is_news=rest is None)
        self._resting.pop(stream, None)
        return Opened(cursor=reached)

    def pages(self, stream: str, cursor: Cursor | None, read: Read) -> Iterator[Page]:
        """As `read`, from where it stood before a rest; nothing at all while it rests."""
        rest = Rest.of(cursor)
        if rest is not None and self._now() < rest.until:
            self._resting[stream] = rest.why
            return
        reached = cursor if rest is None else rest.then
        try:
            for page in read(stream, reached):
                self._resting.pop(stream, None)
                reached = page.cursor
                yield page
        except NotAllowedError as error:
            yield self._closed(stream, reached, error, is_news=rest is None)

    def _closed(self, stream: str, reached: Cursor | None, error: NotAllowedError, *, is_news: bool) -> Page:
        if is_news and stream not in self._resting and stream not in self._unspoken:
            log.warning("stream_rests", connection=self._connection, stream=stream, needs=self._needs[stream])
        self._resting[stream] = f"needs {self._needs[stream]}. {error}"
        closed = Rest(until=self._now() + AGAIN, why=self._resting[stream], then=reached)
        return Page(stream=stream, cursor=closed.cursor())
