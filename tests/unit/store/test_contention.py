"""What PostgreSQL itself ends for the sake of somebody else or refuses, for real: by rivals, not on request (F45)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Barrier, Thread

import pytest
from sqlalchemy import Connection, make_url, text

from domain.errors import StoreAwayError, StoreError
from store import installation, records
from store.engine import Store, Tx
from tests.unit.store.examples import NOON, record, ref

pytestmark = pytest.mark.parametrize("url", ["postgresql"], indirect=True)

FEW = "few"
"""A user of the server who may be connected once."""


def with_setting(store: Store, setting: str) -> Store:
    """As an admin set it for the whole database."""
    with store.write() as tx:
        tx.execute(text(f"ALTER DATABASE {store.engine.url.database} SET {setting}"))
    store.dispose()
    return store


def test_a_serialization_failure_is_answered_by_doing_the_work_again(store: Store) -> None:
    with_setting(store, "default_transaction_isolation = 'serializable'")
    with store.write() as tx:
        records.upsert(tx, [record("1")], seen_at=NOON)
    both_have_read, tries = Barrier(2), list[str]()

    def counting(who: str) -> Callable[[Tx], None]:
        def work(tx: Tx) -> None:
            is_first = who not in tries
            tries.append(who)
            before = records.get(tx, [ref("1")])[ref("1")].values.get("count", 0)
            if is_first:
                both_have_read.wait(timeout=30)
            assert isinstance(before, int)
            records.patch_many(tx, {ref("1"): {"count": before + 1}})

        return work

    writers = [Thread(target=store.transact, args=(counting(who),)) for who in ("ann", "bob")]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    assert len(tries) == 3
    with store.read() as tx:
        assert records.get(tx, [ref("1")])[ref("1")].values["count"] == 2


@contextmanager
def rival(store: Store) -> Iterator[Connection]:
    """Another program keeps a table of ours for itself."""
    with store.engine.connect() as somebody:
        somebody.execute(text("LOCK TABLE record IN ACCESS EXCLUSIVE MODE"))
        yield somebody
        somebody.rollback()


@pytest.mark.parametrize("setting", ["lock_timeout = '50ms'", "statement_timeout = '50ms'"])
def test_work_that_a_rivals_lock_ended_is_done_once_the_rival_lets_go(store: Store, setting: str) -> None:
    with_setting(store, setting)
    tries = []
    with rival(store) as somebody:

        def work(tx: Tx) -> None:
            tries.append(setting)
            installation.put(tx, "step", str(len(tries)))
            if len(tries) == 3:
                somebody.rollback()
            records.upsert(tx, [record("1")], seen_at=NOON)

        store.transact(work)
    assert len(tries) == 3
    with store.read() as tx:
        assert installation.get(tx, "step") == "3"
        assert list(records.get(tx, [ref("1")])) == [ref("1")]


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("lock_timeout = '50ms'", "keeps rows of leadloop's locked"),
        ("statement_timeout = '50ms'", "longer than statement_timeout"),
    ],
)
def test_a_rival_who_does_not_let_go_is_told_of_after_five_tries_and_nothing_is_kept(
    store: Store, setting: str, words: str
) -> None:
    with_setting(store, setting)
    tries = []

    def work(tx: Tx) -> None:
        tries.append(setting)
        installation.put(tx, "step", "live")
        records.upsert(tx, [record("1")], seen_at=NOON)

    with rival(store), pytest.raises(StoreError, match=words):
        store.transact(work)
    assert len(tries) == 5
    with store.read() as tx:
        assert installation.get(tx, "step") is None


@pytest.fixture
def few(store: Store) -> Iterator[str]:
    """The address of the store for a user who may be connected once."""
    with store.write() as tx:
        tx.execute(text(f"CREATE ROLE {FEW} LOGIN CONNECTION LIMIT 1"))
        tx.execute(text(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {FEW}"))
    yield store.engine.url.set(username=FEW).render_as_string(hide_password=False)
    with store.write() as tx:
        tx.execute(text(f"DROP OWNED BY {FEW}"))
        tx.execute(text(f"DROP ROLE {FEW}"))


def test_where_no_connection_is_left_the_words_say_so_and_the_store_goes_on_afterwards(few: str) -> None:
    first = Store.open(few)
    with first.read(), pytest.raises(StoreAwayError, match="no free connection"):
        Store.open(few)
    first.dispose()
    second = Store.open(few)
    with second.write() as tx:
        installation.put(tx, "step", "live")
    second.dispose()


@pytest.mark.parametrize(
    ("database", "user", "words"),
    [("elsewhere", "leadloop", "does not exist"), ("postgres", "nobody", "refused the user")],
)
def test_a_connection_that_is_refused_is_told_of_by_its_cause(url: str, database: str, user: str, words: str) -> None:
    refused = make_url(url).set(database=database, username=user)
    with pytest.raises(StoreAwayError, match=words) as told:
        Store.open(refused.render_as_string(hide_password=False))
    assert not {"elsewhere", "nobody"} & set(str(told.value).split())
