"""Retention: what is over goes, in portions and by index; what still says something stays."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import event, select, text

from domain.decision import BlastClass, Intent, IntentKind
from domain.run import OutboxStatus
from store import blast, held, intents, outbox, requests, runs, wire
from store.budget import BudgetLimit, StoreBudget
from store.engine import Store, Tx
from store.outbox import OutboxDraft, Settlement
from store.retention import Limits, Purged, purge
from store.schema import conflict
from store.wire import StoreWireLog
from tests.unit.store.examples import NOON, RULES, at, creation, draft, found
from tests.unit.store.test_budget import Hand
from tests.unit.store.test_wire import Said

LATER = NOON + timedelta(days=91)


def days(number: float) -> datetime:
    return NOON + timedelta(days=number)


def end(tx: Tx, drafts: list[OutboxDraft], status: OutboxStatus, *, now: datetime = NOON) -> list[int]:
    ids = outbox.put(tx, drafts, now=now)
    outbox.claim(tx, "salesforce", lane=None, limit=len(ids), owner="a:1", epoch=1, now=now)
    outbox.settle(tx, [Settlement(row_id=each, status=status) for each in ids], now=now)
    return ids


def with_image(record_id: str) -> OutboxDraft:
    return OutboxDraft(
        connection="salesforce", lane="background", change=draft(record_id).change, cause="band rose",
        rule_hash=RULES, before={"Title": "VP"},
    )  # fmt: skip


def purged(tx: Tx, *, now: datetime = LATER) -> dict[str, int]:
    """What one portion deleted, without what it did not."""
    told: Purged = purge(tx, now=now)
    return {name: getattr(told, name) for name in told.__dataclass_fields__ if getattr(told, name)}


def test_writes_go_ninety_days_after_they_were_settled(store: Store) -> None:
    with store.write() as tx:
        (old,) = end(tx, [with_image("1")], OutboxStatus.DONE)
        (gone,) = end(tx, [with_image("2")], OutboxStatus.GONE)
        (young,) = end(tx, [with_image("3")], OutboxStatus.DONE, now=days(2))
        (waiting,) = outbox.put(tx, [with_image("4")], now=NOON)
        assert purged(tx, now=days(90)) == {}
        assert purged(tx) == {"outbox": 2}
        assert purged(tx) == {}
        assert set(outbox.get(tx, [old, gone, young, waiting])) == {young, waiting}


def test_what_a_person_must_still_look_at_stays_without_the_values_from_before(store: Store) -> None:
    with store.write() as tx:
        (parked,) = end(tx, [with_image("1")], OutboxStatus.PARKED)
        (ignored,) = end(tx, [with_image("2")], OutboxStatus.PARKED)
        outbox.ignore(tx, [ignored], now=NOON)
        assert outbox.get(tx, [parked])[parked].before == {"Title": "VP"}
        assert purged(tx) == {"before_images": 2}
        assert purged(tx) == {}
        kept = outbox.get(tx, [parked, ignored])
    assert [dict(each.before) for each in kept.values()] == [{}, {}]
    assert kept[parked].change.values == {"LL_Score__c": 74}


def test_a_creation_stays_while_it_is_wished_for(store: Store) -> None:
    with store.write() as tx:
        (ana,) = found(tx, "00Q1")
        intents.save(tx, {"k1": Intent(lead_id=ana, handoff=1, kind=IntentKind.TASK, step="first", payload={})})
        ids = end(tx, [creation("k1"), creation("k2")], OutboxStatus.DONE)
        assert purged(tx) == {"outbox": 1}
        assert outbox.put(tx, [creation("k1")], now=LATER) == ids[:1]
        intents.done(tx, "k1", "00T1")
        assert purged(tx) == {"outbox": 1}


def test_runs_requests_and_the_wire_log_go_in_their_time(store: Store) -> None:
    log = StoreWireLog(store)
    log.keep(Said())
    log.flush()
    with store.write() as tx:
        first, crashed, last = (runs.start(tx, "schedule", now=each) for each in (NOON, at(1), days(80)))
        runs.finish(tx, first, now=at(1), counts={})
        answered, waiting = (requests.file(tx, "run", {}, now=NOON) for _ in range(2))
        requests.answer(tx, answered, {}, now=at(1))
        assert purged(tx, now=days(7)) == {}
        assert purged(tx, now=days(7.1)) == {"wire": 1}
        assert purged(tx) == {"runs": 2, "requests": 1}
        assert [each.id for each in runs.last(tx, 5)] == [last]
        assert crashed not in {each.id for each in runs.last(tx, 5)}
        assert [each.id for each in requests.open(tx)] == [waiting]
        assert list(wire.exchanges(tx)) == []


def test_leads_that_went_through_go_and_the_word_that_was_given_stays(store: Store) -> None:
    with store.write() as tx:
        through, dropped, kept = found(tx, "00Q1", "00Q2", "00Q3")
        held.hold(tx, "baseline", "first day", [through], now=NOON)
        held.approve(tx, "baseline", by="ada", now=NOON, until=days(1))
        held.release(tx, [through], now=at(1))
        held.hold(tx, "rules", "edit", [dropped], now=NOON)
        held.discard(tx, "rules", now=NOON, by="ada")
        held.hold(tx, "flood", "storm", [kept], now=NOON)
        assert purged(tx) == {"held_leads": 1}
        assert purged(tx) == {}
        assert held.is_closed(tx, "baseline")
        assert held.standing(tx, [dropped]).discarded_at == {dropped: NOON}
        assert held.open_lead_ids(tx) == {kept}


def test_counts_go_when_nobody_looks_back_so_far(store: Store) -> None:
    clock = Hand()
    calls = StoreBudget(store, {"hubspot": BudgetLimit(daily=1000)}, clock)
    calls.spend("hubspot", "background", calls=3)
    calls.flush()
    with store.write() as tx:
        blast.count_blast(tx, BlastClass.HANDOFF, 4, at=NOON)
        blast.count_blast(tx, BlastClass.HANDOFF, 5, at=days(20))
        assert purged(tx, now=days(35)) == {}
        assert purged(tx, now=days(36)) == {"blast": 1, "calls": 1}
        assert blast.opened_since(tx, NOON) == {BlastClass.HANDOFF: 5}


def test_no_transaction_deletes_more_than_its_portion(store: Store) -> None:
    with store.write() as tx:
        end(tx, [draft(str(number)) for number in range(25)], OutboxStatus.DONE)
    told = []
    more = True
    while more:
        done = store.transact(lambda tx: purge(tx, now=LATER, limits=Limits(portion=10)))
        told.append(done.outbox)
        more = done.more
    assert told == [10, 10, 5]


def test_whatever_can_be_large_is_asked_by_index(store: Store) -> None:
    explain = "EXPLAIN " if store.is_postgresql else "EXPLAIN QUERY PLAN "
    with store.write() as tx:
        ids = found(tx, *(f"00Q{number}" for number in range(20)))
        held.hold(tx, "baseline", "first day", ids, now=NOON)
        held.approve(tx, "baseline", by="ada", now=NOON, until=None)
        held.release(tx, ids, now=NOON)
        end(tx, [with_image(str(number)) for number in range(20)], OutboxStatus.DONE)
        end(tx, [with_image(str(number)) for number in range(20, 40)], OutboxStatus.PARKED)
        if store.is_postgresql:
            tx.execute(text("SET LOCAL enable_seqscan = off"))
        plans = {
            query: " ".join(map(str, tx.exec_driver_sql(explain + query, values).all()))
            for query, values in _statements(tx)
            if any(name in query for name in ("outbox", "wire", "held_lead"))
        }
    assert len(plans) == 7, "two of outbox rows, two of their images, two of held leads, one of the wire log"
    for plan in plans.values():
        for name in ("outbox", "wire", "held_lead"):
            assert f"SCAN {name}" not in plan, plan
            assert f"Seq Scan on {name}" not in plan, plan


def _statements(tx: Tx) -> Iterator[tuple[str, Any]]:
    seen: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        seen.append((statement, parameters))

    event.listen(tx, "before_cursor_execute", note)
    purge(tx, now=LATER)
    event.remove(tx, "before_cursor_execute", note)
    yield from seen


def test_the_sides_of_a_conflict_go_ninety_days_after_it_was_decided(store: Store) -> None:
    sides = {"salesforce": "a", "hubspot": "b"}
    with store.write() as tx:
        rows = [
            {"lead_id": number, "property": "phone", "sides": sides, "opened_at": NOON, "closed_at": closed_at}
            for number, closed_at in ((1, NOON), (2, days(2)), (3, None))
        ]
        tx.execute(conflict.insert(), rows)
        assert purged(tx, now=days(90)) == {}
        assert purged(tx) == {"conflicts": 1}
        assert sorted(tx.execute(select(conflict.c.lead_id)).scalars()) == [2, 3]


def test_of_what_was_refused_the_values_from_before_go_after_thirty_days(store: Store) -> None:
    with store.write() as tx:
        (parked,) = end(tx, [with_image("1")], OutboxStatus.PARKED)
        assert purged(tx, now=days(30)) == {}
        assert purged(tx, now=days(31)) == {"before_images": 1}
        assert outbox.get(tx, [parked])[parked].before == {}
