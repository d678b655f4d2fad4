"""What has to be written: the difference between what should be there and what was last shown.

`changes_of` is pure. Field values and memberships are differences; create-once effects are intents.
One change per record and lane; what is parked with the very same values is not tried again until
somebody mends it or the values change. A rep has one open task per handoff: an outdated one is not
created any more, or closed where it stands.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import orjson

from config.mapping import Role, Tasks
from connectors.contract import Lane
from domain.change import Change, ChangeKind
from domain.decision import Desired, Intent, IntentKind, Membership
from domain.gate import Closed, uncreated, unwritten
from domain.misfit import Misfit
from domain.place import Place
from domain.record import Record
from domain.run import GoLive
from domain.stage import Stage
from domain.values import LeadId, RecordRef, RuleHash, Value
from handoff.deadlines import TASK
from mapping.compiled import FieldMap
from mapping.creation import created_as, values_for_new
from mapping.identity import is_live
from store.flaps import NOWHERE, Stops
from store.outbox import OutboxDraft, OutboxRow
from store.undone import Undone
from sync.fitting import Fitting
from sync.gating import let_through, lists_let_through
from sync.heeding import heed
from sync.loop import InForce
from sync.material import Users
from sync.same import same
from sync.underway import moves_coming, values_coming, what_stays

HANDOFF_PROPERTIES = frozenset({"owner", "stage", "queue", "status", "verdict", "outcome", "needs_data"})
GUARDED = frozenset({Role.OWNER, Role.STATUS})
"""Fields of these are read again just before the write: a person may change them at any moment."""
AT_WORK = frozenset({Stage.ASSIGNED, Stage.ACCEPTED, Stage.QUALIFIED})
"""Stages in which a rep has the lead."""

CLOSING = "close:"
"""Begins the key of a change that closes a task; the task's own key follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenTask:
    """A task that we created and have not closed. `record`: as its system last showed it, None before it did."""

    key: str
    intent: Intent
    ref: RecordRef
    record: Record | None = None


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
    """What is known of the lead and what we decided, its stage above all."""
    given: Sequence[GivenTask] = ()
    open: Sequence[OutboxRow] = ()
    """Rows that are not done: claimed ones are left alone, parked ones stand in the way of their like."""
    stopped: Stops = NOWHERE
    """Fields that somebody else overwrote again and again: they are left alone."""
    undone: Mapping[Place, Undone] = field(default_factory=dict)
    """What a person took back: our value has to stand there still when it is replaced."""
    closed: tuple[Closed, ...] = ()
    """The gates that the lead does not pass."""


def limited(wanted: Wanted, step: GoLive, rules: InForce) -> Wanted:
    """What may be written at this step of go-live: at `scores` only our key, the numbers and their reason."""
    if step is not GoLive.SCORES:
        return wanted
    numbers = {"lead_key", *rules.rules.scoring.shown}
    shown = [row for row in wanted.desired if row.property in numbers]
    places = {Place(ref=row.ref, field=row.field) for row in shown}
    undone = {place: each for place, each in wanted.undone.items() if place in places}
    return replace(wanted, desired=shown, memberships=(), intents=(), given=(), undone=undone)


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
        *_closings(wanted, rules),
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
            head = _head(wanted, connection, rules)
            moving: Sequence[Record] = [head] if head is not None else []
        elif not entry.member and (shown is True or undoes):
            moving = _people(wanted, connection, rules)
        else:
            continue
        for record in moving:
            yield _list_change(wanted, record, entry, rules)


def _people(wanted: Wanted, connection: str, rules: InForce) -> Sequence[Record]:
    """Every living record of the person: nobody knows by which of them they are on a list."""
    objects = rules.mapping.systems[connection].people.objects
    theirs = (each for each in wanted.records if each.ref.connection == connection and each.ref.object in objects)
    return sorted(filter(is_live, theirs), key=lambda each: each.ref)


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


def _head(wanted: Wanted, connection: str, rules: InForce) -> Record | None:
    """The record that our values are for; before there are any, the one that the mapping would choose."""
    records = {record.ref: record for record in wanted.records if is_live(record)}
    ours = sorted(row.ref for row in wanted.desired if row.value is not None and row.ref.connection == connection)
    chosen = next((records[ref] for ref in ours if ref in records), None)
    return chosen or rules.fields.heads(wanted.records).get(connection)


