"""Numbers and times in the forms in which they arrive."""

import pytest

from mapping.scalars import as_text, exact_number, from_epoch, iso_date, iso_moment, written_number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("42", 42),
        ("42.0", 42),
        ("-1.5e3", -1500),
        ("0.5", 0.5),
        ("123456789012345678901", 123456789012345678901),
    ],
)
def test_a_machine_written_number_is_read_exactly(text: str, expected: float) -> None:
    found = exact_number(text)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize("text", ["", "1,5", "0x10", "nan", "inf", "1e999", "\u0661\u0662", "1 2", "."])
def test_what_is_no_machine_written_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        exact_number(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,234.50", 1234.5),
        ("1.234,50", 1234.5),
        ("1,234", 1234),
        ("1.234", 1.234),
        ("1.234.567", 1234567),
        ("1,5", 1.5),
        ("1 200", 1200),
        ("1'200.75", 1200.75),
        ("€ 1.200,00", 1200),
        ("USD 12", 12),
        ("-3", -3),
    ],
)
def test_a_number_is_read_as_people_write_it(text: str, expected: float) -> None:
    assert written_number(text) == expected


@pytest.mark.parametrize("text", ["51-200", "10 20", "12k", "1,23,456", "", "ABC 12", "1.234.56"])
def test_a_number_is_never_guessed(text: str) -> None:
    with pytest.raises(ValueError, match="no number"):
        written_number(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22T10:00:00.000+0000", "2026-11-22T10:00:00Z"),
        ("2026-11-22T10:00:00.987Z", "2026-11-22T10:00:00Z"),
        ("2026-11-22T10:00:00+02:00", "2026-11-22T08:00:00Z"),
        ("1795341600000", "2026-11-22T10:00:00Z"),
        ("2026-11-22", "2026-11-22T00:00:00Z"),
    ],
)
def test_a_moment_is_canonical_in_whole_seconds_utc(text: str, expected: str) -> None:
    assert iso_moment(text) == expected


@pytest.mark.parametrize(
    "text", ["2026-11-22T10:00:00", "tomorrow", "", "999999999999999999", "0001-01-01T00:00:00+14:00"]
)
def test_a_moment_without_a_zone_or_sense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        iso_moment(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22", "2026-11-22"),
        ("2026-11-22T23:30:00-05:00", "2026-11-23"),
        ("2026-11-22T23:30:00", "2026-11-22"),
        ("1795305600000", "2026-11-22"),
    ],
)
def test_a_date_is_taken_out_of_what_holds_one(text: str, expected: str) -> None:
    assert iso_date(text) == expected


def test_eleven_digits_are_no_milliseconds() -> None:
    assert from_epoch("17953416000") is None


@pytest.mark.parametrize(("value", "expected"), [(True, "true"), (42, "42"), (42.0, "42"), (0.5, "0.5"), ("x", "x")])
def test_a_scalar_is_written_as_people_write_it(value: str | float, expected: str) -> None:
    assert as_text(value) == expected
