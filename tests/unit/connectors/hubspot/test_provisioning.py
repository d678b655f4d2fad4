"""Our own properties: which are missing, and that they are made as mapping and rules need them."""

from typing import Any

import requests

from connectors.contract import ProvisionItem
from connectors.hubspot.connector import HubSpot
from domain.record import FieldType
from tests.contract.hubspot_rig import HubSpotRig
from tests.rig import surroundings
from tests.unit.connectors.hubspot.portal import Portal, connected, refusal


def wanting(rig: HubSpotRig, *names: str) -> HubSpot:
    around = surroundings("marketing", rig.simulator, fields={"contacts": frozenset(names)})
    return HubSpot(rig.settings(), around, wall=rig.fast.wall)


def test_what_the_mapping_names_with_our_prefix_is_wanted(rig: HubSpotRig) -> None:
    own = f"ll_made_{rig.begin}"
    items = wanting(rig, "email", "ll_score", own).missing()
    assert [(item.kind, item.name, item.exists) for item in items] == [
        ("property group", "leadloop", True),
        ("field", own, False),
        ("field", "ll_score", True),
    ]


def test_missing_properties_are_made_once(rig: HubSpotRig) -> None:
    own = f"ll_made_{rig.begin}"
    connector = wanting(rig, own)
    assert all(item.exists for item in connector.provision(connector.missing()))
    assert connector.describe("contacts")[own].type is FieldType.TEXT
    assert [item for item in connector.missing() if not item.exists] == []
    once_more = ProvisionItem(kind="field", object="contacts", name=own, exists=False)
    assert [item.exists for item in connector.provision([once_more])] == [True]


def test_a_property_of_ours_is_made_with_its_type(rig: HubSpotRig) -> None:
    wanted = {
        "ll_stage": FieldType.PICKLIST,
        "ll_score": FieldType.NUMBER,
        "ll_mql_since": FieldType.DATETIME,
        "ll_nurture_until": FieldType.DATE,
        "ll_why": FieldType.TEXT,
        "ll_lead_key": FieldType.TEXT,
    }
    before = rig.connector().describe("contacts")
    for name in wanted:
        address = f"{rig.simulator.hubspot}/crm/v3/properties/contacts/{name}"
        assert requests.delete(address, headers={"Authorization": f"Bearer {rig.token}"}, timeout=10).ok
    connector = wanting(rig, *wanted)
    missing = [item for item in connector.missing() if not item.exists]
    assert {item.name for item in missing} == set(wanted)
    connector.provision(missing)
    after = connector.describe("contacts")
    assert {name: after[name].type for name in wanted} == wanted
    assert after["ll_stage"].options == before["ll_stage"].options
    assert after["ll_lead_key"].unique


def test_the_group_is_made_before_its_properties() -> None:
    def answer(method: str, path: str, _: Any) -> Any:
        if method == "GET":
            return {"results": [{"name": "contactinformation"}]}
        return refusal(409, "OBJECT_ALREADY_EXISTS") if path.endswith("/groups") else {"name": "ll_new"}

    portal = Portal(answer)
    portal.properties = {"email": "string"}
    with connected(portal, fields=frozenset({"ll_new"})) as connector:
        connector.provision(connector.missing())
    assert [path for method, path, _ in portal.asked if method == "POST"] == [
        "/crm/v3/properties/contacts/groups",
        "/crm/v3/properties/contacts",
    ]
