"""What an expression refers to, read without running it."""

import pytest

from config.expressions import read_expression


@pytest.mark.parametrize(
    ("source", "properties", "whole", "depth"),
    [
        ("lead.a > 1", {"a"}, False, 0),
        ('lead["a b"] == lead.c', {"a b", "c"}, False, 0),
        ("other.lead.a", set(), False, 0),
        ("'lead.a' == \"lead.b\"", set(), False, 0),
        (r"'it\'s lead.a' == lead.b", {"b"}, False, 0),
        ("size(lead) > 1", set(), True, 0),
        ("lead[lead.a]", {"a"}, True, 0),
        ("leads.a + lead1.b", set(), False, 0),
        ("[1].map(x, x)", set(), False, 1),
        ("[1].all(x, [1].exists(y, true)) && [1].map(z, (z))", set(), False, 2),
        ("[1].map(x, [1].map(y, [1].filter(z, true)))", set(), False, 3),
        ("all(1) + lead.map", {"map"}, False, 0),
    ],
)
def test_reading(source: str, properties: set[str], whole: bool, depth: int) -> None:
    reading = read_expression(source, subject="lead")
    assert (set(reading.properties), reading.whole, reading.depth) == (properties, whole, depth)


def test_the_variables_of_macros_are_bound() -> None:
    assert read_expression("[1].all(x, [2].exists(y, x == y))", subject="lead").bound == {"x", "y"}
