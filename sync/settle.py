"""What a receipt means for us: the row's end, what the record shows now, what both sides agree on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from config.mapping import Role
from domain.audit import Act
from domain.change import ChangeKind, Receipt, ReceiptOutcome
from domain.identity import Claim, Tie
from domain.place import Place
from domain.record import Record
from domain.run import OutboxStatus
from domain.values import LeadId, RecordRef, Value
from mapping.agreement import Base, agree, learn
from mapping.identity import record_key
from mapping.wording import Spoken
from store import audit, bases, desired, identity, intents, leads, outbox, records, trail, undone
from store.desired import Wishes
from store.engine import Tx
from store.outbox import OutboxRow, Settlement
from store.undone import Undone
from sync import recover
from sync.agreeing import agree_everywhere
from sync.loop import InForce
from sync.same import same

NEVER_READ = datetime(1970, 1, 1, tzinfo=UTC)
AS_NEW = timedelta(seconds=2)
"""So much earlier than its answer may a write have stamped the record: or what it wrote would pass for an old one."""

Pair = tuple[OutboxRow, Receipt]
Properties = dict[tuple[str, str, str], list[str]]
Wished = Mapping[tuple[str, LeadId], Wishes]
"""By system and lead."""
Words = Mapping[tuple[str, str], Spoken]
Kept = tuple[Value, Value, tuple[Value, ...]]
"""A merge base as the store keeps it."""

WRITTEN = frozenset({ReceiptOutcome.APPLIED, ReceiptOutcome.UNCHANGED})
ENDS = {
    ReceiptOutcome.APPLIED: OutboxStatus.DONE,
    ReceiptOutcome.UNCHANGED: OutboxStatus.DONE,
    ReceiptOutcome.CONFLICTED: OutboxStatus.DONE,
    ReceiptOutcome.GONE: OutboxStatus.GONE,
    ReceiptOutcome.UNKNOWN: OutboxStatus.UNSURE,
}
TO_BE_CONTINUED = frozenset({OutboxStatus.WAITING, OutboxStatus.UNSURE})


def settle(tx: Tx, rows: Sequence[OutboxRow], receipts: Sequence[Receipt], rules: InForce, *, now: datetime) -> None:
    """Settle these rows with their receipts, position by position.

    First what the systems show now, then what that means for the leads: whoever reads a system meanwhile locks records
    before leads as well.
    """
    pairs = list(zip(rows, receipts, strict=True))
    settlements = [_settlement(row, receipt, now=now) for row, receipt in pairs]
    _audit(tx, pairs, settlements, now=now)
    outbox.settle(tx, settlements, now=now)
    written = [pair for pair in pairs if pair[1].outcome in WRITTEN]
    fields = [*(pair for pair in written if pair[0].change.kind is ChangeKind.FIELDS), *_partly_held(pairs)]
    made = [pair for pair in written if pair[0].change.kind is ChangeKind.CREATE]
    _show_fields(tx, fields)
    for row, receipt in made:
        _show_creation(tx, row, receipt, rules, now=now)
    changed = _show_what_others_did(tx, pairs, now=now)
    leads.hold(tx, {lead for row in rows for lead in _lead(row)})
    _agree_fields(tx, fields, rules)
    _agree_members(tx, [row for row, _ in written if row.change.kind is ChangeKind.MEMBER])
    _agree_members(tx, [row for row, receipt in pairs if _was_not_there(row, receipt)])
    for row, receipt in made:
        _agree_creation(tx, row, receipt, rules)
    leads.touch(tx, changed)
    # What else stood in a change is wished as before, and nobody else asks for it.
    leads.mark_plan_due(tx, changed | _wished_otherwise(tx, [row for row, _ in written]))


def _wished_otherwise(tx: Tx, rows: Sequence[OutboxRow]) -> set[LeadId]:
    """The leads of whom something else is wished by now than what was written: a row of the other lane may have been
    slower than the one that came after it."""
    ids = sorted({lead for row in rows for lead in _lead(row)})
    wished = _wished(tx, [row for row in rows if row.change.kind is ChangeKind.FIELDS])
    moves = {
        (lead, connection, entry.list): entry.member
        for lead, theirs in desired.memberships_of(tx, ids).items()
        for connection, entry, _ in theirs
    }
    return {lead for row in rows for lead in _lead(row) if _is_overtaken(row, lead, wished, moves)}


def _is_overtaken(
    row: OutboxRow,
    lead: LeadId,
    wished: Wished,
    moves: Mapping[tuple[LeadId, str, str], bool],
) -> bool:
    change = row.change
    if change.kind is ChangeKind.MEMBER:
        return moves.get((lead, row.connection, change.list or ""), change.member) is not change.member
    if change.kind is not ChangeKind.FIELDS:
        return False
    now = wished.get((row.connection, lead), {}).get(_ref(row), {})
    return any(name in now and not same(now[name][1], value) for name, value in change.values.items())


def _partly_held(pairs: Sequence[Pair]) -> list[Pair]:
    """Of conflicts the fields that hold what we wanted: both sides show the same, or our own write would be a person's.

    A system may take a change and silently leave out one field of it.
    """
    found = []
    for row, receipt in pairs:
        held = {
            name: v for name, v in row.change.values.items() if name in receipt.shown and same(v, receipt.shown[name])
        }
        if receipt.outcome is ReceiptOutcome.CONFLICTED and held:
            found.append((replace(row, change=replace(row.change, values=held)), receipt))
    return found


def _show_what_others_did(tx: Tx, pairs: Sequence[Pair], *, now: datetime) -> set[LeadId]:
    """What somebody else changed or deleted meanwhile is noted; the leads that are to be decided anew."""
    touched: set[LeadId] = set()
    for row, receipt in pairs:
        if receipt.outcome is ReceiptOutcome.CONFLICTED:
            records.patch_values(tx, _ref(row), receipt.shown, sent_at=row.claimed_at)
            touched.update(_lead(row))
        elif _was_not_there(row, receipt):
            touched.update(_lead(row))
        elif receipt.outcome is ReceiptOutcome.GONE and row.change.id is not None:
            records.archive(tx, _ref(row), now=now)
            touched.update(_lead(row))
    return touched


def _was_not_there(row: OutboxRow, receipt: Receipt) -> bool:
    """Taken off a list and not found on it: which says nothing about whether the person is still in the system."""
    return receipt.outcome is ReceiptOutcome.GONE and row.change.member is False


def _settlement(row: OutboxRow, receipt: Receipt, *, now: datetime) -> Settlement:
    status = ENDS.get(receipt.outcome)
    due_at = None
    if status is None:
        due_at = recover.retry_at(row.attempts, receipt, now=now)
        status = OutboxStatus.WAITING if due_at is not None else OutboxStatus.PARKED
    return Settlement(
        row_id=row.id,
        status=status,
        code=receipt.code or receipt.outcome.value,
        message=receipt.message,
        remote_id=receipt.id,
        due_at=due_at,
    )


def _lead(row: OutboxRow) -> set[LeadId]:
    return set() if row.lead_id is None else {row.lead_id}


def _ref(row: OutboxRow) -> RecordRef:
    return RecordRef(connection=row.connection, object=row.change.object, id=row.change.id or "")


def _shown(row: OutboxRow, receipt: Receipt) -> dict[str, Value]:
    """What a record shows of the fields that were written."""
    return {**row.change.values, **receipt.shown}


def _show_fields(tx: Tx, pairs: Sequence[Pair]) -> None:
    """The system holds what we wrote: remember it as shown."""
    records.patch_many(
        tx,
        {_ref(row): _shown(row, receipt) for row, receipt in pairs},
        sent_at=min((row.claimed_at for row, _ in pairs if row.claimed_at), default=None),
        before={_ref(row): row.before for row, _ in pairs},
        stamps={_ref(row): receipt.modified_at - AS_NEW for row, receipt in pairs if receipt.modified_at is not None},
    )


def _agree_fields(tx: Tx, pairs: Sequence[Pair], rules: InForce) -> None:
    """Remember as agreed what is shown since."""
    if not pairs:
        return
    shown = {_ref(row): _shown(row, receipt) for row, receipt in pairs}
    named, words = _properties_by_field(rules), _words(rules)
    wished = _wished(tx, [row for row, _ in pairs])
    taken_back = undone.of_leads(tx, set().union(*(_lead(row) for row, _ in pairs)))
    agreed: dict[LeadId, dict[tuple[str, str], Kept]] = {}
    for row, _ in pairs:
        if row.lead_id is not None:
            properties = _properties_of(row, named, wished.get((row.connection, row.lead_id), {}))
            fresh = _bases(row, shown[_ref(row)], properties, taken_back.get(row.lead_id, {}), words)
            agreed.setdefault(row.lead_id, {}).update(fresh)
    bases.save_bases(tx, agreed)
    agree_everywhere(tx, {lead: {name for name, _ in theirs} for lead, theirs in agreed.items()}, rules)


def _bases(
    row: OutboxRow,
    shown: Mapping[str, Value],
    properties: Mapping[str, Collection[str]],
    taken_back: Mapping[Place, Undone],
    words: Words,
) -> dict[tuple[str, str], Kept]:
    """What was written is agreed, whatever is wished by now: or our own write would be taken for a person's."""
    back = {place.field: each for place, each in taken_back.items() if place.ref == _ref(row)} if taken_back else {}
    return {
        (name, row.connection): _as_kept(
            agreed(value, shown[field], back.get(field), words.get((name, row.connection)))
        )
        for field, value in row.change.values.items()
        for name in properties.get(field, ())
    }


