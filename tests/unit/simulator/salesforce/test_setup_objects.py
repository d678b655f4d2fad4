"""What runs in an org beside us, as a survey finds it: history of tracked fields, rows of Setup, the Tooling API."""

import json

from tests.unit.simulator.salesforce.office import Caller

TRACKED = {"EntityDefinitionId": "Lead", "QualifiedApiName": "Status", "IsFieldHistoryTracked": True}
RULE = {"ValidationName": "Phone", "EntityDefinitionId": "Lead", "Active": True}
FORMULA = {"errorConditionFormula": "ISBLANK(Phone)"}


def seed(caller: Caller, type_name: str, *rows: dict[str, object]) -> list[str]:
    return caller.world.seed({type_name: [dict(row) for row in rows]}, caller.kernel.now(), [])[type_name]


def tooling(caller: Caller, soql: str) -> tuple[int, list[dict[str, object]]]:
    answer = caller.call("GET", f"tooling/query?q={soql}")
    told = answer.json()
    return answer.status_code, told["records"] if answer.status_code == 200 else told


def test_history_is_kept_of_tracked_fields_alone(caller: Caller) -> None:
    lead = caller.lead()
    change = {"Status": "Working - Contacted", "Title": "VP"}
    caller.call("PATCH", f"sobjects/Lead/{lead}", change)
    history = "SELECT LeadId, Field, OldValue, NewValue, CreatedById FROM LeadHistory"
    assert caller.query(history).json()["records"] == []
    seed(caller, "FieldDefinition", TRACKED)
    caller.call("PATCH", f"sobjects/Lead/{lead}", {"Status": "Open - Not Contacted", "Title": "CEO"})
    (row,) = caller.query(history).json()["records"]
    assert (row["LeadId"], row["Field"]) == (lead, "Status")
    assert (row["OldValue"], row["NewValue"]) == ("Working - Contacted", "Open - Not Contacted")
    assert row["CreatedById"] == caller.world.integration_user


def test_a_refused_change_leaves_no_history(caller: Caller) -> None:
    lead = caller.lead()
    seed(caller, "FieldDefinition", TRACKED)
    row = {"attributes": {"type": "Lead"}, "id": lead}
    bad = {
        "allOrNone": True,
        "records": [{**row, "Status": "Working - Contacted"}, {**row, "id": "00Q5e0000009999AAA"}],
    }
    caller.call("PATCH", "composite/sobjects", bad)
    assert caller.query("SELECT Id FROM LeadHistory").json()["records"] == []


def test_what_only_the_tooling_api_has_is_no_type_to_the_rest_api(caller: Caller) -> None:
    seed(caller, "ValidationRule", {**RULE, "Metadata": json.dumps(FORMULA)})
    refused = caller.query("SELECT Id FROM ValidationRule")
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "INVALID_TYPE")
    assert caller.call("GET", "sobjects/ValidationRule/describe").status_code == 404
    status, rows = tooling(caller, "SELECT ValidationName FROM ValidationRule WHERE Active = true")
    assert (status, [row["ValidationName"] for row in rows]) == (200, ["Phone"])


def test_the_text_of_a_rule_is_given_for_one_at_a_time(caller: Caller) -> None:
    rule = {**RULE, "Metadata": json.dumps(FORMULA)}
    first, _ = seed(caller, "ValidationRule", rule, rule)
    status, rows = tooling(caller, f"SELECT Metadata FROM ValidationRule WHERE Id = '{first}'")
    assert (status, rows[0]["Metadata"]) == (200, FORMULA)
    status, refused = tooling(caller, "SELECT Metadata FROM ValidationRule")
    assert (status, refused[0]["errorCode"]) == (400, "MALFORMED_QUERY")
