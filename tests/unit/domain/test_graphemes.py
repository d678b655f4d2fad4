"""Cutting text at what a reader calls a character."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.graphemes import clusters, cut, utf16_units

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
SPAIN = "\U0001f1ea\U0001f1f8"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("ab", ["a", "b"], id="ascii"),
        pytest.param("e\u0301x", ["e\u0301", "x"], id="combining accent"),
        pytest.param(FAMILY + "!", [FAMILY, "!"], id="joined emoji"),
        pytest.param(SPAIN + SPAIN, [SPAIN, SPAIN], id="two flags"),
        pytest.param("\U0001f44d\U0001f3fdok", ["\U0001f44d\U0001f3fd", "o", "k"], id="skin tone"),
        pytest.param("a\r\nb", ["a", "\r\n", "b"], id="line end"),
        pytest.param("\u1112\u1161\u11abx", ["\u1112\u1161\u11ab", "x"], id="hangul"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_a_cluster_is_what_a_reader_calls_a_character(text: str, expected: list[str]) -> None:
    assert list(clusters(text)) == expected


def test_salesforce_counts_an_emoji_as_two() -> None:
    assert utf16_units("a\U0001f600") == 3


@pytest.mark.parametrize(
    ("text", "units", "expected"),
    [
        ("abcdef", 3, "abc"),
        ("ab" + FAMILY, 9, "ab"),
        ("ab" + FAMILY, 10, "ab" + FAMILY),
        (SPAIN + "x", 3, ""),
        ("xe\u0301", 2, "x"),
        ("abc", 80, "abc"),
    ],
)
def test_a_cut_never_leaves_half_a_character(text: str, units: int, expected: str) -> None:
    assert cut(text, units) == expected


@given(text=st.text(max_size=30), units=st.integers(0, 40))
@settings(max_examples=100)
def test_a_cut_fits_is_a_beginning_and_is_not_shorter_than_it_must_be(text: str, units: int) -> None:
    kept = cut(text, units)
    rest = list(clusters(text[len(kept) :]))
    assert text.startswith(kept)
    assert utf16_units(kept) <= units
    assert not rest or utf16_units(kept) + utf16_units(rest[0]) > units
    assert cut(kept, units) == kept