def agreed(value: Value, shown: Value, taken_back: Undone | None, words: Spoken | None) -> Base:
    """What was put back stands for the value that was taken back: it is carried nowhere, and nobody's change."""
    if taken_back is None or not same(taken_back.back, value):
        return agree(value, shown) if words is None else _worded(agree(value, shown), words)
    base = learn(agree(taken_back.value, value), shown)
    return base if words is None else _worded(base, words)


def _worded(base: Base, words: Spoken) -> Base:
    """In our words, of what was written in the system's; what it was written as is an equal form of it."""
    value = words.meaning(base.value)
    if value == base.value or not base.learnt:
        return replace(base, value=value)
    return replace(base, value=value, learnt=(base.value, *base.learnt))


def _words(rules: InForce) -> Words:
    """(property, connection) → how it is said there, where that is in words of its own."""
    return {(one.rule.name, name): own for one in rules.fields.properties for name, own in one.spoken.items()}


def _wished(tx: Tx, rows: Sequence[OutboxRow]) -> Wished:
    """What is wished by now of the leads that were written about."""
    leads_of: dict[str, set[LeadId]] = {}
    for row in rows:
        leads_of.setdefault(row.connection, set()).update(_lead(row))
    return {
        (connection, lead): wished
        for connection, ids in leads_of.items()
        for lead, wished in desired.wishes_at(tx, connection, sorted(ids)).items()
    }


