"""Conditions as people say them."""

from typing import Any

import pytest

from config.conditions import Condition
from config.conditions_told import told

LABELS = {"country": "Country", "employees": "Employees"}
CASES: dict[str, tuple[dict[str, Any], str]] = {
    "a row": ({"all": [{"property": "country", "operator": "equals", "value": "DE"}]}, "Country is DE"),
    "several values": (
        {"all": [{"property": "country", "operator": "in", "value": ["DE", "AT", "CH"]}]},
        "Country is DE, AT or CH",
    ),
    "too many values": (
        {"all": [{"property": "country", "operator": "in", "value": list("ABCDEFGH")}]},
        "Country is A, B, C, D, E, F or 2 more",
    ),
    "no value": ({"all": [{"property": "country", "operator": "known"}]}, "Country is known"),
    "a yes": ({"all": [{"property": "opted_out", "operator": "equals", "value": True}]}, "opted out is yes"),
    "rows together": (
        {
            "all": [{"property": "employees", "operator": "at_least", "value": 100}],
            "none": [{"property": "country", "operator": "equals", "value": "FR"}],
        },
        "Employees is at least 100 and not (Country is FR)",
    ),
    "either": (
        {
            "any": [
                {"property": "country", "operator": "equals", "value": "DE"},
                {"property": "employees", "operator": "less_than", "value": 5},
            ]
        },
        "(Country is DE or Employees is less than 5)",
    ),
    "an expression": ({"expr": "lead.employees >= 100"}, "`lead.employees >= 100`"),
    "nothing": ({}, ""),
}


@pytest.mark.parametrize(("condition", "words"), CASES.values(), ids=CASES)
def test_a_condition_reads_as_people_say_it(condition: dict[str, Any], words: str) -> None:
    assert told(Condition.model_validate(condition), LABELS) == words
