"""What was last agreed with each system about a lead.

What is agreed with one system about one lead is one document, property by property. Two threads may add to the same
one, the decider and who settles a write, so it is locked before it is read, and its lead before it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeAlias

from sqlalchemy import select

from domain.values import LeadId, Value
from mapping.agreement import BEFORE_UNION
from store import leads
from store.chunks import BulkInsert, chunks, read_many
from store.columns import from_json, to_json
from store.engine import Tx
from store.schema import merge_base, record

Base: TypeAlias = tuple[Value, Value, tuple[Value, ...]]
"""(canonical value last agreed, the vendor's form of it, other forms learnt to be equal)."""

_READ = "SELECT lead_id, connection, properties FROM merge_base WHERE lead_id IN ({keys})"
_READ_TO_WRITE = "SELECT lead_id, properties FROM merge_base WHERE connection = ? AND lead_id IN ({keys})"
_COLUMNS = ("lead_id", "connection", "properties")
_MAKE_ROOM = BulkInsert(merge_base, _COLUMNS, "ON CONFLICT (lead_id, connection) DO NOTHING")
_WRITE = BulkInsert(
    merge_base, _COLUMNS, "ON CONFLICT (lead_id, connection) DO UPDATE SET properties = excluded.properties"
)
_EMPTY = "{}"


def bases_of(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, dict[tuple[str, str], Base]]:
    """What was last agreed, by (property, connection)."""
    return {
        lead: {key: base for key, base in theirs.items() if base is not None and not key[0].endswith(BEFORE_UNION)}
        for lead, theirs in all_of(tx, ids).items()
    }


def all_of(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, dict[tuple[str, str], Base | None]]:
    """As `bases_of`, with None where two leads that were united differed, and where nothing is agreed any more; and
    under the name with BEFORE_UNION what either of the two had shown."""
    found: dict[LeadId, dict[tuple[str, str], Base | None]] = {}
    for lead, connection, properties in read_many(tx, _READ, ids):
        theirs = found.setdefault(LeadId(lead), {})
        for name, kept in from_json(properties).items():
            theirs[name, connection] = None if kept is None else (kept[0], kept[1], tuple(kept[2]))
    return found


def save_bases(tx: Tx, bases: Mapping[LeadId, Mapping[tuple[str, str], Base | None]]) -> None:
    """Write what is agreed, None where nothing is any more; properties that are not named stay as they are."""
    by_connection: dict[str, dict[LeadId, dict[str, Base | None]]] = {}
    for lead, theirs in bases.items():
        for (name, connection), base in theirs.items():
            by_connection.setdefault(connection, {}).setdefault(lead, {})[name] = base
    leads.hold(tx, bases)
    for connection, fresh in sorted(by_connection.items()):
        _save(tx, connection, fresh)


def forget(tx: Tx, connection: str, object: str, properties: Collection[str]) -> None:
    """Nothing is agreed any more about these properties of whoever has a record of this object."""
    of_object = (record.c.connection == connection, record.c.object == object, record.c.lead_id.is_not(None))
    ids = [LeadId(lead) for lead in tx.scalars(select(record.c.lead_id).where(*of_object).distinct())]
    nothing: dict[tuple[str, str], Base | None] = {(name, connection): None for name in properties}
    for portion in chunks(sorted(ids) if properties else ()):
        save_bases(tx, dict.fromkeys(portion, nothing))


def _save(tx: Tx, connection: str, fresh: Mapping[LeadId, Mapping[str, Base | None]]) -> None:
    known = _locked(tx, connection, sorted(fresh))
    rows = [
        (lead, connection, to_json({**from_json(known.get(lead, _EMPTY)), **theirs}))
        for lead, theirs in sorted(fresh.items())
    ]
    _WRITE.run(tx, [row for row in rows if row[2] != known.get(row[0])])


def _locked(tx: Tx, connection: str, ids: Sequence[LeadId]) -> dict[LeadId, str]:
    """The documents, which nobody else can change until this transaction is over."""
    if tx.dialect.name != "postgresql":
        return _read(tx, _READ_TO_WRITE, connection, ids)
    statement = f"{_READ_TO_WRITE} ORDER BY lead_id FOR UPDATE"
    known = _read(tx, statement, connection, ids)
    missing = [lead for lead in ids if lead not in known]
    if missing:  # nobody can lock a row that is not there
        _MAKE_ROOM.run(tx, [(lead, connection, _EMPTY) for lead in missing])
        known |= _read(tx, statement, connection, missing)
    return known


def _read(tx: Tx, statement: str, connection: str, ids: Sequence[LeadId]) -> dict[LeadId, str]:
    return {LeadId(lead): kept for lead, kept in read_many(tx, statement, ids, given=[connection])}
