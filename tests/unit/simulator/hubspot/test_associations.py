import pytest

from tests.unit.simulator.hubspot.rig import Rig

PAIR = "/crm/v4/associations"


def pair(rig: Rig) -> tuple[str, str]:
    seeded = rig.seed(
        contacts=[{"email": "ann@buyer.example"}], companies=[{"name": "Buyer", "domain": "buyer.example"}]
    )
    return seeded["contacts"][0], seeded["companies"][0]


def spec(type_id: int) -> dict[str, object]:
    return {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}


def test_an_association_shows_from_both_ends_with_its_own_types(rig: Rig) -> None:
    contact, company = pair(rig)
    body = {"inputs": [{"from": {"id": contact}, "to": {"id": company}, "types": [spec(1)]}]}
    rig.post(f"{PAIR}/contacts/companies/batch/create", body, status=201)
    there = rig.get(f"/crm/v4/objects/contacts/{contact}/associations/companies")["results"]
    back = rig.get(f"/crm/v4/objects/companies/{company}/associations/contacts")["results"]
    assert [(row["toObjectId"], [one["typeId"] for one in row["associationTypes"]]) for row in there] == [
        (company, [279, 1])
    ]
    assert [one["typeId"] for one in back[0]["associationTypes"]] == [280, 2]


def test_the_default_association_needs_no_type(rig: Rig) -> None:
    contact, company = pair(rig)
    path = f"/crm/v4/objects/contacts/{contact}/associations/default/companies/{company}"
    answer = rig.put(path, None)
    assert [row["associationSpec"]["associationTypeId"] for row in answer["results"]] == [279, 280]
    company_id = rig.get(f"/crm/v3/objects/contacts/{contact}", properties="associatedcompanyid")
    assert company_id["properties"]["associatedcompanyid"] == company


def test_a_type_of_another_pair_is_refused(rig: Rig) -> None:
    contact, company = pair(rig)
    body = {"inputs": [{"from": {"id": contact}, "to": {"id": company}, "types": [spec(194)]}]}
    rig.post(f"{PAIR}/contacts/companies/batch/create", body, status=400)


def test_reading_many_tells_of_those_without_associations(rig: Rig) -> None:
    contact, _ = pair(rig)
    call = rig.act("call", contact)["id"]
    lonely = rig.post("/crm/v3/objects/calls", {"properties": {"hs_timestamp": "2026-11-02"}}, status=201)["id"]
    body = {"inputs": [{"id": call}, {"id": lonely}]}
    answer = rig.post(f"{PAIR}/calls/contacts/batch/read", body, status=207)
    assert [(row["from"]["id"], row["to"][0]["toObjectId"]) for row in answer["results"]] == [(call, contact)]
    assert answer["errors"][0]["context"]["fromObjectId"] == [lonely]


@pytest.mark.parametrize(("path", "most"), [("batch/read", 1_000), ("batch/create", 2_000)])
def test_a_batch_has_its_limit(rig: Rig, path: str, most: int) -> None:
    rig.post(f"{PAIR}/calls/contacts/{path}", {"inputs": [{"id": "1"}] * (most + 1)}, status=400)


def test_a_page_holds_500(rig: Rig) -> None:
    contact = rig.contact(email="ann@buyer.example")
    calls = [rig.act("call", contact)["id"] for _ in range(502)]
    path = f"/crm/v4/objects/contacts/{contact}/associations/calls"
    first = rig.get(path, limit=500)
    second = rig.get(path, limit=500, after=first["paging"]["next"]["after"])
    assert [row["toObjectId"] for row in first["results"] + second["results"]] == calls


def test_removing_an_association_removes_both_ends(rig: Rig) -> None:
    contact, company = pair(rig)
    path = f"/crm/v4/objects/contacts/{contact}/associations"
    rig.put(f"{path}/default/companies/{company}", None)
    assert rig.client.delete(f"{path}/companies/{company}").status_code == 204
    assert rig.get(f"/crm/v4/objects/companies/{company}/associations/contacts")["results"] == []


def company_of(rig: Rig, contact: str) -> str | None:
    shown: str | None = rig.get(f"/crm/v3/objects/contacts/{contact}", properties="associatedcompanyid")["properties"][
        "associatedcompanyid"
    ]
    return shown


def test_a_contact_shows_its_company_as_long_as_there_is_one(rig: Rig) -> None:
    rows = [{"name": name, "domain": f"{name}.example"} for name in ("buyer", "payer")]
    first, second = rig.seed(companies=rows)["companies"]
    (contact,) = rig.seed(contacts=[{"email": "ann@buyer.example", "company_domain": "buyer.example"}])["contacts"]
    rig.put(f"/crm/v4/objects/contacts/{contact}/associations/default/companies/{second}", None)
    assert company_of(rig, contact) == first
    rig.act("delete", first, object="companies")
    assert company_of(rig, contact) == second
    rig.act("delete", second, object="companies")
    assert company_of(rig, contact) is None


def test_a_contact_follows_its_company_into_a_merge(rig: Rig) -> None:
    rows = [{"name": name, "domain": f"{name}.example"} for name in ("buyer", "payer")]
    first, second = rig.seed(companies=rows)["companies"]
    (contact,) = rig.seed(contacts=[{"email": "ann@payer.example", "company_domain": "payer.example"}])["contacts"]
    merged = rig.act("merge", first, object="companies", loser_id=second)["id"]
    assert company_of(rig, contact) == merged


@pytest.mark.parametrize(
    ("stage", "closed", "won"),
    [("qualifiedtobuy", "false", "false"), ("closedwon", "true", "true"), ("closedlost", "true", "false")],
)
def test_whether_a_deal_is_over_follows_its_stage_and_cannot_be_written(
    rig: Rig, stage: str, closed: str, won: str
) -> None:
    (deal,) = rig.seed(deals=[{"dealname": "First", "dealstage": "appointmentscheduled"}])["deals"]
    rig.act("edit", deal, object="deals", dealstage=stage)
    shown = rig.get(f"/crm/v3/objects/deals/{deal}", properties="hs_is_closed,hs_is_closed_won")["properties"]
    assert (shown["hs_is_closed"], shown["hs_is_closed_won"]) == (closed, won)
    body = {"inputs": [{"id": deal, "properties": {"hs_is_closed": "true"}}]}
    rig.post("/crm/v3/objects/deals/batch/update", body, status=400)
