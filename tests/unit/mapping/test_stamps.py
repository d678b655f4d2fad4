"""Whoever maps a stamp of Salesforce is told that nothing is read there, and what to map instead."""

from typing import Any

import pytest

from config.mapping import MappingRules
from config.words import Finding
from connectors.salesforce.rows import OF_ANY_SAVE
from mapping.compiled import findings, problems
from mapping.stamps import UNREAD

TYPES = {"crm": "salesforce", "portal": "hubspot"}
FIX = "map `CreatedDate`, `LastActivityDate`, or a field of your own that is set when it matters"


def rules(fields: dict[str, Any]) -> MappingRules:
    people = {"objects": ["Lead", "Contact"], "key": "Key__c", "email": "Email"}
    return MappingRules.model_validate(
        {
            "systems": {name: {"people": people} for name in TYPES},
            "properties": [
                {"name": "company", "fields": {"crm": "Company"}},
                {"name": "touched", "type": "text", "fields": fields},
            ],
        }
    )


@pytest.mark.parametrize("field", sorted(OF_ANY_SAVE))
@pytest.mark.parametrize(
    ("form", "place"),
    [
        pytest.param("{}", (), id="plain"),
        pytest.param({"Lead": "Rating", "Contact": "{}"}, ("Contact",), id="by object"),
        pytest.param({"field": "{}", "read": ["trim"]}, ("field",), id="in words of its own"),
        pytest.param({"field": {"Lead": "{}"}, "read": ["trim"]}, ("field", "Lead"), id="both"),
    ],
)
def test_a_stamp_is_named_at_its_place_with_what_to_map_instead(field: str, form: Any, place: tuple[str, ...]) -> None:
    words = f"`{field}` is not read, for it changes with every save, our own too: nothing would stand here"
    at: tuple[str | int, ...] = ("properties", 1, "fields", "crm", *place)
    assert list(findings(rules({"crm": _filled(form, field)}), TYPES)) == [Finding(at, words, FIX, is_warning=True)]


def _filled(form: Any, field: str) -> Any:
    if isinstance(form, dict):
        return {name: _filled(part, field) for name, part in form.items()}
    return field if form == "{}" else form


def test_rules_with_a_stamp_go_on_being_in_force() -> None:
    assert problems(rules({"crm": "LastModifiedDate"}), TYPES) == ()


def test_other_systems_and_other_fields_are_left_alone() -> None:
    assert list(findings(rules({"crm": "LastActivityDate", "portal": "LastModifiedDate"}), TYPES)) == []


def test_what_is_named_is_what_salesforce_s_rows_leave_out() -> None:
    assert UNREAD == OF_ANY_SAVE
