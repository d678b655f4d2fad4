"""Ids as people paste them."""

from pathlib import Path

import pytest

from leadloop.finding import checksum, find_lead, unknown
from store.engine import Store


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
    store = Store.open("sqlite:///it.db", folder=tmp_path)
    store.migrate()
    with store.read() as tx:
        assert find_lead(tx, text) is None
    store.dispose()
