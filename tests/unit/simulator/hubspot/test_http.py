import json
from typing import Any

import pytest

from tests.unit.simulator.hubspot.rig import Rig

CONTACTS = "/crm/v3/objects/contacts"
SEARCH = f"{CONTACTS}/search"


def ask(rig: Rig, token: str | None, path: str = CONTACTS) -> Any:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return rig.client.get(path, headers=headers)


@pytest.mark.parametrize("token", [None, "pat-na1-unknown"])
def test_a_caller_nobody_knows_is_sent_away(rig: Rig, token: str | None) -> None:
    answer = ask(rig, token)
    assert (answer.status_code, answer.json()["category"]) == (401, "INVALID_AUTHENTICATION")


def test_a_missing_scope_is_named(rig: Rig) -> None:
    rig.act("edit", "settings", as_="admin", token="pat-small", scopes=["crm.objects.contacts.read"])
    assert ask(rig, "pat-small").status_code == 200
    answer = rig.client.post(CONTACTS, headers={"Authorization": "Bearer pat-small"}, json={"properties": {}})
    assert (answer.status_code, answer.json()["category"]) == (403, "MISSING_SCOPES")
    assert answer.json()["errors"][0]["context"]["requiredGranularScopes"] == ["crm.objects.contacts.write"]


def test_an_access_token_lives_half_an_hour_of_simulated_time(rig: Rig) -> None:
    form = {
        "grant_type": "refresh_token",
        "client_id": "simulator-client",
        "client_secret": "simulator-secret",
        "refresh_token": "simulator-refresh",
    }
    given = rig.client.post("/oauth/v1/token", data=form, headers={}).json()
    assert (given["token_type"], given["expires_in"]) == ("bearer", 1800)
    answer = ask(rig, given["access_token"])
    assert answer.status_code == 200
    assert "X-HubSpot-RateLimit-Daily" not in answer.headers
    rig.clock.advance(1800)
    late = ask(rig, given["access_token"])
    assert (late.status_code, late.json()["category"]) == (401, "EXPIRED_AUTHENTICATION")


def test_a_revoked_refresh_token_is_an_invalid_grant(rig: Rig) -> None:
    form = {
        "grant_type": "refresh_token",
        "client_id": "simulator-client",
        "client_secret": "simulator-secret",
        "refresh_token": "gone",
    }
    answer = rig.client.post("/oauth/2026-03/token", data=form, headers={})
    assert (answer.status_code, answer.json()["status"], answer.json()["error"]) == (
        400,
        "BAD_REFRESH_TOKEN",
        "invalid_grant",
    )


def test_limits_are_told_on_every_answer_but_a_search(rig: Rig) -> None:
    listed = rig.client.get(CONTACTS)
    assert listed.headers["X-HubSpot-RateLimit-Max"] == "190"
    assert listed.headers["X-HubSpot-RateLimit-Remaining"] == "189"
    assert listed.headers["X-HubSpot-RateLimit-Daily-Remaining"] == "999999"
    searched = rig.client.post(SEARCH, json={})
    assert not [name for name in searched.headers if "ratelimit" in name.lower()]


def test_the_sixth_search_of_a_second_is_refused(rig: Rig) -> None:
    rig.portal.settings.search_per_s = 5
    statuses = [rig.client.post(SEARCH, json={}).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]


def test_a_dated_path_with_a_slash_is_the_same_endpoint(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example")
    assert rig.get(f"/crm/objects/2026-03/contacts/{id_}/") == rig.get(f"{CONTACTS}/{id_}")


@pytest.mark.parametrize(
    ("kind", "status", "said"),
    [
        pytest.param("rate_limit", 429, {"policyName": "TEN_SECONDLY_ROLLING", "errorType": "RATE_LIMIT"}, id="burst"),
        pytest.param("daily_limit", 429, {"policyName": "DAILY"}, id="day"),
        pytest.param("server_error", 500, {"message": "internal error"}, id="500"),
        pytest.param("row_lock", 423, {"category": "RESOURCE_LOCKED"}, id="locked"),
        pytest.param("expired_session", 401, {"category": "EXPIRED_AUTHENTICATION"}, id="expired"),
    ],
)
def test_a_fault_refuses_once_and_changes_nothing(rig: Rig, kind: str, status: int, said: dict[str, str]) -> None:
    rig.fault(kind)
    answer = rig.client.post(CONTACTS, json={"properties": {"email": "ann@buyer.example"}})
    assert answer.status_code == status
    assert {key: answer.json()[key] for key in said} == said
    assert rig.search([])["total"] == 0
    assert rig.client.post(CONTACTS, json={"properties": {"email": "ann@buyer.example"}}).status_code == 201


def test_a_rate_limit_fault_on_search_has_the_other_body_and_no_headers(rig: Rig) -> None:
    rig.fault("rate_limit")
    answer = rig.client.post(SEARCH, json={})
    assert answer.json()["policyName"] == "SECONDLY"
    assert not [name for name in answer.headers if "ratelimit" in name.lower()]


def test_an_error_after_the_commit_has_done_its_work(rig: Rig) -> None:
    rig.fault("server_error", after_commit=True, status=503)
    answer = rig.client.post(CONTACTS, json={"properties": {"email": "ann@buyer.example"}})
    assert answer.status_code == 503
    assert rig.search([])["total"] == 1


def test_the_log_says_what_a_request_changed(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example", firstname="Ann")
    rig.patch(f"{CONTACTS}/{id_}", {"firstname": "Bea", "email": "ann@buyer.example"})
    line = json.loads(rig.lines()[-1])
    assert (line["method"], line["path"], line["status"]) == ("PATCH", f"{CONTACTS}/{id_}", 200)
    assert line["effects"] == [
        {
            "op": "update",
            "type": "contacts",
            "id": id_,
            "before": {"firstname": "Ann"},
            "after": {"firstname": "Bea"},
        }
    ]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/crm/v3/nothing", 404), ("PUT", CONTACTS, 405), ("GET", "/crm/v3/objects/shoes", 400)],
)
def test_what_is_not_there_is_refused_in_json(rig: Rig, method: str, path: str, status: int) -> None:
    answer = rig.client.request(method, path)
    assert (answer.status_code, answer.json()["status"]) == (status, "error")
    assert answer.json()["correlationId"]


def test_a_body_that_is_no_json_is_refused(rig: Rig) -> None:
    answer = rig.client.post(SEARCH, content=b"{")
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")
