"""Setup over the API: what a new field is to whom, and who may make one."""

import json
from typing import Any

import pytest

from simulator.act import ActError
from simulator.salesforce.field_security import Access
from tests.unit.simulator.salesforce.office import Caller, Office

NUMBER = {"label": "Rank", "type": "Number", "precision": 6, "scale": 0}
NEW = "LL_Rank__c"
ACTION = {
    "type": "Update",
    "label": "Rank it",
    "fieldOverrides": [{"field": "LL_Verdict__c", "literalValue": "Accept"}],
}
VIEW = {"listViewApiName": "Mine", "label": "Mine", "scope": {"apiName": "mine"}, "displayColumns": ["Name"]}


def make(caller: Caller, full_name: str = f"Lead.{NEW}", **more: Any) -> Any:
    body = {"FullName": full_name, "Metadata": NUMBER | more}
    return caller.call("POST", "tooling/sobjects/CustomField", body)


def row(caller: Caller, type_name: str, **fields: Any) -> str:
    answer = caller.call("POST", f"sobjects/{type_name}", fields)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def grant(caller: Caller, *, edit: bool) -> str:
    """A permission set that gives the new field, assigned to nobody yet."""
    made = row(caller, "PermissionSet", Name="leadloop_fields", Label="leadloop: fields")
    given = {"SobjectType": "Lead", "Field": f"Lead.{NEW}", "PermissionsRead": True, "PermissionsEdit": edit}
    row(caller, "FieldPermissions", ParentId=made, **given)
    return made


def assign(caller: Caller, permission_set: str) -> None:
    user = caller.world.integration_user
    row(caller, "PermissionSetAssignment", PermissionSetId=permission_set, AssigneeId=user)


def described(caller: Caller, type_name: str = "Lead") -> dict[str, Any]:
    fields = caller.call("GET", f"sobjects/{type_name}/describe").json()["fields"]
    return {field["name"]: field for field in fields}


def view(caller: Caller, **more: Any) -> Any:
    place, content = "/services/data/v62.0/ui-api/list-info/Lead", json.dumps(VIEW | more).encode()
    return caller.send("POST", place, content=content, Authorization=f"Bearer {caller.token}")


def code(answer: Any) -> str:
    return str(answer.json()[0]["errorCode"])


def test_a_new_field_is_invisible_until_a_permission_set_of_the_user_grants_it(caller: Caller) -> None:
    assert make(caller).status_code == 201
    assert NEW not in described(caller)
    assert code(caller.query(f"SELECT {NEW} FROM Lead")) == "INVALID_FIELD"
    refused = caller.call("POST", "sobjects/Lead", {"LastName": "Byron", "Company": "Poems", NEW: 3})
    assert code(refused) == "INVALID_FIELD"
    permission_set = grant(caller, edit=True)
    assert NEW not in described(caller)
    assign(caller, permission_set)
    shown = described(caller)[NEW]
    assert (shown["type"], shown["updateable"], shown["custom"]) == ("double", True, True)
    lead = caller.lead(**{NEW: 3})
    assert caller.query(f"SELECT {NEW} FROM Lead").json()["records"][0][NEW] == 3
    assert caller.call("GET", f"sobjects/Lead/{lead}").json()[NEW] == 3


def test_a_field_granted_for_reading_is_shown_and_refuses_writes(caller: Caller) -> None:
    make(caller)
    assign(caller, grant(caller, edit=False))
    assert described(caller)[NEW]["updateable"] is False
    lead = caller.lead()
    refused = caller.call("PATCH", f"sobjects/Lead/{lead}", {NEW: 3})
    assert code(refused) == "INVALID_FIELD_FOR_INSERT_UPDATE"
    assert caller.call("GET", f"sobjects/Lead/{lead}").json()[NEW] is None


def test_people_see_every_field_whatever_the_integration_user_may(office: Office) -> None:
    office.org.security.limit("Lead", "LL_Verdict__c", Access.HIDDEN)
    office.act("accept", office.lead)
    assert office.row(office.lead)["LL_Verdict__c"] == "Accept"
    assert "LL_Verdict__c" not in office.org.seen(office.org.tables["Lead"].type).fields


def test_a_field_that_every_row_needs_cannot_be_hidden(office: Office) -> None:
    office.org.security.limit("Lead", "Company", Access.HIDDEN)
    assert "Company" in office.org.seen(office.org.tables["Lead"].type).fields


def test_a_field_of_tasks_and_events_is_made_on_activity(caller: Caller) -> None:
    assert code(make(caller, f"Task.{NEW}")) == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    assert make(caller, f"Activity.{NEW}").status_code == 201
    types = caller.world.org.tables
    assert [NEW in types[name].type.fields for name in ("Task", "Event")] == [True, True]


