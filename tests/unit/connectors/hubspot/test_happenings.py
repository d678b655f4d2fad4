"""Forms, e-mail events and page views: newest first, down to what is known."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from connectors.testing import failure_of
from domain.activity import Activity, ActivityKind
from domain.errors import ContractError
from domain.record import Page
from simulator.hubspot.happenings import BROWSER
from tests.contract.hubspot_rig import HubSpotRig
from tests.unit.connectors.hubspot.portal import Portal, connected, page, refusal, reply


def of_person(pages: Iterable[Page], email: str) -> list[Activity]:
    return [one for each in pages for one in each.activities if one.email == email]


def address(rig: HubSpotRig, contact: str) -> str:
    return str(rig.held("contacts")[contact]["email"])


def submit(rig: HubSpotRig, contact: str, form: str, **values: str) -> None:
    url = "https://your-company.example/demo"
    rig.simulator.act("submit_form", system="hubspot", id=contact, form=form, values=values, page_url=url)


def submission_calls(rig: HubSpotRig, since: int) -> int:
    return sum("/submissions/forms/" in line["path"] for line in rig.simulator.log(since))


def test_a_submission_brings_the_form_the_page_and_what_was_typed(rig: HubSpotRig) -> None:
    contact = rig.seed(1)[0]
    submit(rig, contact, f"Demo {rig.begin}", message="replace Zendesk before May", jobtitle="VP Ops")
    (found,) = of_person(rig.connector().read("forms", None), address(rig, contact))
    assert found.kind is ActivityKind.FORM_SUBMITTED
    assert found.properties == {
        "form": f"Demo {rig.begin}",
        "url": "https://your-company.example/demo",
        "text": "replace Zendesk before May",
    }


def test_submissions_are_read_down_to_what_is_known(rig: HubSpotRig) -> None:
    contact, form = rig.seed(1)[0], f"Busy {rig.begin}"
    for _ in range(120):
        submit(rig, contact, form)
    rig.simulator.time(advance_s=2 * 3_600)
    connector = rig.connector()
    pages = list(connector.read("forms", None))
    assert len({one.external_id for one in of_person(pages, address(rig, contact))}) == 120
    submit(rig, contact, form)
    since = rig.simulator.seq()
    fresh = of_person(connector.read("forms", pages[-1].cursor), address(rig, contact))
    assert len(fresh) == 1
    guid = fresh[0].external_id.split(":")[0]
    asked = [line["path"] for line in rig.simulator.log(since) if guid in line["path"]]
    assert len(asked) == 1


def test_stopping_in_the_middle_of_the_submissions_leaves_no_gap(rig: HubSpotRig) -> None:
    contact, form = rig.seed(1)[0], f"Busy {rig.begin}"
    for _ in range(120):
        submit(rig, contact, form)
    pages = list(rig.connector().read("forms", None))
    whole = {one.external_id for one in of_person(pages, address(rig, contact))}
    for stop in range(len(pages)):
        rest = rig.connector().read("forms", pages[stop].cursor)
        read = of_person([*pages[: stop + 1], *rest], address(rig, contact))
        assert {one.external_id for one in read} == whole


def test_a_form_made_since_is_found_within_half_an_hour(rig: HubSpotRig) -> None:
    contact, connector = rig.seed(1)[0], rig.connector()
    cursor = list(connector.read("forms", None))[-1].cursor
    submit(rig, contact, f"New {rig.begin}")
    rig.simulator.time(advance_s=1_801)
    assert len(of_person(connector.read("forms", cursor), address(rig, contact))) == 1


def test_a_form_that_was_deleted_stops_no_other() -> None:
    forms = page([{"id": "gone", "name": "Gone"}, {"id": "there", "name": "There"}])
    rows = page([{"submittedAt": 1, "conversionId": "c", "values": [{"name": "email", "value": "Ana@Globex.example"}]}])

    def answer(_: str, path: str, __: Any) -> Any:
        if path == "/marketing/v3/forms":
            return forms
        return refusal(404, "OBJECT_NOT_FOUND") if path.endswith("gone") else rows

    with connected(Portal(answer)) as connector:
        activities = [one for each in connector.read("forms", None) for one in each.activities]
    assert [(one.external_id, one.email) for one in activities] == [("there:c", "ana@globex.example")]


def test_what_becomes_visible_an_hour_late_is_read(rig: HubSpotRig) -> None:
    """No index that we know: each read goes back 70 minutes, and the ledger keeps each activity once."""
    contact, connector = rig.seed(1)[0], rig.connector()
    cursor = list(connector.read("email_events", None))[-1].cursor
    hour_ago = (rig.simulator.time() - timedelta(minutes=65)).isoformat()
    rig.simulator.act("click", system="hubspot", id=contact, at=hour_ago, url="https://your-company.example/x")
    assert len(of_person(connector.read("email_events", cursor), address(rig, contact))) == 1


def test_opens_clicks_and_bounces_are_activities_and_the_rest_is_not(rig: HubSpotRig) -> None:
    contact = rig.seed(1)[0]
    for kind in ("SENT", "DELIVERED", "OPEN", "CLICK", "BOUNCE"):
        rig.simulator.act(
            "click", system="hubspot", id=contact, event_type=kind, campaign="Spring", url="https://x.example"
        )
    found = of_person(rig.connector().read("email_events", None), address(rig, contact))
    kinds = sorted(one.kind for one in found)
    assert kinds == [ActivityKind.EMAIL_BOUNCED, ActivityKind.EMAIL_CLICKED, ActivityKind.EMAIL_OPENED]
    (bounced,) = [one for one in found if one.kind is ActivityKind.EMAIL_BOUNCED]
    assert bounced.properties["reason"] == "UNKNOWN_USER"
    (clicked,) = [one for one in found if one.kind is ActivityKind.EMAIL_CLICKED]
    assert clicked.properties == {
        "url": "https://x.example",
        "campaign": clicked.properties["campaign"],
        "subject": "Spring",
        "mail": clicked.properties["mail"],
        "since_sent_s": clicked.properties["since_sent_s"],
        "agent": BROWSER,
    }
    assert not bounced.properties.keys() & {"mail", "since_sent_s", "agent"}


def test_a_click_brings_what_tells_a_scanner_from_a_person(rig: HubSpotRig) -> None:
    contact = rig.seed(1)[0]
    urls = [f"https://x.example/{number}" for number in range(3)]
    rig.simulator.act("click", system="hubspot", id=contact, urls=urls, every_s=0.5, since_sent_s=2, agent="Mimecast")
    found = of_person(rig.connector().read("email_events", None), address(rig, contact))
    told = sorted((one.properties["since_sent_s"], one.properties["url"], one.properties["agent"]) for one in found)
    assert told == [(2.0, urls[0], "Mimecast"), (2.5, urls[1], "Mimecast"), (3.0, urls[2], "Mimecast")]
    assert len({one.properties["mail"] for one in found}) == 1


def test_of_a_click_neither_address_nor_place_is_kept_and_nothing_at_length() -> None:
    sent = {"id": "i" * 900, "created": 1_699_999_999_000}
    more = {"ipAddress": "203.0.113.7", "location": {"city": "Ghent", "latitude": 51.0}, "userAgent": "a" * 900}
    answer = {"hasMore": False, "events": [event(1, type="CLICK", url="https://x.example", sentBy=sent, **more)]}
    with connected(Portal(lambda *_: answer)) as connector:
        (found,) = [one for each in connector.read("email_events", None) for one in each.activities]
    assert found.properties == {"url": "https://x.example", "mail": "i" * 64, "since_sent_s": 1.0, "agent": "a" * 200}


@pytest.mark.parametrize(
    ("ago_ms", "told"),
    [(0, {"since_sent_s": 0.0}), (3_600_000, {"since_sent_s": 3600.0}), (3_600_001, {}), (-1, {})],
    ids=["in that moment", "an hour", "later", "before it was sent"],
)
def test_how_long_after_sending_a_click_came_is_told_for_an_hour(ago_ms: int, told: dict[str, float]) -> None:
    sent = {"id": "s1", "created": 1_700_000_000_000 - ago_ms}
    answer = {"hasMore": False, "events": [event(1, type="CLICK", sentBy=sent)]}
    with connected(Portal(lambda *_: answer)) as connector:
        (found,) = [one for each in connector.read("email_events", None) for one in each.activities]
    assert found.properties == {"mail": "s1", **told}


def event(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"e{number}", "type": "OPEN", "created": 1_700_000_000_000, "recipient": "a@globex.example", **more}


def test_events_are_read_to_the_end_and_of_what_hubspot_calls_a_machine_s_the_clicks_are_kept_as_that() -> None:
    filtered = [event(2, filteredEvent=True), event(4, type="CLICK", filteredEvent=True)]
    answers = [
        {"hasMore": True, "offset": "x", "events": [event(1), *filtered]},
        {"hasMore": False, "offset": "y", "events": [event(3)]},
    ]
    portal = Portal(lambda *_: answers.pop(0))
    with connected(portal) as connector:
        found = [one for each in connector.read("email_events", None) for one in each.activities]
    assert [(one.external_id, one.properties.get("filtered")) for one in found] == [
        ("e1", None),
        ("e4", True),
        ("e3", None),
    ]
    assert [asked.get("offset") for asked in portal.calls("/events")] == [None, ["x"]]


@pytest.mark.parametrize(
    "answer",
    [
        {"hasMore": True, "offset": "", "events": [event(1)]},
        {"hasMore": True, "offset": "x", "events": []},
        {"events": [{}]},
    ],
    ids=["no way on", "empty but more", "no id"],
)
def test_events_that_lead_nowhere_stop_the_stream(answer: Any) -> None:
    if answer["events"] == [{}]:
        answer["events"] = [{"type": "OPEN", "recipient": "a@globex.example"}]
    portal = Portal(lambda *_: answer)
    with connected(portal) as connector:
        failure_of(ContractError, lambda: list(connector.read("email_events", None)))
    assert len(portal.asked) < 3


def test_page_views_belong_to_the_contact(rig: HubSpotRig) -> None:
    contact = rig.seed(1)[0]
    rig.simulator.act("page_view", system="hubspot", id=contact, url="https://your-company.example/pricing")
    pages = rig.connector().read("page_views", None)
    found = [one for each in pages for one in each.activities if one.record and one.record.id == contact]
    assert [(one.kind, one.properties) for one in found] == [
        (ActivityKind.PAGE_VIEWED, {"url": "https://your-company.example/pricing"})
    ]


def test_a_missing_scope_is_named_to_the_operator(rig: HubSpotRig) -> None:
    rig.tune(token=rig.token, scopes=["crm.objects.contacts.read"])
    error = failure_of(ContractError, lambda: list(rig.connector().read("forms", None)))
    assert "forms" in str(error)
    assert "docs/connecting-hubspot.md" in str(error)


def test_a_refused_read_stops_the_stream_without_quoting_anybody() -> None:
    told = {"category": "VALIDATION_ERROR", "message": "ana@globex.example is not valid"}
    with connected(Portal(lambda *_: reply(told, 400))) as connector:
        error = failure_of(ContractError, lambda: list(connector.read("email_events", None)))
    assert "VALIDATION_ERROR" in str(error)
    assert "globex" not in str(error)