def _properties_of(row: OutboxRow, named: Properties, wished: Wishes) -> dict[str, set[str]]:
    """Field → the lead properties it stands for, by the rules in force and by what is wished of the record.

    Nothing once wishes go to another record of that system: what is agreed is about that one.
    """
    ref = _ref(row)
    if wished and ref not in wished:
        return {}
    found = {field: {*named.get((row.connection, ref.object, field), ())} for field in row.change.values}
    for field, (name, _) in wished.get(ref, {}).items():
        if field in found:
            found[field].add(name)
    return found


def _properties_by_field(rules: InForce) -> Properties:
    """(connection, object, field) → lead properties."""
    found: Properties = {}
    for one in rules.fields.properties:
        for (connection, kind), field in one.fields.items():
            found.setdefault((connection, kind, field), []).append(one.rule.name)
    return found


def _as_kept(base: Base) -> Kept:
    return (base.value, base.vendor_form, base.learnt)


def _agree_members(tx: Tx, rows: Sequence[OutboxRow]) -> None:
    """Who joined is shown; who left by our own hand is as if never shown."""
    moves: dict[tuple[str, str, bool], set[LeadId]] = {}
    for row in rows:
        moves.setdefault((row.connection, row.change.list or "", bool(row.change.member)), set()).update(_lead(row))
    for (connection, name, member), moved in moves.items():
        if member:
            desired.members_shown(tx, connection, name, added=moved, removed=())
        else:
            desired.members_forgotten(tx, connection, name, moved)


