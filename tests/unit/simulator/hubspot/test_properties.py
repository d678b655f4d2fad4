import pytest

from simulator.hubspot.properties import Option, Property, ValueType, canonical
from simulator.hubspot.refusals import BadValueError


def definition(kind: ValueType, name: str = "p", **more: object) -> Property:
    return Property(name=name, label=name, type=kind, group="g", **more)  # type: ignore[arg-type]  # test shorthand


CHOICE = definition(ValueType.ENUMERATION, options=(Option(value="A", label="a"), Option(value="B", label="b")))


@pytest.mark.parametrize(
    ("kind", "raw", "kept"),
    [
        pytest.param(ValueType.STRING, "x", "x", id="text"),
        pytest.param(ValueType.STRING, "", None, id="the empty text clears"),
        pytest.param(ValueType.STRING, None, None, id="null clears"),
        pytest.param(ValueType.NUMBER, 12, "12", id="a number becomes text"),
        pytest.param(ValueType.NUMBER, "1.50", "1.50", id="a number keeps its digits"),
        pytest.param(ValueType.DATETIME, "1793620800123", "2026-11-02T12:00:00.123Z", id="milliseconds"),
        pytest.param(ValueType.DATETIME, "2026-11-02T13:00:00+01:00", "2026-11-02T12:00:00Z", id="ISO with offset"),
        pytest.param(ValueType.DATE, "1793577600000", "2026-11-02", id="midnight in milliseconds"),
        pytest.param(ValueType.DATE, "2026-11-02", "2026-11-02", id="a day"),
    ],
)
def test_a_value_is_kept_as_hubspot_keeps_it(kind: ValueType, raw: object, kept: str | None) -> None:
    assert canonical(definition(kind), raw) == kept


@pytest.mark.parametrize(
    ("property_", "raw", "code"),
    [
        pytest.param(definition(ValueType.NUMBER), "1,000", "INVALID_INTEGER", id="comma in a number"),
        pytest.param(definition(ValueType.NUMBER), " 5", "INVALID_INTEGER", id="space before a number"),
        pytest.param(definition(ValueType.DATETIME), "tomorrow", "INVALID_LONG", id="no moment"),
        pytest.param(definition(ValueType.DATE), "1793620800000", "INVALID_DATE", id="noon is no date"),
        pytest.param(CHOICE, "a", "INVALID_OPTION", id="label instead of value"),
        pytest.param(definition(ValueType.STRING, "email"), "nobody", "INVALID_EMAIL", id="no address"),
        pytest.param(definition(ValueType.STRING), "x" * 65_537, "INVALID_STRING_LENGTH", id="too long"),
    ],
)
def test_a_bad_value_is_refused_with_hubspots_code(property_: Property, raw: object, code: str) -> None:
    with pytest.raises(BadValueError) as refusal:
        canonical(property_, raw)
    assert refusal.value.code == code


def test_an_unknown_option_names_the_allowed_ones() -> None:
    with pytest.raises(BadValueError, match=r"C was not one of the allowed options: \[A, B\]"):
        canonical(CHOICE, "C")


def test_an_email_is_kept_in_lower_case() -> None:
    assert canonical(definition(ValueType.STRING, "email"), "Ann@Buyer.Example") == "ann@buyer.example"
