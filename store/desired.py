"""What should be there: fields of records, and list members.

Both are differences to what the systems show. What is wished of a record is one document, field by field: a lead has
a few records and some dozen fields on each, which are read and written together. `shown` of a membership is None
until a system was seen with it, False once it was seen without it again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import select, update

from domain.decision import Desired, Membership
from domain.values import LeadId, RecordRef, RuleHash, Value
from store.chunks import BulkInsert, chunks, read_many, run_many
from store.columns import AnyRow, from_json, plain, to_json
from store.engine import Tx
from store.schema import desired as table
from store.schema import membership as membership_table
from store.upserts import insert_for, upsert

MembershipRow: TypeAlias = tuple[str, Membership, bool | None]
"""(connection, what should be, what was last shown)."""

Wishes: TypeAlias = Mapping[RecordRef, Mapping[str, tuple[str, Value]]]
"""Record → field → (lead property, value)."""

_Place: TypeAlias = tuple[str, str, str]
"""(connection, object, record)."""

_Fields: TypeAlias = Mapping[str, Sequence[Any]]
"""Field → [lead property, value, ground]; ground: which of those in `_GROUNDS`. As it once was: [lead property, value,
cause, rules], where rules is a place among the hashes that stood there, or a hash."""

_GROUNDS = ""
"""Where a document keeps [rules, cause], once each: a dozen fields have one, they would be half of all that is kept of
a cold lead's wishes, and a row with more than a thousand bytes takes a page of its own on SQLite. No field has this
name."""
_VALUE = 1
_COLUMNS = ("connection", "object", "record_id", "lead_id", "fields")
_READ = (
    f"SELECT {', '.join(_COLUMNS)} FROM desired WHERE lead_id IN ({{keys}}) "  # noqa: S608 - names of our own
    "ORDER BY lead_id, connection, object, record_id"
)
_UPSERT = BulkInsert(
    table,
    _COLUMNS,
    "ON CONFLICT (connection, object, record_id) DO UPDATE SET lead_id = excluded.lead_id, fields = excluded.fields",
)
_DROP = "DELETE FROM desired WHERE connection = ? AND object = ? AND record_id = ? AND lead_id = ?"
_READ_FIELDS = "SELECT lead_id, object, record_id, fields FROM desired WHERE connection = ? AND lead_id IN ({keys})"


def replace(tx: Tx, wishes: Mapping[LeadId, Sequence[Desired]]) -> set[LeadId]:
    """Make these all the wishes of these leads; returns the leads for which a value was added, changed or dropped.

    A record has one lead's wishes: those of a lead that it belonged to before are gone.
    """
    before: dict[LeadId, dict[_Place, str]] = {lead: {} for lead in wishes}
    for *place, lead, fields in read_many(tx, _READ, wishes):
        before[lead][place[0], place[1], place[2]] = fields
    changed: set[LeadId] = set()
    wanted: list[tuple[Any, ...]] = []
    stale: list[tuple[Any, ...]] = []
    for lead, rows in wishes.items():
        known, after = before[lead], _documents(rows)
        stale += [(*place, lead) for place in known if place not in after]
        fresh = {place: text for place, text in after.items() if known.get(place) != text}
        wanted += [(*place, lead, text) for place, text in fresh.items()]
        if known.keys() - after.keys() or any(_has_moved(known.get(place), text) for place, text in fresh.items()):
            changed.add(lead)
    run_many(tx, _DROP, stale)
    _UPSERT.run(tx, wanted)
    return changed


def _documents(rows: Iterable[Desired]) -> dict[_Place, str]:
    found: dict[_Place, dict[str, Desired]] = {}
    for row in rows:
        place = (row.ref.connection, row.ref.object, row.ref.id)
        found.setdefault(place, {})[row.field] = row
    return {place: _document(fields) for place, fields in found.items()}


def _document(wishes: Mapping[str, Desired]) -> str:
    grounds = {name: (row.rule_hash, plain(row.cause)) for name, row in wishes.items()}
    places = {ground: place for place, ground in enumerate(sorted(set(grounds.values())))}
    fields = {name: (row.property, row.value, places[grounds[name]]) for name, row in wishes.items()}
    return to_json({_GROUNDS: list(places), **fields})


def _has_moved(before: str | None, after: str) -> bool:
    """Whether other values are wished: another cause for the same one is no change."""
    return before is None or _values(from_json(before)) != _values(from_json(after))


def _values(fields: _Fields) -> dict[str, str]:
    """As text: `True` is another value than 1."""
    return {name: to_json(wish[_VALUE]) for name, wish in fields.items() if name != _GROUNDS}


def of_leads(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, list[Desired]]:
    """The wishes for these leads' records, by record and field."""
    found: dict[LeadId, list[Desired]] = {}
    for connection, kind, record_id, lead, fields in read_many(tx, _READ, ids):
        ref = RecordRef(connection=connection, object=kind, id=record_id)
        found.setdefault(LeadId(lead), []).extend(_wishes(LeadId(lead), ref, from_json(fields)))
    return found


