"""Transforms that say they are reversible are: what is written back is read as the very same value."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.values import Value
from mapping.step import Way
from mapping.transforms import NAMES, parse
from mapping.word_steps import MAKERS as WORDS

REVERSIBLE = {
    "split(',')": st.text("ab, ;-", max_size=12),
    "split(' ')": st.text("ab, ;-", max_size=12),
    "map(Open=OPEN, b=c)": st.sampled_from(["Open", "OPEN", "b", "c", "?"]),
    "map(Open=OPEN, b=c, *)": st.sampled_from(["Open", "OPEN", "b", "c", "?"]),
    "country_name": st.sampled_from(["DE", "Deutschland", "South Korea", "uk", "TW", "Russia", "Elbonia"]),
    "country_name(iso)": st.sampled_from(["DE", "Deutschland", "South Korea", "uk", "TW", "Russia", "Elbonia"]),
    "state_name": st.sampled_from(["CA", "California", "NRW", "Bayern", "QC", "Wien"]),
    "scale(1000)": st.decimals(-(10**9), 10**9, places=4).map(float) | st.integers(-(10**9), 10**9) | st.text("0123.x"),
    "scale(0.01)": st.decimals(-(10**6), 10**6, places=2).map(float) | st.integers(-(10**6), 10**6),
    "date(%d.%m.%Y)": st.dates().map(lambda day: day.strftime("%d.%m.%Y")) | st.dates().map(str),
    "date(%b %d %Y)": st.dates().map(lambda day: day.strftime("%b %d %Y")) | st.text("0123-. ", max_size=12),
    "day(Europe/Berlin)": st.dates().map(str) | st.datetimes().map(lambda at: f"{at:%Y-%m-%dT%H:%M:%S}Z"),
    "day(America/New_York)": st.dates().map(str) | st.datetimes().map(lambda at: f"{at:%Y-%m-%dT%H:%M:%S}Z"),
}
ARGUMENTS = {"truncate": "(80)", "join": "(', ')", "split": "(',')", "map": "(a=b)", "scale": "(10)", "day": "(UTC)"}


def test_every_transform_marked_reversible_is_among_these() -> None:
    marked = {name for name in NAMES if parse(name + ARGUMENTS.get(name, "")).way is Way.REVERSIBLE}
    assert marked | {"date"} == {parse(text).name for text in REVERSIBLE}
    assert all(parse(text).way is Way.REVERSIBLE for text in REVERSIBLE)


@pytest.mark.parametrize("text", REVERSIBLE)
def test_write_then_read_is_the_same_for_every_transform_marked_reversible(text: str) -> None:
    forth, back = parse(text), parse(text).turned()
    assert back is not None

    @given(shown=REVERSIBLE[text], country=st.sampled_from([None, "US", "DE", "AT"]))
    @settings(max_examples=60, deadline=None)
    def holds(shown: Value, country: str | None) -> None:
        read = forth.read(shown, country)
        if read.problem is not None or read.value in (None, ""):
            return
        written = back.read(read.value, country)
        assert (written.problem, forth.read(written.value, country)) == (None, read)

    holds()


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("first_name", "Ana Maria van der Ruiz", "Ana Maria"),
        ("last_name", "Ana Maria van der Ruiz", "van der Ruiz"),
        ("first_name", "Ruiz, Ana Maria", "Ana Maria"),
        ("last_name", "Ruiz, Ana Maria", "Ruiz"),
        ("last_name", "Ruiz", "Ruiz"),
        ("first_name", "Ruiz", None),
        ("last_name", "Van Morrison", "Morrison"),
        ("country_name", "kr", "South Korea"),
        ("country_name(iso)", "kr", "Korea, Republic of"),
        ("state_name", "nrw", "Nordrhein-Westfalen"),
        ("phone", "+493023125100", "+49 30 23125100"),
        ("scale(1000)", "5", 5000),
        ("scale(1000)", 10.5555, 10555.5),
        ("round", "2.5", 3),
        ("round(2)", 10.555, 10.56),
        ("day(Europe/Berlin)", "2026-07-01T22:30:00Z", "2026-07-02"),
        ("e164(US)", "(415) 555-2671", "+14155552671"),
        ('map("Korea, Republic of"=KR, *)', "Korea, Republic of", "KR"),
        ('map("Korea, Republic of"=KR, *)', "US", "US"),
    ],
)
def test_what_the_others_give(text: str, value: Value, expected: Value) -> None:
    reading = parse(text).read(value, "DE" if text in {"state_name"} else None)
    assert (reading.value, reading.problem) == (expected, None)


def test_the_leads_own_country_counts_more_than_the_region_in_the_rules() -> None:
    number = parse("e164(US)")
    assert number.read("030 23125100", "DE").value == "+493023125100"
    assert number.read("030 23125100", None).problem == "e164(US) cannot read the value"


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("date(%d.%m.%y)", Way.PARTIAL),
        ("map(New=OPEN, Old=OPEN)", Way.PARTIAL),
        ("split(' ', 1)", Way.PARTIAL),
        ("lower", Way.LOSES),
        ("trim", Way.KEEPS),
        ("e164", Way.KEEPS),
    ],
)
def test_what_does_not_say_all_of_it_does_not_call_itself_reversible(text: str, way: Way) -> None:
    assert parse(text).way is way


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("e164(Mars)", "transform 'e164': unknown region 'Mars': two letters, such as US"),
        ("scale(1)", "transform 'scale': expects a number above 0 and other than 1, got '1'"),
        ("country_name(de)", "transform 'country_name': knows iso or nothing, not 'de'"),
        ("date(%d.%m.)", "transform 'date': expects a form with day, month and year, such as %d.%m.%Y, got '%d.%m.'"),
        (
            "date(%d.%d.%Y)",
            "transform 'date': expects a form with day, month and year, such as %d.%m.%Y, got '%d.%d.%Y'",
        ),
        (
            "date(%-d.%-m.%Y)",
            "transform 'date': expects a form with day, month and year, such as %d.%m.%Y, got '%-d.%-m.%Y'",
        ),
        ("map(a=b, a=c)", "transform 'map': says twice what one word stands for"),
        ("day(Mars)", "transform 'day': unknown time zone 'Mars'"),
        ("round(x)", "transform 'round': expects a number of decimals from 0 to 10, got 'x'"),
    ],
)
def test_arguments_that_mean_nothing_are_refused_in_words(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r".+") as caught:
        parse(text)
    assert str(caught.value) == message


def test_no_name_stands_in_both_parts() -> None:
    assert len(NAMES) == len(set(NAMES))
    assert set(WORDS) < set(NAMES)
