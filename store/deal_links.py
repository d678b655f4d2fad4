"""Who stands in which deal: a place is found from its deal, and whoever is erased is taken out of all of them."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import or_, select, update

from config.mapping import MappingRules
from domain.record import Record
from domain.values import RecordRef
from mapping.deals import deal_in, without_people
from mapping.identity import is_live
from store import records
from store.chunks import chunks
from store.columns import to_json
from store.engine import Tx
from store.schema import record as table

DEAL = "deal"
"""By which a place is found from its deal."""


def note(tx: Tx, places: Sequence[Record], rules: MappingRules) -> None:
    """Index places by their deal; one that is gone is found by nothing any more."""
    records.index_many(tx, {each.ref: {DEAL: deal_in(each, rules) if is_live(each) else ""} for each in places})


def forget(tx: Tx, people: Collection[RecordRef], rules: MappingRules) -> None:
    """Take these people out of every deal: of their places only the ids stay.

    Nobody is erased often, so their ids are looked for in what is kept instead of being indexed for this alone.
    """
    for connection, kind in _linking(rules):
        ids = sorted({ref.id for ref in people if ref.connection == connection})
        for record in records.get(tx, _naming(tx, connection, kind, ids)).values():
            left = without_people(record, people, rules)
            if left is not record:
                _replace(tx, left)
                note(tx, [left], rules)


def _linking(rules: MappingRules) -> Iterator[tuple[str, str]]:
    """(connection, object) of what names people of deals."""
    for name, system in sorted(rules.systems.items()):
        if system.deals is not None and (contacts := system.deals.contacts) is not None:
            yield name, system.deals.object
            if contacts.roles is not None:
                yield name, contacts.roles.object


def _naming(tx: Tx, connection: str, kind: str, ids: Sequence[str]) -> list[RecordRef]:
    """Records in whose content one of the ids stands somewhere."""
    found: list[RecordRef] = []
    for portion in chunks(ids):
        said = or_(*(table.c.content.contains(each, autoescape=True) for each in portion))
        query = select(table.c.id).where(table.c.connection == connection, table.c.object == kind, said)
        found += [RecordRef(connection=connection, object=kind, id=each) for each in tx.execute(query).scalars()]
    return found


def _replace(tx: Tx, left: Record) -> None:
    """Content alone: when it was changed and seen stays."""
    at = (table.c.connection == left.ref.connection, table.c.object == left.ref.object, table.c.id == left.ref.id)
    tx.execute(update(table).where(*at).values(content=to_json(left.values), read_hash=""))