def _wishes(lead: LeadId, ref: RecordRef, fields: _Fields) -> Iterator[Desired]:
    grounds = fields.get(_GROUNDS, ())
    for name, wish in fields.items():
        if name == _GROUNDS:
            continue
        prop, value, *ground = wish
        rule_hash, cause = grounds[ground[0]] if len(ground) == 1 else _once(grounds, *ground)
        yield Desired(
            lead_id=lead,
            ref=ref,
            field=name,
            property=prop,
            value=value,
            cause=cause,
            rule_hash=RuleHash(rule_hash),
        )


def _once(hashes: Sequence[str], cause: str, rules: str | int) -> tuple[str, str]:
    """A ground as documents had it before."""
    return rules if isinstance(rules, str) else hashes[rules], cause


def wishes_at(tx: Tx, connection: str, ids: Iterable[LeadId]) -> dict[LeadId, Wishes]:
    """What is wished in one system of each of these leads of whom anything is, without the causes."""
    found: dict[LeadId, dict[RecordRef, Mapping[str, tuple[str, Value]]]] = {}
    for lead, kind, record_id, fields in read_many(tx, _READ_FIELDS, ids, given=[connection]):
        ref = RecordRef(connection=connection, object=kind, id=record_id)
        found.setdefault(LeadId(lead), {})[ref] = {
            name: (wish[0], wish[_VALUE]) for name, wish in from_json(fields).items() if name != _GROUNDS
        }
    return dict(found)


def wished_of(tx: Tx, connection: str, object: str, field: str) -> dict[str, LeadId]:
    """Record → lead, where anything is wished of this field. Reads every wish about the object: not for a cycle."""
    columns = table.c
    rows = tx.execute(
        select(columns.record_id, columns.lead_id, columns.fields).where(
            columns.connection == connection, columns.object == object
        )
    )
    return {row.record_id: LeadId(row.lead_id) for row in rows if field in row.fields}


def save_memberships(
    tx: Tx, rows: Sequence[Membership], *, connection: str, now: datetime | None = None
) -> set[LeadId]:
    """Write who belongs on which list, and since when; what was shown stays. Returns the leads for which it is new."""
    newest = {(row.lead_id, row.list): row for row in rows}
    known = {
        (row.lead_id, row.list): row for row in _memberships(tx, {lead for lead, _ in newest}, connection=connection)
    }
    moved = {
        key for key, row in newest.items() if (before := known.get(key)) is None or before.member is not row.member
    }
    upsert(
        tx,
        membership_table,
        [
            {
                "lead_id": row.lead_id,
                "connection": connection,
                "list": row.list,
                "member": row.member,
                "why": row.why,
                "since": now if key in moved else known[key].since,
            }
            for key, row in newest.items()
            if key in moved or (row.member and known[key].why != row.why)
        ],
    )
    return {lead for lead, _ in moved}


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


def _memberships(tx: Tx, ids: Iterable[LeadId], *, connection: str) -> Iterable[AnyRow]:
    columns = membership_table.c
    for portion in chunks(sorted(ids)):
        yield from tx.execute(
            select(columns.lead_id, columns.list, columns.member, columns.why, columns.since).where(
                columns.lead_id.in_(portion), columns.connection == connection
            )
        )
