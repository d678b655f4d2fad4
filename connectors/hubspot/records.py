"""Rows of CRM objects as records; ids that were merged away lead to the record that took their place."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from connectors.hubspot.answers import Row, known_shape
from connectors.hubspot.shapes import Shape
from connectors.hubspot.values import Reader, moment, read_row, readers_of
from domain.record import Field, Record
from domain.values import RecordRef

MERGED = "hs_merged_object_ids"


def records_of(connection: str, shape: Shape, rows: Sequence[Row], known: Mapping[str, Field]) -> tuple[Record, ...]:
    with known_shape(f"about {shape.object}"):
        readers = readers_of(known)
        readers.pop(shape.stamp, None)  # it becomes `modified_at`
        return tuple(_record(connection, shape, row, readers) for row in rows)


def _record(connection: str, shape: Shape, row: Row, readers: Mapping[str, Reader]) -> Record:
    values = read_row(row["properties"], readers)
    values.pop(shape.stamp, None)
    return Record(
        ref=RecordRef(connection=connection, object=shape.object, id=str(row["id"])),
        values=values,
        modified_at=modified_at(shape, row),
        archived=row.get("archived") is True,
        former_ids=former_ids(values.get(MERGED)),
    )


def unanswered(ids: Collection[str], found: Iterable[Record]) -> list[str]:
    """Those that no record answers to, by its id or by one it had before a merge."""
    there = {each for record in found for each in (record.ref.id, *record.former_ids)}
    return [each for each in ids if each not in there]


def former_ids(text: object) -> tuple[str, ...]:
    """The ids that lead to a record since it was merged."""
    return tuple(part for part in str(text or "").replace(",", ";").split(";") if part)


def modified_at(shape: Shape, row: Row) -> datetime:
    """Archiving does not move the stamp, and yet is the newest thing that happened to the record."""
    at = moment(row["properties"].get(shape.stamp) or row["updatedAt"])
    return max(at, moment(row["archivedAt"])) if row.get("archivedAt") else at
