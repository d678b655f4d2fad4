"""Countries and states by the names people use."""

import pycountry
import pytest

from mapping.places import country_code, state_code


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("UK", "GB"),
        ("u.k.", "GB"),
        ("Great Britain", "GB"),
        ("Scotland", "GB"),
        ("Holland", "NL"),
        ("the netherlands", "NL"),
        ("Deutschland", "DE"),
        ("OSTERREICH", "AT"),
        ("España", "ES"),
        ("USA", "US"),
        ("U.S.", "US"),
        ("Côte d'Ivoire", "CI"),
        ("South Korea", "KR"),
        ("Turkey", "TR"),
        ("Trinidad & Tobago", "TT"),
        ("deu", "DE"),
        ("de", "DE"),
    ],
)
def test_a_country_is_known_by_its_names_in_daily_use(text: str, expected: str) -> None:
    assert country_code(text) == expected


@pytest.mark.parametrize("text", ["Elbonia", "", "EMEA", "XX", "-"])
def test_what_is_no_country_has_no_code(text: str) -> None:
    assert country_code(text) is None


def test_every_country_of_the_iso_list_is_known_by_code_and_name() -> None:
    for country in pycountry.countries:
        assert country_code(country.alpha_2) == country.alpha_2
        assert country_code(country.name) == country.alpha_2


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("California", "US", "CA"),
        ("calif.", "US", "CA"),
        ("ca", "US", "CA"),
        ("US-CA", "US", "CA"),
        ("Québec", "CA", "QC"),
        ("Quebec", "CA", "QC"),
        ("Bavaria", "DE", "BY"),
        ("Bayern", "DE", "BY"),
        ("New South Wales", "AU", "NSW"),
        ("Ontario", None, "ON"),
        ("Texas", None, "TX"),
        ("Texas", "DE", None),
        ("Bayern", None, None),
        ("nowhere", "US", None),
    ],
)
def test_a_state_is_looked_up_in_its_country(text: str, country: str | None, expected: str | None) -> None:
    assert state_code(text, country) == expected
