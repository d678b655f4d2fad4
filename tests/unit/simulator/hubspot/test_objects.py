from datetime import timedelta
from typing import Any

from tests.unit.simulator.hubspot.rig import NOON, Rig

CONTACTS = "/crm/v3/objects/contacts"


def read(rig: Rig, id_: str, *names: str) -> dict[str, Any]:
    return dict(rig.get(f"{CONTACTS}/{id_}", properties=",".join(names))["properties"])


def test_a_taken_email_is_a_conflict_that_names_the_holder(rig: Rig) -> None:
    held = rig.contact(email="ann@buyer.example")
    answer = rig.post(CONTACTS, {"properties": {"email": "ANN@buyer.example"}}, status=409)
    assert (answer["message"], answer["category"]) == (f"Contact already exists. Existing ID: {held}", "CONFLICT")


def test_a_new_contact_starts_as_a_lead_and_answers_with_its_stamps(rig: Rig) -> None:
    made = rig.post(CONTACTS, {"properties": {"email": "ann@buyer.example"}}, status=201)
    assert made["properties"]["lifecyclestage"] == "lead"
    assert made["createdAt"] == made["updatedAt"] == made["properties"]["lastmodifieddate"]
    assert made["archived"] is False
    assert made["url"].endswith(f"/record/0-1/{made['id']}")


