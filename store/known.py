"""What was read before, for a connector that compares it with what its system lists now."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select

from domain.record import Record
from domain.values import RecordRef
from store import records
from store.columns import from_json
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
        """Neither archived, nor merged, nor an earlier id of another; asked once a night."""
        columns = table.c
        query = select(columns.id, columns.archived, columns.merged_into, columns.former_ids).where(
            columns.connection == connection, columns.object == object
        )
        living: list[str] = []
        former: set[str] = set()
        with self._store.read() as tx:
            for record_id, archived, merged_into, earlier in tx.execute(query):
                former.update(from_json(earlier))
                if not archived and merged_into is None:
                    living.append(record_id)
        return (each for each in living if each not in former)
