from datetime import timedelta
from typing import Any

import pytest

from simulator.act import ActError
from tests.unit.simulator.hubspot.rig import NOON, Rig


def submissions(rig: Rig, guid: str, **query: Any) -> Any:
    return rig.get(f"/form-integrations/v1/submissions/forms/{guid}", **query)


def sent(rig: Rig, email: str, **more: Any) -> Any:
    return rig.act("submit_form", as_="prospect", form="Demo", email=email, **more)


def test_a_form_makes_a_contact_and_fills_what_it_knows(rig: Rig) -> None:
    done = sent(rig, "Ann@Buyer.example", values={"firstname": "Ann", "shoe": "42"}, page_url="https://us.example/demo")
    contact = rig.get(
        f"/crm/v3/objects/contacts/{done['id']}", properties="email,firstname,recent_conversion_event_name"
    )
    assert contact["properties"]["email"] == "ann@buyer.example"
    assert contact["properties"]["firstname"] == "Ann"
    assert contact["properties"]["recent_conversion_event_name"] == "Demo"
    row = submissions(rig, done["form_guid"])["results"][0]
    assert row["pageUrl"] == "https://us.example/demo"
    assert {one["name"]: one["value"] for one in row["values"]} == {
        "email": "ann@buyer.example",
        "firstname": "Ann",
        "shoe": "42",
    }


