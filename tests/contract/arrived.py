"""What an installation has of a system."""

from collections.abc import Collection, Iterable

from sqlalchemy import select

from domain.record import Record
from domain.values import LeadId, RecordRef
from store import ledger, records
from store.engine import Store
from store.schema import activity, record


def arrived(store: Store, connection: str) -> dict[RecordRef, Record]:
    """Every record, by its reference."""
    query = select(record.c.object).where(record.c.connection == connection).distinct()
    with store.read() as tx:
        kinds = list(tx.execute(query).scalars())
        return {each.ref: each for kind in kinds for each in records.of_object(tx, connection, kind)}


def activities(store: Store, connection: str) -> dict[tuple[str, str], bool]:
    """(stream, the system's own id) of every activity: whether it was taken back."""
    columns = activity.c
    query = select(columns.stream, columns.external_id, columns.retracted_at).where(columns.connection == connection)
    with store.read() as tx:
        return {(stream, each): retracted is not None for stream, each, retracted in tx.execute(query)}


def counted(store: Store, connection: str, stream: str) -> list[tuple[LeadId, str]]:
    """What counts on each lead: the system's own id of each happening, without whom it is attached to."""
    with store.read() as tx:
        ids = tx.execute(select(record.c.lead_id).where(record.c.lead_id.is_not(None)).distinct()).scalars()
        found = ledger.activities_of(tx, [LeadId(each) for each in ids])
    return [
        (lead, each.external_id.partition(":")[0])
        for lead, did in found.items()
        for each in did
        if (each.connection, each.stream) == (connection, stream)
    ]


def leads_of(store: Store, connection: str, *, among: Collection[str]) -> set[frozenset[str]]:
    """The ids of these records, lead by lead."""
    query = select(record.c.lead_id, record.c.id).where(record.c.connection == connection, record.c.id.in_(among))
    found: dict[int, set[str]] = {}
    with store.read() as tx:
        for lead, each in tx.execute(query):
            found.setdefault(lead, set()).add(each)
    return {frozenset(ids) for ids in found.values()}


class Groups:
    """Who turned out to be one person."""

    def __init__(self) -> None:
        self._into: dict[str, str] = {}

    def unite(self, one: str, other: str) -> None:
        if self.head(one) != self.head(other):
            self._into[self.head(one)] = self.head(other)

    def head(self, one: str) -> str:
        while one in self._into:
            one = self._into[one]
        return one

    def of(self, ids: Iterable[str]) -> set[frozenset[str]]:
        """These ids, person by person."""
        found: dict[str, set[str]] = {}
        for each in ids:
            found.setdefault(self.head(each), set()).add(each)
        return {frozenset(together) for together in found.values()}
