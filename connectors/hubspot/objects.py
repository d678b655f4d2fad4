"""Rows of CRM objects, a page at a time: by listing, by search or by id."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.http import Answer
from connectors.hubspot.answers import NOT_FOUND, Row, body_of, known_shape, rows_in
from connectors.hubspot.catalogue import Catalogue
from connectors.hubspot.client import SEARCH, Client
from connectors.hubspot.paging import next_after, pages
from connectors.hubspot.shapes import Shape
from domain.errors import TransientError

BY_ID = 100
PROPERTIES_CAP_CHARS = 2_000
"""A search takes 3,000 characters in all, an address not many more: longer lists of properties are read by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The first page of a search, by id, and how many records there are in all.

    `ids`: the lowest and the highest that search itself named; the rows may show others, of records merged since.
    """

    rows: list[Row]
    total: int
    more: bool
    ids: tuple[int, int] | None


class Objects:
    """Reads pages with the properties that the catalogue wants."""

    def __init__(self, client: Client, catalogue: Catalogue, *, page_size: int = BY_ID) -> None:
        self._client = client
        self._catalogue = catalogue
        self._page_size = page_size

    def begin(self, shape: Shape) -> datetime:
        """HubSpot's now before the first row is asked for; an answer must have come first, for it tells the time."""
        self._catalogue.fields(shape.object)
        return self._client.now()

    def listed(
        self, shape: Shape, begin: str = "", *, archived: bool = False, stamps_only: bool = False
    ) -> Iterator[tuple[list[Row], str | None]]:
        """The listing from `begin` on, each page with the way to the next; archived records stand in no search."""
        names = [shape.stamp] if stamps_only else self._catalogue.to_read(shape)

        def ask(after: str) -> Answer:
            request = self._client.sdk.crm.objects.basic_api.get_page(
                shape.object,
                limit=self._page_size,
                archived=archived,
                properties=[shape.stamp] if _is_long(names) else names,
                **({"after": after} if after else {}),
            )
            return self._client.send(request)

        for rows, after in pages(ask, f"to list {shape.object}", begin=begin):
            yield (rows if archived else self._filled(shape, rows, names)), after

    def found(self, shape: Shape, filters: Sequence[Mapping[str, str]]) -> Found:
        """The first page of what answers the filters, lowest id first."""
        names, doing = self._catalogue.to_read(shape), f"to search {shape.object}"
        body = {
            "filterGroups": [{"filters": list(filters)}],
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            "properties": [shape.stamp] if _is_long(names) else names,
            "limit": 2 * self._page_size,
            "after": "0",
        }
        request = self._client.sdk.crm.objects.search_api.do_search(shape.object, body)
        told = body_of(self._client.send(request, bucket=SEARCH), doing)
        rows = rows_in(told, doing)
        with known_shape(doing):
            total, ids = int(told["total"]), [int(row["id"]) for row in rows]
        ends = (min(ids), max(ids)) if ids else None
        return Found(rows=self._filled(shape, rows, names), total=total, more=next_after(told) is not None, ids=ends)

    def count(self, shape: Shape) -> int:
        """How many there are, as search knows it."""
        return self.found(shape, [{"propertyName": "hs_object_id", "operator": "GT", "value": "0"}]).total

    def by_id(
        self,
        object_name: str,
        ids: Sequence[str],
        names: Sequence[str],
        *,
        id_property: str | None = None,
        archived: bool = False,
    ) -> dict[str, Row]:
        """Rows by the id asked for, or by the value of a unique property (in lower case); unknown ones are left out.

        `archived`: those in the recycle bin, and no others.
        """
        found: dict[str, Row] = {}
        for start in range(0, len(ids), BY_ID):
            for row in self._read(object_name, ids[start : start + BY_ID], names, id_property, archived=archived):
                found |= dict.fromkeys(_keys(row, id_property), row)
        return found

    def _read(
        self,
        object_name: str,
        ids: Sequence[str],
        names: Sequence[str],
        id_property: str | None,
        *,
        archived: bool = False,
    ) -> list[Row]:
        doing = f"to read {object_name} by id"
        body: dict[str, Any] = {
            "inputs": [{"id": each} for each in ids],
            "properties": list(names),
            "propertiesWithHistory": [],
        }
        if id_property is not None:
            body["idProperty"] = id_property
        bin_or_not = {"archived": True} if archived else {}
        request = self._client.sdk.crm.objects.batch_api.read(object_name, body, **bin_or_not)
        told = body_of(self._client.send(request), doing)
        if any(error.get("category") not in NOT_FOUND for error in told.get("errors") or ()):
            raise TransientError(f"HubSpot could not read some {object_name}")
        return rows_in(told, doing)

    def _filled(self, shape: Shape, rows: list[Row], names: Sequence[str]) -> list[Row]:
        """The rows with all properties, where these were too many for the first call."""
        if not _is_long(names) or not rows:
            return rows
        with known_shape(f"to find {shape.object}"):
            ids = [str(row["id"]) for row in rows]
        return list(self.by_id(shape.object, ids, names).values())


def _is_long(names: Sequence[str]) -> bool:
    return sum(len(name) + 4 for name in names) > PROPERTIES_CAP_CHARS


def _keys(row: Row, id_property: str | None) -> Iterator[str]:
    """What the row answers to; a contact also to its further addresses."""
    with known_shape("to read by id"):
        if id_property is None:
            yield str(row["id"])
            return
        properties = row["properties"]
        yield str(properties.get(id_property) or "").lower()
        if id_property == "email":
            yield from str(properties.get("hs_additional_emails") or "").lower().split(";")
