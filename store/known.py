"""What was read before, for a connector that compares it with what its system lists now."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select

from domain.record import Record
from domain.values import RecordRef
from store import records
from store.engine import Store
from store.schema import record as table


class StoreRecords:
    """Satisfies `connectors.contract.KnownRecords`; each question is a short reading of its own."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, connection: str, object: str, ids: Sequence[str]) -> Mapping[str, Record]:
        with self._store.read() as tx:
            found = records.get(tx, [RecordRef(connection=connection, object=object, id=each) for each in ids])
        return {ref.id: record for ref, record in found.items()}

    def live(self, connection: str, object: str) -> Iterator[str]:
        """Neither archived nor merged, as an earlier id of another is kept; asked once a night."""
        columns = table.c
        query = select(columns.id).where(
            columns.connection == connection,
            columns.object == object,
            ~columns.archived,
            columns.merged_into.is_(None),
        )
        with self._store.read() as tx:
            living = tx.scalars(query).all()
        return iter(living)
