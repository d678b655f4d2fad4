"""Workflows as the automation API tells of them, and machines as authors in the history of a property."""

from typing import Any

import pytest

from tests.unit.simulator.hubspot.rig import Rig

FLOWS = "/automation/v4/flows"


def test_workflows_are_listed_in_pages_and_told_one_by_one_with_what_they_set(rig: Rig) -> None:
    ids = rig.seed(workflows=[{"name": "Back", "sets": ["lifecyclestage"]}, {"name": "Off", "enabled": False}])
    first, second = ids["workflows"]
    page = rig.get(FLOWS, limit=1)
    assert [(row["id"], row["isEnabled"]) for row in page["results"]] == [(first, True)]
    rest = rig.get(FLOWS, limit=1, after=page["paging"]["next"]["after"])
    assert [(row["id"], row["isEnabled"]) for row in rest["results"]] == [(second, False)]
    assert "paging" not in rest
    (action,) = rig.get(f"{FLOWS}/{first}")["actions"]
    assert (action["actionTypeId"], action["fields"]["property_name"]) == ("0-5", "lifecyclestage")


@pytest.mark.parametrize(
    ("key", "source"),
    [
        ("by_workflow", "AUTOMATION_PLATFORM"),
        ("by_app", "INTEGRATION"),
        ("by_import", "IMPORT"),
        ("by_salesforce", "SALESFORCE"),
    ],
)
def test_an_edit_by_a_machine_stands_in_the_history_under_its_name(rig: Rig, key: str, source: str) -> None:
    contact = rig.contact(email="ana@globex.example")
    fields: dict[str, Any] = {"jobtitle": "VP", key: "Robot"}
    rig.act("edit", contact, **fields)
    told = rig.get(f"/crm/v3/objects/contacts/{contact}", propertiesWithHistory="jobtitle")
    newest = told["propertiesWithHistory"]["jobtitle"][0]
    assert (newest["value"], newest["sourceType"], newest["sourceLabel"]) == ("VP", source, "Robot")
