"""What goes wrong at HubSpot itself, each as the caller meets it."""

from typing import Any

import pytest

from tests.unit.simulator.hubspot.rig import Rig

CONTACTS = "/crm/v3/objects/contacts"
FORM = {
    "grant_type": "refresh_token",
    "client_id": "simulator-client",
    "client_secret": "simulator-secret",
    "refresh_token": "simulator-refresh",
}


def test_a_portal_on_the_way_to_another_data_centre_says_for_how_long(rig: Rig) -> None:
    rig.fault("server_error", status=477)
    rig.fault("server_error", status=477, fields={"retry_after": 86_400})
    told = [rig.client.get(CONTACTS) for _ in range(3)]
    assert [answer.status_code for answer in told] == [477, 477, 200]
    assert [answer.headers.get("Retry-After") for answer in told] == ["3600", "86400", None]


@pytest.mark.parametrize("status", [502, 503, 504, 521, 523, 524])
def test_a_gateway_answers_with_a_page_that_is_no_utf_8_and_the_portal_never_knew(rig: Rig, status: int) -> None:
    rig.fault("bad_gateway", status=status)
    answer = rig.client.post(CONTACTS, json={"properties": {"email": "ann@buyer.example"}})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html")
    with pytest.raises(UnicodeDecodeError):
        answer.content.decode("utf-8")
    assert rig.search([])["total"] == 0


def test_an_address_that_is_too_long_is_refused(rig: Rig) -> None:
    names = [f"a_property_with_a_long_name_{number}" for number in range(300)]
    assert rig.client.get(CONTACTS, params={"properties": names}).status_code == 414
    assert rig.client.get(CONTACTS, params={"properties": names[:100]}).status_code == 200


def test_the_body_of_a_search_is_measured_in_characters(rig: Rig) -> None:
    """A letter of two bytes counts once."""
    frame = len('{"query":""}')
    for letter in ("x", "é"):
        fits = '{"query":"' + letter * (3_000 - frame) + '"}'
        assert rig.client.post(f"{CONTACTS}/search", content=fits.encode()).status_code == 200
        over = fits.replace(letter, letter * 2, 1)
        assert rig.client.post(f"{CONTACTS}/search", content=over.encode()).status_code == 400


def test_a_token_that_ends_between_two_pages_leaves_the_place_good_for_the_next_one(rig: Rig) -> None:
    ids = rig.seed(contacts=[{"email": f"p{number}@buyer.example"} for number in range(3)])["contacts"]

    def page(token: str, **query: Any) -> Any:
        return rig.client.get(CONTACTS, params={"limit": 2, **query}, headers={"Authorization": f"Bearer {token}"})

    old = rig.client.post("/oauth/2026-03/token", data=FORM, headers={}).json()["access_token"]
    after = page(old).json()["paging"]["next"]["after"]
    rig.clock.advance(1_800)
    late = page(old, after=after)
    assert (late.status_code, late.json()["category"]) == (401, "EXPIRED_AUTHENTICATION")
    new = rig.client.post("/oauth/2026-03/token", data=FORM, headers={}).json()["access_token"]
    assert [row["id"] for row in page(new, after=after).json()["results"]] == ids[2:]


@pytest.mark.parametrize("kind", ["rate_limit", "daily_limit"])
def test_retry_after_comes_only_where_it_is_ordered(rig: Rig, kind: str) -> None:
    rig.fault(kind)
    assert "Retry-After" not in rig.client.get(CONTACTS).headers
    rig.portal.settings.retry_after = True
    rig.fault(kind)
    assert rig.client.get(CONTACTS).headers["Retry-After"] in ("10", "3600")


def test_one_app_out_of_breath_does_not_stop_another(rig: Rig) -> None:
    """The service key's window is full; the OAuth app's own has 110, and tells nothing of the day."""
    rig.portal.settings.burst_per_10_s = 1
    assert [rig.client.get(CONTACTS).status_code for _ in range(2)] == [200, 429]
    token = rig.client.post("/oauth/v1/token", data=FORM, headers={}).json()["access_token"]
    other = rig.client.get(CONTACTS, headers={"Authorization": f"Bearer {token}"})
    assert (other.status_code, other.headers["X-HubSpot-RateLimit-Max"]) == (200, "110")
    assert not [name for name in other.headers if "daily" in name.lower()]


def test_association_calls_over_their_own_limit_are_refused_though_the_burst_is_not(rig: Rig) -> None:
    rig.portal.settings.association_per_10_s = 1
    path = "/crm/v4/associations/contacts/companies/labels"
    assert [rig.client.get(path).status_code for _ in range(2)] == [200, 429]
    assert rig.client.get(CONTACTS).status_code == 200
