"""One lead, Ana, as the loop knows her: records in both systems, wishes, rows of the outbox."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from domain.change import Change
from domain.decision import Desired, Membership
from domain.lead import Lead
from domain.record import Record
from domain.run import OutboxStatus
from domain.stage import Stage
from domain.values import LeadId, RecordRef, RuleHash, Value
from store.outbox import OutboxRow
from sync.material import Users
from sync.wanted import Wanted

NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
EARLIER = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)
ANA = LeadId(7)
RULES = RuleHash("abc123")
LEAD = RecordRef(connection="salesforce", object="Lead", id="00Q000000000001AAA")
PERSON = RecordRef(connection="hubspot", object="contacts", id="501")
FAY, SAM = "fay@acme.example", "sam@acme.example"
USERS = Users(
    reps={},
    emails={("salesforce", "005F"): FAY, ("salesforce", "005S"): SAM, ("hubspot", "41"): FAY, ("hubspot", "42"): SAM},
    ids={("salesforce", FAY): "005F", ("salesforce", SAM): "005S", ("hubspot", FAY): "41", ("hubspot", SAM): "42"},
)


def record(ref: RecordRef, values: Mapping[str, Value] | None = None, **more: Any) -> Record:
    return Record(ref=ref, values=values or {}, modified_at=EARLIER, **more)


def wish(ref: RecordRef, field: str, value: Value, *, property: str = "") -> Desired:
    return Desired(
        lead_id=ANA,
        ref=ref,
        field=field,
        property=property or field.lower(),
        value=value,
        cause="asked to be called",
        rule_hash=RULES,
    )


def member(name: str, *, joins: bool) -> Membership:
    return Membership(lead_id=ANA, list=name, member=joins, why="with sales")


def wanted(**more: Any) -> Wanted:
    known: dict[str, Any] = {
        "lead_id": ANA,
        "lead_key": "LL-7",
        "revision": 3,
        "records": (record(LEAD), record(PERSON)),
        "desired": (),
        "memberships": (),
        "intents": (),
        "values": {},
    }
    return Wanted(**{**known, **more})


def row(change: Change, status: OutboxStatus = OutboxStatus.PENDING, *, attempts: int = 1) -> OutboxRow:
    return OutboxRow(
        id=1,
        connection="salesforce",
        lane="background",
        change=change,
        cause="",
        rule_hash=RULES,
        status=status,
        lead_id=ANA,
        before={},
        run_id=None,
        owner=None,
        epoch=None,
        claimed_at=None,
        attempts=attempts,
        due_at=NOW,
        code="",
        message="",
        created_at=EARLIER,
        settled_at=None,
        remote_id=None,
        ignored=False,
    )


def ana(**more: Any) -> Lead:
    known: dict[str, Any] = {
        "id": ANA,
        "key": "LL-7",
        "revision": 3,
        "stage": Stage.ASSIGNED,
        "stage_since": EARLIER,
        "armed_at": EARLIER,
    }
    return Lead(**{**known, **more})
