"""Ids as people paste them."""

import pytest

from leadloop.finding import checksum, unknown


@pytest.mark.parametrize(
    ("short", "letters"),
    [("00Q5e0000000001", "EAA"), ("001A0000006Vm9r", "IAC"), ("000000000000000", "AAA"), ("ABCDEFGHIJKLMNO", "555")],
)
def test_an_id_of_15_characters_has_one_of_18(short: str, letters: str) -> None:
    assert checksum(short) == letters


def test_an_address_nobody_has_is_not_repeated() -> None:
    assert "globex" not in unknown("ana@globex.example")
    assert "'00Q'" in unknown("00Q")