def outdated(wanted: Wanted) -> dict[str, str]:
    """Tasks that nobody has to do any more, by key, with the reason: another assignment, or no rep has the lead.

    Every assignment brings a task, so the newest is the only one that counts, and it counts while a rep has
    the lead. What is about somebody in no handoff is never outdated.
    """
    known = {**dict(wanted.intents), **{task.key: task.intent for task in wanted.given}}
    turns = {key: turn for key, intent in known.items() if (turn := _turn(intent)) is not None}
    has_rep, newest = wanted.values.get("stage") in AT_WORK, max(turns.values(), default=None)
    ended = f"no rep has the lead now: it is {wanted.values.get('stage')}"
    return {
        key: "the lead was assigned anew" if has_rep else ended
        for key, turn in turns.items()
        if turn != newest or not has_rep
    }


def _turn(intent: Intent) -> tuple[int, int] | None:
    """The handoff and the assignment in it that a task came with; None for anything else."""
    name, _, number = intent.step.partition(":")
    if intent.kind is not IntentKind.TASK or not intent.handoff or name != TASK:
        return None
    return intent.handoff, int(number or 1)


def _closings(wanted: Wanted, rules: InForce) -> Iterator[OutboxDraft]:
    """Close outdated tasks; what a person completed or deleted is theirs, and so is the touch in it."""
    reasons = outdated(wanted)
    for task in wanted.given:
        words, record = rules.mapping.systems[task.ref.connection].tasks, task.record
        shown = record.values if record is not None else {}
        if task.key not in reasons or words is None or words.completed is None or shown.get(words.completed) is True:
            continue
        values = {
            name: value
            for name, value in _written_in(rules, task.ref.connection, task.ref.object, words.closed).items()
            if name not in shown or not same(value, shown[name])
        }
        if not values or (record is not None and record.archived):
            continue
        change = Change(
            key=f"{CLOSING}{task.key}",
            kind=ChangeKind.FIELDS,
            object=task.ref.object,
            id=task.ref.id,
            values=values,
            expected={words.completed: False},
            guarded=frozenset({words.completed}),
        )
        yield OutboxDraft(
            connection=task.ref.connection,
            lane=Lane.HANDOFF,
            lead_id=wanted.lead_id,
            change=change,
            before={name: shown.get(name) for name in values},
            cause=f"closes the task of handoff {task.intent.handoff}: {reasons[task.key]}",
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
            record = _head(wanted, connection, rules)
            change = None
            if intent.kind is IntentKind.TASK and system.tasks is not None and record is not None:
                change = _task(intent, system.tasks, record, key=key, users=users, rules=rules)
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


def _written_in(rules: InForce, connection: str, kind: str, values: Mapping[str, Value]) -> dict[str, Value]:
    """Without what cannot be written there now."""
    return {name: value for name, value in values.items() if not rules.fields.is_paused(connection, kind, name)}


def _task(intent: Intent, tasks: Tasks, record: Record, *, key: str, users: Users, rules: InForce) -> Change | None:
    """A rep's task about the record; none while its owner is nobody in that system, or while its key is not there."""
    owner = users.ids.get((record.ref.connection, str(intent.payload.get("owner") or "")))
    if owner is None:
        return None
    says = intent.payload
    values: dict[str, Value] = {
        **tasks.constants,
        tasks.key: key,
        tasks.subject: says.get("subject"),
        tasks.body: says.get("body"),
        tasks.owner: owner,
        tasks.who: record.ref.id,
        tasks.due: says.get("due_on" if tasks.due_is == "date" else "due_at"),
    }
    if tasks.priority is not None:
        values[tasks.priority] = says.get("priority")
    values = _written_in(rules, record.ref.connection, tasks.object, values)
    if tasks.key not in values:
        return None
    return Change(key=key, kind=ChangeKind.CREATE, object=tasks.object, values=values, unique=tasks.key)


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
    values = _written_in(rules, connection, object_name, values)
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
