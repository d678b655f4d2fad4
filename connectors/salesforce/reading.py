"""Reading what changed, by keyset on (SystemModstamp, Id) with an overlap: may repeat, never skips.

Rows become visible after their stamp, so a saved cursor stays `lag` behind Salesforce's now, and behind the
oldest transaction still open; what lies beyond it is given at once and read again.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from connectors.salesforce import rows as row_of
from connectors.salesforce.asking import Asking, Told
from connectors.salesforce.catalogue import SHAPES, Catalogue
from connectors.salesforce.client import Client
from connectors.salesforce.coverage import Coverage
from connectors.salesforce.position import BEGINNING, Position, Walk, Window
from connectors.salesforce.soql import after, before, select
from domain.activity import Activity
from domain.errors import ContractError
from domain.record import Cursor, FieldType, Page, Record

QUERIES_PER_COMPOSITE = 5
_TOO_MUCH = frozenset({"QUERY_TIMEOUT", "QUERY_TOO_COMPLICATED", "EXCEEDED_ID_LIMIT"})
_ENDED = _TOO_MUCH | {"INVALID_QUERY_LOCATOR"}


class _LocatorEndedError(Exception):
    """The pages of a query are gone; it has to be asked again from where we are."""


class _TooMuchError(Exception):
    """Salesforce cannot answer this query; a window of half its time may pass."""


class Reading:
    """The read half of the connector."""

    def __init__(
        self, client: Client, asking: Asking, catalogue: Catalogue, *, connection: str, lag: timedelta
    ) -> None:
        self._client = client
        self._asking = asking
        self._catalogue = catalogue
        self._coverage = Coverage(client)
        self._connection = connection
        self._lag = lag

    def read(self, stream: str, cursor: Cursor | None) -> Iterator[Page]:
        begin, asked_at = Position.of(cursor), self._client.now()
        self._coverage.refresh(stream)
        yield from self._pages(self._window(stream, begin, asked_at))

    def read_bundle(self, cursors: Mapping[str, Cursor | None]) -> Iterator[Page]:
        """First pages by one Composite (one call of the day's quota), further ones stream by stream.

        A stream that cannot be read holds back no other: the first such error is raised after the last page.
        """
        refused: list[ContractError] = []
        waiting = iter(cursors.items())
        while some := dict(islice(waiting, QUERIES_PER_COMPOSITE)):
            yield from self._read_together(some, refused)
        if refused:
            raise refused[0]

    def _read_together(self, cursors: Mapping[str, Cursor | None], refused: list[ContractError]) -> Iterator[Page]:
        asked_at = self._client.now()
        begins: dict[str, Position] = {}
        queries: dict[str, str] = {}
        for stream, cursor in cursors.items():
            with _held_back(refused):
                begins[stream] = Position.of(cursor)
                queries[stream] = f"queryAll?{urlencode({'q': self._soql(stream, begins[stream])})}"
        told = self._ask_together(queries, refused, asked_at=asked_at) if queries else {}
        for stream in queries:
            with _held_back(refused):
                window = self._window(stream, begins[stream], asked_at)
                answer = told.get(stream)
                yield from self._pages(window, _page(answer, stream) if answer and answer.ok else None)

    def _ask_together(
        self, queries: Mapping[str, str], refused: list[ContractError], *, asked_at: datetime
    ) -> Mapping[str, Told]:
        """First answers by stream; a query missing here or refused is asked alone."""
        parts = self._coverage.parts(queries)
        told: Mapping[str, Told] = {}
        with _held_back(refused):
            told = self._asking.together({**parts, **queries})
        self._coverage.take(parts, told, asked_at=asked_at)
        return told

    def _window(self, stream: str, begin: Position, asked_at: datetime) -> Window:
        settled, covered = asked_at - self._lag, self._coverage.known(stream)
        settled = (settled if covered is None else min(settled, covered)).replace(microsecond=0)
        return Window(walk=Walk(stream=stream, begin=begin, asked_at=asked_at, settled=settled), begin=begin)

    def _soql(self, stream: str, begin: Position, until: datetime | None = None) -> str:
        shape, fields = SHAPES[stream], self._catalogue.to_read(stream)
        since = after(None if begin.stamp == BEGINNING else begin.stamp, begin.id)
        where = " AND ".join(f"({part})" for part in (shape.where, since, before(until)) if part)
        return select([*fields, *shape.related], stream, where=where, order="SystemModstamp, Id")

    def _ask(self, window: Window) -> dict[str, Any]:
        """The first page; describes again and asks once more when a field has vanished meanwhile."""
        stream = window.walk.stream
        told = self._asking.ask(self._soql(stream, window.begin, window.until), large=True)
        if any(refusal.code == "INVALID_FIELD" for refusal in told.refusals):
            self._catalogue.forget(stream)
            told = self._asking.ask(self._soql(stream, window.begin, window.until), large=True)
        for refusal in told.refusals:
            if refusal.code in _TOO_MUCH:
                raise _TooMuchError(refusal.code)
        if not told.ok:
            raise told.failure(f"to read {stream}")
        return _page(told, stream)

    def _pages(self, window: Window, first: dict[str, Any] | None = None) -> Iterator[Page]:
        """All pages: asked again from the last row seen when the locator has ended, in halves when it is too much."""
        try:
            while True:
                seen = window.begin
                try:
                    for rows, done in self._rows(window, first):
                        seen = _progress(seen, rows[-1]) if rows else seen
                        yield self._page(window.walk, rows, window.end if done else seen)
                except _LocatorEndedError as ended:
                    if seen == window.begin:
                        stream = window.walk.stream
                        raise ContractError(f"Salesforce ended a query of {stream} before it gave a row") from ended
                    window, first = replace(window, begin=seen), None
                else:
                    return
        except _TooMuchError as much:
            halves = _halves(window, much)
        for half in halves:
            yield from self._pages(half)

    def _rows(self, window: Window, page: dict[str, Any] | None) -> Iterator[tuple[list[row_of.Row], bool]]:
        page = page or self._ask(window)
        stream, moments, walked = window.walk.stream, self._moments(window.walk.stream), set[str]()
        while True:
            rows, done = row_of.tidy(page["records"], moments), page.get("done", True)
            path = str(page.get("nextRecordsUrl") or "")
            if not done and (not path or not rows or path in walked):
                raise ContractError(f"Salesforce says that more of {stream} follows, but gives no way on")
            yield rows, done
            if done:
                return
            walked.add(path)
            page = self._next(path, stream)

    def _moments(self, stream: str) -> tuple[str, ...]:
        known = self._catalogue.fields(stream)
        return tuple(name for name in self._catalogue.to_read(stream) if known[name].type is FieldType.DATETIME)

    def _next(self, path: str, stream: str) -> dict[str, Any]:
        told = Told.of(self._client.get(path, large=True))
        if any(refusal.code in _ENDED for refusal in told.refusals):
            raise _LocatorEndedError
        if not told.ok:
            raise told.failure(f"to read on in {stream}")
        return _page(told, stream)

    def _page(self, walk: Walk, rows: list[row_of.Row], reached: Position) -> Page:
        try:
            records, activities = self._contents(walk.stream, rows)
        except (KeyError, TypeError, ValueError) as error:
            raise ContractError(f"a row of {walk.stream} lacks what every row has") from error
        return Page(stream=walk.stream, cursor=walk.cursor(reached), records=records, activities=activities)

    def _contents(self, stream: str, rows: list[row_of.Row]) -> tuple[tuple[Record, ...], tuple[Activity, ...]]:
        """Records, or what people did; of tasks, our own are both."""
        activities_of = row_of.ACTIVITIES.get(stream)
        if activities_of is None:
            return tuple(row_of.record_of(self._connection, stream, row) for row in rows), ()
        kept = (row for row in rows if row_of.own_task(row))
        return (
            tuple(row_of.record_of(self._connection, stream, row) for row in kept),
            tuple(activity for row in rows for activity in activities_of(self._connection, row)),
        )


def _progress(seen: Position, last: row_of.Row) -> Position:
    """The position of a page's last row. Only stamps are compared: how ids sort is Salesforce's own affair."""
    stamp, record_id = row_of.key_of(last)
    if stamp < seen.stamp:
        raise ContractError("Salesforce gave rows out of order: a page ends before the one before it")
    return Position(stamp=stamp, id=record_id)


def _halves(window: Window, much: _TooMuchError) -> tuple[Window, Window]:
    halves = window.halves()
    if halves is None:
        raise ContractError(
            f"Salesforce cannot answer a query of {window.walk.stream} ({much}), however short its time is made. "
            "Map fewer fields of it, formulas above all, or ask Salesforce's support about the query"
        ) from much
    return halves


def _page(told: Told, stream: str) -> dict[str, Any]:
    page = told.body
    if not isinstance(page, dict) or not isinstance(page.get("records"), list):
        raise ContractError(f"Salesforce answered a query of {stream} in a shape we do not know")
    if told.nul:
        page["records"] = [row_of.without_nul(row) for row in page["records"]]
    return page


@contextmanager
def _held_back(refused: list[ContractError]) -> Iterator[None]:
    """Keep the error of one stream until the others have been read."""
    try:
        yield
    except ContractError as error:
        refused.append(error)
