"""Create-once effects: the same key in every process, kept once, ticked off once, cancelled with a reason."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connectors.contract import Lane
from domain.change import Change, ChangeKind
from domain.decision import Intent, IntentKind
from domain.run import OutboxStatus
from domain.values import LeadId, RuleHash
from store import intents, leads, outbox
from store.engine import Store, Tx
from store.intents import IntentStatus
from store.outbox import OutboxDraft, OutboxRow, Settlement

NOW = datetime(2026, 9, 7, 9, tzinfo=UTC)
OVER = "no rep has the lead now"
TASK = Intent(lead_id=LeadId(1), handoff=1, kind=IntentKind.TASK, step="open", payload={"subject": "Call Ana", "n": 1})


def test_the_key_is_the_same_in_every_process() -> None:
    assert intents.intent_key("LL-1", TASK) == "bb95e8e8e72d13f8f407c11e0dd43e5c75ada4cd"
    assert intents.intent_key("LL-1", replace(TASK, payload={})) == intents.intent_key("LL-1", TASK)
    others = {
        intents.intent_key("LL-2", TASK),
        intents.intent_key("LL-1", replace(TASK, handoff=2)),
        intents.intent_key("LL-1", replace(TASK, step="remind")),
        intents.intent_key("LL-1", replace(TASK, kind=IntentKind.NOTICE)),
    }
    assert len(others - {intents.intent_key("LL-1", TASK)}) == 4


def test_an_intent_is_kept_once_and_as_it_was_first(store: Store) -> None:
    with store.write() as tx:
        assert intents.save(tx, {"k1": TASK}) == ["k1"]
        assert intents.save(tx, {"k1": replace(TASK, payload={}), "k2": replace(TASK, step="remind")}) == ["k2"]
        assert intents.open_of(tx, [LeadId(1), LeadId(2)]) == {1: [("k1", TASK), ("k2", replace(TASK, step="remind"))]}


def test_what_is_done_is_not_open_and_keeps_its_id(store: Store) -> None:
    with store.write() as tx:
        intents.save(tx, {"k1": TASK})
        intents.done(tx, "k1", "00T1")
        assert intents.open_of(tx, [LeadId(1)]) == {}
        assert intents.of_leads(tx, [LeadId(1)]) == {1: [("k1", TASK, IntentStatus.DONE, "00T1")]}
        assert intents.save(tx, {"k1": TASK}) == []


def put_out(tx: Tx, key: str = "k1") -> int:
    """The creation's row, as planning puts it out."""
    change = Change(key=key, kind=ChangeKind.CREATE, object="Task", values={"LL_Key__c": key}, unique="LL_Key__c")
    draft = OutboxDraft(
        connection="salesforce", lane=Lane.HANDOFF, lead_id=LeadId(1), change=change, cause="", rule_hash=RuleHash("r")
    )
    (row_id,) = outbox.put(tx, [draft], now=NOW)
    return row_id


def claimed(tx: Tx) -> OutboxRow:
    (row,) = outbox.claim(tx, "salesforce", lane=None, limit=1, owner="me", epoch=1, now=NOW)
    return row


def test_what_is_cancelled_is_kept_with_its_reason_and_never_created(store: Store) -> None:
    with store.write() as tx:
        intents.save(tx, {"k1": TASK, "k2": TASK, "k3": TASK})
        intents.done(tx, "k2", "00T1")
        assert intents.cancel(tx, {"k1": OVER, "k2": OVER}, now=NOW) == {"k1"}
        assert intents.open_of(tx, [LeadId(1)]) == {1: [("k3", TASK)]}
        kept = {
            key: (status, intent.payload) for key, intent, status, _ in intents.of_leads(tx, [LeadId(1)])[LeadId(1)]
        }
        assert kept["k1"] == (IntentStatus.CANCELLED, {**TASK.payload, "cancelled": OVER})
        assert kept["k2"] == (IntentStatus.DONE, TASK.payload)
        assert intents.save(tx, {"k1": TASK}) == []
        assert intents.cancel(tx, {"k1": OVER}, now=NOW) == set()


