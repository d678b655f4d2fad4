"""What was agreed about a property before it was read from another field: put aside, and taken up when it is back.

It is said of the field and not of the property. The other field meets its other side for the first time.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from domain.values import LeadId
from mapping.merge_lead import ABOUT
from mapping.moved import Moved
from store.chunks import ROWS, BulkInsert
from store.columns import to_json
from store.engine import Tx
from store.schema import merge_base as table

_COLUMNS = ("lead_id", "connection", "properties")
_WRITE = BulkInsert(table, _COLUMNS, "ON CONFLICT (lead_id, connection) DO UPDATE SET properties = excluded.properties")


def put_aside(tx: Tx, moves: Sequence[Moved]) -> int:
    """Do so for every lead; returns for how many. Reads all that is agreed: not for a cycle."""
    count = 0
    for connection in sorted({each.connection for each in moves}):
        here = [each for each in moves if each.connection == connection]
        for portion in _documents(tx, connection):
            rows = [
                (lead, connection, to_json(after)) for lead, kept in portion if (after := _moved(kept, here)) != kept
            ]
            _WRITE.run(tx, rows)
            count += len(rows)
    return count


def _documents(tx: Tx, connection: str) -> Iterator[list[tuple[LeadId, Mapping[str, Any]]]]:
    """Locked where somebody else could change one meanwhile."""
    last = 0
    while True:
        rows = tx.execute(
            select(table.c.lead_id, table.c.properties)
            .where(table.c.connection == connection, table.c.lead_id > last)
            .order_by(table.c.lead_id)
            .limit(ROWS)
            .with_for_update()
        ).all()
        yield [(LeadId(row.lead_id), row.properties) for row in rows]
        if len(rows) < ROWS:
            return
        last = rows[-1].lead_id


def _moved(kept: Mapping[str, Any], moves: Sequence[Moved]) -> dict[str, Any]:
    """Only what is about a record of the object that the property moved in; of one record alone nothing is known."""
    about = kept.get(ABOUT)
    kind = str(about[0]).split(":")[1] if about else None
    here = [each for each in moves if kind in {None, each.object}]
    after = dict(kept)
    aside = {f"{each.name}@{each.before}": after.pop(each.name) for each in here if each.name in after}
    back = {each.name: after.pop(f"{each.name}@{each.after}") for each in here if f"{each.name}@{each.after}" in after}
    return {**after, **aside, **back}
