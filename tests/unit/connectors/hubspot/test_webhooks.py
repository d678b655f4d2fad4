"""What HubSpot's calls are understood to say."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.abilities import WebhookCall, WebhookSource
from connectors.hubspot.settings import Settings
from connectors.hubspot.signature import sign
from connectors.hubspot.webhooks import Webhooks
from domain.errors import ForgedCallError, RejectedError, SettingsError
from domain.hint import Hint, HintKind
from simulator.hubspot.courier import signature_v3

SECRET, PORTAL = "the-secret-of-the-app", "24600001"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
URI = "https://hooks.acme.example/webhooks/marketing"


def told(what: str = "contact.propertyChange", **more: Any) -> dict[str, Any]:
    """One entry as HubSpot's documentation shows it."""
    return {
        "eventId": 1, "subscriptionId": 2, "portalId": 24600001, "appId": 5460001, "occurredAt": NOW_MS - 2000,
        "subscriptionType": what, "attemptNumber": 0, "objectId": 701, "propertyName": "jobtitle",
        "propertyValue": "VP", "changeSource": "CRM_UI", "sourceId": "userId:7", **more,
    }  # fmt: skip


def source(**more: Any) -> Webhooks:
    given = {"access_token": "pat-given", "webhook_secret": SECRET, **more}
    return Webhooks("marketing", Settings.model_validate(given), {"contacts", "companies", "contacts_archived"})


def signed(body: bytes) -> WebhookCall:
    call = WebhookCall(method="POST", uri=URI, headers={}, body=body)
    headers = {
        "x-hubspot-signature-v3": sign(call, SECRET, str(NOW_MS)).decode(),
        "x-hubspot-request-timestamp": str(NOW_MS),
    }
    return WebhookCall(method="POST", uri=URI, headers=headers, body=body)


def heard(*entries: Any, by: Webhooks | None = None) -> list[Hint]:
    call = signed(json.dumps(entries).encode())
    return list((by or source()).hints(call, account_id=PORTAL, now=NOW))


def test_an_entry_becomes_a_hint_without_the_value_that_it_carries() -> None:
    assert heard(told()) == [
        Hint(
            connection="marketing",
            key=f"24600001:contact.propertyChange:701:jobtitle:{NOW_MS - 2000}",
            object="contacts",
            record_id="701",
            kind=HintKind.CHANGED,
            occurred_at=datetime(2026, 11, 22, 11, 59, 58, tzinfo=UTC),
        )
    ]


@pytest.mark.parametrize(
    ("what", "kind", "name"),
    [
        ("contact.creation", HintKind.CREATED, "contacts"),
        ("contact.propertyChange", HintKind.CHANGED, "contacts"),
        ("contact.deletion", HintKind.DELETED, "contacts"),
        ("contact.privacyDeletion", HintKind.ERASED, "contacts"),
        ("contact.restore", HintKind.RESTORED, "contacts"),
        ("company.propertyChange", HintKind.CHANGED, "companies"),
        ("company.deletion", HintKind.DELETED, "companies"),
    ],
)
@pytest.mark.parametrize("word", ["subscriptionType", "eventType"])
def test_every_kind_is_known_under_both_words_for_it(what: str, kind: HintKind, name: str, word: str) -> None:
    entry = told(what)
    entry[word] = entry.pop("subscriptionType")
    (hint,) = heard(entry)
    assert (hint.kind, hint.object) == (kind, name)


def test_an_object_named_by_its_type_is_known() -> None:
    (hint,) = heard(told("object.propertyChange", objectTypeId="0-2"))
    assert (hint.object, hint.kind) == ("companies", HintKind.CHANGED)


def test_of_a_merge_the_new_record_is_named() -> None:
    (hint,) = heard(told("contact.merge", primaryObjectId=701, mergedObjectIds=[702], newObjectId=703))
    assert (hint.record_id, hint.kind) == ("703", HintKind.MERGED)
    assert hint.key == f"24600001:contact.merge:701:jobtitle:{NOW_MS - 2000}"


