"""The nearest right word."""

import pytest

from config.mapping import TRANSFORMS
from config.words import did_you_mean, nearest
from mapping.transforms import NAMES


@pytest.mark.parametrize(
    ("word", "known", "found"),
    [
        ("pionts", ["on", "points", "name"], "points"),
        ("jobtitle", ["job_title", "title"], "job_title"),
        ("phone_number", ["phone", "fax"], "phone"),
        ("Country", ["country", "county"], "country"),
        ("xyzzy", ["country", "county"], None),
        ("", ["country"], None),
        ("country", [], None),
    ],
)
def test_the_nearest_word(word: str, known: list[str], found: str | None) -> None:
    assert nearest(word, known) == found


def test_without_a_near_word_a_small_choice_is_listed() -> None:
    assert did_you_mean("xyzzy", ["b", "a"]) == "known here: a, b"
    assert did_you_mean("xyzzy", [f"word {number}" for number in range(20)]) is None
    assert did_you_mean("xyzzy", []) is None


def test_the_transforms_that_check_knows_are_those_that_there_are() -> None:
    assert set(NAMES) == TRANSFORMS
