from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.audit import Act
from domain.change import Change, ChangeKind
from domain.decision import Intent, IntentKind
from domain.identity import Tie
from domain.run import OutboxStatus
from domain.values import LeadId, RecordRef, RuleHash, Value
from reports.pages.asides import conflicts, intended, unions
from reports.pages.moments import Cast, Kind, Moment
from reports.pages.page import Figure
from reports.pages.written import Write, by_hand, systems, writes, writes_of
from store import trail
from store.audit import AuditEntry
from store.dossiers import Undecided
from store.intents import IntentStatus
from store.outbox_row import OutboxRow
from store.unions import Union

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)
LEAD, OTHER = LeadId(1), LeadId(2)
KEYS = {LEAD: b"the lead's own key"}
UTC_ZONE = ZoneInfo("UTC")
CAST = Cast(names={"fay@acme.example": "Fay Rep"}, users={})


def change(values: dict[str, Value] | None = None, *, member: bool | None = None, key: str = "c1") -> Change:
    kind = ChangeKind.FIELDS if member is None else ChangeKind.MEMBER
    listed = None if member is None else "LL · With sales"
    return Change(key=key, kind=kind, object="Lead", id="00Q1", values=values or {}, list=listed, member=member)


def row(of: Change, **more: Any) -> OutboxRow:
    usual: dict[str, Any] = {
        "id": 1,
        "connection": "crm",
        "lane": "handoff",
        "change": of,
        "cause": "is assigned",
        "rule_hash": RuleHash("r"),
        "status": OutboxStatus.DONE,
        "lead_id": LEAD,
        "before": {},
        "run_id": 1,
        "owner": None,
        "epoch": None,
        "claimed_at": None,
        "attempts": 1,
        "due_at": NOON,
        "code": "applied",
        "message": "",
        "created_at": NOON,
        "settled_at": LATER,
        "remote_id": None,
        "ignored": False,
    }
    return OutboxRow(**{**usual, **more})


def audited(of: OutboxRow, *, end: str | None = "applied") -> list[AuditEntry]:
    """As the store writes it down: announced at noon, ended five minutes later."""
    begun = trail.told(of, Act.WILL, of.change.kind.value, at=NOON, keys=KEYS)
    return [begun] if end is None else [begun, trail.told(of, Act.WROTE, end, at=LATER, keys=KEYS)]


def shown(found: list[Write]) -> list[Moment]:
    return list(writes(found, elsewhere=frozenset(), keys=KEYS))


def test_a_write_tells_its_values_as_long_as_its_row_is_kept_and_its_fields_for_good() -> None:
    written = row(change({"LL_Score__c": 74, "Fax": None}))
    (kept,) = shown(writes_of(audited(written), [written]))
    assert (kept.at, kept.kind, kept.what) == (LATER, Kind.WRITE, "crm Lead: 2 fields, written")
    assert kept.words == "Fax = blank, LL_Score__c = 74; because is assigned"
    (gone,) = shown(writes_of(audited(written), []))
    assert (gone.what, gone.words) == ("crm Lead: 2 fields, written", "Fax, LL_Score__c")


@pytest.mark.parametrize(("member", "what"), [(True, "put on LL · With sales"), (False, "taken off LL · With sales")])
def test_the_audit_knows_for_good_whether_somebody_was_put_on_a_list(member: bool, what: str) -> None:
    moved = row(change(member=member))
    (kept,) = shown(writes_of(audited(moved), [moved]))
    (gone,) = shown(writes_of(audited(moved), []))
    assert (kept.what, gone.what) == (what, what)
    assert (kept.words, gone.words) == ("crm: written; is assigned", "crm: written")
    (unknown,) = writes(writes_of(audited(moved), []), elsewhere=frozenset(), keys={})
    assert unknown.what == "put on or taken off LL · With sales"


@pytest.mark.parametrize(
    ("status", "more", "outcome", "counts"),
    [
        (OutboxStatus.PENDING, {"attempts": 0}, "waits", (0, 1, 0)),
        (OutboxStatus.WAITING, {"attempts": 3, "message": "locked"}, "waits, tried 3×: locked", (0, 1, 0)),
        (OutboxStatus.PARKED, {"message": "No such picklist value"}, "refused: No such picklist value", (0, 0, 1)),
        (OutboxStatus.UNSURE, {"code": "timeout"}, "nobody knows whether it arrived: timeout", (0, 0, 1)),
        (OutboxStatus.PARKED, {"message": "no", "ignored": True}, "left aside by a person: no", (0, 0, 0)),
    ],
)
def test_what_waits_or_failed_says_so(
    status: OutboxStatus, more: dict[str, Any], outcome: str, counts: tuple[int, int, int]
) -> None:
    waiting = row(change({"a": 1}), status=status, settled_at=None, **{"code": "", **more})
    found = writes_of(audited(waiting, end=None), [waiting])
    (moment,) = shown(found)
    assert (moment.at, moment.what) == (NOON, f"crm Lead: 1 field, {outcome}")
    (line,) = systems(found, ["crm"], UTC_ZONE).rows
    figures = [cell.value for cell in line.cells if isinstance(cell, Figure)]
    assert (line.cells[0], tuple(figures)) == ("—", counts)


