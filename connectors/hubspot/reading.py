"""Reading CRM objects: the first time by listing, then by search behind a cursor that never runs ahead.

Search shows changes late and in no sure order, and gives at most 10,000 rows a query. So the saved
cursor stays `lag` behind now, a second pass reads again what is `late` old, and a window with too many
rows is read in slices; one instant that alone is too full is walked by id.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.contract import Surroundings
from connectors.hubspot.answers import next_after, rows_of
from connectors.hubspot.catalogue import SHAPES, Catalogue, Shape
from connectors.hubspot.client import SEARCH, Client, Operation
from connectors.hubspot.settings import Settings
from connectors.hubspot.values import moment, read
from domain.errors import ContractError
from domain.record import Cursor, Record
from domain.values import RecordRef, from_text, to_text

Row = dict[str, Any]
PAGE, LIST_PAGE = 200, 100
WALL = 10_000
"""HubSpot answers 400 to whoever pages past it."""
LATE_AGAIN = timedelta(minutes=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """`at`: everything changed before it was read; `late`: everything changed before it was read twice."""

    at: datetime
    late: datetime

    @staticmethod
    def of(cursor: Cursor) -> "Position":
        try:
            told = json.loads(cursor.position)
            return Position(at=from_text(told["at"]), late=from_text(told["late"]))
        except (ValueError, KeyError, TypeError) as error:
            raise ContractError("a saved HubSpot cursor cannot be read; reset the stream") from error

    def cursor(self) -> Cursor:
        return Cursor(position=json.dumps({"at": to_text(self.at), "late": to_text(self.late)}))


class Reading:
    """Rows of one CRM object with the cursor that may be saved after them."""

    def __init__(self, client: Client, catalogue: Catalogue, surroundings: Surroundings, settings: Settings) -> None:
        self._client = client
        self._catalogue = catalogue
        self._surroundings = surroundings
        self._lag = timedelta(minutes=settings.lag_minutes)
        self._late = timedelta(minutes=settings.late_minutes)

    def rows(self, stream: str, cursor: Cursor | None) -> Iterator[tuple[list[Row], Cursor]]:
        """Pages of rows, each with the cursor that is safe once it is kept."""
        shape, asked_at = SHAPES[stream], self._surroundings.clock.now()
        if cursor is None:
            yield from self._listed(stream, shape, asked_at)
            return
        begun = Position.of(cursor)
        settled = max(begun.at, asked_at - self._lag)
        yield from ((rows, cursor) for rows in self._changed(stream, shape, begun.at, None))
        late = begun.late
        if asked_at - self._late - late >= LATE_AGAIN:
            until = asked_at - self._late
            yield from ((rows, cursor) for rows in self._changed(stream, shape, late, until))
            late = until
        yield [], Position(at=settled, late=late).cursor()

    def _listed(self, stream: str, shape: Shape, asked_at: datetime) -> Iterator[tuple[list[Row], Cursor]]:
        """Everything there is. Until the last page the cursor says: nothing read yet, begin with a search from 1970."""
        whole = Position(at=asked_at - self._lag, late=asked_at - self._lag - self._late)
        begin = Position(at=datetime(1970, 1, 1, tzinfo=UTC), late=asked_at - self._lag - self._late)
        after: str | None = None
        while True:
            rows, after = self.list_page(stream, shape, after, archived=False)
            yield rows, (begin if after else whole).cursor()
            if after is None:
                return

    def list_page(
        self, stream: str, shape: Shape, after: str | None, *, archived: bool
    ) -> tuple[list[Row], str | None]:
        """One page of the listing, and the way to the next."""
        options: dict[str, Any] = {"limit": LIST_PAGE, "properties": list(self._catalogue.to_read(stream))}
        if after is not None:
            options["after"] = after
        api = self._client.sdk.crm.objects.basic_api
        operation = Operation(method="GET", path=f"/crm/v3/objects/{shape.object}")
        answer = self._client.send(
            operation, lambda **more: api.get_page(shape.object, archived=archived, **options, **more)
        )
        return rows_of(answer, f"to list {shape.object}"), next_after(answer)

    def _changed(self, stream: str, shape: Shape, since: datetime, until: datetime | None) -> Iterator[list[Row]]:
        """Slices of the window, each below the wall; progress is made or an error raised."""
        while True:
            last, more = since, False
            for rows, at_wall in self._slice(stream, shape, since, until):
                last, more = max([last, *(_stamp(row, shape) for row in rows)]), at_wall
                yield rows
            if not more:
                return
            if last <= since:
                yield from self._instant(stream, shape, since)
                last = since + timedelta(milliseconds=1)
            since = last

    def _slice(
        self, stream: str, shape: Shape, since: datetime, until: datetime | None
    ) -> Iterator[tuple[list[Row], bool]]:
        """Pages of one query, oldest first; the flag says that it ended at the wall and more may follow."""
        filters = [{"propertyName": shape.stamp, "operator": "GTE", "value": _ms(since)}]
        if until is not None:
            filters.append({"propertyName": shape.stamp, "operator": "LT", "value": _ms(until)})
        yield from self._query(stream, shape, filters, shape.stamp)

    def _instant(self, stream: str, shape: Shape, at: datetime) -> Iterator[list[Row]]:
        """One instant that holds more rows than a query gives: walked by id."""
        last = "0"
        while True:
            filters = [
                {"propertyName": shape.stamp, "operator": "EQ", "value": _ms(at)},
                {"propertyName": "hs_object_id", "operator": "GT", "value": last},
            ]
            more = False
            for rows, at_wall in self._query(stream, shape, filters, "hs_object_id"):
                last, more = str(max([int(last), *(int(row["id"]) for row in rows)])), at_wall
                yield rows
            if not more:
                return

    def _query(
        self, stream: str, shape: Shape, filters: list[dict[str, str]], order: str
    ) -> Iterator[tuple[list[Row], bool]]:
        after, got = "0", 0
        api = self._client.sdk.crm.objects.search_api
        operation = Operation(method="POST", path=f"/crm/v3/objects/{shape.object}/search", bucket=SEARCH)
        while True:
            body = {
                "filterGroups": [{"filters": filters}],
                "sorts": [{"propertyName": order, "direction": "ASCENDING"}],
                "properties": list(self._catalogue.to_read(stream)),
                "limit": PAGE,
                "after": after,
            }
            answer = self._client.send(operation, lambda body=body, **more: api.do_search(shape.object, body, **more))
            rows = rows_of(answer, f"to search {shape.object}")
            got += len(rows)
            following = next_after(answer)
            at_wall = following is not None and got + PAGE > WALL
            yield rows, at_wall
            if following is None or at_wall:
                return
            if following == after or not rows:
                raise ContractError(f"HubSpot says that more {shape.object} follow, but gives no way on")
            after = following


def _stamp(row: Mapping[str, Any], shape: Shape) -> datetime:
    told = (row.get("properties") or {}).get(shape.stamp) or row.get("updatedAt")
    try:
        return moment(told)
    except (ValueError, TypeError) as error:
        raise ContractError(f"a row of {shape.object} came without {shape.stamp}") from error


def _ms(at: datetime) -> str:
    return str(int(at.timestamp() * 1000))


def record_of(connection: str, stream: str, row: Row, catalogue: Catalogue) -> Record:
    """A CRM object as a record; ids merged away lead to it."""
    shape = SHAPES[stream]
    known = catalogue.fields(shape.object)
    properties = row.get("properties") or {}
    values = {name: read(text, known.get(name)) for name, text in properties.items()}
    merged = str(values.get("hs_merged_object_ids") or "")
    return Record(
        ref=RecordRef(connection=connection, object=shape.object, id=str(row["id"])),
        values={name: value for name, value in values.items() if name != shape.stamp},
        modified_at=_stamp(row, shape),
        archived=row.get("archived") is True,
        former_ids=tuple(part for part in merged.replace(",", ";").split(";") if part),
    )
