"""Whom a lead or a deal belongs to: HubSpot keeps it as an association and no property, so it is asked for apart."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from connectors.contract import Known, KnownRecords
from connectors.hubspot.answers import Row, known_shape
from connectors.hubspot.client import Client
from connectors.hubspot.links import linked
from connectors.hubspot.shapes import COMPANY, CONTACT, DEAL_CONTACTS
from domain.record import Field, Record

DEAL_TO_PRIMARY_COMPANY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """The value that we put into the record ourselves. `first`: the kind of association that comes before others.

    `every`: not one of them but all, and only where somebody asks for them: it is a call more.
    """

    field: Field
    target: str
    first: int | None = None
    every: bool = False

    def said(self, ids: Sequence[str]) -> str | None:
        """All of them in an order of their own, so that the same people read the same."""
        return (";".join(sorted(ids, key=int)) or None) if self.every else next(iter(ids), None)


BELONGS: Mapping[str, tuple[Belonging, ...]] = {
    "leads": (Belonging(field=CONTACT, target="contacts"),),
    "deals": (
        Belonging(field=COMPANY, target="companies", first=DEAL_TO_PRIMARY_COMPANY),
        Belonging(field=DEAL_CONTACTS, target="contacts", every=True),
    ),
}


def with_owners(client: Client, object_name: str, rows: Sequence[Row], *, wanted: Collection[str]) -> list[Row]:
    """The rows, each with the ids of whom it belongs to among its properties: a call for a thousand."""
    told = _asked(object_name, wanted)
    if not told or not rows:
        return list(rows)
    with known_shape(f"about {object_name}"):
        ids = [str(row["id"]) for row in rows]
        found = {each: linked(client, object_name, each.target, ids, first=each.first) for each in told}
        return [{**row, "properties": {**row["properties"], **_said(str(row["id"]), found)}} for row in rows]


def given_away(
    client: Client, object_name: str, rows: Sequence[Row], *, known: Mapping[str, Known], wanted: Collection[str]
) -> set[str]:
    """Those that belong to others than was known: an association that changes need not move the record's stamp."""
    names = [each.field.name for each in _asked(object_name, wanted)]
    if not names:
        return set()
    owned = {str(row["id"]): row["properties"] for row in with_owners(client, object_name, rows, wanted=wanted)}
    return {
        each
        for each, record in known.items()
        if any(record.values.get(name) != owned.get(each, {}).get(name) for name in names)
    }


def as_remembered(known: KnownRecords, records: Sequence[Record]) -> Iterator[Record]:
    """Of what is deleted HubSpot tells no association any more: whose it was is what we knew, for it is their news."""
    for record in records:
        told = BELONGS.get(record.ref.object, ()) if record.archived else ()
        names = [each.field.name for each in told if record.values.get(each.field.name) is None]
        before = (
            known.of(record.ref.connection, record.ref.object, [record.ref.id]).get(record.ref.id) if names else None
        )
        values = {} if before is None else {name: before.values.get(name) for name in names}
        kept = {name: value for name, value in values.items() if value is not None}
        yield replace(record, values={**record.values, **kept}) if kept else record


def _asked(object_name: str, wanted: Collection[str]) -> list[Belonging]:
    return [each for each in BELONGS.get(object_name, ()) if not each.every or each.field.name in wanted]


def _said(row_id: str, found: Mapping[Belonging, Mapping[str, Sequence[str]]]) -> dict[str, str | None]:
    return {each.field.name: each.said(links.get(row_id, ())) for each, links in found.items()}
