"""Two that write the same rows: no deadlock by order, and one that happens all the same is answered by a repeat."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Barrier, Event, Thread

import pytest
from sqlalchemy import Connection, text

from domain.errors import FencedError, StoreAwayError, StoreError
from domain.values import LeadId
from store import bases, installation, leadership, leads, ledger, records
from store.engine import Store, Tx
from tests.unit.store.examples import NOON, activity, at, found, record, ref
from tests.unit.store.waiting import wait_for_a_waiter

IDS = [str(number) for number in range(1, 10)]
BACKWARDS = IDS[::-1]


def newer_page(tx: Tx) -> None:
    records.upsert(tx, [record(each, minute=1, values={"Title": "VP"}) for each in BACKWARDS], seen_at=at(1))


def same_page_later(tx: Tx) -> None:
    records.upsert(tx, [record(each, minute=1) for each in BACKWARDS], seen_at=at(1))


def receipts(tx: Tx) -> None:
    records.patch_many(tx, {ref(each): {"Title": "CEO"} for each in BACKWARDS})


def new_leads(tx: Tx) -> None:
    records.assign(tx, {ref(each): LeadId(int(each)) for each in BACKWARDS})


def same_activities(tx: Tx) -> None:
    ledger.add(tx, [activity(each, of="9") for each in BACKWARDS], seen_at=at(1))


def retractions(tx: Tx) -> None:
    ledger.add(tx, [activity(each, of="9", retracted=True) for each in BACKWARDS], seen_at=at(1))


def claims(tx: Tx) -> None:
    ledger.claim_unclaimed(tx, {}, {f"{each}@acme.example": LeadId(int(each)) for each in BACKWARDS})


WRITES = [
    pytest.param("record", "id", newer_page, id="a newer page"),
    pytest.param("record", "id", same_page_later, id="the same page with a later stamp"),
    pytest.param("record", "id", receipts, id="receipts"),
    pytest.param("record", "id", new_leads, id="leads for records"),
    pytest.param("activity", "external_id", retractions, id="retracted activities"),
    pytest.param("activity", "external_id", claims, id="claimed activities"),
]


@contextmanager
def held(store: Store, table: str, column: str) -> Iterator[Connection]:
    """Somebody else holds the fifth row."""
    with store.engine.connect() as somebody:
        somebody.execute(text(f"SELECT 1 FROM {table} WHERE {column} = '5' FOR UPDATE"))
        yield somebody
        somebody.rollback()


def let_rows_lie_backwards(store: Store) -> None:
    """On disk, with no index to set that right: a statement without an order locks them as they lie."""
    with store.write() as tx:
        tx.execute(text(f"ALTER DATABASE {store.engine.url.database} SET enable_indexscan = off"))
        tx.execute(text(f"ALTER DATABASE {store.engine.url.database} SET enable_bitmapscan = off"))
        for each in BACKWARDS:
            records.upsert(tx, [record(each)], seen_at=NOON)
            ledger.add(tx, [activity(each, email=f"{each}@acme.example")], seen_at=NOON)
    store.dispose()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("table", "column", "work"), WRITES)
def test_rows_are_locked_in_the_order_of_their_keys(
    store: Store, table: str, column: str, work: Callable[[Tx], None]
) -> None:
    let_rows_lie_backwards(store)
    writer = Thread(target=store.transact, args=(work,))
    with held(store, table, column):
        writer.start()
        wait_for_a_waiter(store)
        with store.engine.connect() as tx:
            free = text(f"SELECT {column} FROM {table} ORDER BY {column} FOR UPDATE SKIP LOCKED")
            assert tx.execute(free).scalars().all() == ["6", "7", "8", "9"]
    writer.join()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_leads_are_locked_in_the_order_of_their_numbers(store: Store) -> None:
    let_rows_lie_backwards(store)
    with store.write() as tx:
        first, second = (each.id for each in leads.create(tx, 2, now=NOON, installation="here"))
    with store.write() as tx:
        leads.mark_plan_due(tx, [first])  # as a new version, which lies behind the second's
    store.dispose()
    toucher = Thread(target=store.transact, args=(lambda tx: leads.touch(tx, [second, first]),))
    with store.engine.connect() as somebody:
        somebody.execute(text(f"SELECT 1 FROM lead WHERE id = {second} FOR UPDATE"))
        toucher.start()
        wait_for_a_waiter(store)
        with store.engine.connect() as tx:
            free = text("SELECT id FROM lead ORDER BY id FOR UPDATE SKIP LOCKED")
            assert tx.execute(free).scalars().all() == []
        somebody.rollback()
    toucher.join()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_what_is_agreed_is_locked_after_its_lead(store: Store) -> None:
    """Who decides holds the lead and then agrees: who settles a write would hold what both want, and wait for it."""
    with store.write() as tx:
        (lead,) = leads.create(tx, 1, now=NOON, installation="here")
        bases.save_bases(tx, {lead.id: {("title", "crm"): ("CEO", "CEO", ())}})

    def settle(tx: Tx) -> None:
        bases.save_bases(tx, {lead.id: {("phone", "crm"): ("1", "1", ())}})
        leads.touch(tx, [lead.id])

    settler = Thread(target=store.transact, args=(settle,), kwargs={"attempts": 1})
    with store.write() as tx:
        assert leads.due(tx, now=NOON, limit=1) == [lead.id]
        settler.start()
        wait_for_a_waiter(store)
        bases.save_bases(tx, {lead.id: {("title", "crm"): ("CTO", "CTO", ())}})
    settler.join()
    with store.read() as tx:
        agreed = bases.bases_of(tx, [lead.id])[lead.id]
    assert {name: value for (name, _), (value, _, _) in agreed.items()} == {"title": "CTO", "phone": "1"}


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_activities_are_kept_in_the_order_of_their_keys(store: Store) -> None:
    with store.write() as tx:
        found(tx, "9")
    writer = Thread(target=store.transact, args=(same_activities,))
    with store.engine.connect() as somebody:
        ledger.add(somebody, [activity("5", of="9")], seen_at=NOON)
        writer.start()
        wait_for_a_waiter(store)
        with store.engine.connect() as tx:
            tx.execute(text("SET LOCAL lock_timeout = '1s'"))
            assert len(ledger.add(tx, [activity(each, of="9") for each in "6789"], seen_at=NOON)) == 4
        somebody.rollback()
    writer.join()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_deadlock_is_answered_by_doing_the_work_again(store: Store) -> None:
    with store.write() as tx:
        records.upsert(tx, [record("1"), record("2")], seen_at=NOON)
    both_hold_one, one_is_through, tries = Barrier(2), Event(), []

    def crosswise(first: str, second: str) -> None:
        def work(tx: Tx) -> None:
            again = first in tries
            tries.append(first)
            if again:
                # Otherwise it may take its row before the other wakes up to it, and be undone once more.
                assert one_is_through.wait(timeout=30)
            records.patch_many(tx, {ref(first): {first: True}})
            if not again:
                both_hold_one.wait(timeout=30)
            records.patch_many(tx, {ref(second): {first: True}})

        store.transact(work)
        one_is_through.set()

    writers = [Thread(target=crosswise, args=pair) for pair in (("1", "2"), ("2", "1"))]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    assert len(tries) == 3
    with store.read() as tx:
        kept = records.get(tx, [ref("1"), ref("2")])
    assert [(each.values["1"], each.values["2"]) for each in kept.values()] == [(True, True)] * 2


RAISE = "DO $$ BEGIN RAISE EXCEPTION 'canary' USING ERRCODE = '{code}'; END $$"


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("code", "tries", "words"),
    [
        ("40P01", 5, "undoing this transaction"),
        ("40001", 5, "for the sake of another"),
        ("55P03", 5, "keeps rows of leadloop's locked"),
        ("57014", 5, "longer than statement_timeout"),
        ("53100", 1, "disk under PostgreSQL is full"),
        ("53300", 1, "no free connection"),
        ("23505", 1, "code 23505"),
    ],
)
def test_only_what_may_go_well_the_next_time_is_done_again_and_five_times_at_most(
    store: Store, code: str, tries: int, words: str
) -> None:
    tried = []

    def work(tx: Tx) -> None:
        tried.append(code)
        installation.put(tx, "step", "live")
        tx.execute(text(RAISE.format(code=code)))

    with pytest.raises(StoreError, match=words):
        store.transact(work)
    assert len(tried) == tries
    with store.read() as tx:
        assert installation.get(tx, "step") is None


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("says", "is_away"),
    [("transaction blocks not allowed in statement pooling mode", False), ("query_wait_timeout", True)],
)
def test_a_pooler_that_lets_no_transaction_through_is_not_waited_for(store: Store, says: str, is_away: bool) -> None:
    """pgbouncer says everything under one code."""
    with pytest.raises(StoreError) as refused:
        store.transact(lambda tx: tx.execute(text(RAISE.format(code="08P01").replace("canary", says))))
    assert isinstance(refused.value, StoreAwayError) is is_away


def test_transact_gives_the_answer_of_its_work(store: Store) -> None:
    assert store.transact(lambda tx: installation.get(tx, "nothing")) is None


def test_work_under_an_old_epoch_is_refused_and_not_done(store: Store) -> None:
    first = leadership.acquire(store, holder="a:1")
    first.release()
    leadership.acquire(store, holder="b:2").release()
    with pytest.raises(FencedError):
        store.transact(lambda tx: installation.put(tx, "step", "live"), first.epoch)
    with store.read() as tx:
        assert installation.get(tx, "step") is None