def test_a_property_nobody_defined_is_refused_by_name(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example", firstname="Ann")
    answer = rig.patch(f"{CONTACTS}/{id_}", {"firstname": "Bea", "shoe": "42"}, status=400)
    assert answer["errors"] == [
        {
            "message": 'Property "shoe" does not exist',
            "code": "PROPERTY_DOESNT_EXIST",
            "context": {"propertyName": ["shoe"]},
        }
    ]
    assert read(rig, id_, "firstname")["firstname"] == "Ann"


def test_a_backward_stage_answers_success_and_changes_nothing(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example", lifecyclestage="opportunity")
    rig.patch(f"{CONTACTS}/{id_}", {"lifecyclestage": "lead"})
    assert read(rig, id_, "lifecyclestage")["lifecyclestage"] == "opportunity"


def test_a_cleared_stage_can_be_set_backward_by_the_next_request(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example", lifecyclestage="opportunity")
    rig.patch(f"{CONTACTS}/{id_}", {"lifecyclestage": ""})
    assert read(rig, id_, "lifecyclestage")["lifecyclestage"] is None
    rig.patch(f"{CONTACTS}/{id_}", {"lifecyclestage": "lead"})
    assert read(rig, id_, "lifecyclestage")["lifecyclestage"] == "lead"


def test_writing_the_same_value_again_moves_the_modified_stamp(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example", firstname="Ann")
    before = read(rig, id_, "firstname")["lastmodifieddate"]
    rig.clock.advance(60)
    rig.patch(f"{CONTACTS}/{id_}", {"firstname": "Ann"})
    assert read(rig, id_, "firstname")["lastmodifieddate"] > before


def test_companies_carry_the_other_modified_property(rig: Rig) -> None:
    made = rig.post("/crm/v3/objects/companies", {"properties": {"name": "Buyer"}}, status=201)
    assert "hs_lastmodifieddate" in made["properties"]
    assert "lastmodifieddate" not in made["properties"]


def test_a_backdated_act_is_created_then_and_modified_now(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example")
    done = rig.act("call", id_, at=NOON - timedelta(hours=3))
    call = rig.get(f"/crm/v3/objects/calls/{done['id']}", properties="hs_timestamp")
    assert call["properties"]["hs_timestamp"] == "2026-11-02T09:00:00Z"
    assert call["createdAt"] == "2026-11-02T09:00:00Z"
    assert call["updatedAt"] >= "2026-11-02T12:00:00"


def test_history_tells_newest_first_who_set_a_value(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example", firstname="Ann")
    rig.patch(f"{CONTACTS}/{id_}", {"firstname": "Bea"})
    rig.act("edit", id_, firstname="Cleo")
    versions = rig.get(f"{CONTACTS}/{id_}", propertiesWithHistory="firstname")["propertiesWithHistory"]["firstname"]
    assert [(row["value"], row["sourceType"]) for row in versions] == [
        ("Cleo", "CRM_UI"),
        ("Bea", "INTEGRATION"),
        ("Ann", "IMPORT"),
    ]
    assert versions[1]["sourceId"] == "3600001"


def test_an_archived_record_is_only_in_the_archived_listing(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example")
    assert rig.client.delete(f"{CONTACTS}/{id_}").status_code == 204
    assert rig.client.get(f"{CONTACTS}/{id_}").status_code == 404
    assert rig.get(CONTACTS)["results"] == []
    assert [row["id"] for row in rig.get(CONTACTS, archived="True")["results"]] == [id_]
    assert rig.search([])["total"] == 0


def test_a_restored_record_has_its_email_again(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example")
    rig.client.delete(f"{CONTACTS}/{id_}")
    rig.act("edit", id_, restore=True)
    assert rig.get(f"{CONTACTS}/ann@buyer.example", idProperty="email")["id"] == id_


def test_a_merge_gives_a_new_id_that_both_old_ids_lead_to(rig: Rig) -> None:
    one = rig.contact(email="ann@buyer.example", firstname="Ann")
    two = rig.contact(email="a.smith@buyer.example", lastname="Smith", firstname="A", lifecyclestage="customer")
    merged = rig.post(f"{CONTACTS}/merge", {"primaryObjectId": one, "objectIdToMerge": two})
    assert merged["id"] not in (one, two)
    names = ("email", "firstname", "lastname", "lifecyclestage", "hs_merged_object_ids", "hs_additional_emails")
    for old in (one, two):
        found = read(rig, old, *names)
        assert found["hs_object_id"] == merged["id"]
        assert {name: found[name] for name in names} == {
            "email": "ann@buyer.example",
            "firstname": "Ann",
            "lastname": "Smith",
            "lifecyclestage": "customer",
            "hs_merged_object_ids": f"{one};{two}",
            "hs_additional_emails": "a.smith@buyer.example",
        }
    assert rig.get(f"{CONTACTS}/a.smith@buyer.example", idProperty="email")["id"] == merged["id"]


def test_merged_away_records_are_neither_live_nor_archived(rig: Rig) -> None:
    one, two = rig.contact(email="ann@buyer.example"), rig.contact(email="bob@buyer.example")
    merged = rig.act("merge", one, loser_id=two)["id"]
    assert [row["id"] for row in rig.get(CONTACTS)["results"]] == [merged]
    assert rig.get(CONTACTS, archived="true")["results"] == []


def test_a_merge_keeps_lists_and_engagements(rig: Rig) -> None:
    one, two = rig.contact(email="ann@buyer.example"), rig.contact(email="bob@buyer.example")
    call = rig.act("call", two)["id"]
    rig.seed(lists=[{"name": "Nurture", "members": [two]}])
    merged = rig.act("merge", one, loser_id=two)["id"]
    page = rig.get(f"/crm/v4/objects/contacts/{merged}/associations/calls")
    assert [row["toObjectId"] for row in page["results"]] == [call]
    assert [row["recordId"] for row in rig.get("/crm/v3/lists/1/memberships")["results"]] == [merged]


def test_privacy_deletion_leaves_nothing_in_the_recycle_bin(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example")
    body = {"objectId": "ann@buyer.example", "idProperty": "email"}
    rig.post(f"{CONTACTS}/gdpr-delete", body, status=204)
    assert rig.client.get(f"{CONTACTS}/{id_}", params={"archived": "true"}).status_code == 404


def test_pages_hold_a_hundred_and_name_the_next_id(rig: Rig) -> None:
    ids = rig.seed(contacts=[{"email": f"p{n}@buyer.example"} for n in range(120)])["contacts"]
    first = rig.get(CONTACTS, limit=100)
    assert first["paging"]["next"]["after"] == ids[100]
    second = rig.get(CONTACTS, limit=100, after=ids[100])
    assert [row["id"] for row in first["results"] + second["results"]] == ids
    assert "paging" not in second
    assert rig.client.get(CONTACTS, params={"limit": 101}).status_code == 400
    assert rig.client.get(CONTACTS, params={"limit": 51, "propertiesWithHistory": "email"}).status_code == 400


def test_repeated_and_comma_separated_properties_mean_the_same(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example", firstname="Ann")
    commas = rig.get(f"{CONTACTS}/{id_}", properties="firstname,phone")
    repeated = rig.client.get(f"{CONTACTS}/{id_}", params={"properties": ["firstname", "phone"]}).json()
    assert commas == repeated
    assert repeated["properties"]["phone"] is None


def test_deals_answer_to_their_name_and_to_their_type_id(rig: Rig) -> None:
    made = rig.post("/crm/v3/objects/0-3", {"properties": {"dealname": "Big", "amount": "10"}}, status=201)
    assert rig.get(f"/crm/v3/objects/deals/{made['id']}")["properties"]["amount"] == "10"


def test_an_engagement_needs_its_time(rig: Rig) -> None:
    answer = rig.post("/crm/v3/objects/notes", {"properties": {"hs_note_body": "x"}}, status=400)
    assert answer["errors"][0]["context"] == {"propertyName": ["hs_timestamp"]}


def test_a_logged_call_shows_on_the_contact(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example")
    body = {
        "properties": {"hs_timestamp": "2026-11-02T10:00:00Z"},
        "associations": [
            {"to": {"id": id_}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 194}]}
        ],
    }
    rig.post("/crm/v3/objects/calls", body, status=201)
    assert read(rig, id_, "notes_last_contacted")["notes_last_contacted"] == "2026-11-02T10:00:00Z"


def test_an_owner_nobody_knows_is_refused(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example")
    assert rig.patch(f"{CONTACTS}/{id_}", {"hubspot_owner_id": "7"}, status=400)["category"] == "VALIDATION_ERROR"


def test_the_source_of_a_record_stays_that_of_its_creator(rig: Rig) -> None:
    id_ = rig.post(CONTACTS, {"properties": {"email": "ann@buyer.example"}}, status=201)["id"]
    rig.act("edit", id_, firstname="Ann")
    found = read(rig, id_, "hs_object_source", "hs_object_source_id")
    assert (found["hs_object_source"], found["hs_object_source_id"]) == ("INTEGRATION", "3600001")