def test_a_form_of_a_known_person_changes_the_contact(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example", lifecyclestage="customer")
    done = sent(rig, "ANN@buyer.example", values={"lifecyclestage": "lead", "company": "Buyer"})
    assert done["id"] == id_
    found = rig.get(f"/crm/v3/objects/contacts/{id_}", properties="lifecyclestage,company")["properties"]
    assert (found["lifecyclestage"], found["company"]) == ("customer", "Buyer")


def test_submissions_come_newest_first_and_new_ones_do_not_move_a_reader(rig: Rig) -> None:
    for number in range(5):
        done = sent(rig, f"p{number}@buyer.example", at=NOON - timedelta(minutes=10 - number))
    first = submissions(rig, done["form_guid"], limit=2)
    sent(rig, "late@buyer.example")
    second = submissions(rig, done["form_guid"], limit=2, after=first["paging"]["next"]["after"])
    third = submissions(rig, done["form_guid"], limit=2, after=second["paging"]["next"]["after"])
    emails = [row["values"][0]["value"][:2] for row in first["results"] + second["results"] + third["results"]]
    assert emails == ["p4", "p3", "p2", "p1", "p0"]
    assert "paging" not in third


def test_more_than_fifty_submissions_a_page_are_refused(rig: Rig) -> None:
    done = sent(rig, "ann@buyer.example")
    path = f"/form-integrations/v1/submissions/forms/{done['form_guid']}"
    assert rig.client.get(path, params={"limit": 51}).status_code == 400


def test_forms_are_listed_in_pages(rig: Rig) -> None:
    guids = rig.seed(forms=[{"name": f"Form {n}"} for n in range(3)])["forms"]
    first = rig.get("/marketing/v3/forms/", limit=2)
    second = rig.get("/marketing/v3/forms", limit=2, after=first["paging"]["next"]["after"])
    assert [row["id"] for row in first["results"] + second["results"]] == guids


def test_clicks_are_email_events_read_newest_first(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example")
    for minutes in (3, 2, 1):
        rig.act("click", id_, at=NOON - timedelta(minutes=minutes), url=f"https://us.example/{minutes}")
    rig.act("click", id_, event_type="OPEN")
    path = "/email/public/v1/events"
    first = rig.get(path, eventType="CLICK", limit=2)
    second = rig.get(path, eventType="CLICK", limit=2, offset=first["offset"])
    assert [row["url"][-1] for row in first["events"] + second["events"]] == ["1", "2", "3"]
    assert (first["hasMore"], second["hasMore"]) == (True, False)
    start = round((NOON - timedelta(minutes=2)).timestamp() * 1000)
    assert len(rig.get(path, eventType="CLICK", startTimestamp=start)["events"]) == 2


def test_a_scanner_follows_many_links_shortly_after_the_mail_was_sent(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example")
    urls = ["https://us.example/1", "https://us.example/2"]
    rig.act("click", id_, urls=urls, every_s=0.5, since_sent_s=2, agent="Proofpoint", campaign="Spring")
    rig.act("click", id_, filtered=True, campaign="Autumn")
    last, second, first = rig.get("/email/public/v1/events", eventType="CLICK")["events"]
    assert [first["url"], second["url"]] == urls
    assert [each["created"] - each["sentBy"]["created"] for each in (first, second)] == [2000, 2500]
    assert first["sentBy"] == second["sentBy"]
    assert (first["userAgent"], first["filteredEvent"]) == ("Proofpoint", False)
    assert (last["filteredEvent"], "sentBy" in last) == (True, False)
    clicks = rig.get(f"/crm/v3/objects/contacts/{id_}", properties="hs_email_click")["properties"]["hs_email_click"]
    assert clicks == "2"


def test_a_click_follows_the_last_sending_of_its_campaign(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example")
    rig.act("click", id_, event_type="SENT", campaign="Spring", at=NOON - timedelta(minutes=5))
    rig.act("click", id_, campaign="Spring", at=NOON - timedelta(minutes=3))
    clicked, sent = rig.get("/email/public/v1/events")["events"]
    assert clicked["sentBy"] == {"id": sent["id"], "created": sent["created"]}


@pytest.mark.parametrize("wrong", [{"urls": "https://us.example"}, {"every_s": -1}, {"since_sent_s": "soon"}])
def test_a_scanner_that_makes_no_sense_is_refused(rig: Rig, wrong: dict[str, Any]) -> None:
    id_ = rig.contact(email="ann@buyer.example")
    with pytest.raises(ActError):
        rig.act("click", id_, **wrong)


def test_page_visits_need_an_enterprise_hub(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example")
    rig.act("page_view", id_, as_="prospect", url="https://us.example/pricing")
    query = {"objectType": "contact", "objectId": id_, "eventType": "e_visited_page"}
    row = rig.get("/events/v3/events", **query)["results"][0]
    assert (row["objectId"], row["properties"]["hs_url"]) == (id_, "https://us.example/pricing")
    rig.act("edit", "settings", as_="admin", tier="professional")
    assert rig.client.get("/events/v3/events", params=query).status_code == 403
    assert rig.client.get("/events/v3/events/event-types").status_code == 403


def test_visits_of_everybody_are_read_by_type_and_time(rig: Rig) -> None:
    ids = [rig.contact(email=f"p{n}@buyer.example") for n in range(3)]
    for number, id_ in enumerate(ids):
        rig.act("page_view", id_, at=NOON - timedelta(hours=number), url="https://us.example/")
    path, after = "/events/event-occurrences/2026-03/", (NOON - timedelta(minutes=90)).isoformat()
    answer = rig.get(path, eventType="e_visited_page", occurredAfter=after, limit=1)
    rest = rig.get(path, eventType="e_visited_page", occurredAfter=after, after=answer["paging"]["next"]["after"])
    assert [row["objectId"] for row in answer["results"] + rest["results"]] == ids[:2]


def test_a_merged_contact_has_the_visits_of_both(rig: Rig) -> None:
    one, two = rig.contact(email="ann@buyer.example"), rig.contact(email="bob@buyer.example")
    for id_ in (one, two):
        rig.act("page_view", id_, url=f"https://us.example/{id_}")
    merged = rig.act("merge", one, loser_id=two)["id"]
    rows = rig.get("/events/v3/events", objectType="contact", objectId=merged)["results"]
    assert [(row["objectId"], row["properties"]["hs_url"][-11:]) for row in rows] == [(merged, two), (merged, one)]
