from datetime import timedelta
from typing import Any

import pytest

from simulator.act import ActError
from simulator.hubspot.world import HubSpotWorld
from tests.unit.simulator.hubspot.rig import NOON, Rig


def test_a_seed_answers_with_ids_in_the_order_of_the_rows(rig: Rig) -> None:
    created = rig.seed(
        contacts=[
            {"email": "ann@buyer.example", "owner_email": "rep@team.example", "company_domain": "buyer.example"},
            {"email": "bob@buyer.example", "createdate": "2025-01-05T08:00:00Z"},
        ],
        companies=[{"name": "Buyer", "domain": "buyer.example"}],
        owners=[{"email": "rep@team.example", "first_name": "Rep", "last_name": "One"}],
    )
    names = "hubspot_owner_id,associatedcompanyid"
    ann, bob = (rig.get(f"/crm/v3/objects/contacts/{id_}", properties=names) for id_ in created["contacts"])
    assert ann["properties"]["hubspot_owner_id"] == created["owners"][0]
    assert ann["properties"]["associatedcompanyid"] == created["companies"][0]
    assert bob["createdAt"] == "2025-01-05T08:00:00Z"
    assert bob["updatedAt"] >= "2026-11-02T12:00:00"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        pytest.param({"contacts": [{"emal": "x"}]}, r'contacts\[0\].*"emal" does not exist', id="unknown property"),
        pytest.param({"contacts": [{"email": "a@b.example", "owner_email": "x"}]}, "no HubSpot owner", id="no owner"),
        pytest.param({"owners": [{"first_name": "x"}]}, r"owners\[0\].*email", id="owner without e-mail"),
        pytest.param({"shoes": [{}]}, "unknown HubSpot type shoes", id="unknown type"),
    ],
)
def test_a_bad_seed_is_refused_in_one_sentence(rows: dict[str, list[dict[str, str]]], said: str) -> None:
    with pytest.raises(ActError, match=said):
        HubSpotWorld().seed(rows, NOON, [])


@pytest.mark.parametrize(
    ("do", "id_", "fields", "said"),
    [
        ("convert", "1", {}, "nobody can convert in HubSpot"),
        ("call", "1", {}, "no contact '1' in HubSpot"),
        ("submit_form", "", {"email": "a@b.example"}, "needs fields.form"),
        ("submit_form", "", {"form": "Demo"}, "fields.email"),
        ("edit", "settings", {"colour": "red"}, "unknown HubSpot setting colour"),
        ("merge", "1", {}, "no contact '1'"),
    ],
)
def test_a_senseless_act_is_refused_in_one_sentence(
    rig: Rig, do: str, id_: str, fields: dict[str, Any], said: str
) -> None:
    with pytest.raises(ActError, match=said):
        rig.act(do, id_, **fields)


def test_an_edit_with_a_bad_value_changes_nothing(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example")
    with pytest.raises(ActError, match="was not one of the allowed options"):
        rig.act("edit", id_, firstname="Ann", hs_lead_status="Cold")
    assert rig.get(f"/crm/v3/objects/contacts/{id_}", properties="firstname")["properties"]["firstname"] is None


def test_an_act_addresses_a_person_by_email_or_old_id(rig: Rig) -> None:
    one, two = rig.contact(email="ann@buyer.example"), rig.contact(email="bob@buyer.example")
    merged = rig.act("merge", one, loser_id=two)["id"]
    assert rig.act("call", two)["contact_id"] == merged
    assert rig.act("call", "bob@buyer.example")["contact_id"] == merged


def test_a_reps_call_is_an_engagement_of_its_owner(rig: Rig) -> None:
    owner = rig.seed(owners=[{"email": "rep@team.example"}])["owners"][0]
    id_ = rig.contact(email="ann@buyer.example")
    done = rig.act("call", id_, owner_email="rep@team.example", duration_s=90, disposition="connected")
    names = "hubspot_owner_id,hs_call_duration,hs_call_disposition"
    call = rig.get(f"/crm/v3/objects/calls/{done['id']}", properties=names)["properties"]
    assert call["hubspot_owner_id"] == owner
    assert call["hs_call_duration"] == "90000"
    assert call["hs_call_disposition"] == "f240bbac-87c9-4f6e-bf70-924b57d47db7"


def test_a_prospects_email_is_a_reply(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example")
    done = rig.act("email", id_, as_="prospect", subject="Re: hello")
    email = rig.get(f"/crm/v3/objects/emails/{done['id']}", properties="hs_email_direction")
    assert email["properties"]["hs_email_direction"] == "INCOMING_EMAIL"
    contact = rig.get(f"/crm/v3/objects/contacts/{id_}", properties="hs_sales_email_last_replied")
    assert contact["properties"]["hs_sales_email_last_replied"] is not None


def test_a_backdated_act_does_not_hide_behind_a_cursor(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example")
    rig.clock.advance(3600)
    cursor = str(round((NOON + timedelta(minutes=50)).timestamp() * 1000))
    rig.act("submit_form", id_, as_="prospect", at=NOON + timedelta(minutes=1), form="Demo", values={"company": "B"})
    found = rig.search([{"propertyName": "lastmodifieddate", "operator": "GTE", "value": cursor}])
    assert [row["id"] for row in found["results"]] == [id_]


def test_the_side_door_sees_everything_and_deleted_records_too(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example", firstname="Ann")
    call = rig.act("call", id_)["id"]
    rig.seed(lists=[{"name": "Nurture", "members": ["ann@buyer.example"]}])
    contact = rig.world.objects("contacts")[0]
    assert (contact["properties"]["firstname"], contact["joined"]) == ("Ann", {"calls": [call]})
    assert rig.world.objects("lists")[0]["members"] == [id_]
    rig.act("delete", id_)
    assert [(row["id"], row["archived"]) for row in rig.world.objects("contacts")] == [(id_, True)]
    with pytest.raises(ActError, match="unknown HubSpot type shoes"):
        rig.world.objects("shoes")


def test_two_portals_with_the_same_acts_are_the_same(rig: Rig) -> None:
    """Ids and effects depend on the acts alone, so that two runs of one seed give one log."""
    worlds = HubSpotWorld(), HubSpotWorld()
    logs = []
    for world in worlds:
        effects: list[object] = []
        ids = world.seed({"contacts": [{"email": "ann@buyer.example"}]}, NOON, effects)["contacts"]  # type: ignore[arg-type]  # only compared
        world.act("submit_form", as_="prospect", id=ids[0], fields={"form": "Demo"}, at=NOON, now=NOON, effects=effects)  # type: ignore[arg-type]  # only compared
        logs.append(effects)
    assert logs[0] == logs[1]
    assert len(logs[0]) == 4
