"""What should be there (fields and list members), what was last agreed, and what nothing could decide.

Field values and memberships are differences to what the systems show; `shown` of a membership is
None until a system was seen with it, False once it was seen without it again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import delete, select, update

from domain.change import Conflict
from domain.decision import Desired, Membership
from domain.values import LeadId, RecordRef, RuleHash, Value
from store.chunks import BulkInsert, chunks, read_many, run_many
from store.columns import AnyRow, from_json, plain, to_json
from store.engine import Tx
from store.schema import conflict as conflict_table
from store.schema import desired as table
from store.schema import membership as membership_table
from store.schema import merge_base
from store.upserts import insert_for, upsert

Base: TypeAlias = tuple[Value, Value, tuple[Value, ...]]
"""(canonical value last agreed, the vendor's form of it, other forms learnt to be equal)."""

MembershipRow: TypeAlias = tuple[str, Membership, bool | None]
"""(connection, what should be, what was last shown)."""

_Row: TypeAlias = tuple[Any, ...]
"""A wish as it lies in its table: (lead, connection, object, record, field, property, value, cause, rules)."""

_KEY, _VALUE = slice(1, 5), 6
_COLUMNS = ("lead_id", "connection", "object", "record_id", "field", "property", "value", "cause", "rule_hash")
_READ = (
    f"SELECT {', '.join(_COLUMNS)} FROM desired WHERE lead_id IN ({{keys}}) "  # noqa: S608 - names of our own
    "ORDER BY lead_id, connection, object, record_id, field"
)
_UPSERT = BulkInsert(
    table,
    _COLUMNS,
    "ON CONFLICT (connection, object, record_id, field) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in _COLUMNS[_KEY]),
)
_READ_PROPERTIES = (
    "SELECT lead_id, object, record_id, field, property FROM desired WHERE connection = ? AND lead_id IN ({keys})"
)
_READ_BASES = (
    "SELECT lead_id, property, connection, value, vendor_form, learnt FROM merge_base WHERE lead_id IN ({keys})"
)
_UPSERT_BASES = BulkInsert(
    merge_base,
    ("lead_id", "property", "connection", "value", "vendor_form", "learnt"),
    "ON CONFLICT (lead_id, property, connection) DO UPDATE SET "
    "value = excluded.value, vendor_form = excluded.vendor_form, learnt = excluded.learnt",
)


def save(tx: Tx, rows: Sequence[Desired]) -> None:
    """Write wishes; a field of a record has one, whoever wished it before."""
    _save(tx, map(_to_row, rows))


def _save(tx: Tx, rows: Iterable[_Row]) -> None:
    _UPSERT.run(tx, list({row[_KEY]: row for row in rows}.values()))


def replace(tx: Tx, wishes: Mapping[LeadId, Sequence[Desired]]) -> set[LeadId]:
    """Make these all the wishes of these leads; returns the leads for which a value was added, changed or dropped."""
    before: dict[LeadId, dict[_Row, _Row]] = {lead: {} for lead in wishes}
    for row in read_many(tx, _READ, wishes):
        before[row[0]][row[_KEY]] = tuple(row)
    changed: set[LeadId] = set()
    wanted: list[_Row] = []
    stale: list[_Row] = []
    for lead, rows in wishes.items():
        known, after = before[lead], {row[_KEY]: row for row in map(_to_row, rows)}
        gone = known.keys() - after.keys()
        fresh = [row for key, row in after.items() if known.get(key) != row]
        stale += [(*key, lead) for key in gone]
        wanted += fresh
        if gone or any(row[_KEY] not in known or known[row[_KEY]][_VALUE] != row[_VALUE] for row in fresh):
            changed.add(lead)
    run_many(
        tx,
        "DELETE FROM desired WHERE connection = ? AND object = ? AND record_id = ? AND field = ? AND lead_id = ?",
        stale,
    )
    _save(tx, wanted)
    return changed


def drop(tx: Tx, refs: Iterable[RecordRef]) -> None:
    """Wish nothing more of these records."""
    run_many(
        tx,
        "DELETE FROM desired WHERE connection = ? AND object = ? AND record_id = ?",
        [(ref.connection, ref.object, ref.id) for ref in refs],
    )


def of_leads(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, list[Desired]]:
    """The wishes for these leads' records, by record and field."""
    found: dict[LeadId, list[Desired]] = {}
    refs: dict[tuple[str, str, str], RecordRef] = {}
    for lead, connection, kind, record_id, name, prop, value, cause, rule_hash in read_many(tx, _READ, ids):
        place = (connection, kind, record_id)
        ref = refs.get(place)
        if ref is None:
            ref = refs[place] = RecordRef(connection=connection, object=kind, id=record_id)
        wish = Desired(
            lead_id=LeadId(lead),
            ref=ref,
            field=name,
            property=prop,
            value=from_json(value),
            cause=cause,
            rule_hash=RuleHash(rule_hash),
        )
        found.setdefault(wish.lead_id, []).append(wish)
    return found


def properties_of(tx: Tx, connection: str, ids: Iterable[LeadId]) -> dict[LeadId, dict[RecordRef, dict[str, str]]]:
    """Field → lead property, for each record of these leads in one system about which anything is wished."""
    found: dict[LeadId, dict[tuple[str, str], dict[str, str]]] = {}
    for lead, kind, record_id, name, prop in read_many(tx, _READ_PROPERTIES, ids, given=[connection]):
        found.setdefault(LeadId(lead), {}).setdefault((kind, record_id), {})[name] = prop
    return {
        lead: {RecordRef(connection=connection, object=kind, id=key): names for (kind, key), names in records.items()}
        for lead, records in found.items()
    }


def save_memberships(tx: Tx, rows: Sequence[Membership], *, connection: str) -> set[LeadId]:
    """Write who belongs on which list; what was shown stays. Returns the leads for which this is new."""
    newest = {(row.lead_id, row.list): row for row in rows}
    known = {
        (lead, name): member
        for lead, name, member, _, _ in _memberships(tx, {lead for lead, _ in newest}, connection=connection)
    }
    upsert(
        tx,
        membership_table,
        [
            {"lead_id": row.lead_id, "connection": connection, "list": row.list, "member": row.member, "why": row.why}
            for row in newest.values()
        ],
    )
    return {lead for (lead, name), row in newest.items() if known.get((lead, name)) is not row.member}


def memberships_of(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, list[MembershipRow]]:
    """Whom we want on which list and what was shown last; lists we never had a wish about are left out."""
    found: dict[LeadId, list[MembershipRow]] = {}
    columns = membership_table.c
    for portion in chunks(ids):
        rows = tx.execute(
            select(membership_table)
            .where(columns.lead_id.in_(portion), columns.member.is_not(None))
            .order_by(columns.lead_id, columns.connection, columns.list)
        )
        for row in rows:
            lead = LeadId(row.lead_id)
            wish = Membership(lead_id=lead, list=row.list, member=row.member, why=row.why)
            found.setdefault(lead, []).append((row.connection, wish, row.shown))
    return found


def members_shown(tx: Tx, connection: str, list: str, *, added: Iterable[LeadId], removed: Iterable[LeadId]) -> None:
    """Note whom a system shows on a list now, and whom no longer."""
    rows = [
        {"lead_id": lead, "connection": connection, "list": list, "why": "", "shown": shown}
        for leads, shown in ((added, True), (removed, False))
        for lead in leads
    ]
    if rows:
        statement = insert_for(tx, membership_table)
        key = ["lead_id", "connection", "list"]
        statement = statement.on_conflict_do_update(index_elements=key, set_={"shown": statement.excluded.shown})
        tx.execute(statement, rows)


def members_forgotten(tx: Tx, connection: str, list: str, ids: Iterable[LeadId]) -> None:
    """We took them off ourselves: as if they had never been shown there."""
    columns = membership_table.c
    for portion in chunks(ids):
        tx.execute(
            update(membership_table)
            .where(columns.connection == connection, columns.list == list, columns.lead_id.in_(portion))
            .values(shown=None)
        )


def shown_members(tx: Tx, connection: str, list: str) -> set[LeadId]:
    """Whom a system last showed on a list."""
    columns = membership_table.c
    rows = tx.execute(
        select(columns.lead_id).where(columns.connection == connection, columns.list == list, columns.shown)
    )
    return {LeadId(row.lead_id) for row in rows}


def shown_on_lists(tx: Tx, connection: str) -> dict[str, set[LeadId]]:
    """Whom a system last showed on each of its lists."""
    columns = membership_table.c
    rows = tx.execute(select(columns.list, columns.lead_id).where(columns.connection == connection, columns.shown))
    found: dict[str, set[LeadId]] = {}
    for row in rows:
        found.setdefault(row.list, set()).add(LeadId(row.lead_id))
    return found


def bases_of(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, dict[tuple[str, str], Base]]:
    """What was last agreed, by (property, connection)."""
    found: dict[LeadId, dict[tuple[str, str], Base]] = {}
    for lead, prop, connection, value, vendor_form, learnt in read_many(tx, _READ_BASES, ids):
        agreed = from_json(value)
        form = agreed if vendor_form == value else from_json(vendor_form)
        forms = () if learnt == "[]" else tuple(from_json(learnt))
        found.setdefault(LeadId(lead), {})[prop, connection] = (agreed, form, forms)
    return found


def save_bases(tx: Tx, lead_id: LeadId, bases: Mapping[tuple[str, str], Base]) -> None:
    save_bases_many(tx, {lead_id: bases})


def save_bases_many(tx: Tx, bases: Mapping[LeadId, Mapping[tuple[str, str], Base]]) -> None:
    """Write what is agreed; properties that are not named stay as they are."""
    rows = [
        (lead, name, connection, to_json(value), to_json(form), to_json(learnt) if learnt else "[]")
        for lead, theirs in bases.items()
        for (name, connection), (value, form, learnt) in theirs.items()
    ]
    _UPSERT_BASES.run(tx, rows)


def save_conflicts(tx: Tx, conflicts: Mapping[LeadId, Sequence[Conflict]], *, now: datetime) -> None:
    """Make these the open conflicts of these leads: opened once, closed when they are no longer named."""
    known = _open_conflicts_of(tx, conflicts)
    for lead, several in conflicts.items():
        wanted = {each.property: dict(each.values) for each in several}
        before = {name: sides for (owner, name), sides in known.items() if owner == lead}
        for name in before.keys() - wanted.keys():
            _change_conflict(tx, lead, name, {"closed_at": now})
        for name, sides in wanted.items():
            if name not in before:
                row = {"lead_id": lead, "property": name, "sides": sides, "opened_at": now}
                tx.execute(conflict_table.insert(), row)
            elif before[name] != sides:
                _change_conflict(tx, lead, name, {"sides": sides})


def _open_conflicts_of(tx: Tx, ids: Iterable[LeadId]) -> dict[tuple[LeadId, str], dict[str, Value]]:
    columns = conflict_table.c
    found: dict[tuple[LeadId, str], dict[str, Value]] = {}
    for portion in chunks(ids):
        rows = tx.execute(select(conflict_table).where(columns.lead_id.in_(portion), columns.closed_at.is_(None)))
        found |= {(LeadId(row.lead_id), row.property): row.sides for row in rows}
    return found


def _change_conflict(tx: Tx, lead: LeadId, name: str, values: Mapping[str, object]) -> None:
    columns = conflict_table.c
    which = (columns.lead_id == lead, columns.property == name, columns.closed_at.is_(None))
    tx.execute(update(conflict_table).where(*which).values(**values))


def open_conflicts(tx: Tx) -> list[tuple[LeadId, Conflict, datetime]]:
    """What a person has to decide, oldest first, and since when."""
    rows = tx.execute(
        select(conflict_table)
        .where(conflict_table.c.closed_at.is_(None))
        .order_by(conflict_table.c.opened_at, conflict_table.c.id)
    )
    return [(LeadId(row.lead_id), Conflict(property=row.property, values=row.sides), row.opened_at) for row in rows]


def forget(tx: Tx, lead_ids: Collection[LeadId]) -> None:
    """Wish nothing more of these leads: their fields, memberships and bases."""
    for each in (table, membership_table, merge_base):
        for portion in chunks(lead_ids):
            tx.execute(delete(each).where(each.c.lead_id.in_(portion)))


def _memberships(tx: Tx, ids: Iterable[LeadId], *, connection: str) -> Iterable[AnyRow]:
    columns = membership_table.c
    for portion in chunks(sorted(ids)):
        yield from tx.execute(
            select(columns.lead_id, columns.list, columns.member, columns.why, columns.shown).where(
                columns.lead_id.in_(portion), columns.connection == connection
            )
        )


def _to_row(each: Desired) -> _Row:
    ref, cause = each.ref, plain(each.cause)
    value = to_json(each.value)
    return (each.lead_id, ref.connection, ref.object, ref.id, each.field, each.property, value, cause, each.rule_hash)
