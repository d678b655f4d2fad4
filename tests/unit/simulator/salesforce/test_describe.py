"""What the org says of itself."""

from typing import Any

import pytest

from simulator.salesforce.catalogue import TYPES
from simulator.salesforce.describe import described, everything, versions


def field(type_name: str, name: str) -> dict[str, Any]:
    fields = described(TYPES[type_name], "v59.0")["fields"]
    (found,) = [one for one in fields if one["name"] == name]
    return dict(found)


@pytest.mark.parametrize(
    ("type_name", "name", "expected"),
    [
        (
            "Lead",
            "Company",
            {"type": "string", "length": 255, "nillable": False, "updateable": True},
        ),
        ("Lead", "OwnerId", {"type": "reference", "referenceTo": ["Group", "User"], "relationshipName": "Owner"}),
        ("Lead", "SystemModstamp", {"type": "datetime", "updateable": False, "createable": False}),
        ("Lead", "Description", {"length": 32_000, "filterable": False}),
        (
            "Lead",
            "LL_Lead_Key__c",
            {
                "type": "string",
                "length": 36,
                "externalId": True,
                "unique": True,
                "custom": True,
                "label": "LL Lead Key",
            },
        ),
        ("Lead", "LL_Score__c", {"type": "double", "scale": 2, "soapType": "xsd:double"}),
        ("Contact", "OwnerId", {"referenceTo": ["User"]}),
        ("Task", "LL_Key__c", {"type": "string", "length": 64, "externalId": True}),
    ],
)
def test_a_field_is_described_as_it_behaves(type_name: str, name: str, expected: dict[str, Any]) -> None:
    shown = field(type_name, name)
    assert {key: shown[key] for key in expected} == expected


def test_a_restricted_picklist_lists_its_values() -> None:
    shown = field("Lead", "LL_Verdict__c")
    assert shown["restrictedPicklist"] is True
    assert [value["value"] for value in shown["picklistValues"]] == [
        "Accept",
        "Wrong person",
        "Data wrong",
        "Not our target",
        "Already working it",
    ]


def test_lead_status_is_free_and_has_a_default() -> None:
    shown = field("Lead", "Status")
    assert shown["restrictedPicklist"] is False
    assert [value["value"] for value in shown["picklistValues"] if value["defaultValue"]] == ["Open - Not Contacted"]


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("Account", "001"),
        ("Contact", "003"),
        ("User", "005"),
        ("Opportunity", "006"),
        ("Group", "00G"),
        ("Lead", "00Q"),
        ("Task", "00T"),
        ("Event", "00U"),
        ("CampaignMember", "00v"),
        ("Campaign", "701"),
    ],
)
def test_every_type_has_salesforces_own_prefix(name: str, prefix: str) -> None:
    shown = {one["name"]: one["keyPrefix"] for one in everything("v59.0")["sobjects"]}
    assert shown[name] == prefix


def test_lead_and_contact_carry_the_same_fields_of_ours() -> None:
    lead, contact = ([name for name in TYPES[one].fields if name.startswith("LL_")] for one in ("Lead", "Contact"))
    assert lead == contact
    assert len(lead) == 27


def test_releases_are_named_by_season() -> None:
    labels = {one["version"]: one["label"] for one in versions()}
    assert (labels["52.0"], labels["59.0"], labels["60.0"], labels["64.0"]) == (
        "Summer '21",
        "Winter '24",
        "Spring '24",
        "Summer '25",
    )
