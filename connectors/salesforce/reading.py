"""Reading what changed, by keyset on (SystemModstamp, Id) with an overlap: may repeat, never skips.

Rows become visible after their stamp, so a saved cursor stays `lag` behind Salesforce's now; what lies
beyond it is given at once and read again.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from connectors.contract import Surroundings
from connectors.http import Answer
from connectors.salesforce import rows as row_of
from connectors.salesforce.answers import failure, refusals, refusals_of
from connectors.salesforce.catalogue import SHAPES, Catalogue
from connectors.salesforce.client import Client, Request
from connectors.salesforce.soql import after, select
from domain.activity import Activity
from domain.errors import ContractError
from domain.record import Cursor, FieldType, Page, Record
from domain.values import from_text, to_text

QUERIES_PER_COMPOSITE = 5
_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Position:
    """Where a stream has been read to. Without an id the stamp itself is still to be read."""

    stamp: datetime = _BEGINNING
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
class _Query:
    """A query about to be sent, and what is needed to read its answer."""

    stream: str
    soql: str
    moments: tuple[str, ...]
    begin: Position
    asked_at: datetime


class _LocatorEndedError(Exception):
    """The pages of a query are gone; it has to be asked again from where we are."""


class Reading:
    """The read half of the connector."""

    def __init__(self, client: Client, catalogue: Catalogue, surroundings: Surroundings, *, lag: timedelta) -> None:
        self._client = client
        self._catalogue = catalogue
        self._connection = surroundings.connection
        self._lag = lag

    def read(self, stream: str, cursor: Cursor | None) -> Iterator[Page]:
        query = self._query(stream, Position.of(cursor))
        yield from self._pages(query, self._ask(query))

    def read_bundle(self, cursors: Mapping[str, Cursor | None]) -> Iterator[Page]:
        """First pages by one Composite (one call of the day's quota), further ones stream by stream."""
        waiting = iter(cursors.items())
        while some := list(islice(waiting, QUERIES_PER_COMPOSITE)):
            queries = [self._query(stream, Position.of(cursor)) for stream, cursor in some]
            for query, told in zip(queries, self._ask_together(queries), strict=True):
                first = told if isinstance(told, dict) else self._ask(query)
                yield from self._pages(query, first)

    def _query(self, stream: str, begin: Position) -> _Query:
        shape, fields = SHAPES[stream], self._catalogue.to_read(stream)
        known = self._catalogue.fields(stream)
        since = after(None if begin.stamp == _BEGINNING else begin.stamp, begin.id)
        where = " AND ".join(f"({part})" for part in (shape.where, since) if part)
        return _Query(
            stream=stream,
            soql=select([*fields, *shape.related], stream, where=where, order="SystemModstamp, Id"),
            moments=tuple(name for name in fields if known[name].type is FieldType.DATETIME),
            begin=begin,
            asked_at=self._client.now(),
        )

    def _ask(self, query: _Query) -> dict[str, Any]:
        """The first page; describes again and asks once more when a field has vanished meanwhile."""
        answer = self._client.get("queryAll", {"q": query.soql}, large=True)
        if not answer.ok and any(refusal.code == "INVALID_FIELD" for refusal in refusals_of(answer)):
            self._catalogue.forget(query.stream)
            answer = self._client.get("queryAll", {"q": self._query(query.stream, query.begin).soql}, large=True)
        if not answer.ok:
            raise failure(answer, f"to read {query.stream}")
        return _page(answer.json(), query.stream, _has_nul(answer))

    def _ask_together(self, queries: list[_Query]) -> list[dict[str, Any] | None]:
        """A first page per query; None where Salesforce refused that one, which is then asked alone."""
        asked = [
            {
                "method": "GET",
                "referenceId": query.stream,
                "url": f"{self._client.data_path('queryAll')}?{urlencode({'q': query.soql})}",
            }
            for query in queries
        ]
        body = {"allOrNone": False, "compositeRequest": asked}
        request = Request(method="POST", path="composite", body=body, idempotent=True, large=True)
        answer = self._client.send(request)
        if not answer.ok:
            raise failure(answer, "to read several objects in one call")
        told = answer.json()
        parts = told.get("compositeResponse") if isinstance(told, dict) else None
        by_stream = {part.get("referenceId"): part for part in parts or [] if isinstance(part, dict)}
        nul = _has_nul(answer)
        return [_part(by_stream.get(query.stream), query.stream, nul) for query in queries]

    def _pages(self, query: _Query, first: dict[str, Any]) -> Iterator[Page]:
        """All pages of a query; when its locator has ended, it is asked again from the last row seen."""
        asked_first, seen = query, query.begin
        while True:
            begun = seen
            try:
                for rows, done in self._walk(first, query):
                    if rows:
                        seen = _progress(seen, rows[-1])
                    yield self._page(asked_first, rows, seen, done=done)
            except _LocatorEndedError as ended:
                if seen == begun:
                    raise ContractError(f"Salesforce ended a query of {query.stream} before it gave a row") from ended
            else:
                return
            query = self._query(query.stream, seen)
            first = self._ask(query)

    def _walk(self, page: dict[str, Any], query: _Query) -> Iterator[tuple[list[row_of.Row], bool]]:
        walked: set[str] = set()
        while True:
            rows, done = row_of.tidy(page["records"], query.moments), page.get("done", True)
            path = str(page.get("nextRecordsUrl") or "")
            if not done and (not path or not rows or path in walked):
                raise ContractError(f"Salesforce says that more of {query.stream} follows, but gives no way on")
            yield rows, done
            if done:
                return
            walked.add(path)
            page = self._next(path, query.stream)

    def _next(self, path: str, stream: str) -> dict[str, Any]:
        answer = self._client.get(path, large=True)
        if any(refusal.code == "INVALID_QUERY_LOCATOR" for refusal in refusals_of(answer) if not answer.ok):
            raise _LocatorEndedError
        if not answer.ok:
            raise failure(answer, f"to read on in {stream}")
        return _page(answer.json(), stream, _has_nul(answer))

    def _page(self, query: _Query, rows: list[row_of.Row], seen: Position, *, done: bool) -> Page:
        """`query` is the one asked first: what became visible after it, a later one of this walk may have passed."""
        settled = Position(stamp=(query.asked_at - self._lag).replace(microsecond=0))
        reached = settled if done else min(seen, settled)
        try:
            records, activities = self._contents(query.stream, rows)
        except (KeyError, TypeError, ValueError) as error:
            raise ContractError(f"a row of {query.stream} lacks what every row has") from error
        cursor = max(reached, query.begin).cursor()
        return Page(stream=query.stream, cursor=cursor, records=records, activities=activities)

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


def _page(told: Any, stream: str, nul: bool) -> dict[str, Any]:
    if not isinstance(told, dict) or not isinstance(told.get("records"), list):
        raise ContractError(f"Salesforce answered a query of {stream} in a shape we do not know")
    if nul:
        told["records"] = [row_of.without_nul(row) for row in told["records"]]
    return told


def _part(part: dict[str, Any] | None, stream: str, nul: bool) -> dict[str, Any] | None:
    """One answer inside a Composite: None when this query alone was refused."""
    if part is None:
        raise ContractError(f"Salesforce left {stream} out of a joint answer")
    body = part.get("body")
    if part.get("httpStatusCode") != 200 and refusals(body):
        return None
    return _page(body, stream, nul)


def _has_nul(answer: Answer) -> bool:
    """Looking for a single byte first is forty times as fast, and most pages have no escape at all."""
    return b"\\" in answer.body and b"\\u0000" in answer.body
