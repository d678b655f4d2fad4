"""What a field would refuse is known before anything is sent, and said without the value."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.misfit import Why
from domain.record import Field, FieldType
from domain.values import Value
from mapping.fitness import Fit, fit


def field(kind: FieldType = FieldType.TEXT, **more: object) -> Field:
    given: dict[str, object] = {"name": "Name__c", "label": "Name", "type": kind, **more}
    return Field(**given)  # type: ignore[arg-type]  # keyword variants of one frozen value


OPTIONS = ("Software", "Steel")


LISTED = field(FieldType.PICKLIST, options=OPTIONS, restricted=True)
SEVERAL = field(FieldType.MULTIPICKLIST, options=OPTIONS, restricted=True)
Case = tuple[str, Value, Field, str, Why, str]
"""What it shows; the value, the field and its vendor; the cause and its words."""

CASES: list[Case] = [
    ("too long", "abcd", field(length=3), "salesforce", Why.LENGTH, "holds 3 characters"),
    ("emoji counts two", "ab\U0001f600", field(length=3), "salesforce", Why.LENGTH, "holds 3 characters"),
    ("locked", "x", field(writable=False), "hubspot", Why.READ_ONLY, "cannot be written by us"),
    ("not nullable", None, field(nullable=False), "hubspot", Why.BLANK, "may not be blank"),
    ("no number", "many", field(FieldType.NUMBER), "hubspot", Why.TYPE, "takes a number"),
    ("no truth", "maybe", field(FieldType.BOOLEAN), "salesforce", Why.TYPE, "takes a boolean"),
    ("no option", "Wood", LISTED, "salesforce", Why.OPTION, "lacks the option"),
    ("one of several", "Steel;Wood", SEVERAL, "hubspot", Why.OPTION, "lacks the option"),
    ("too large", 1000, field(FieldType.NUMBER, digits=3), "salesforce", Why.DIGITS, "holds 3 digits before the point"),
    ("too early", "1066-10-14", field(FieldType.DATE), "salesforce", Why.DATE, "takes years from 1700 to 4000"),
    ("no address", "info at acme", field(is_email=True), "hubspot", Why.ADDRESS, "takes an e-mail address"),
]


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_what_a_field_would_refuse_is_said_by_cause(case: Case) -> None:
    _, value, into, vendor, why, words = case
    assert fit(value, into, vendor=vendor) == Fit(value=value, why=why, words=words)


def test_the_nearest_option_is_named() -> None:
    assert fit("Sofware", LISTED, vendor="salesforce").hint == "Software"


@pytest.mark.parametrize(
    ("value", "into", "vendor"),
    [
        pytest.param("abc", field(length=3), "salesforce", id="just as long"),
        pytest.param("ab\U0001f600", field(length=3), "hubspot", id="emoji counts one at HubSpot"),
        pytest.param(None, field(), "salesforce", id="blank"),
        pytest.param("new", field(FieldType.PICKLIST, options=OPTIONS), "salesforce", id="unrestricted"),
        pytest.param("17", field(FieldType.PICKLIST, restricted=True), "hubspot", id="options kept elsewhere"),
        pytest.param(999.99, field(FieldType.NUMBER, digits=3), "salesforce", id="just as large"),
        pytest.param("1066-10-14", field(FieldType.DATE), "hubspot", id="HubSpot names no years"),
        pytest.param("ana@acme.example", field(is_email=True), "salesforce", id="address"),
    ],
)
def test_what_fits_goes_as_it_is(value: Value, into: Field, vendor: str) -> None:
    assert fit(value, into, vendor=vendor) == Fit(value=value)


def test_a_field_may_be_filled_at_creation_alone() -> None:
    once = field(writable=False, creatable=True)
    assert fit("x", once, vendor="salesforce").why is Why.READ_ONLY
    assert fit("x", once, vendor="salesforce", creating=True) == Fit(value="x")


@pytest.mark.parametrize(
    ("value", "kind", "sent"),
    [
        (74, FieldType.TEXT, "74"),
        ("74", FieldType.NUMBER, 74),
        ("2026-11-22T10:00:00Z", FieldType.DATE, "2026-11-22"),
        ("2026-11-22", FieldType.DATETIME, "2026-11-22T00:00:00Z"),
        ("true", FieldType.BOOLEAN, True),
    ],
)
def test_a_value_is_sent_in_the_fields_own_type(value: Value, kind: FieldType, sent: Value) -> None:
    assert fit(value, field(kind), vendor="salesforce") == Fit(value=sent)


def test_nothing_is_held_against_a_field_that_nobody_described() -> None:
    assert fit("anything", None, vendor="salesforce") == Fit(value="anything")


@given(
    value=st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    kind=st.sampled_from(FieldType),
    creating=st.booleans(),
)
@settings(max_examples=100)
def test_whatever_comes_is_either_sent_or_explained_and_never_shown(
    value: Value, kind: FieldType, creating: bool
) -> None:
    found = fit(value, field(kind, length=4, digits=3), vendor="salesforce", creating=creating)
    assert (found.why is None) == (found.words == "")
    assert not isinstance(value, str) or len(value) < 4 or value not in found.words + found.hint
