"""Record ids."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.salesforce.ids import checked, make, normal


def test_the_last_letters_say_which_of_the_others_are_capitals() -> None:
    assert checked("0035500001H9cak") == "0035500001H9cakAAB"  # a real id


def test_ids_carry_the_types_prefix_and_eighteen_letters() -> None:
    assert make("00Q", 1) == "00Q5e0000000001EAA"


@settings(max_examples=60)
@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_ids_sort_by_age(one: int, other: int) -> None:
    assert (make("00T", one) < make("00T", other)) is (one < other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0035500001H9cak", "0035500001H9cakAAB"),
        ("0035500001H9cakAAB", "0035500001H9cakAAB"),
        ("0035500001H9cakxxx", "0035500001H9cakAAB"),
        ("short", None),
        ("http://other/x12345", None),
        ("", None),
    ],
)
def test_ids_are_read_in_either_length(text: str, expected: str | None) -> None:
    assert normal(text) == expected
