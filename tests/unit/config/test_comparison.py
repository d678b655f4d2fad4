"""What each operator of a row means."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.comparison import Operator, is_blank, shape_problem, test_for
from domain.values import Value

test_for.__test__ = False  # type: ignore[attr-defined]  # its name says what it gives, pytest must not run it

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-1000, 1000), st.floats(-1000, 1000), st.text(max_size=6), st.just(" ")
)
OPPOSITES = [
    (Operator.EQUALS, Operator.NOT_EQUALS),
    (Operator.IN, Operator.NOT_IN),
    (Operator.CONTAINS, Operator.NOT_CONTAINS),
    (Operator.KNOWN, Operator.UNKNOWN),
]


@pytest.mark.parametrize(
    ("operator", "wanted", "value", "met"),
    [
        (Operator.EQUALS, "Yes", " yes ", True),
        (Operator.EQUALS, 100, "100", True),
        (Operator.EQUALS, 100, 100.0, True),
        (Operator.EQUALS, "true", True, True),
        (Operator.EQUALS, True, 1, False),
        (Operator.EQUALS, "a", "b", False),
        (Operator.EQUALS, "none", None, False),
        (Operator.NOT_EQUALS, "a", None, True),
        (Operator.IN, ["US", "GB"], "gb", True),
        (Operator.IN, ["US", "GB"], None, False),
        (Operator.NOT_IN, ["US"], "", True),
        (Operator.CONTAINS, "vp", "SVP Sales", True),
        (Operator.CONTAINS, ["demo", "trial"], "Trial form", True),
        (Operator.CONTAINS, ["demo", " "], "Contact", False),
        (Operator.NOT_CONTAINS, ["demo", "trial"], "Trial form", False),
        (Operator.STARTS_WITH, "acme", "ACME GmbH", True),
        (Operator.STARTS_WITH, ["x", "y"], "Yes", True),
        (Operator.GREATER_THAN, 10, 10, False),
        (Operator.GREATER_THAN, 10, "10.5", True),
        (Operator.AT_LEAST, "10", 10, True),
        (Operator.LESS_THAN, 10, None, False),
        (Operator.AT_MOST, 10, -3, True),
        (Operator.AT_LEAST, 10, "many", None),
        (Operator.AT_LEAST, 10, True, None),
        (Operator.AT_LEAST, "2026-11-22", "2026-11-22T23:59:59Z", True),
        (Operator.LESS_THAN, "2026-11-22T10:00:00Z", "2026-11-22T12:00:00+05:00", True),
        (Operator.LESS_THAN, "2026-11-22T10:00:00.5Z", "2026-11-22T10:00:00Z", True),
        (Operator.GREATER_THAN, "alpha", "Beta", True),
        (Operator.KNOWN, None, 0, True),
        (Operator.KNOWN, None, "  ", False),
        (Operator.UNKNOWN, None, None, True),
    ],
)
def test_an_operator_compares_as_people_read_it(
    operator: Operator, wanted: Value | list[Value], value: Value, met: bool | None
) -> None:
    assert test_for(operator, wanted)(value) is met


@settings(max_examples=100, deadline=None)
@given(pair=st.sampled_from(OPPOSITES), wanted=VALUES, value=VALUES)
def test_of_two_opposites_exactly_one_holds(pair: tuple[Operator, Operator], wanted: Value, value: Value) -> None:
    assert [test_for(each, wanted)(value) for each in pair].count(True) == 1


@settings(max_examples=100, deadline=None)
@given(operator=st.sampled_from(list(Operator)), wanted=VALUES)
def test_a_blank_meets_only_unknown_and_the_negations(operator: Operator, wanted: Value) -> None:
    negations = {Operator.UNKNOWN, Operator.NOT_EQUALS, Operator.NOT_IN, Operator.NOT_CONTAINS}
    for blank in (None, "", "  "):
        assert is_blank(blank)
        assert test_for(operator, wanted)(blank) is (operator in negations)


@pytest.mark.parametrize(
    ("operator", "value", "problem"),
    [
        (Operator.EQUALS, None, "`equals` needs a value"),
        (Operator.EQUALS, " ", "`equals` needs a value"),
        (Operator.IN, [], "`in` needs a value"),
        (Operator.IN, "US", "`in` needs a list of values, such as [a, b]"),
        (Operator.EQUALS, ["US"], "`equals` takes one value; for a list say `in` or `not_in`"),
        (Operator.KNOWN, "x", "`known` takes no value"),
        (Operator.AT_LEAST, True, "`at_least` needs a number, a date or text"),
        (Operator.CONTAINS, ["a"], None),
        (Operator.KNOWN, None, None),
        (Operator.AT_LEAST, 0, None),
    ],
)
def test_a_value_has_to_fit_its_operator(operator: Operator, value: Value | list[Value], problem: str | None) -> None:
    assert shape_problem(operator, value) == problem