@pytest.mark.parametrize(
    ("full_name", "more", "expected"),
    [
        ("Lead.LL_Score__c", {}, "DUPLICATE_DEVELOPER_NAME"),
        (f"Lead.{NEW}", {"type": "Text"}, "FIELD_INTEGRITY_EXCEPTION"),
        (f"Lead.{NEW}", {"label": None}, "FIELD_INTEGRITY_EXCEPTION"),
        ("Lead.Rank", {}, "FIELD_INTEGRITY_EXCEPTION"),
        (f"Lead.{NEW}", {"type": "Riddle"}, "INVALID_TYPE"),
    ],
    ids=["a name in use", "text without a length", "no label", "no custom name", "an unknown type"],
)
def test_a_field_that_salesforce_would_not_make_is_refused(
    caller: Caller, full_name: str, more: dict[str, Any], expected: str
) -> None:
    before = set(described(caller))
    assert code(make(caller, full_name, **more)) == expected
    assert set(described(caller)) == before


def test_setup_is_closed_to_a_user_who_may_not_customize(caller: Caller) -> None:
    caller.kernel.settings.may_customize = False
    assert make(caller).status_code == 403
    assert code(caller.call("GET", "tooling/query?q=SELECT+Id+FROM+CustomField")) == "INVALID_TYPE"
    assert code(caller.query("SELECT Id FROM PermissionSet")) == "INVALID_TYPE"
    named = {"Name": "leadloop_fields", "Label": "x"}
    assert code(caller.call("POST", "sobjects/PermissionSet", named)) == "INSUFFICIENT_ACCESS_OR_READONLY"
    assert view(caller).status_code == 403
    assert caller.world.org.tables["PermissionSet"].rows == {}


def test_the_same_grant_is_given_once(caller: Caller) -> None:
    make(caller)
    permission_set = grant(caller, edit=True)
    again = {"ParentId": permission_set, "SobjectType": "Lead", "Field": f"Lead.{NEW}", "PermissionsRead": True}
    assert code(caller.call("POST", "sobjects/FieldPermissions", again)) == "DUPLICATE_VALUE"
    absent = again | {"Field": "Lead.LL_Nothing__c"}
    assert code(caller.call("POST", "sobjects/FieldPermissions", absent)) == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"


def test_an_action_is_made_once_and_only_of_fields_that_are_there(caller: Caller) -> None:
    def act(name: str, **more: Any) -> Any:
        body = {"FullName": f"Lead.{name}", "Metadata": ACTION | more}
        return caller.call("POST", "tooling/sobjects/QuickActionDefinition", body)

    assert act("LL_Accept").status_code == 201
    assert code(act("LL_Accept")) == "DUPLICATE_DEVELOPER_NAME"
    assert code(act("LL_Other", fieldOverrides=[{"field": NEW, "literalValue": "1"}])) == "INVALID_FIELD"
    assert [one["name"] for one in caller.call("GET", "sobjects/Lead/quickActions").json()] == ["Lead.LL_Accept"]


def test_a_list_view_is_made_once_and_only_of_fields_that_are_seen(caller: Caller) -> None:
    make(caller)
    assert caller.call("POST", "ui-api/list-info/Lead", VIEW).status_code == 404  # v59.0 could not yet
    assert view(caller).status_code == 201
    assert code(view(caller)) == "DUPLICATE_DEVELOPER_NAME"
    assert code(view(caller, listViewApiName="Other", displayColumns=[NEW])) == "INVALID_FIELD"
    views = caller.query("SELECT DeveloperName, SobjectType FROM ListView").json()["records"]
    assert [(one["SobjectType"], one["DeveloperName"]) for one in views] == [("Lead", "Mine")]


def test_an_org_as_delivered_has_none_of_our_fields_and_gets_them_back(caller: Caller) -> None:
    world = caller.world
    world.furnish(provisioned=False)
    assert [name for name in described(caller) if name.startswith("LL_")] == []
    assert "LL_Key__c" not in described(caller, "Task")
    with pytest.raises(ActError, match="LL_Score__c"):
        world.seed({"Lead": [{"LastName": "Byron", "Company": "Poems", "LL_Score__c": 3}]}, caller.kernel.now(), [])
    assert make(caller, "Lead.LL_Score__c").status_code == 201
    world.furnish(provisioned=True)
    assert described(caller)["LL_Score__c"]["updateable"] is True
    assert NEW not in world.org.tables["Lead"].type.fields