def test_a_row_that_was_never_sent_is_settled_with_the_reason(store: Store) -> None:
    with store.write() as tx:
        intents.save(tx, {"k1": TASK})
        row_id = put_out(tx)
        intents.cancel(tx, {"k1": OVER}, now=NOW)
        row = outbox.get(tx, [row_id])[row_id]
        assert (row.status, row.code, row.message) == (OutboxStatus.DONE, intents.WITHDRAWN, OVER)
        assert outbox.claim(tx, "salesforce", lane=None, limit=1, owner="me", epoch=1, now=NOW) == []


ATTEMPTS = {
    "the login was refused": (OutboxStatus.WAITING, "CredentialsError", True),
    "come back later": (OutboxStatus.WAITING, "RateLimitedError", True),
    "refused for good": (OutboxStatus.PARKED, "FIELD_CUSTOM_VALIDATION_EXCEPTION", True),
    "refused for now, maybe because it is there": (OutboxStatus.WAITING, "INVALID_FIELD_FOR_INSERT_UPDATE", False),
    "the answer was lost": (OutboxStatus.WAITING, "TransientError", False),
    "the answer could not be read": (OutboxStatus.WAITING, "ContractError", False),
    "the process died": (OutboxStatus.PENDING, "", False),
    "nobody knows": (OutboxStatus.UNSURE, "unknown", False),
}


@pytest.mark.parametrize(("status", "code", "withdrawn"), ATTEMPTS.values(), ids=ATTEMPTS)
def test_only_what_may_have_been_created_is_sent_again(
    store: Store, status: OutboxStatus, code: str, withdrawn: bool
) -> None:
    with store.write() as tx:
        intents.save(tx, {"k1": TASK})
        put_out(tx)
        row_id = claimed(tx).id
        outbox.settle(tx, [Settlement(row_id=row_id, status=status, code=code, due_at=NOW)], now=NOW)
        assert intents.cancel(tx, {"k1": OVER}, now=NOW) == {"k1"}
        assert outbox.get(tx, [row_id])[row_id].status is (OutboxStatus.DONE if withdrawn else status)


def test_a_row_on_its_way_is_not_touched(store: Store) -> None:
    with store.write() as tx:
        intents.save(tx, {"k1": TASK})
        put_out(tx)
        row_id = claimed(tx).id
        intents.cancel(tx, {"k1": OVER}, now=NOW)
        assert outbox.get(tx, [row_id])[row_id].status is OutboxStatus.CLAIMED


def test_one_that_was_created_after_all_is_done_and_its_lead_planned_again(store: Store) -> None:
    with store.write() as tx:
        (lead,) = leads.create(tx, 1, now=NOW, installation="LL")
        leads.clear_plan_due(tx, [lead.id])
        task = replace(TASK, lead_id=lead.id)
        intents.save(tx, {"k1": task, "k2": replace(task, step="remind")})
        intents.done(tx, "k2", "00T2")
        assert leads.plan_due(tx, limit=None) == []
        intents.cancel(tx, {"k1": OVER}, now=NOW)
        intents.done(tx, "k1", "00T1")
        assert leads.plan_due(tx, limit=None) == [lead.id]
        kept = {key: (status, remote) for key, _, status, remote in intents.of_leads(tx, [lead.id])[lead.id]}
        assert kept["k1"] == (IntentStatus.DONE, "00T1")


def test_only_what_is_done_can_be_closed(store: Store) -> None:
    with store.write() as tx:
        intents.save(tx, {"k1": TASK, "k2": TASK})
        intents.done(tx, "k1", "00T1")
        intents.close(tx, ["k1", "k2"])
        kept = {key: (status, remote) for key, _, status, remote in intents.of_leads(tx, [LeadId(1)])[LeadId(1)]}
        assert kept == {"k1": (IntentStatus.CLOSED, "00T1"), "k2": (IntentStatus.OPEN, None)}
