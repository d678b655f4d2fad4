"""Whom a lead or a deal belongs to: HubSpot keeps it as an association and no property, so it is asked for apart."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from connectors.contract import Known, KnownRecords
from connectors.hubspot.answers import Row, known_shape
from connectors.hubspot.client import Client
from connectors.hubspot.links import linked
from connectors.hubspot.shapes import COMPANY, CONTACT
from domain.record import Field, Record

DEAL_TO_PRIMARY_COMPANY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """The value that we put into the record ourselves. `first`: the kind of association that comes before others."""

    field: Field
    target: str
    first: int | None = None


BELONGS: Mapping[str, Belonging] = {
    "leads": Belonging(field=CONTACT, target="contacts"),
    "deals": Belonging(field=COMPANY, target="companies", first=DEAL_TO_PRIMARY_COMPANY),
}


def with_owners(client: Client, object_name: str, rows: Sequence[Row]) -> list[Row]:
    """The rows, each with the id of whom it belongs to among its properties: one call for a thousand."""
    told = BELONGS.get(object_name)
    if told is None or not rows:
        return list(rows)
    with known_shape(f"about {object_name}"):
        found = linked(client, object_name, told.target, [str(row["id"]) for row in rows], first=told.first)
        owners = {each: next(iter(ids), None) for each, ids in found.items()}
        return [
            {**row, "properties": {**row["properties"], told.field.name: owners.get(str(row["id"]))}} for row in rows
        ]


def given_away(client: Client, object_name: str, rows: Sequence[Row], known: Mapping[str, Known]) -> set[str]:
    """Those that belong to another than was known: an association that changes need not move the record's stamp."""
    told = BELONGS.get(object_name)
    if told is None:
        return set()
    owners = {str(row["id"]): row["properties"][told.field.name] for row in with_owners(client, object_name, rows)}
    return {each for each, record in known.items() if record.values.get(told.field.name) != owners.get(each)}


def as_remembered(known: KnownRecords, records: Sequence[Record]) -> Iterator[Record]:
    """Of what is deleted HubSpot tells no association any more: whose it was is what we knew, for it is their news."""
    for record in records:
        told = BELONGS.get(record.ref.object) if record.archived else None
        if told is not None and record.values.get(told.field.name) is None:
            before = known.of(record.ref.connection, record.ref.object, [record.ref.id]).get(record.ref.id)
            owner = None if before is None else before.values.get(told.field.name)
            yield record if owner is None else replace(record, values={**record.values, told.field.name: owner})
        else:
            yield record
