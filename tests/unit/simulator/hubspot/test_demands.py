"""Leads of the Sales Hub, what an administrator demands of contacts, and a no to one type of e-mail."""

from typing import Any

import pytest

from tests.unit.simulator.hubspot.rig import Rig

LEADS = "/crm/v3/objects/leads"
OF_CONTACT = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 578}


def settings(rig: Rig, **fields: Any) -> None:
    rig.act("edit", "settings", as_="admin", **fields)


def test_a_lead_is_made_with_its_contact_or_not_at_all(rig: Rig) -> None:
    contact = rig.contact(email="ann@buyer.example")
    named = {"properties": {"hs_lead_name": "Buyer: pricing"}}
    assert rig.client.post(LEADS, json=named).status_code == 400
    joined = {"associations": [{"to": {"id": contact}, "types": [OF_CONTACT]}]}
    assert rig.client.post(LEADS, json={"properties": {}, **joined}).status_code == 400
    made = rig.client.post(LEADS, json={**named, **joined})
    assert made.status_code == 201
    path = f"/crm/v4/objects/leads/{made.json()['id']}/associations/contacts"
    assert [row["toObjectId"] for row in rig.get(path)["results"]] == [contact]


@pytest.mark.parametrize(("tier", "status"), [("FREE", 403), ("STARTER", 403), ("PROFESSIONAL", 200)])
@pytest.mark.parametrize("path", [LEADS, "/crm/objects/2026-03/0-136", "/crm/v3/properties/leads"])
def test_leads_come_with_the_professional_tier(rig: Rig, tier: str, status: int, path: str) -> None:
    settings(rig, tier=tier)
    assert rig.client.get(path).status_code == status


def test_a_demand_holds_for_the_record_as_it_would_be_after_the_write(rig: Rig) -> None:
    contact = rig.contact(email="ann@buyer.example")
    settings(rig, rules=[{"when": "hs_lead_status", "is": "UNQUALIFIED", "needs": "ll_rejected_reason"}])
    path = f"/crm/v3/objects/contacts/{contact}"
    refused = rig.client.patch(path, json={"properties": {"hs_lead_status": "UNQUALIFIED"}})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "REQUIRED_PROPERTY")
    assert rig.client.patch(path, json={"properties": {"ll_rejected_reason": "No budget"}}).status_code == 200
    assert rig.client.patch(path, json={"properties": {"hs_lead_status": "UNQUALIFIED"}}).status_code == 200


def test_a_no_to_one_type_shows_on_the_contact_and_in_consent(rig: Rig) -> None:
    contact = rig.contact(email="ann@buyer.example")
    rig.act("unsubscribe", contact, as_="prospect", subscription="2")
    statuses = rig.get("/communication-preferences/v4/statuses/ann@buyer.example", channel="EMAIL")["results"]
    assert [row["status"] for row in statuses] == ["NOT_SPECIFIED", "UNSUBSCRIBED"]
    names = ("hs_email_optout", "hs_email_optout_1", "hs_email_optout_2")
    shown = rig.get(f"/crm/v3/objects/contacts/{contact}", properties=",".join(names))["properties"]
    assert [shown[name] for name in names] == [None, None, "true"]
