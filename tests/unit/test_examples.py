"""The pages in docs/examples: all that are listed and no others, small, and of the real log nobody's row."""

import re

import pytest

from tests.examples import FILES, FOLDER, FRAMES_ONLY, PLACES, Example, frame, steady

MOST_BYTES = 1_000_000


@pytest.mark.parametrize("place", PLACES)
def test_the_pages_are_those_of_the_list(place: str) -> None:
    assert {path.name for path in (FOLDER / place).iterdir()} == set(FILES[place])


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("As of Tue 13 Oct, 02:07", "As of Tue 13 Oct, 02:11"),
        ("half within 1 h 44 min", "half within 59 min"),
        ("half took 0.7 days", "half took 3 days"),
        ('<text x="12" y="8">84 %', '<text x="14" y="8">84 %'),
    ],
    ids=["hour", "working time", "days", "place"],
)
def test_what_every_play_has_anew_is_no_difference(one: str, two: str) -> None:
    assert steady(one) == steady(two)


@pytest.mark.parametrize("two", ["EUR 56,001", "EUR 56,000 of 2", "EUR 65,000"])
def test_every_other_figure_is_one(two: str) -> None:
    assert steady("EUR 56,000") != steady(two)


@pytest.mark.parametrize("file", FRAMES_ONLY)
def test_a_frame_is_of_every_heading_and_column(file: str) -> None:
    text = (FOLDER / "demo" / file).read_text(encoding="utf-8")
    found = frame(text)
    assert len(found) > 8
    assert all(found)
    for each in found:
        assert frame(text.replace(f">{each}<", ">Other<")) != found


def test_they_are_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*.html")) < MOST_BYTES


@pytest.mark.parametrize("place", PLACES)
def test_no_page_lists_anybody_behind_a_figure(place: str) -> None:
    for path in (FOLDER / place).iterdir():
        text = path.read_text(encoding="utf-8")
        assert 'class="behind"' not in text
        assert "#behind-" not in text


@pytest.mark.parametrize("each", PLACES["bpi2012"], ids=lambda each: each.report)
def test_pages_of_the_real_log_are_whole_and_hold_no_number_of_a_case_or_an_employee(each: Example) -> None:
    text = (FOLDER / "bpi2012" / each.file).read_text(encoding="utf-8")
    assert text.rstrip().endswith("</html>")
    assert "<table" in text
    words = re.sub(r"<style.*?</style>|<svg.*?</svg>|<[^>]+>", " ", text, flags=re.DOTALL)
    assert re.findall(r"\b[12]\d{5}\b|\b1[01]\d{3}\b|\S+@\S+|\blead \d+", words) == []
