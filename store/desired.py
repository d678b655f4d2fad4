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
from store.chunks import chunks, read_many, run_many
from store.columns import AnyRow, from_json, to_json
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


_READ = (
    "SELECT lead_id, connection, object, record_id, field, property, value, cause, rule_hash FROM desired "
    "WHERE lead_id IN ({keys}) ORDER BY lead_id, connection, object, record_id, field"
)
_READ_BASES = (
    "SELECT lead_id, property, connection, value, vendor_form, learnt FROM merge_base WHERE lead_id IN ({keys})"
)


def save(tx: Tx, rows: Sequence[Desired]) -> None:
    """Write wishes; a field of a record has one, whoever wished it before."""
    if not rows:
        return
    statement = insert_for(tx, table)
    names = ("lead_id", "property", "value", "cause", "rule_hash")
    statement = statement.on_conflict_do_update(
        index_elements=["connection", "object", "record_id", "field"],
        set_={name: statement.excluded[name] for name in names},
    )
    tx.execute(statement, [_to_row(each) for each in rows])


def replace(tx: Tx, wishes: Mapping[LeadId, Sequence[Desired]]) -> set[LeadId]:
    """Make these all the wishes of these leads; returns the leads for which a value was added, changed or dropped."""
    known = of_leads(tx, wishes)
    changed: set[LeadId] = set()
    wanted: list[Desired] = []
    stale: list[tuple[Any, ...]] = []
    for lead, rows in wishes.items():
        before = {(each.ref, each.field): each for each in known.get(lead, ())}
        after = {(each.ref, each.field): each for each in rows}
        gone = before.keys() - after.keys()
        stale += [(ref.connection, ref.object, ref.id, name, lead) for ref, name in gone]
        wanted += [each for key, each in after.items() if before.get(key) != each]
        values = {key: to_json(each.value) for key, each in before.items()}
        if gone or any(values.get(key) != to_json(each.value) for key, each in after.items()):
            changed.add(lead)
    run_many(
        tx,
        "DELETE FROM desired WHERE connection = ? AND object = ? AND record_id = ? AND field = ? AND lead_id = ?",
        stale,
    )
    save(tx, wanted)
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
        agreed = (from_json(value), from_json(vendor_form), tuple(from_json(learnt)))
        found.setdefault(LeadId(lead), {})[prop, connection] = agreed
    return found


def save_bases(tx: Tx, lead_id: LeadId, bases: Mapping[tuple[str, str], Base]) -> None:
    save_bases_many(tx, {lead_id: bases})


def save_bases_many(tx: Tx, bases: Mapping[LeadId, Mapping[tuple[str, str], Base]]) -> None:
    """Write what is agreed; properties that are not named stay as they are."""
    upsert(
        tx,
        merge_base,
        [
            {"lead_id": lead, "property": name, "connection": connection}
            | {"value": value, "vendor_form": form, "learnt": [*learnt]}
            for lead, theirs in bases.items()
            for (name, connection), (value, form, learnt) in theirs.items()
        ],
    )


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


def _to_row(each: Desired) -> dict[str, Any]:
    return {
        "lead_id": each.lead_id,
        "connection": each.ref.connection,
        "object": each.ref.object,
        "record_id": each.ref.id,
        "field": each.field,
        "property": each.property,
        "value": each.value,
        "cause": each.cause,
        "rule_hash": each.rule_hash,
    }