def test_a_refusal_that_is_told_to_retry_is_told_by_its_last_word() -> None:
    again = row(change({"a": 1}))
    entries = [*audited(again, end="refused: locked"), trail.told(again, Act.WILL, "fields", at=LATER)]
    entries.append(trail.told(again, Act.WROTE, "applied", at=LATER + timedelta(hours=1)))
    (moment,) = shown(writes_of(entries, [again]))
    assert (moment.at, moment.what) == (LATER + timedelta(hours=1), "crm Lead: 1 field, written")


def test_what_is_told_as_a_task_is_not_told_as_a_write_too() -> None:
    task = replace(change({"Subject": "Call Ana"}, key="k"), kind=ChangeKind.CREATE, id=None, unique="Key")
    made = row(task, settled_at=LATER)
    found = writes_of(audited(made), [made])
    assert list(writes(found, elsewhere={"k"}, keys=KEYS)) == []
    payload = {"subject": "Call <b>Ana</b>", "owner": "fay@acme.example"}
    intent = Intent(lead_id=LEAD, handoff=1, kind=IntentKind.TASK, step="task", payload=payload)
    (moment,) = intended([("k", intent, IntentStatus.DONE, "00T1")], found, {1: NOON}, CAST)
    told = (moment.at, moment.kind, moment.what, moment.who, moment.words)
    assert told == (LATER, Kind.TASK, "Task: Call <b>Ana</b>", "Fay Rep", "sent to crm")


def test_a_notice_has_its_own_moment_and_a_cancelled_one_its_reason() -> None:
    payload = {"text": "Ana still waits", "to": "boss@acme.example", "at": "2026-11-03T12:00:00Z"}
    intent = Intent(lead_id=LEAD, handoff=1, kind=IntentKind.NOTICE, step="remind", payload=payload)
    gone = replace(intent, payload={**payload, "cancelled": "was touched meanwhile"})
    rows = [("a", intent, IntentStatus.OPEN, None), ("b", gone, IntentStatus.CANCELLED, None)]
    first, second = intended(rows, [], {}, CAST)
    assert (first.at, first.what, first.who) == (NOON, "Notice: Ana still waits", "boss@acme.example")
    assert (first.words, second.words) == ("not sent yet", "cancelled; was touched meanwhile")


def test_a_union_says_with_what_and_when_it_was_undone() -> None:
    united = Union(
        id=7, survivor=LEAD, loser=OTHER, at=NOON, tie=Tie.EMAIL, made_by="loop", is_kept=True, split_at=LATER
    )
    brought = {7: [RecordRef(connection="crm", object="Lead", id="00Q2")]}
    first, second = unions([united], brought, LEAD, CAST)
    assert (first.what, first.who) == ("took in lead 2", "leadloop")
    assert first.words == "the same e-mail address; with crm:Lead:00Q2"
    assert (second.at, second.what) == (LATER, "parted from lead 2 again")
    assert next(unions([united], {}, OTHER, CAST)).what == "became part of lead 1"


def test_a_conflict_is_told_when_it_came_up_and_when_it_was_over() -> None:
    sides: dict[str, Value] = {"hubspot": "CEO\x1b[31m", "crm": None}
    found = list(conflicts([Undecided(property="job_title", sides=sides, opened_at=NOON, closed_at=LATER)]))
    assert [(each.at, each.what) for each in found] == [
        (NOON, "Undecided: job_title"),
        (LATER, "Decided: job_title"),
    ]
    assert found[0].words == "crm: blank, hubspot: CEO [31m"


def test_what_people_did_by_a_command_is_told_and_what_stands_elsewhere_is_not() -> None:
    acts = ("stage known to mql", "united 1 and 2 by union 7", "cancelled a task: why", "retracted 3 clicks")
    entries = [AuditEntry(at=NOON, actor="ray", action=each, lead_id=LEAD) for each in acts]
    (moment,) = by_hand([*entries, *audited(row(change({"a": 1})))], CAST)
    assert (moment.kind, moment.what, moment.who) == (Kind.OPERATOR, "retracted 3 clicks", "ray")
