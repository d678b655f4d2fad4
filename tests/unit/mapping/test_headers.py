"""What the columns of a list probably are."""

import pytest

from mapping.headers import Reason, layout, time_formats

PROPERTIES = ("first_name", "last_name", "email", "company", "job_title", "phone", "country", "opted_out")


def guessed(*header: str, **cells: list[str]) -> dict[str, str | None]:
    return {each.column: each.property for each in layout(header, cells, PROPERTIES).guesses}


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("First Name", ("first_name", Reason.NAME)),
        ("FIRST_NAME", ("first_name", Reason.NAME)),
        ("Vorname", ("first_name", Reason.ALIAS)),
        ("Organisation", ("company", Reason.ALIAS)),
        ("Compnay", ("company", Reason.ALIKE)),
        ("Job-Titel", ("job_title", Reason.ALIKE)),
        ("Shoe size", (None, None)),
        ("", (None, None)),
    ],
)
def test_a_column_is_known_by_its_word(column: str, expected: tuple[str | None, Reason | None]) -> None:
    (guess,) = layout([column], {}, PROPERTIES).guesses
    assert (guess.property, guess.reason) == expected


def test_one_property_is_given_to_one_column() -> None:
    assert guessed("Phone", "Telephone") == {"Phone": "phone", "Telephone": None}


def test_addresses_are_found_by_what_stands_in_a_column() -> None:
    cells = {"Contact": ["zoe@a.example", "", "luc@b.example"], "Email": ["yes", "no", "yes"]}
    found = layout(["Email", "Contact"], cells, PROPERTIES)
    assert found.email == "Contact"
    assert [(each.column, each.reason) for each in found.guesses if each.property == "email"] == [
        ("Contact", Reason.CONTENT)
    ]


def test_of_two_columns_of_addresses_the_one_with_the_word_is_the_persons() -> None:
    cells = {"Referred by": ["a@a.example"], "Work email": ["b@a.example"]}
    assert layout(["Referred by", "Work email"], cells, PROPERTIES).email == "Work email"


def test_a_list_without_rows_goes_by_its_header() -> None:
    assert layout(["E-mail", "Name"], {}, PROPERTIES).email == "E-mail"


@pytest.mark.parametrize(
    ("cells", "formats"),
    [
        (["2026-11-20 14:05", "", "2026-11-20T14:05:00Z"], ()),
        (["20.11.2026 14:05"], ("%d.%m.%Y %H:%M",)),
        (["13/11/2026"], ("%d/%m/%Y",)),
        (["11/13/2026"], ("%m/%d/%Y",)),
        (["11/12/2026"], ("%d/%m/%Y", "%m/%d/%Y")),
        (["11/12/2026", "11/13/2026"], ("%m/%d/%Y",)),
        (["Nov 20, 2026 02:05 PM"], ("%b %d, %Y %I:%M %p",)),
        (["20261120"], None),
        (["31"], None),
        (["soon"], None),
        (["", " "], None),
    ],
    ids=str,
)
def test_times_are_told_by_every_form_that_fits_them_all(cells: list[str], formats: tuple[str, ...] | None) -> None:
    assert time_formats(cells) == formats


def test_the_first_column_of_times_says_when_it_happened() -> None:
    cells = {"Email": ["a@a.example"], "Joined": ["20.11.2026 14:05"], "Left": ["20.11.2026 15:05"]}
    found = layout(["Email", "Joined", "Left"], cells, PROPERTIES)
    assert (found.at, found.time_formats) == ("Joined", ("%d.%m.%Y %H:%M",))
