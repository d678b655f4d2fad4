"""One form for every value, and what a vendor's field would refuse."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.mapping import Property
from domain.record import FieldType
from domain.values import Value
from mapping.canonical import canonicalise, reader


def prop(kind: FieldType, *transforms: str) -> Property:
    return Property(name="p", type=kind, fields={"crm": "P"}, transforms=list(transforms))


@pytest.mark.parametrize(
    ("kind", "shown", "expected"),
    [
        (FieldType.TEXT, "Ana", "Ana"),
        (FieldType.TEXT, "", None),
        (FieldType.TEXT, " \t\n", None),
        (FieldType.TEXT, "e\u0301", "\u00e9"),
        (FieldType.TEXT, "a\x00b", "ab"),
        (FieldType.TEXT, "a\ud800b", "ab"),
        (FieldType.TEXT, "a\r\nb\rc", "a\nb\nc"),
        (FieldType.TEXT, 42.0, "42"),
        (FieldType.TEXT, True, "true"),
        (FieldType.NUMBER, "42", 42),
        (FieldType.NUMBER, "42.50", 42.5),
        (FieldType.NUMBER, 42.0, 42),
        (FieldType.NUMBER, float("nan"), None),
        (FieldType.NUMBER, "", None),
        (FieldType.NUMBER, "many", "many"),
        (FieldType.BOOLEAN, "true", True),
        (FieldType.BOOLEAN, "False", False),
        (FieldType.BOOLEAN, 1, True),
        (FieldType.BOOLEAN, "perhaps", "perhaps"),
        (FieldType.DATE, "2026-11-22T10:00:00.000+0000", "2026-11-22"),
        (FieldType.DATE, 1795305600000, "2026-11-22"),
        (FieldType.DATETIME, "2026-11-22T10:00:00.000+0000", "2026-11-22T10:00:00Z"),
        (FieldType.DATETIME, 1795341600000, "2026-11-22T10:00:00Z"),
        (FieldType.PICKLIST, " Open ", "Open"),
        (FieldType.MULTIPICKLIST, "b; a;b;", "a;b"),
        (FieldType.MULTIPICKLIST, ";", None),
        (FieldType.REFERENCE, 123, "123"),
    ],
)
def test_a_value_has_one_form_whatever_the_vendor_showed(kind: FieldType, shown: Value, expected: Value) -> None:
    found = canonicalise(shown, prop(kind), country=None)
    assert (found, type(found)) == (expected, type(expected))


def test_transforms_come_before_the_type_so_they_can_make_a_value_readable() -> None:
    assert canonicalise("1.234,50", prop(FieldType.NUMBER, "number"), country=None) == 1234.5
    assert canonicalise("22.11.2026", prop(FieldType.DATE, "date(%d.%m.%Y)"), country=None) == "2026-11-22"


def test_transforms_are_applied_in_their_order() -> None:
    assert canonicalise("  ANA@X.example ", prop(FieldType.TEXT, "trim", "lower", "truncate(3)"), country=None) == "ana"


def test_what_a_transform_leaves_empty_is_a_blank() -> None:
    assert canonicalise(" , ", prop(FieldType.TEXT, "split(',')"), country=None) is None


def test_a_phone_is_read_with_the_leads_country() -> None:
    phone = prop(FieldType.TEXT, "e164")
    assert canonicalise("(415) 555-2671", phone, country="US") == "+14155552671"
    assert canonicalise("(415) 555-2671", phone, country=None) == "(415) 555-2671"


def test_a_value_of_another_type_is_reported_without_being_quoted() -> None:
    reading = reader(prop(FieldType.NUMBER)).read("secret words", None)
    assert (reading.value, reading.problem) == ("secret words", "not a number")


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.from_regex(r"[0-9TZ:.+-]{0,24}")
)
CHAINS = st.lists(st.sampled_from(["trim", "lower", "upper", "title", "truncate(5)", "e164", "country2"]), max_size=3)


@given(shown=VALUES, kind=st.sampled_from(FieldType), chain=CHAINS)
@settings(max_examples=100)
def test_reading_is_total_and_what_was_read_once_stays_the_same(
    shown: Value, kind: FieldType, chain: list[str]
) -> None:
    alone = prop(kind)
    once = canonicalise(shown, alone, country="US")
    assert canonicalise(once, alone, country="US") == once
    canonicalise(shown, prop(kind, *chain), country="US")


@given(text=st.text(max_size=20))
@settings(max_examples=50)
def test_canonical_text_can_be_stored_and_sent(text: str) -> None:
    found = canonicalise(text + "\x00\ud834", prop(FieldType.TEXT), country=None)
    assert found is None or (isinstance(found, str) and "\x00" not in found and found.encode())