def _is_person(row: OutboxRow, receipt: Receipt, rules: InForce) -> bool:
    """Whether what was created is a lead's record; a task is only ticked off."""
    system = rules.mapping.systems.get(row.connection)
    return system is not None and receipt.id is not None and row.change.object in system.people.objects


def _show_creation(tx: Tx, row: OutboxRow, receipt: Receipt, rules: InForce, *, now: datetime) -> None:
    """A created person is a record of its lead from now on."""
    if row.lead_id is None or receipt.id is None or not _is_person(row, receipt, rules):
        return
    ref = RecordRef(connection=row.connection, object=row.change.object, id=receipt.id)
    if not records.get(tx, [ref]):
        # The vendor's own stamp may be earlier than `now`: whatever it shows next is newer than this.
        records.upsert(
            tx, [Record(ref=ref, values={**row.change.values, **receipt.shown}, modified_at=NEVER_READ)], seen_at=now
        )
        records.assign(tx, {ref: row.lead_id})
        key = record_key(ref)
        own = Claim(kind=key.kind.value, value=key.value, ref=ref, lead_id=row.lead_id, tie=Tie.SELF, since=now)
        identity.claim(tx, [own])


def _agree_creation(tx: Tx, row: OutboxRow, receipt: Receipt, rules: InForce) -> None:
    intents.done(tx, row.change.key, receipt.id)
    if row.lead_id is not None and _is_person(row, receipt, rules):
        bases.save_bases(tx, {row.lead_id: _bases_of_new(row, rules)})
        leads.touch(tx, {row.lead_id})


def _bases_of_new(row: OutboxRow, rules: InForce) -> dict[tuple[str, str], Kept]:
    """What a new record holds in the fields that people answer by: the next change of one is theirs.

    An owner or a status that we did not name is the system's own default (in Salesforce the user we log in as), which
    is first known when the record is read: it is nobody's change.
    """
    place, written = (row.connection, row.change.object), row.change.values
    return {
        (one.rule.name, row.connection): (written.get(field), written.get(field), ())
        for one in rules.fields.heard
        if (field := one.fields.get(place)) is not None and (field in written or one.rule.role is Role.ANSWER)
    }


def _audit(tx: Tx, pairs: Sequence[Pair], settlements: Sequence[Settlement], *, now: datetime) -> None:
    """The end of each write, or one more try of it where it waits to be sent again or nobody knows what became of it.

    Before the rows are settled: one whose place a newer one took meanwhile ends there, after its last try.
    """
    keys = trail.keys_of(tx, [row for row, _ in pairs])
    acts = [Act.TRIED if each.status in TO_BE_CONTINUED else Act.WROTE for each in settlements]
    audit.append(
        tx,
        [
            trail.told(row, act, receipt.outcome, at=now, record_id=receipt.id, keys=keys)
            for (row, receipt), act in zip(pairs, acts, strict=True)
        ],
    )
