"""One field of one record, and one field of all records of an object."""

from dataclasses import dataclass
from datetime import datetime

from domain.values import RecordRef


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class FieldOf:
    """A field of every record of an object."""

    connection: str
    object: str
    field: str

    def __str__(self) -> str:
        return f"{self.connection} {self.object}.{self.field}"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """A field of one record."""

    ref: RecordRef
    field: str

    @property
    def column(self) -> FieldOf:
        return FieldOf(connection=self.ref.connection, object=self.ref.object, field=self.field)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """A field that we write no more, because somebody overwrote it again and again.

    `records`: how many records it is stopped on. `everywhere`: so many that it is stopped on all. `who`: as the
    system's history tells; None before it was asked, empty where it does not tell.
    """

    field: FieldOf
    records: int
    everywhere: bool
    since: datetime
    who: str | None
