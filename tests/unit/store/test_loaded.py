"""When leadloop began to look, by stream; on both databases."""

from dataclasses import replace
from pathlib import Path

import pytest

from domain.errors import StoreError
from store import ledger, loaded
from store.engine import Store
from tests.unit.store.examples import activity, at, found


def test_each_stream_began_with_the_first_activity_that_was_seen(store: Store) -> None:
    with store.write() as tx:
        (ana,) = found(tx, "00Q1")
        one = activity("1", minute=-90)
        ledger.add(tx, [one], seen_at=at(5))
        ledger.add(tx, [replace(one, external_id="2"), replace(one, stream="pages", external_id="3")], seen_at=at(7))
        ledger.put_facts(tx, ana, {"role": "VP"}, since=at(-9), seen_at=at(6))
        ledger.put_facts(tx, ana, {"role": "CEO"}, since=at(-8), seen_at=at(8))
    with store.read() as tx:
        streams = loaded.streams_since(tx)
        assert streams == {(one.connection, one.stream): at(5), (one.connection, "pages"): at(7)}
        assert loaded.facts_since(tx) == at(6)


def test_an_empty_ledger_began_never(store: Store) -> None:
    with store.read() as tx:
        assert (loaded.streams_since(tx), loaded.facts_since(tx), loaded.latest_activity(tx, at(0))) == ({}, None, None)


def test_the_latest_activity_is_told_up_to_a_moment(store: Store) -> None:
    with store.write() as tx:
        ledger.add(tx, [activity("1", minute=1), activity("2", minute=3)], seen_at=at(9))
    with store.read() as tx:
        assert [loaded.latest_activity(tx, at(minute)) for minute in (2, 3, 9)] == [at(1), at(3), at(3)]


def test_a_store_that_is_opened_to_look_refuses_every_write(store: Store, url: str) -> None:
    looking = Store.open_to_look(url)
    try:
        with looking.read() as tx:
            assert loaded.facts_since(tx) is None
        with pytest.raises(StoreError), looking.read() as tx:
            tx.exec_driver_sql("DELETE FROM lead")
    finally:
        looking.dispose()
    assert store.revision() is not None


def test_looking_makes_no_database(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="There is no database at"):
        Store.open_to_look("sqlite:///leadloop.db", folder=tmp_path)
    assert not list(tmp_path.iterdir())
