"""Values that the store's tests share: short to write, exact to compare."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from domain.activity import Activity, ActivityKind
from domain.change import Change, ChangeKind
from domain.handoff import Handoff, HandoffKind
from domain.lead import Lead
from domain.record import Record
from domain.values import LeadId, RecordRef, RuleHash, Value
from store import leads, records
from store.engine import Tx
from store.outbox import OutboxDraft

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
RULES = RuleHash("rules-1")


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def ref(record_id: str, *, connection: str = "salesforce", kind: str = "Lead") -> RecordRef:
    return RecordRef(connection=connection, object=kind, id=record_id)


def record(
    record_id: str, *, minute: float = 0, values: Mapping[str, Value] | None = None, archived: bool = False
) -> Record:
    return Record(
        ref=ref(record_id), values=values or {"Email": "ana@acme.example"}, modified_at=at(minute), archived=archived
    )


def activity(
    external_id: str, *, of: str | None = None, email: str | None = None, minute: float = 0, retracted: bool = False
) -> Activity:
    return Activity(
        connection="hubspot",
        stream="forms",
        external_id=external_id,
        kind=ActivityKind.FORM_SUBMITTED,
        occurred_at=at(minute),
        record=None if of is None else ref(of),
        email=email,
        retracted=retracted,
    )


def found(tx: Tx, *record_ids: str) -> list[LeadId]:
    """One lead per record."""
    made = [lead.id for lead in leads.create(tx, len(record_ids), now=NOON, installation="LL")]
    records.upsert(tx, [record(each) for each in record_ids], seen_at=NOON)
    records.assign(tx, {ref(each): lead for each, lead in zip(record_ids, made, strict=True)})
    return made


def lead_of(tx: Tx, lead_id: LeadId) -> Lead:
    return leads.get(tx, [lead_id])[lead_id]


def handoff(lead_id: LeadId, number: int = 1, *, minute: float = 0, owner: str | None = "okafor@us.example") -> Handoff:
    return Handoff(
        lead_id=lead_id,
        number=number,
        kind=HandoffKind.NEW_BUSINESS,
        opened_at=at(minute),
        why="Asked for a demo today.",
        hand_raise=True,
        score=74_250,
        band="B hot",
        owner=owner,
    )


def draft(
    record_id: str = "00Q1",
    *,
    values: Mapping[str, Value] | None = None,
    lane: str = "background",
    lead_id: LeadId | None = None,
) -> OutboxDraft:
    """A change of fields."""
    change = Change(
        key="unused", kind=ChangeKind.FIELDS, object="Lead", id=record_id, values=values or {"LL_Score__c": 74}
    )
    return OutboxDraft(
        connection="salesforce", lane=lane, change=change, cause="band rose", rule_hash=RULES, lead_id=lead_id
    )


def creation(key: str, *, unique: str | None = "LL_Key__c") -> OutboxDraft:
    change = Change(key=key, kind=ChangeKind.CREATE, object="Task", values={"LL_Key__c": key}, unique=unique)
    return OutboxDraft(connection="salesforce", lane="handoff", change=change, cause="handoff opened", rule_hash=RULES)
