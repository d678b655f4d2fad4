import pytest

from tests.unit.simulator.hubspot.rig import Rig

PROPERTIES = "/crm/v3/properties/contacts"
OWN = {"groupName": "leadloop", "name": "ll_extra", "label": "Extra", "type": "number", "fieldType": "number"}


def test_deactivated_owners_are_only_in_the_archived_listing(rig: Rig) -> None:
    ids = rig.seed(owners=[{"email": "rep@team.example", "first_name": "R"}, {"email": "left@team.example"}])["owners"]
    rig.act("edit", "left@team.example", as_="admin", active=False)
    active = rig.get("/crm/v3/owners/", archived="False")["results"]
    gone = rig.get("/crm/v3/owners", archived="true")["results"]
    assert [row["id"] for row in active] == ids[:1]
    assert [row["id"] for row in gone] == ids[1:]
    assert active[0]["userId"] != int(active[0]["id"])
    assert rig.get("/crm/v3/owners", email="REP@team.example")["results"] == active
    assert rig.get(f"/crm/v3/owners/{active[0]['userId']}", idProperty="userId") == active[0]


def test_owners_come_in_pages(rig: Rig) -> None:
    ids = rig.seed(owners=[{"email": f"rep{n}@team.example"} for n in range(3)])["owners"]
    first = rig.get("/crm/v3/owners", limit=2)
    second = rig.get("/crm/v3/owners", limit=2, after=first["paging"]["next"]["after"])
    assert [row["id"] for row in first["results"] + second["results"]] == ids


def test_a_new_property_can_be_written_at_once(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example")
    made = rig.post(PROPERTIES, OWN, status=201)
    assert (made["hubspotDefined"], made["hasUniqueValue"], made["groupName"]) == (False, False, "leadloop")
    rig.patch(f"/crm/v3/objects/contacts/{id_}", {"ll_extra": "3"})
    found = rig.get(f"/crm/v3/objects/contacts/{id_}", properties="ll_extra")
    assert found["properties"]["ll_extra"] == "3"


def test_a_property_name_in_use_is_a_conflict(rig: Rig) -> None:
    rig.post(PROPERTIES, {**OWN, "name": "ll_score"}, status=409)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"name": "LL"}, id="upper case"),
        pytest.param({"groupName": "none"}, id="unknown group"),
        pytest.param({"type": "text"}, id="unknown type"),
        pytest.param({"fieldType": "date"}, id="field type of another type"),
        pytest.param({"type": "enumeration", "fieldType": "select"}, id="no options"),
        pytest.param({"label": ""}, id="no label"),
    ],
)
def test_a_bad_definition_is_refused(rig: Rig, change: dict[str, str]) -> None:
    rig.post(PROPERTIES, {**OWN, **change}, status=400)


def test_at_most_ten_unique_properties(rig: Rig) -> None:
    known = sum(row["hasUniqueValue"] for row in rig.get(PROPERTIES)["results"])
    for number in range(known, 10):
        rig.post(PROPERTIES, {**OWN, "name": f"ll_key_{number}", "hasUniqueValue": True}, status=201)
    rig.post(PROPERTIES, {**OWN, "name": "ll_key_more", "hasUniqueValue": True}, status=400)


def test_a_batch_of_definitions_makes_the_new_ones(rig: Rig) -> None:
    body = {"inputs": [OWN, {**OWN, "name": "ll_score"}]}
    answer = rig.post(f"{PROPERTIES}/batch/create", body, status=207)
    assert [row["name"] for row in answer["results"]] == ["ll_extra"]
    assert answer["errors"][0]["category"] == "OBJECT_ALREADY_EXISTS"


def test_stages_are_read_from_the_definition(rig: Rig) -> None:
    options = rig.get(f"{PROPERTIES}/lifecyclestage")["options"]
    assert [one["value"] for one in options][:3] == ["subscriber", "lead", "marketingqualifiedlead"]


def test_groups_can_be_made_once(rig: Rig) -> None:
    assert rig.get(f"{PROPERTIES}/groups/leadloop")["label"] == "leadloop"
    rig.post(f"{PROPERTIES}/groups", {"name": "more", "label": "More"}, status=201)
    rig.post(f"{PROPERTIES}/groups", {"name": "more", "label": "More"}, status=409)


def test_the_account_tells_its_zone_and_what_is_used(rig: Rig) -> None:
    details = rig.get("/account-info/v3/details")
    assert (details["portalId"], details["timeZone"], details["utcOffset"]) == (24600001, "America/New_York", "-05:00")
    usage = rig.get("/account-info/2026-03/api-usage/daily/private-apps")["results"][0]
    assert (usage["currentUsage"], usage["usageLimit"], usage["resetsAt"]) == (2, 1_000_000, "2026-11-03T05:00:00Z")


def test_the_portal_follows_the_settings_of_the_kernel(rig: Rig) -> None:
    rig.kernel.settings.org["hubspot"] = "99"
    assert rig.get("/account-info/v3/details")["portalId"] == 99


def test_unsubscribing_from_all_shows_in_consent_and_on_the_contact(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example")
    rig.act("unsubscribe", id_, as_="prospect")
    path = "/communication-preferences/v4/statuses/ann@buyer.example"
    statuses = rig.get(path, channel="EMAIL")["results"]
    assert [row["status"] for row in statuses] == ["UNSUBSCRIBED", "UNSUBSCRIBED"]
    assert rig.get(f"{path}/unsubscribe-all", channel="EMAIL")["results"][0]["status"] == "UNSUBSCRIBED"
    found = rig.get(f"/crm/v3/objects/contacts/{id_}", properties="hs_email_optout")
    assert found["properties"]["hs_email_optout"] == "true"


def test_a_contact_seeded_as_opted_out_has_unsubscribed(rig: Rig) -> None:
    rig.contact(email="ann@buyer.example", hs_email_optout="true")
    path = "/communication-preferences/v4/statuses/ann@buyer.example/unsubscribe-all"
    assert rig.get(path, channel="EMAIL")["results"][0]["status"] == "UNSUBSCRIBED"


def test_an_address_without_a_contact_can_unsubscribe(rig: Rig) -> None:
    path = "/communication-preferences/v4/statuses/none@buyer.example"
    rig.post(f"{path}/unsubscribe-all?channel=EMAIL", None)
    assert rig.get(f"{path}/unsubscribe-all", channel="EMAIL")["results"][0]["status"] == "UNSUBSCRIBED"


def test_a_stranger_has_chosen_nothing(rig: Rig) -> None:
    path = "/communication-preferences/v4/statuses/none@buyer.example"
    assert {row["status"] for row in rig.get(path, channel="EMAIL")["results"]} == {"NOT_SPECIFIED"}
    assert rig.client.get(path).status_code == 400
