"""Named transforms: what they read, what they leave alone, and how a rule file is answered."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.values import Value
from mapping.transforms import NAMES, parse, registrable_domain


@pytest.mark.parametrize(
    ("text", "value", "country", "expected"),
    [
        ("trim", "  Ana ", None, "Ana"),
        ("lower", "ANA", None, "ana"),
        ("upper", "ana", None, "ANA"),
        ("title", "ana RUIZ", None, "Ana Ruiz"),
        ("title", "o'neil jean-luc", None, "O'Neil Jean-Luc"),
        ("title", "McDonald", None, "McDonald"),
        ("title", "élan", None, "Élan"),
        ("e164", "(415) 555-2671", "US", "+14155552671"),
        ("e164", "020 7946 0958", "GB", "+442079460958"),
        ("e164", "0044 20 7946 0958", None, "+442079460958"),
        ("e164", "+1 415 555 2671 x5", None, "+14155552671 ext. 5"),
        ("country2", "Holland", None, "NL"),
        ("state2", "California", "US", "CA"),
        ("domain", "https://shop.acme.co.uk/a?b", None, "acme.co.uk"),
        ("domain", "ana@mail.globex.example", None, "globex.example"),
        ("digits", "+1 (415) 5", None, "14155"),
        ("digits", 1415, None, "1415"),
        ("number", "1.234,50", None, 1234.5),
        ("date", "1795341600000", None, "2026-11-22"),
        ("date(%d.%m.%Y)", "22.11.2026", None, "2026-11-22"),
        ("date(%d.%m.%Y)", "2026-11-22", None, "2026-11-22"),
        ("datetime(Europe/Berlin)", "2026-07-01 10:00", None, "2026-07-01T08:00:00Z"),
        ("datetime(Europe/Berlin)", "2026-07-01T10:00:00Z", None, "2026-07-01T10:00:00Z"),
        ("truncate(3)", "abcdef", None, "abc"),
        ("join(', ')", "a; b;;c", None, "a, b, c"),
        ('split(",")', "a, b,", None, "a;b"),
        ("split(' ', 2)", "Ana Ruiz", None, "Ruiz"),
        ("map(Open=OPEN, Closed=DONE)", "Open", None, "OPEN"),
        ("map(Open=OPEN, Closed=DONE)", "DONE", None, "DONE"),
        ("trim", None, None, None),
    ],
)
def test_a_transform_reads_what_it_is_for(text: str, value: Value, country: str | None, expected: Value) -> None:
    reading = parse(text).read(value, country)
    assert (reading.value, reading.problem) == (expected, None)


@pytest.mark.parametrize(
    ("text", "value", "country"),
    [
        ("e164", "call me", "US"),
        ("e164", "020 7946 0958", None),
        ("e164", "+1 000", None),
        ("country2", "Elbonia", None),
        ("state2", "Bayern", "US"),
        ("domain", "localhost", None),
        ("domain", "Acme Inc.", None),
        ("digits", "none", None),
        ("number", "51-200", None),
        ("date", "soon", None),
        ("datetime", "2026-07-01 10:00", None),
        ("split(' ', 3)", "Ana Ruiz", None),
        ("map(a=b)", "c", None),
    ],
)
def test_what_cannot_be_read_is_left_as_it_is_and_reported(text: str, value: str, country: str | None) -> None:
    reading = parse(text).read(value, country)
    assert (reading.value, reading.problem) == (value, f"{text} cannot read the value")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("trunkate(80)", "unknown transform 'trunkate', did you mean 'truncate'?"),
        ("zzzz", "unknown transform 'zzzz'"),
        ("truncate", "transform 'truncate': expects 1 argument, got 0"),
        ("truncate(0)", "transform 'truncate': expects a whole number above 0, got '0'"),
        ("trim(3)", "transform 'trim': expects 0 arguments, got 1"),
        ("datetime(Mars)", "transform 'datetime': unknown time zone 'Mars'"),
        ("map(a)", "transform 'map': expects pairs such as map(Open=OPEN, Closed=DONE)"),
        ("foo bar", "'foo bar' is no transform: write name or name(argument, ...)"),
        ("join('x)", "cannot read the arguments ('x): an empty one or a quote left open"),
        ("join(';x')", "transform 'join': a separator with ';' in it has to be ';' alone"),
    ],
)
def test_a_wrong_transform_is_answered_with_the_nearest_right_word(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r".+") as caught:
        parse(text)
    assert str(caught.value) == message


@pytest.mark.parametrize("text", ["map(a=b, b=c)", "map(a=b,b=a)"], ids=["chain", "swap"])
def test_a_map_that_would_change_its_own_output_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="would change each time it is read"):
        parse(text)


def test_every_name_can_be_written_in_a_rule() -> None:
    arguments = {
        "truncate": "(80)",
        "join": "(', ')",
        "split": "(',')",
        "map": "(a=b)",
        "scale": "(10)",
        "day": "(UTC)",
    }
    for name in NAMES:
        assert parse(name + arguments.get(name, "")).text.startswith(name)


WRITTEN = (
    "trim", "lower", "upper", "title", "e164", "country2", "state2", "domain", "digits", "number", "date",
    "date(%d/%m/%Y)", "datetime", "datetime(Europe/Berlin)", "truncate(7)", "join(', ')", "join(;)", "split(',')",
    "split(' ', 1)", "split(-, 2)", "map(Open=OPEN, b=c)", "map(Open=OPEN, b=c, *)", "map(Open=c, b=c)", "phone",
    "country_name", "country_name(iso)", "state_name", "e164(US)", "round(2)", "day(Europe/Berlin)",
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["Ana-Ruiz", "a;b; c", "Open", "Holland", "+1 415 555 2671 x5", "1.234,5", "22/11/2026", "o'neil"]),
    st.from_regex(r"[0-9+(). -]{0,18}", fullmatch=True),
    st.from_regex(r"[a-z.@/:-]{0,20}", fullmatch=True),
)


@given(text=st.sampled_from(WRITTEN), value=TEXTS, country=st.sampled_from([None, "US", "DE"]))
@settings(max_examples=100)
def test_every_transform_reads_its_own_output_as_the_same(text: str, value: str, country: str | None) -> None:
    once = parse(text).read(value, country)
    again = parse(text).read(once.value, country)
    assert again.value == once.value
    assert once.problem is not None or again.problem is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("www.bücher.de", "bücher.de"),
        ("x.y.test", "y.test"),
        ("10.0.0.1", None),
        ("co.uk", None),
        ("foo bar.com", None),
        ("1.2", None),
    ],
)
def test_the_registrable_domain_works_offline_from_the_public_suffix_list(text: str, expected: str | None) -> None:
    assert registrable_domain(text) == expected
