"""An admin changes a field that holds values: describe, records and the API follow."""

from typing import Any

import pytest

from tests.unit.simulator.salesforce.office import Caller
from tests.unit.simulator.salesforce.test_admin_rules import admin, code_in_collection, patch


def described(caller: Caller, name: str) -> dict[str, Any]:
    fields = caller.call("GET", "sobjects/Lead/describe").json()["fields"]
    return next(each for each in fields if each["name"] == name)


def value(caller: Caller, lead: str, name: str) -> Any:
    return caller.call("GET", f"sobjects/Lead/{lead}").json()[name]


@pytest.mark.parametrize(
    ("held", "kind", "left"),
    [(120, "string", "120"), (120.0, "double", 120.0), (120, "boolean", None)],
    ids=["as text", "as a number", "lost"],
)
def test_what_the_new_type_can_hold_is_carried_over(caller: Caller, held: float, kind: str, left: object) -> None:
    lead = caller.lead(NumberOfEmployees=held)
    admin(caller, field_types={"Lead.NumberOfEmployees": kind})
    assert (described(caller, "NumberOfEmployees")["type"], value(caller, lead, "NumberOfEmployees")) == (kind, left)


def test_text_that_is_no_number_is_lost_when_the_field_becomes_one(caller: Caller) -> None:
    first, second = caller.lead(Title="12"), caller.lead(Title="VP")
    admin(caller, field_types={"Lead.Title": "double"})
    assert (value(caller, first, "Title"), value(caller, second, "Title")) == (12.0, None)
    refused = patch(caller, {"id": first, "Title": "VP"})
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "JSON_PARSER_ERROR")


def test_a_value_that_left_its_list_stays_where_it_is_and_is_refused_elsewhere(caller: Caller) -> None:
    first, second = caller.lead(LL_Verdict__c="Wrong person"), caller.lead()
    admin(caller, picklists={"Lead.LL_Verdict__c": ["Accept"]})
    assert [each["value"] for each in described(caller, "LL_Verdict__c")["picklistValues"]] == ["Accept"]
    assert value(caller, first, "LL_Verdict__c") == "Wrong person"
    answer = patch(caller, {"id": second, "LL_Verdict__c": "Wrong person"})
    assert code_in_collection(answer) == ["INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"]
