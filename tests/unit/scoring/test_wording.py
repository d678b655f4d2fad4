"""Text that people wrote, made fit for one line."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scoring.wording import cleaned, cut, length, tidied


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("replace\r\n\tZendesk\x00 before\x1b[31m May", "replace Zendesk before [31m May"),
        ("write to ana.ruiz@globex.example please", "write to … please"),
        ("mailto:<ana@globex.example>, thanks", "… thanks"),
        ("ana\u200b@\u200bglobex.example", "…"),
        ("ana＠globex.example", "…"),
        ("left \u202eright\u202c\u2066x\u2069", "left rightx"),
        ("  many   spaces\u2028here ", "many spaces here"),
        ("Zoë 👩\u200d💻", "Zoë 👩\u200d💻"),
    ],
    ids=["control", "address", "bracketed", "hidden", "wide at", "direction marks", "spaces", "joined emoji stays"],
)
def test_what_people_type_becomes_one_clean_line(typed: str, expected: str) -> None:
    assert cleaned(typed) == expected


@pytest.mark.parametrize("word", ["x", "x.", "%4", "a@", "\u0301", "\U0001f1e6"])
def test_an_endless_word_costs_no_more_than_its_length(word: str) -> None:
    """A form takes 65,536 characters, and whoever reads it letter by letter from each letter takes minutes."""
    began = time.process_time()
    assert length(cut(cleaned(word * 30_000), 200)) <= 200
    assert time.process_time() - began < 1


@given(st.text(max_size=80), st.emails(), st.text(max_size=20))
def test_no_address_survives(before: str, address: str, after: str) -> None:
    said = cleaned(f"{before}{address}{after}")
    assert address not in said
    assert "@" not in said


@given(st.text(max_size=300), st.integers(1, 300))
@example("👩‍💻" * 90, 255)
@example("e\u0301" * 300, 255)
def test_a_cut_is_never_too_long_and_only_leaves_out_the_end(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert length(short) <= limit
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("replace Zendesk", 15, "replace Zendesk"),
        ("replace Zendesk before May", 20, "replace Zendesk…"),
        ("Donaudampfschifffahrt", 10, "Donaudamp…"),
        ("ab👩\u200d💻cd", 6, "ab…"),
        ("ae\u0301e\u0301", 4, "ae\u0301…"),
        ("a👍🏽b", 4, "a…"),
        ("🇺🇸🇫🇷x", 8, "🇺🇸…"),
        ("\u1100\u1161\u11a8" * 2, 5, "\u1100\u1161\u11a8…"),
    ],
    ids=["fits", "at a word's end", "one long word", "joined emoji", "accents", "skin tone", "flags", "hangul parts"],
)
def test_a_cut_goes_between_characters_as_readers_count_them(text: str, limit: int, expected: str) -> None:
    assert cut(text, limit) == expected


def test_an_emoji_counts_as_two() -> None:
    assert length("a👍") == 3


def test_a_missing_value_leaves_no_gap() -> None:
    assert tidied("Asked about  , twice .") == "Asked about, twice."
