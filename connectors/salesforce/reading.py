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
from connectors.salesforce.bulk_jobs import BulkRefusedError
from connectors.salesforce.bulk_query import BulkQuery, Underway, UnfinishedError
from connectors.salesforce.catalogue import SHAPES, Catalogue
from connectors.salesforce.client import Client
from connectors.salesforce.coverage import Coverage
from connectors.salesforce.incoming_mail import IncomingMail
from connectors.salesforce.position import BEGINNING, Position, Walk, Window
from connectors.salesforce.sandbox_addresses import SandboxAddresses
from connectors.salesforce.soql import after, before, select
from domain.activity import Activity
from domain.errors import ConnectorError, ContractError
from domain.record import Cursor, Page, Record

QUERIES_PER_COMPOSITE = 5
_TOO_MUCH = frozenset({"QUERY_TIMEOUT", "QUERY_TOO_COMPLICATED", "EXCEEDED_ID_LIMIT"})
_DESCRIBED_OTHERWISE = frozenset({"INVALID_FIELD", "INVALID_TYPE"})
_ENDED = _TOO_MUCH | {"INVALID_QUERY_LOCATOR"}


class _LocatorEndedError(Exception):
    """The pages of a query are gone; it has to be asked again from where we are."""


class _TooMuchError(Exception):
    """Salesforce cannot answer this query; a window of half its time may pass."""


