"""What a contact shows of the forms it sent."""

from datetime import timedelta
from typing import Any

from tests.unit.simulator.hubspot.rig import NOON, Rig

SHOWN = (
    "first_conversion_event_name,first_conversion_date,recent_conversion_event_name,recent_conversion_date,"
    "num_conversion_events,num_unique_conversion_events,hs_calculated_form_submissions"
)


def sent(rig: Rig, form: str, **more: Any) -> Any:
    return rig.act("submit_form", as_="prospect", form=form, email="ann@buyer.example", **more)


def shown(rig: Rig, contact: str) -> Any:
    return rig.get(f"/crm/v3/objects/contacts/{contact}", properties=SHOWN)["properties"]


def ms(minutes_ago: int) -> int:
    return round((NOON - timedelta(minutes=minutes_ago)).timestamp() * 1000)


def test_the_first_the_last_how_many_and_all_are_shown(rig: Rig) -> None:
    guids = [
        sent(rig, form, at=NOON - timedelta(minutes=ago), page_title=title)["form_guid"]
        for form, ago, title in (("News", 30, ""), ("Demo", 20, "Get a demo"), ("News", 10, "Blog"))
    ]
    contact = sent(rig, "News", at=NOON - timedelta(minutes=5))["id"]
    told = shown(rig, contact)
    assert (told["first_conversion_event_name"], told["recent_conversion_event_name"]) == ("News", "News")
    assert (told["num_conversion_events"], told["num_unique_conversion_events"]) == ("4", "2")
    entries = [*zip(guids, (30, 20, 10), strict=True), (guids[0], 5)]
    assert told["hs_calculated_form_submissions"] == ";".join(f"{guid}::{ms(ago)}" for guid, ago in entries)


def test_the_name_stands_behind_the_title_of_the_page(rig: Rig) -> None:
    contact = sent(rig, "Demo", page_title="Get a demo")["id"]
    assert shown(rig, contact)["recent_conversion_event_name"] == "Get a demo: Demo"


def test_what_arrives_late_is_not_the_last(rig: Rig) -> None:
    contact = sent(rig, "Demo", at=NOON - timedelta(minutes=1))["id"]
    sent(rig, "News", at=NOON - timedelta(minutes=9))
    told = shown(rig, contact)
    assert (told["recent_conversion_event_name"], told["num_conversion_events"]) == ("Demo", "2")


def test_a_silent_submission_makes_and_changes_no_contact(rig: Rig) -> None:
    done = sent(rig, "Demo", silent=True)
    assert done["id"] == ""
    rows = rig.get(f"/form-integrations/v1/submissions/forms/{done['form_guid']}")["results"]
    assert [one["value"] for one in rows[0]["values"]] == ["ann@buyer.example"]
    assert rig.get("/crm/v3/objects/contacts")["results"] == []
