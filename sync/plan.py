"""What has to be written: the difference between what should be there and what was last shown.

`changes_of` is pure. Field values and memberships are differences; create-once effects are intents.
One change per record and lane; what is parked with the very same values is not tried again until
somebody mends it or the values change.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import orjson

from config.mapping import Role
from connectors.contract import Lane
from domain.change import Change, ChangeKind
from domain.decision import Desired, Intent, IntentKind, Membership
from domain.gate import uncreated, unwritten
from domain.misfit import Misfit
from domain.place import Place
from domain.record import Record
from domain.values import RecordRef, RuleHash, Value
from mapping.compiled import FieldMap
from mapping.creation import created_as, values_for_new
from store.outbox import OutboxDraft
from sync.fitting import Fitting
from sync.gating import let_through, lists_let_through
from sync.heeding import heed
from sync.loop import InForce
from sync.material import Users
from sync.rep_tasks import closings, outdated, task_for
from sync.same import same
from sync.underway import moves_coming, values_coming, what_stays
from sync.wanted import Wanted, head_of, people_of

HANDOFF_PROPERTIES = frozenset({"owner", "stage", "queue", "status", "verdict", "outcome", "needs_data"})
GUARDED = frozenset({Role.OWNER, Role.STATUS})
"""Fields of these are read again just before the write: a person may change them at any moment."""


def _let_through(wanted: Wanted, fields: FieldMap) -> Wanted:
    """What may be written past the gates that are closed; creations are looked at one by one."""
    if not wanted.closed:
        return wanted
    shut = unwritten(wanted.closed)
    return replace(
        wanted,
        desired=tuple(let_through(wanted.desired, wanted.closed, fields)),
        memberships=lists_let_through(wanted.memberships, wanted.closed),
        given=[task for task in wanted.given if task.ref.connection not in shut],
        undone={place: each for place, each in wanted.undone.items() if place.ref.connection not in shut},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """What one lead needs written, and what of it stays at home."""

    drafts: tuple[OutboxDraft, ...]
    misfits: tuple[Misfit, ...]


def outgoing_of(wanted: Wanted, rules: InForce, users: Users) -> Outgoing:
    """Every write this lead needs now, field changes first, without what would be refused."""
    fitting, wanted = Fitting(rules), _let_through(wanted, rules.fields)
    drafts = (
        *_field_changes(wanted, rules.fields, fitting),
        *_list_changes(wanted, rules),
        *closings(wanted, rules),
        *_creations(wanted, rules, users, fitting),
    )
    return Outgoing(drafts=_unblocked(drafts, wanted), misfits=tuple(fitting.misfits))


def changes_of(wanted: Wanted, rules: InForce, users: Users) -> tuple[OutboxDraft, ...]:
    """The writes alone."""
    return outgoing_of(wanted, rules, users).drafts


def _unblocked(drafts: Sequence[OutboxDraft], wanted: Wanted) -> tuple[OutboxDraft, ...]:
    blocked = {_fingerprint(row.change) for row in wanted.open if row.status in {"parked", "unsure", "claimed"}}
    return tuple(draft for draft in drafts if not blocked or _fingerprint(draft.change) not in blocked)


def _fingerprint(change: Change) -> tuple[str, str | None, str | None, bool | None, bytes]:
    values = orjson.dumps(dict(change.values), option=orjson.OPT_SORT_KEYS)
    return (change.object, change.id, change.list, change.member, values)


def _field_changes(wanted: Wanted, fields: FieldMap, fitting: Fitting) -> Iterator[OutboxDraft]:
    shown, coming = {record.ref: record for record in wanted.records}, values_coming(wanted.open)
    by_record: dict[RecordRef, list[Desired]] = {}
    for row in heed(wanted.desired, wanted.undone, wanted.records, rule_hash=fitting.rules.hash):
        record = shown.get(row.ref)
        if record is None or record.archived:
            continue
        there = record.values.get(row.field)
        if coming:
            there = what_stays(row.value, there, coming.get(Place(ref=row.ref, field=row.field), ()))
        if same(row.value, there) or _is_barred(row, wanted, fields):
            continue
        fitted = fitting.wish(row, there)
        if fitted is not None:
            by_record.setdefault(row.ref, []).append(fitted)
    for ref, rows in sorted(by_record.items()):
        for some in _apart(rows, fields):
            yield _field_change(wanted, shown[ref], some, fields)


def _is_barred(row: Desired, wanted: Wanted, fields: FieldMap) -> bool:
    """Whether nothing is written there: somebody overwrote it again and again, or the field is not what it was."""
    if Place(ref=row.ref, field=row.field) in wanted.stopped:
        return True
    return fields.is_paused(row.ref.connection, row.ref.object, row.field)


def _apart(rows: Sequence[Desired], fields: FieldMap) -> tuple[Sequence[Desired], ...]:
    """A yes to contact waits for nothing and rests on nothing else: a change of its own, unless the rest is as
    urgent, for a record has one change in a lane."""
    yeses = [row for row in rows if fields.is_yes(row.ref, row.field, row.value)]
    others = [row for row in rows if row not in yeses] if yeses else rows
    together = not yeses or not others or any(row.property in HANDOFF_PROPERTIES for row in others)
    return ([*yeses, *others],) if together else (yeses, others)


def _field_change(wanted: Wanted, record: Record, rows: Sequence[Desired], fields: FieldMap) -> OutboxDraft:
    values = {row.field: row.value for row in rows}
    before = {row.field: record.values.get(row.field) for row in rows}
    urgent = any(row.property in HANDOFF_PROPERTIES or fields.is_yes(row.ref, row.field, row.value) for row in rows)
    change = Change(
        key=_key(str(record.ref), wanted.revision, values),
        kind=ChangeKind.FIELDS,
        object=record.ref.object,
        id=record.ref.id,
        values=values,
        expected={name: value for name, value in before.items() if name in record.values},
        guarded=frozenset(row.field for row in rows if _is_guarded(row, wanted, fields)),
    )
    return OutboxDraft(
        connection=record.ref.connection,
        lane=Lane.HANDOFF if urgent else Lane.BACKGROUND,
        lead_id=wanted.lead_id,
        change=change,
        before=before,
        cause=rows[0].cause,
        rule_hash=rows[0].rule_hash,
        reasons={row.field: (fields.deciders.get(row.property, ""), row.cause) for row in rows},
    )


def _is_guarded(row: Desired, wanted: Wanted, fields: FieldMap) -> bool:
    return fields.roles.get(row.property) in GUARDED or Place(ref=row.ref, field=row.field) in wanted.undone


def _list_changes(wanted: Wanted, rules: InForce) -> Iterator[OutboxDraft]:
    """Join where wanted and never shown, leave where not wanted and shown; what a person took off stays off.

    A move the other way that is under way may arrive yet: it is met by one of our own.
    """
    underway = moves_coming(wanted.open)
    for connection, entry, shown in wanted.memberships:
        undoes = (connection, entry.list, not entry.member) in underway
        if entry.member and (shown is None or undoes):
            head = head_of(wanted, connection, rules)
            moving: Sequence[Record] = [head] if head is not None else []
        elif not entry.member and (shown is True or undoes):
            moving = people_of(wanted, connection, rules)
        else:
            continue
        for record in moving:
            yield _list_change(wanted, record, entry, rules)


def _list_change(wanted: Wanted, record: Record, entry: Membership, rules: InForce) -> OutboxDraft:
    change = Change(
        key=_key(f"{record.ref.connection}:{entry.list}:{record.ref.id}:{entry.member}", wanted.revision, {}),
        kind=ChangeKind.MEMBER,
        object=record.ref.object,
        id=record.ref.id,
        list=entry.list,
        member=entry.member,
    )
    return OutboxDraft(
        connection=record.ref.connection,
        lane=Lane.HANDOFF,
        lead_id=wanted.lead_id,
        change=change,
        before={},
        cause=entry.why,
        rule_hash=rules.hash,
    )


def _creations(wanted: Wanted, rules: InForce, users: Users, fitting: Fitting) -> Iterator[OutboxDraft]:
    left_out = {row.change.key for row in wanted.open} | outdated(wanted).keys()
    shut, closed = unwritten(wanted.closed), uncreated(wanted.closed)
    for key, intent in wanted.intents:
        if key in left_out:
            continue
        barred = shut if intent.kind is IntentKind.TASK else closed
        for connection, system in sorted(rules.mapping.systems.items()):
            if connection in barred:
                continue
            record = head_of(wanted, connection, rules)
            change = None
            if intent.kind is IntentKind.TASK and system.tasks is not None and record is not None:
                change = task_for(intent, system.tasks, record, key=key, users=users, rules=rules)
            elif intent.kind is IntentKind.CREATE_LEAD and intent.step == connection and record is None:
                change = _new_person(wanted, connection, fitting, intent=intent, key=key, users=users)
            if change is not None:
                yield _create(wanted, change, connection, intent, rules.hash)


def _create(wanted: Wanted, change: Change, connection: str, intent: Intent, rule_hash: RuleHash) -> OutboxDraft:
    return OutboxDraft(
        connection=connection,
        lane=Lane.HANDOFF,
        lead_id=wanted.lead_id,
        change=change,
        before={},
        cause=f"{intent.kind} for handoff {intent.handoff}" if intent.handoff else str(intent.kind),
        rule_hash=rule_hash,
    )


def _new_person(
    wanted: Wanted, connection: str, fitting: Fitting, *, intent: Intent, key: str, users: Users
) -> Change | None:
    """A new person record; none without an address, by which the next tool would find it again, or without our key."""
    rules, system = fitting.rules, fitting.rules.mapping.systems[connection]
    people = system.people
    object_name, company = created_as(system), intent.payload.get("company")
    values = values_for_new(wanted.values, connection, object_name, rules.fields, users=users.ids)
    if company and people.company:
        values.setdefault(people.company, company)
    values[people.key] = wanted.lead_key
    values = rules.fields.unpaused(connection, object_name, values)
    if people.key not in values:
        return None
    fitted = fitting.new(connection, object_name, values, needed=(people.email, people.key))
    if fitted is None:
        return None
    return Change(key=key, kind=ChangeKind.CREATE, object=object_name, values=fitted, unique=people.key)


def _key(what: str, revision: int, values: Mapping[str, Value]) -> str:
    """The same wish for the same state of a lead has the same key, whoever plans it."""
    text = orjson.dumps([what, revision, dict(values)], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()[:40]
