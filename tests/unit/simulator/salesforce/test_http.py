"""Salesforce over HTTP: sessions, limits, versions and faults around the resources."""

from typing import Any

import pytest

from simulator.faults import Fault, FaultKind
from tests.unit.simulator.salesforce.office import Caller

LOCKED = {
    "statusCode": "UNABLE_TO_LOCK_ROW",
    "message": "unable to obtain exclusive access to this record",
    "fields": [],
}


def order(caller: Caller, kind: FaultKind, **more: Any) -> None:
    caller.kernel.faults.add(Fault(kind=kind, **more))


def test_versions_are_listed_without_a_login(caller: Caller) -> None:
    versions = caller.send("GET", "/services/data/").json()
    assert {"label": "Winter '24", "url": "/services/data/v59.0", "version": "59.0"} in versions
    assert versions[-1]["label"] == "Spring '26"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/services/data/v31.0/limits", 410, "UNSUPPORTED_API_VERSION"),
        ("/services/data/latest/limits", 404, "NOT_FOUND"),
        ("/services/data/v59.0/nonsense", 404, "NOT_FOUND"),
        ("/services/data/v59.0/sobjects/Foo", 404, "NOT_FOUND"),
        ("/nowhere", 404, "NOT_FOUND"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(caller: Caller, path: str, status: int, code: str) -> None:
    answer = caller.send("GET", path, Authorization=f"Bearer {caller.token}")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (status, code)


def test_a_method_that_does_not_fit_is_refused(caller: Caller) -> None:
    answer = caller.call("PUT", "limits")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (405, "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize("content", [b"{", b'{"LastName": "\\ud800", "Company": "C"}', b'{"LL_Score__c": NaN}'])
def test_a_body_that_is_no_json_is_refused(caller: Caller, content: bytes) -> None:
    answer = caller.send(
        "POST", "/services/data/v59.0/sobjects/Lead", content=content, Authorization=f"Bearer {caller.token}"
    )
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "JSON_PARSER_ERROR")


@pytest.mark.parametrize(
    ("header", "code"), [("Bearer nonsense", "INVALID_SESSION_ID"), ("Token x", "INVALID_AUTH_HEADER")]
)
def test_without_a_session_nothing_is_told(caller: Caller, header: str, code: str) -> None:
    answer = caller.send("GET", "/services/data/v59.0/limits", Authorization=header)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (401, code)


def test_an_address_too_long_is_refused_before_anything_else(caller: Caller) -> None:
    ids = ",".join(f"'{number:018}'" for number in range(900))
    assert caller.query(f"SELECT Id FROM Lead WHERE Id IN ({ids})").status_code == 414


def test_answers_tell_the_usage_but_not_always_and_not_monotonically(caller: Caller) -> None:
    headers = [caller.call("GET", "limits").headers.get("sforce-limit-info") for _ in range(40)]
    assert headers[:3] == ["api-usage=1/100000", "api-usage=2/100000", "api-usage=2/100000"]
    assert headers.count(None) == 1
    assert caller.call("GET", "limits").headers["content-type"] == "application/json;charset=UTF-8"


def test_the_daily_limit_is_a_rolling_day_of_simulated_time(caller: Caller) -> None:
    caller.kernel.settings.daily_calls["salesforce"] = 2
    assert [caller.call("GET", "limits").status_code for _ in range(3)] == [200, 200, 403]
    answer = caller.call("GET", "limits")
    assert answer.json() == [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
    assert "retry-after" not in answer.headers
    caller.kernel.clock.advance(86_400)
    caller.login()
    assert caller.call("GET", "limits").json()["DailyApiRequests"] == {"Max": 2, "Remaining": 1}


@pytest.mark.parametrize(
    ("kind", "more", "status", "code"),
    [
        ("rate_limit", {}, 403, "REQUEST_LIMIT_EXCEEDED"),
        ("daily_limit", {}, 403, "REQUEST_LIMIT_EXCEEDED"),
        ("server_error", {}, 500, "UNKNOWN_EXCEPTION"),
        ("server_error", {"status": 503}, 503, "SERVER_UNAVAILABLE"),
    ],
)
def test_a_planted_error_has_salesforces_shape_and_strikes_once(
    caller: Caller, kind: FaultKind, more: dict[str, Any], status: int, code: str
) -> None:
    order(caller, kind, **more)
    answer = caller.call("GET", "limits")
    assert (answer.status_code, [error["errorCode"] for error in answer.json()]) == (status, [code])
    assert caller.call("GET", "limits").status_code == 200


def test_a_concurrent_limit_says_so(caller: Caller) -> None:
    order(caller, "rate_limit")
    assert caller.call("GET", "limits").json()[0]["message"] == "ConcurrentPerOrgLongTxn Limit exceeded."


def test_the_edge_answers_420_in_html(caller: Caller) -> None:
    order(caller, "server_error", status=420)
    answer = caller.call("GET", "limits")
    assert (answer.status_code, answer.headers["content-type"]) == (420, "text/html; charset=utf-8")


@pytest.mark.parametrize(("after_commit", "leads"), [(False, 0), (True, 1)])
def test_a_server_error_may_come_after_the_write(caller: Caller, after_commit: bool, leads: int) -> None:
    order(caller, "server_error", after_commit=after_commit)
    answer = caller.call("POST", "sobjects/Lead", {"LastName": "L", "Company": "C"})
    assert answer.status_code == 500
    assert len(caller.world.objects("Lead")) == leads


def test_an_expired_session_stays_dead(caller: Caller) -> None:
    order(caller, "expired_session")
    assert [caller.call("GET", "limits").status_code for _ in range(2)] == [401, 401]
    caller.login()
    assert caller.call("GET", "limits").status_code == 200


def test_a_locked_row_refuses_a_single_write(caller: Caller) -> None:
    lead = caller.lead()
    order(caller, "row_lock")
    answer = caller.call("PATCH", f"sobjects/Lead/{lead}", {"LL_Score__c": 5})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "UNABLE_TO_LOCK_ROW")
    assert caller.effects() == []


@pytest.mark.parametrize(("more", "place"), [({}, 0), ({"fields": {"index": 2}}, 2)])
def test_a_locked_row_in_a_collection_is_alone(caller: Caller, more: dict[str, Any], place: int) -> None:
    ids = [caller.lead() for _ in range(3)]
    order(caller, "row_lock", **more)
    records = [{"attributes": {"type": "Lead"}, "id": one, "LL_Score__c": 5} for one in ids]
    results = caller.call("PATCH", "composite/sobjects", {"records": records}).json()
    assert [result["success"] for result in results] == [number != place for number in range(3)]
    assert results[place] == {"success": False, "errors": [LOCKED]}
    assert len(caller.effects()) == 2


def test_a_partial_failure_may_name_its_code(caller: Caller) -> None:
    order(caller, "partial_failure", fields={"code": "DUPLICATES_DETECTED", "message": "Use one of these records?"})
    records = [{"attributes": {"type": "Lead"}, "LastName": "L", "Company": "C"}]
    (result,) = caller.call("POST", "composite/sobjects", {"records": records}).json()
    assert result["errors"] == [
        {"statusCode": "DUPLICATES_DETECTED", "message": "Use one of these records?", "fields": []}
    ]


def test_an_assignment_rule_runs_unless_the_header_forbids_it(caller: Caller) -> None:
    caller.kernel.settings.auto_assign_to = caller.world.admin_user
    me = caller.world.integration_user
    first, second = caller.lead(OwnerId=me), caller.lead(OwnerId=me)
    caller.call("PATCH", f"sobjects/Lead/{second}", {"OwnerId": me}, Sforce_Auto_Assign="FALSE")
    owners = {lead["Id"]: lead["OwnerId"] for lead in caller.world.objects("Lead")}
    assert owners == {first: caller.world.admin_user, second: me}


def test_a_search_lag_hides_what_is_new(caller: Caller) -> None:
    caller.lead()
    order(caller, "search_lag", seconds=60)
    assert [caller.query("SELECT Id FROM Lead").json()["totalSize"] for _ in range(2)] == [0, 1]
    caller.kernel.settings.lag_s["salesforce"] = 600
    assert caller.query("SELECT Id FROM Lead").json()["totalSize"] == 0
    caller.kernel.clock.advance(601)
    assert caller.query("SELECT Id FROM Lead").json()["totalSize"] == 1


def test_another_organization_ends_the_sessions_of_the_one_before_and_shows_everywhere(caller: Caller) -> None:
    soql = "SELECT Id, IsSandbox FROM Organization"
    assert [row["Id"] for row in caller.query(soql).json()["records"]] == ["00D5e0000000001EAA"]
    caller.kernel.settings.org["salesforce"] = "00D5e0000000002EAA"
    assert caller.query(soql).status_code == 401
    told = caller.login().json()
    assert "/id/00D5e0000000002EAA/" in told["id"]
    assert [row["Id"] for row in caller.query(soql).json()["records"]] == ["00D5e0000000002EAA"]
