"""What a receipt means for us: the row's end, what the record shows now, what both sides agree on."""

from collections.abc import Sequence
from datetime import UTC, datetime

from domain.change import Change, ChangeKind, Receipt, ReceiptOutcome
from domain.decision import Desired
from domain.record import Record
from domain.run import OutboxStatus
from domain.values import LeadId, RecordRef, Value
from mapping.agreement import Base, agree
from mapping.identity import record_key
from store import audit, desired, identity, intents, leads, outbox, records
from store.audit import AuditEntry
from store.engine import Tx
from store.outbox import OutboxRow, Settlement
from sync import recover
from sync.loop import InForce

NEVER_READ = datetime(1970, 1, 1, tzinfo=UTC)

ENDS = {
    ReceiptOutcome.APPLIED: OutboxStatus.DONE,
    ReceiptOutcome.UNCHANGED: OutboxStatus.DONE,
    ReceiptOutcome.CONFLICTED: OutboxStatus.DONE,
    ReceiptOutcome.GONE: OutboxStatus.GONE,
    ReceiptOutcome.UNKNOWN: OutboxStatus.UNSURE,
}


def settle(tx: Tx, rows: Sequence[OutboxRow], receipts: Sequence[Receipt], rules: InForce, *, now: datetime) -> None:
    """Settle these rows with their receipts, position by position."""
    pairs = list(zip(rows, receipts, strict=True))
    outbox.settle(tx, [_settlement(row, receipt, now=now) for row, receipt in pairs], now=now)
    wishes = desired.of_leads(tx, sorted({row.lead_id for row in rows if row.lead_id is not None}))
    touched: set[LeadId] = set()
    for row, receipt in pairs:
        if receipt.outcome in {ReceiptOutcome.APPLIED, ReceiptOutcome.UNCHANGED}:
            _agree(tx, row, receipt, wishes.get(row.lead_id, ()) if row.lead_id is not None else (), rules, now=now)
        elif receipt.outcome is ReceiptOutcome.CONFLICTED:
            records.patch_values(tx, _ref(row), receipt.shown, sent_at=row.claimed_at)
            touched.update(_lead(row))
        elif receipt.outcome is ReceiptOutcome.GONE and row.change.id is not None:
            records.archive(tx, _ref(row), now=now)
            touched.update(_lead(row))
    leads.touch(tx, touched)
    _audit(tx, pairs, now=now)


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


def _agree(
    tx: Tx, row: OutboxRow, receipt: Receipt, wishes: Sequence[Desired], rules: InForce, *, now: datetime
) -> None:
    """The system holds what we wrote: remember it as shown and as agreed."""
    match row.change.kind:
        case ChangeKind.FIELDS:
            values = {**row.change.values, **receipt.shown}
            records.patch_values(tx, _ref(row), values, sent_at=row.claimed_at)
            _agree_bases(tx, row, values, wishes)
        case ChangeKind.MEMBER if row.lead_id is not None:
            _agree_member(tx, row, row.change)
        case ChangeKind.CREATE:
            _agree_creation(tx, row, receipt, rules, now=now)


def _agree_bases(tx: Tx, row: OutboxRow, values: dict[str, Value], wishes: Sequence[Desired]) -> None:
    if row.lead_id is None:
        return
    ref = _ref(row)
    bases = {
        (wish.property, row.connection): _as_kept(agree(wish.value, values[wish.field]))
        for wish in wishes
        if wish.ref == ref and wish.field in row.change.values and row.change.values[wish.field] == wish.value
    }
    desired.save_bases_many(tx, {row.lead_id: bases})


def _as_kept(base: Base) -> tuple[Value, Value, tuple[Value, ...]]:
    return (base.value, base.vendor_form, base.learnt)


def _agree_member(tx: Tx, row: OutboxRow, change: Change) -> None:
    lead = _lead(row)
    name = change.list or ""
    if change.member:
        desired.members_shown(tx, row.connection, name, added=lead, removed=())
    else:
        desired.members_forgotten(tx, row.connection, name, lead)


def _agree_creation(tx: Tx, row: OutboxRow, receipt: Receipt, rules: InForce, *, now: datetime) -> None:
    """A created person is a record of its lead from now on; a created task is only ticked off."""
    intents.done(tx, row.change.key, receipt.id)
    system = rules.mapping.systems.get(row.connection)
    if system is None or row.lead_id is None or receipt.id is None:
        return
    if row.change.object not in system.people.objects:
        return
    ref = RecordRef(connection=row.connection, object=row.change.object, id=receipt.id)
    if not records.get(tx, [ref]):
        # The vendor's own stamp may be earlier than `now`: whatever it shows next is newer than this.
        records.upsert(tx, [Record(ref=ref, values=dict(row.change.values), modified_at=NEVER_READ)], seen_at=now)
        records.assign(tx, {ref: row.lead_id})
    key = record_key(ref)
    identity.claim(tx, {(key.kind.value, key.value): row.lead_id})
    leads.touch(tx, {row.lead_id})


def _audit(tx: Tx, pairs: Sequence[tuple[OutboxRow, Receipt]], *, now: datetime) -> None:
    audit.append(
        tx,
        [
            AuditEntry(
                at=now,
                actor="loop",
                action=f"wrote: {receipt.outcome}",
                connection=row.connection,
                object=row.change.object,
                record_id=receipt.id or row.change.id,
                lead_id=row.lead_id,
                fields=tuple(sorted(row.change.values)) or ((row.change.list,) if row.change.list else ()),
                rule_hash=row.rule_hash,
                outbox_key=row.change.key,
            )
            for row, receipt in pairs
        ],
    )
