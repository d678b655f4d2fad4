"""What has to be written: the difference between what should be there and what was last shown.

`changes_of` is pure. Field values and memberships are differences; create-once effects are intents.
One change per record and lane; what is parked with the very same values is not tried again until
somebody mends it or the values change.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from config.mapping import MappingRules, System, Tasks
from connectors.contract import Lane
from domain.change import Change, ChangeKind
from domain.decision import Desired, Intent, IntentKind, Membership
from domain.record import Record
from domain.values import LeadId, RecordRef, Value
from mapping.creation import values_for_new
from mapping.identity import head
from store.outbox import OutboxDraft, OutboxRow
from sync.loop import InForce
from sync.material import Users
from sync.same import same

HANDOFF_PROPERTIES = frozenset({"owner", "stage", "queue", "status", "verdict", "outcome", "needs_data"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What one lead should look like outside, and what it looks like."""

    lead_id: LeadId
    lead_key: str
    revision: int
    records: Sequence[Record]
    desired: Sequence[Desired]
    memberships: Sequence[tuple[str, Membership, bool | None]]
    intents: Sequence[tuple[str, Intent]]
    values: Mapping[str, Value]
    open: Sequence[OutboxRow] = ()
    """Rows that are not done: claimed ones are left alone, parked ones stand in the way of their like."""


def changes_of(wanted: Wanted, rules: InForce, users: Users, *, now: datetime) -> tuple[OutboxDraft, ...]:
    """Every write this lead needs now, field changes first."""
    drafts = (
        *_field_changes(wanted, rules.mapping),
        *_list_changes(wanted, rules),
        *_creations(wanted, rules, users, now=now),
    )
    blocked = {_fingerprint(row.change) for row in wanted.open if row.status in {"parked", "unsure", "claimed"}}
    return tuple(draft for draft in drafts if _fingerprint(draft.change) not in blocked)


def _fingerprint(change: Change) -> tuple[str, str | None, str | None, bytes]:
    return (change.object, change.id, change.list, orjson.dumps(dict(change.values), option=orjson.OPT_SORT_KEYS))


def _field_changes(wanted: Wanted, rules: MappingRules) -> Iterator[OutboxDraft]:
    shown = {record.ref: record for record in wanted.records}
    by_record: dict[RecordRef, list[Desired]] = {}
    for row in wanted.desired:
        record = shown.get(row.ref)
        if record is not None and not record.archived and not same(row.value, record.values.get(row.field)):
            by_record.setdefault(row.ref, []).append(row)
    for ref, rows in sorted(by_record.items()):
        yield _field_change(wanted, shown[ref], rows, rules)


def _field_change(wanted: Wanted, record: Record, rows: Sequence[Desired], rules: MappingRules) -> OutboxDraft:
    guarded = {prop.name for prop in rules.properties if prop.role in {"owner", "status"}}
    values = {row.field: row.value for row in rows}
    before = {row.field: record.values.get(row.field) for row in rows}
    urgent = any(row.property in HANDOFF_PROPERTIES for row in rows)
    change = Change(
        key=_key(str(record.ref), wanted.revision, values),
        kind=ChangeKind.FIELDS,
        object=record.ref.object,
        id=record.ref.id,
        values=values,
        expected=before,
        guarded=frozenset(row.field for row in rows if row.property in guarded),
    )
    return OutboxDraft(
        connection=record.ref.connection,
        lane=Lane.HANDOFF if urgent else Lane.BACKGROUND,
        lead_id=wanted.lead_id,
        change=change,
        before=before,
        cause=rows[0].cause,
        rule_hash=rows[0].rule_hash,
    )


def _list_changes(wanted: Wanted, rules: InForce) -> Iterator[OutboxDraft]:
    """Join where wanted and never shown, leave where not wanted and shown; what a person took off stays off."""
    for connection, entry, shown in wanted.memberships:
        joins, leaves = entry.member and shown is None, not entry.member and shown is True
        record = head(
            [row for row in wanted.records if row.ref.connection == connection], rules.mapping.systems[connection]
        )
        if not (joins or leaves) or record is None:
            continue
        change = Change(
            key=_key(f"{connection}:{entry.list}:{record.ref.id}:{entry.member}", wanted.revision, {}),
            kind=ChangeKind.MEMBER,
            object=record.ref.object,
            id=record.ref.id,
            list=entry.list,
            member=entry.member,
        )
        yield OutboxDraft(
            connection=connection,
            lane=Lane.HANDOFF,
            lead_id=wanted.lead_id,
            change=change,
            before={},
            cause=entry.why,
            rule_hash=rules.hash,
        )


def _creations(wanted: Wanted, rules: InForce, users: Users, *, now: datetime) -> Iterator[OutboxDraft]:
    claimed = {row.change.key for row in wanted.open}
    for key, intent in wanted.intents:
        if key in claimed:
            continue
        for connection, system in sorted(rules.mapping.systems.items()):
            change = _creation(key, intent, connection, system, wanted, rules, users)
            if change is not None:
                yield OutboxDraft(
                    connection=connection,
                    lane=Lane.HANDOFF,
                    lead_id=wanted.lead_id,
                    change=change,
                    before={},
                    cause=f"{intent.kind} for handoff {intent.handoff}",
                    rule_hash=rules.hash,
                )


def _creation(
    key: str, intent: Intent, connection: str, system: System, wanted: Wanted, rules: InForce, users: Users
) -> Change | None:
    record = head([row for row in wanted.records if row.ref.connection == connection], system)
    if intent.kind is IntentKind.TASK and system.tasks is not None and record is not None:
        return _task(key, intent, system.tasks, record, connection, users)
    if intent.kind is IntentKind.CREATE_LEAD and intent.step == connection and record is None:
        return _new_person(key, connection, system, wanted, rules, users)
    return None


def _task(key: str, intent: Intent, tasks: Tasks, record: Record, connection: str, users: Users) -> Change | None:
    owner = users.ids.get((connection, str(intent.payload.get("owner") or "")))
    if owner is None:
        return None
    due = intent.payload.get("due_at")
    values: dict[str, Value] = {
        **tasks.constants,
        tasks.key: key,
        tasks.subject: intent.payload.get("subject"),
        tasks.body: intent.payload.get("body"),
        tasks.owner: owner,
        tasks.who: record.ref.id,
        tasks.due: due,
    }
    return Change(key=key, kind=ChangeKind.CREATE, object=tasks.object, values=values, unique=tasks.key)


def _new_person(
    key: str, connection: str, system: System, wanted: Wanted, rules: InForce, users: Users
) -> Change | None:
    object_name = system.create_object or system.people.objects[-1]
    values = values_for_new(wanted.values, connection, object_name, rules.fields, users=users.ids)
    if not values.get(system.people.email):
        return None
    values[system.people.key] = wanted.lead_key
    return Change(key=key, kind=ChangeKind.CREATE, object=object_name, values=values, unique=system.people.key)


def _key(what: str, revision: int, values: Mapping[str, Value]) -> str:
    """The same wish for the same state of a lead has the same key, whoever plans it."""
    text = orjson.dumps([what, revision, dict(values)], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()[:40]