class Reading:
    """The read half of the connector."""

    def __init__(
        self,
        client: Client,
        asking: Asking,
        catalogue: Catalogue,
        *,
        bulk: BulkQuery,
        connection: str,
        lag: timedelta,
    ) -> None:
        self._client = client
        self._asking = asking
        self._catalogue = catalogue
        self._coverage = Coverage(client)
        self._addresses = SandboxAddresses(asking)
        self._incoming = IncomingMail(client, asking)
        self._bulk = bulk
        self._connection = connection
        self._lag = lag
        self._passed: dict[str, datetime] = {}

    def passed(self, stream: str) -> datetime | None:
        """What changed before it was read for good, by this process: only a night's comparison finds more of it."""
        return self._passed.get(stream)

    def read(self, stream: str, cursor: Cursor | None) -> Iterator[Page]:
        underway = Underway.of(stream, cursor)
        if underway is not None:
            yield from self._take_up(underway)
            return
        yield from self._afresh(stream, Position.of(cursor))

    def _afresh(self, stream: str, begin: Position) -> Iterator[Page]:
        self._catalogue.fields(stream)  # an answer must have come first: it tells Salesforce's time
        asked_at = self._client.now()
        self._coverage.refresh(stream)
        yield from self._pages(self._window(stream, begin, asked_at))

    def read_bundle(self, cursors: Mapping[str, Cursor | None]) -> Iterator[Page]:
        """First pages by one Composite (one call of the day's quota), further ones stream by stream.

        A stream that cannot be read holds back no other: the first such error is raised after the last page.
        """
        refused: list[ConnectorError] = []
        waiting = iter(cursors.items())
        while some := dict(islice(waiting, QUERIES_PER_COMPOSITE)):
            yield from self._read_together(some, refused)
        if refused:
            raise refused[0]

    def _read_together(self, cursors: Mapping[str, Cursor | None], refused: list[ConnectorError]) -> Iterator[Page]:
        begins: dict[str, Position] = {}
        queries: dict[str, str] = {}
        jobs: dict[str, Underway] = {}
        for stream, cursor in cursors.items():
            with _held_back(refused):
                if (underway := Underway.of(stream, cursor)) is not None:
                    jobs[stream] = underway
                    continue
                begins[stream] = Position.of(cursor)
                queries[stream] = f"queryAll?{urlencode({'q': self._soql(stream, begins[stream])})}"
        asked_at = self._client.now()  # by now describe has been answered, which tells Salesforce's time
        told = self._ask_together(queries, refused, asked_at=asked_at) if queries else {}
        for stream in (stream for stream in cursors if stream in jobs or stream in queries):
            with _held_back(refused):
                if stream in jobs:
                    yield from self._take_up(jobs[stream])
                    continue
                window = self._window(stream, begins[stream], asked_at)
                answer = told.get(stream)
                yield from self._pages(window, _page(answer, stream) if answer and answer.ok else None)

    def _ask_together(
        self, queries: Mapping[str, str], refused: list[ConnectorError], *, asked_at: datetime
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

    def _soql(
        self, stream: str, begin: Position, until: datetime | None = None, *, order: str = "SystemModstamp, Id"
    ) -> str:
        shape, fields = SHAPES[stream], self._catalogue.to_read(stream)
        since = after(None if begin.stamp == BEGINNING else begin.stamp, begin.id)
        where = " AND ".join(f"({part})" for part in (shape.where, since, before(until)) if part)
        return select([*fields, *self._catalogue.related(stream)], stream, where=where, order=order)

    def _ask(self, window: Window) -> dict[str, Any]:
        """The first page; describes again and asks once more when a field has vanished meanwhile."""
        stream = window.walk.stream
        told = self._asking.ask(self._soql(stream, window.begin, window.until), large=True)
        if any(refusal.code in _DESCRIBED_OTHERWISE for refusal in told.refusals):
            self._catalogue.forget(stream)
            told = self._asking.ask(self._soql(stream, window.begin, window.until), large=True)
        if any(refusal.code == "INVALID_FIELD" for refusal in told.refusals) and self._catalogue.narrow(stream):
            told = self._asking.ask(self._soql(stream, window.begin, window.until), large=True)
        for refusal in told.refusals:
            if refusal.code in _TOO_MUCH:
                raise _TooMuchError(refusal.code)
        if not told.ok:
            raise told.failure(f"to read {stream}")
        return _page(told, stream)

    def _pages(self, window: Window, first: dict[str, Any] | None = None) -> Iterator[Page]:
        """All pages; in halves when it is too much."""
        try:
            yield from self._whole(window, first or self._ask(window))
        except _TooMuchError as much:
            halves = _halves(window, much)
        else:
            return
        for half in halves:
            yield from self._pages(half)

    def _whole(self, window: Window, first: dict[str, Any]) -> Iterator[Page]:
        """By a Bulk job where the first page tells of so many rows; what one gave that failed is given again."""
        if self._bulk.pays(window.walk.stream, first.get("totalSize")):
            try:
                yield from self._by_job(self._begun(window))
            except BulkRefusedError:
                yield from self._page_by_page(window, first)
        else:
            yield from self._page_by_page(window, first)

    def _page_by_page(self, window: Window, first: dict[str, Any] | None) -> Iterator[Page]:
        """Asked again from the last row seen when the locator has ended."""
        while True:
            seen = window.begin
            try:
                for rows, done in self._rows(window, first):
                    seen = _progress(seen, rows[-1]) if rows else seen
                    yield self._page(window.walk, rows, window.walk.cursor(window.end if done else seen))
                self._passed[window.walk.stream] = min(window.end.stamp, window.walk.settled)
            except _LocatorEndedError as ended:
                if seen == window.begin:
                    stream = window.walk.stream
                    raise ContractError(f"Salesforce ended a query of {stream} before it gave a row") from ended
                window, first = replace(window, begin=seen), None
            else:
                return

    def _begun(self, window: Window) -> Underway:
        return self._bulk.begin(window, self._soql(window.walk.stream, window.begin, window.until, order=""))

    def _by_job(self, underway: Underway) -> Iterator[Page]:
        """What a Bulk job gives; while it runs, pages without rows, so that whoever reads may stop."""
        walk, end = underway.window.walk, underway.window.end
        yield self._page(walk, [], underway.cursor())
        for rows, on in self._bulk.portions(underway, self._catalogue.fields(walk.stream)):
            cursor = walk.cursor(end) if on is None else on.cursor()
            yield self._page(walk, rows, cursor)

    def _take_up(self, underway: Underway) -> Iterator[Page]:
        """Go on with a job that an earlier reading began, or from where it began when it has come to nothing."""
        window = underway.window
        try:
            yield from self._by_job(underway)
        except BulkRefusedError:
            yield from self._afresh(window.walk.stream, window.begin)
            return
        if window.until is not None:
            yield from self._pages(Window(walk=window.walk, begin=window.end))

    def _rows(self, window: Window, page: dict[str, Any] | None) -> Iterator[tuple[list[row_of.Row], bool]]:
        page = page or self._ask(window)
        stream, moments, walked = window.walk.stream, self._catalogue.moments(window.walk.stream), set[str]()
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

    def _next(self, path: str, stream: str) -> dict[str, Any]:
        told = Told.of(self._client.get(path, large=True))
        if any(refusal.code in _ENDED for refusal in told.refusals):
            raise _LocatorEndedError
        if not told.ok:
            raise told.failure(f"to read on in {stream}")
        return _page(told, stream)

    def _page(self, walk: Walk, rows: list[row_of.Row], cursor: Cursor) -> Page:
        try:
            records, activities = self._contents(walk.stream, self._addresses.restore(rows))
        except (KeyError, TypeError, ValueError) as error:
            raise ContractError(f"a row of {walk.stream} lacks what every row has") from error
        return Page(stream=walk.stream, cursor=cursor, records=records, activities=activities)

    def _contents(self, stream: str, rows: list[row_of.Row]) -> tuple[tuple[Record, ...], tuple[Activity, ...]]:
        """Records, or what people did; of tasks, our own are both."""
        if stream == "Task":
            return self._tasks(rows)
        activities_of = row_of.ACTIVITIES.get(stream)
        if activities_of is None:
            return tuple(row_of.record_of(self._connection, stream, row) for row in rows), ()
        return (), tuple(activity for row in rows for activity in activities_of(self._connection, row))

    def _tasks(self, rows: list[row_of.Row]) -> tuple[tuple[Record, ...], tuple[Activity, ...]]:
        kept = (row for row in rows if row_of.own_task(row))
        came_in = self._incoming.among(rows)
        return (
            tuple(row_of.record_of(self._connection, "Task", row) for row in kept),
            tuple(
                activity
                for row in rows
                for activity in row_of.task_activities(self._connection, row, came_in=row["Id"] in came_in)
            ),
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
def _held_back(refused: list[ConnectorError]) -> Iterator[None]:
    """Keep the error of one stream until the others have been read."""
    try:
        yield
    except (ContractError, UnfinishedError) as error:
        refused.append(error)