def test_a_merge_of_the_old_kind_names_the_primary() -> None:
    (hint,) = heard(told("contact.merge", primaryObjectId=701, mergedObjectIds=[702]))
    assert hint.record_id == "701"


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(told(portalId=999), id="another portal"),
        pytest.param(told(portalId=None), id="no portal"),
        pytest.param({}, id="nothing"),
        pytest.param("text", id="no object"),
        pytest.param(told(objectId="701/../x"), id="no id"),
        pytest.param(told(objectId=None), id="no record"),
        pytest.param(told(objectId=-5), id="a negative id"),
        pytest.param(told(occurredAt="soon"), id="no time"),
        pytest.param(told(occurredAt=10**30), id="the end of time"),
    ],
)
def test_a_bad_entry_does_not_lose_the_others(bad: Any) -> None:
    assert [hint.record_id for hint in heard(told(objectId=1), bad, told(objectId=2))] == ["1", "2"]


@pytest.mark.parametrize("what", ["deal.creation", "contact.associationChange", "conversation.newMessage", "nonsense"])
def test_what_is_not_read_or_not_known_is_ignored(what: str) -> None:
    assert heard(told(what)) == []


def test_a_stream_that_is_not_read_gives_no_hints() -> None:
    mere = Webhooks("marketing", Settings.model_validate({"access_token": "x", "webhook_secret": SECRET}), {"contacts"})
    assert [hint.object for hint in heard(told("company.creation"), told(), by=mere)] == ["contacts"]


def test_our_own_changes_are_dropped_and_nobody_elses() -> None:
    ours = {"changeSource": "INTEGRATION", "sourceId": "5460001"}
    entries = [
        told(objectId=1, **ours),
        told("contact.creation", objectId=2, **ours),
        told(objectId=3, changeSource="INTEGRATION", sourceId="777"),
        told(objectId=4, changeSource="CRM_UI", sourceId="5460001"),
        told("contact.deletion", objectId=5, **ours),
    ]
    assert [hint.record_id for hint in heard(*entries, by=source(app_id="5460001"))] == ["3", "4", "5"]
    assert len(heard(*entries)) == 5, "which app is ours is only known where the settings say so"


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b'"text"', b"null", json.dumps([told()] * 101).encode()])
def test_a_body_that_is_no_array_of_a_hundred_is_rejected(body: bytes) -> None:
    with pytest.raises(RejectedError):
        source().hints(signed(body), account_id=PORTAL, now=NOW)


def test_a_hundred_entries_are_taken() -> None:
    assert len(heard(*[told(objectId=number) for number in range(1, 101)])) == 100


def test_a_forged_call_is_refused_before_its_body_is_looked_at() -> None:
    call = signed(b"[")
    forged = WebhookCall(method="POST", uri=URI, headers=call.headers, body=b"{")
    with pytest.raises(ForgedCallError):
        source().hints(forged, account_id=PORTAL, now=NOW)


def test_without_a_secret_nothing_is_taken_for_genuine() -> None:
    bare = Webhooks("marketing", Settings.model_validate({"access_token": "x"}), {"contacts"})
    with pytest.raises(SettingsError, match="webhook_secret"):
        bare.hints(signed(b"[]"), account_id=PORTAL, now=NOW)


def test_the_simulator_signs_as_we_do() -> None:
    """Two programs by two hands; the fixed vectors beside this file hold ours."""
    uri, body = f"{URI}?mail=zoe%40people.example", "Zoë".encode()
    call = WebhookCall(method="POST", uri=uri, headers={}, body=body)
    simulated = signature_v3("POST", uri, body, timestamp=str(NOW_MS), secret=SECRET)
    assert sign(call, SECRET, str(NOW_MS)).decode() == simulated


def test_a_connector_that_has_it_is_found_by_the_protocol() -> None:
    assert isinstance(source(), WebhookSource)
