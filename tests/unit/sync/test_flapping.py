"""Overwritings are counted once for every write of ours, and only where ours stood."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from config.settings import Neighbours
from connectors.contract import Lane
from domain.change import Change, ChangeKind
from domain.place import Place
from domain.run import OutboxStatus
from domain.values import LeadId, RuleHash, Value
from store import flaps, leads, outbox
from store.engine import Store, Tx
from store.outbox import OutboxDraft, Settlement
from sync.flapping import watch
from sync.loop import InForce
from tests.unit.sync.material import LEAD, NOW

LIMITS = Neighbours(overwrites=2)
BAND = Place(ref=LEAD, field="LL_Band__c")


def at(minute: float) -> datetime:
    return NOW + timedelta(minutes=minute)


def draft(lead: LeadId, shown: Value, **values: Value) -> OutboxDraft:
    change = Change(key="k", kind=ChangeKind.FIELDS, object=LEAD.object, id=LEAD.id, values=values)
    return OutboxDraft(
        connection=LEAD.connection,
        lane=Lane.BACKGROUND,
        lead_id=lead,
        change=change,
        before=dict.fromkeys(values, shown),
        cause="",
        rule_hash=RuleHash("r"),
    )


def write(tx: Tx, given: OutboxDraft, *, minute: float) -> None:
    """Sent and confirmed."""
    (number,) = outbox.put(tx, [given], now=at(minute), run_id=None)
    outbox.claim(tx, LEAD.connection, lane=None, limit=10, owner="a:1", epoch=1, now=at(minute))
    outbox.settle(tx, [Settlement(row_id=number, status=OutboxStatus.DONE, code="applied")], now=at(minute))


def counted(tx: Tx) -> int:
    known = flaps.of_records(tx, [LEAD]).get(BAND)
    return len(known.times) if known else 0


def test_planned_again_before_it_is_written_it_is_still_one_overwriting(store: Store, rules: InForce) -> None:
    with store.write() as tx:
        (lead,) = (each.id for each in leads.create(tx, 1, now=at(0), installation="LL"))
        ours = draft(lead, None, LL_Band__c="A")
        write(tx, ours, minute=0)
        taken = replace(ours, before={"LL_Band__c": "X"})
        assert watch(tx, [taken], rules, LIMITS, now=at(5)) is None
        assert watch(tx, [taken], rules, LIMITS, now=at(6)) is None
        assert counted(tx) == 1
        write(tx, taken, minute=7)
        stops = watch(tx, [taken], rules, LIMITS, now=at(10))
        assert stops is not None
        assert BAND in stops


@pytest.mark.parametrize(
    ("shown", "values"),
    [
        ("A", {"LL_Band__c": "B"}),
        ("X", {"LL_Verdict__c": None}),
        ("X", {"LL_Grade__c": "A"}),
    ],
    ids=["ours stands and is to change", "an answer", "a field that we never wrote"],
)
def test_what_is_no_fight_is_not_counted(store: Store, rules: InForce, shown: Value, values: dict[str, Value]) -> None:
    with store.write() as tx:
        (lead,) = (each.id for each in leads.create(tx, 1, now=at(0), installation="LL"))
        write(tx, draft(lead, None, LL_Band__c="A", LL_Verdict__c=None), minute=0)
        assert watch(tx, [draft(lead, shown, **values)], rules, LIMITS, now=at(5)) is None
        assert flaps.of_records(tx, [LEAD]) == {}
