"""The package for an admin: well-formed, complete, and in the words that Salesforce's files use."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping

import pytest

from connectors.salesforce.metadata_folder import NAMESPACE, folder, xml
from tests.starter import starter_fittings

NEEDS = starter_fittings("salesforce")
M = f"{{{NAMESPACE}}}"


@pytest.fixture(scope="module")
def files() -> Mapping[str, str]:
    return folder(NEEDS, api_version="62.0")


def texts(element: ET.Element, path: str) -> list[str | None]:
    return [found.text for found in element.findall("/".join(M + step for step in path.split("/")))]


def test_every_file_is_well_formed_and_in_the_namespace_of_metadata(files: Mapping[str, str]) -> None:
    roots = {path: ET.fromstring(text).tag for path, text in files.items() if path != "README.md"}
    assert set(roots.values()) == {M + name for name in ("Package", "CustomObject", "PermissionSet", "QuickAction")}


def test_the_package_names_every_component_that_lies_beside_it(files: Mapping[str, str]) -> None:
    package = ET.fromstring(files["package/package.xml"])
    members = {
        str(texts(kind, "name")[0]): sorted(map(str, texts(kind, "members"))) for kind in package.findall(M + "types")
    }
    lying: dict[str, list[str]] = {"CustomField": [], "ListView": [], "PermissionSet": [], "QuickAction": []}
    for path, text in files.items():
        name, root = path.rpartition("/")[2].rpartition(".")[0], path.split("/")[1] if "/" in path else ""
        if root == "objects":
            lying["CustomField"] += [f"{name}.{each}" for each in texts(ET.fromstring(text), "fields/fullName")]
            lying["ListView"] += [f"{name}.{each}" for each in texts(ET.fromstring(text), "listViews/fullName")]
        elif root in ("permissionsets", "quickActions"):
            lying["PermissionSet" if root == "permissionsets" else "QuickAction"].append(name)
    assert members == {kind: sorted(names) for kind, names in lying.items()}
    assert texts(package, "version") == ["62.0"]


def test_a_picklist_has_its_values_in_order_and_takes_no_others(files: Mapping[str, str]) -> None:
    lead = ET.fromstring(files["package/objects/Lead.object"])
    (stage,) = [one for one in lead.findall(M + "fields") if texts(one, "fullName") == ["LL_Stage__c"]]
    assert texts(stage, "valueSet/restricted") == ["true"]
    assert texts(stage, "valueSet/valueSetDefinition/value/fullName")[:3] == ["known", "engaged", "mql"]


def test_the_field_of_tasks_is_made_on_activity_and_granted_on_task(files: Mapping[str, str]) -> None:
    activity = ET.fromstring(files["package/objects/Activity.object"])
    assert texts(activity, "fields/fullName") == ["LL_Key__c"]
    granted = texts(
        ET.fromstring(files["package/permissionsets/leadloop_fields.permissionset"]), "fieldPermissions/field"
    )
    assert "Task.LL_Key__c" in granted
    assert "Activity.LL_Key__c" not in granted


def test_list_views_call_standard_columns_by_the_names_of_files(files: Mapping[str, str]) -> None:
    lead = ET.fromstring(files["package/objects/Lead.object"])
    (mine,) = [one for one in lead.findall(M + "listViews") if texts(one, "fullName") == ["LL_New_for_me"]]
    assert texts(mine, "columns")[:3] == ["FULL_NAME", "LEAD.COMPANY", "LL_Band__c"]
    assert texts(mine, "filterScope") == ["Mine"]
    assert [texts(mine, f"filters/{part}")[0] for part in ("field", "operation", "value")] == [
        "LL_Stage__c",
        "equals",
        "assigned",
    ]


def test_a_button_sets_its_verdict_and_shows_it(files: Mapping[str, str]) -> None:
    action = ET.fromstring(files["package/quickActions/Lead.LL_Data_wrong.quickAction"])
    assert texts(action, "fieldOverrides/field") + texts(action, "fieldOverrides/literalValue") == [
        "LL_Verdict__c",
        "Data wrong",
    ]
    shown = "quickActionLayout/quickActionLayoutColumns/quickActionLayoutItems/field"
    assert texts(action, shown) == ["LL_Verdict__c"]


def test_words_of_the_rules_cannot_break_a_file() -> None:
    text = xml("CustomObject", {"label": "R&D <new>"})
    assert ET.fromstring(text).findtext(M + "label") == "R&D <new>"


def test_the_note_says_how_to_deploy_and_whom_to_give_the_permission_sets(files: Mapping[str, str]) -> None:
    assert "sf project deploy start --metadata-dir package" in files["README.md"]
    assert "sf org assign permset --name leadloop_fields" in files["README.md"]
