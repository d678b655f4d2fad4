"""Ids as people paste them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadloop.finding import checksum, find_lead, unknown
from store import identity, leads
from store.engine import Store
from tests.stores import empty_store


@pytest.mark.parametrize(
    ("short", "letters"),
    [("00Q5e0000000001", "EAA"), ("001A0000006Vm9r", "IAC"), ("000000000000000", "AAA"), ("ABCDEFGHIJKLMNO", "555")],
)
def test_an_id_of_15_characters_has_one_of_18(short: str, letters: str) -> None:
    assert checksum(short) == letters


def test_an_address_nobody_has_is_not_repeated() -> None:
    assert "globex" not in unknown("ana@globex.example")
    assert "'00Q'" in unknown("00Q")


@pytest.mark.parametrize("text", ["9223372036854775808", "99999999999999999999999", "9" * 5000, "0" * 30, "٣" * 30])
def test_a_number_that_no_lead_can_have_is_unknown(tmp_path: Path, text: str) -> None:
    store = Store.open(empty_store(tmp_path / "it.db"))
    with store.read() as tx:
        assert find_lead(tx, text) is None
    store.dispose()


def test_the_key_and_the_number_of_a_lead_that_was_united_lead_to_who_it_is_now(tmp_path: Path) -> None:
    store, now = Store.open(empty_store(tmp_path / "it.db")), datetime(2026, 9, 7, 12, tzinfo=UTC)
    with store.write() as tx:
        kept, gone = leads.create(tx, 2, now=now, installation="demo")
        identity.merge(tx, kept.id, gone.id, now=now)
        assert [find_lead(tx, text) for text in (gone.key, str(gone.id))] == [kept.id, kept.id]
    store.dispose()
