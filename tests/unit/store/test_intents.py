"""Create-once effects: the same key in every process, kept once, ticked off once."""

from dataclasses import replace

from domain.decision import Intent, IntentKind
from domain.values import LeadId
from store import intents
from store.engine import Store
from store.intents import IntentStatus

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
