"""The check sees what it is there to see: each mistake planted here HubSpot would answer badly, or not at all."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
import requests

from connectors.hubspot.client import Client
from connectors.hubspot.paths import path_of
from connectors.hubspot.settings import Settings
from leadloop.clock import SystemClock
from simulator.hubspot.routes import ENDPOINTS
from tests.hubspot_contract.check import Answered, Asked, contract
from tests.hubspot_contract.operations import OPERATIONS
from tests.hubspot_contract.watch import Watch
from tests.rig import FastWall, SimulatorProcess, stub_server, surroundings

OBJECTS = "/crm/v3/objects/contacts"
UPDATE = {"id": "1", "properties": {"ll_score": "5"}, "objectWriteTraceId": "t"}
ROW = {
    "id": "1",
    "properties": {"email": "ana@globex.example", "phone": None},
    "createdAt": "2026-11-02T12:00:00Z",
    "updatedAt": "2026-11-02T12:00:00.123Z",
    "archived": False,
}
BATCH = {"status": "COMPLETE", "startedAt": ROW["createdAt"], "completedAt": ROW["createdAt"]}
FILTER = {"propertyName": "email", "operator": "HAS_PROPERTY"}
LIMITED = {
    "status": "error",
    "message": "You have reached your secondly limit.",
    "errorType": "RATE_LIMIT",
    "policyName": "SECONDLY",
    "correlationId": "0",
}


def asked(path: str, body: Any = None, method: str = "POST") -> Asked:
    return Asked(method=method, target=path, body=b"" if body is None else json.dumps(body).encode())


def request_mistakes(path: str, body: Any = None, method: str = "POST") -> list[str]:
    return contract().of_request(asked(path, body, method))


def answer_mistakes(path: str, body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> list[str]:
    answered = Answered(status=status, headers=headers or {}, body=json.dumps(body).encode())
    return contract().of_answer(asked(path), answered)


def inputs(count: int = 1, **changed: Any) -> dict[str, Any]:
    return {"inputs": [{**UPDATE, "objectWriteTraceId": str(number), **changed} for number in range(count)]}


def filters(*counts: int) -> dict[str, Any]:
    return {"filterGroups": [{"filters": [FILTER] * count} for count in counts]}


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        pytest.param("batch/update", inputs(objectWriteTraceID="t"), "inputs.0: unknown key", id="a key misspelt"),
        pytest.param("batch/update", inputs(properties={"ll_score": 5}), "int where a string", id="a bare number"),
        pytest.param("batch/update", inputs(properties={"phone": None}), "NoneType where", id="null to clear"),
        pytest.param("batch/update", inputs(id=1), "inputs.0.id: int", id="an id that is a number"),
        pytest.param("batch/update", {"inputs": [{"id": "1"}]}, "properties is missing", id="no properties"),
        pytest.param("batch/update", inputs(101), "101 inputs", id="a batch too large"),
        pytest.param("batch/update", inputs(0), "0 inputs", id="an empty batch"),
        pytest.param("batch/update", inputs(2, objectWriteTraceId="t"), "t stands twice", id="one trace id for two"),
        pytest.param("batch/update", [UPDATE], "list where an object", id="a list for an object"),
        pytest.param("search", {"limit": 201}, "limit 201", id="a page too large"),
        pytest.param("search", {"limit": 200, "after": "9900"}, "after 9900", id="past the wall"),
        pytest.param("search", {"after": 0}, "after: int", id="a place that is a number"),
        pytest.param("search", {"query": "x" * 3_000}, "characters", id="a body too long"),
        pytest.param("search", filters(7), "filters [7]", id="seven filters in a group"),
        pytest.param("search", filters(1, 1, 1, 1, 1, 1), "filters", id="six groups"),
        pytest.param("search", filters(5, 5, 5, 4), "filters", id="nineteen filters"),
        pytest.param("search", {"sorts": ["email", "phone"]}, "more than one sort", id="two sorts"),
        pytest.param(
            "search", {"filterGroups": [{"filters": [{**FILTER, "operator": "LIKE"}]}]}, "'LIKE'", id="no such operator"
        ),
    ],
)
def test_a_mistake_in_a_body_is_seen(path: str, body: Any, said: str) -> None:
    (mistake,) = request_mistakes(f"{OBJECTS}/{path}", body)
    assert said in mistake


@pytest.mark.parametrize(
    ("method", "target", "said"),
    [
        pytest.param("GET", f"{OBJECTS}?propertis=email", "unknown query parameter propertis", id="a name misspelt"),
        pytest.param("GET", f"{OBJECTS}?limit=101", "limit 101", id="a page too large"),
        pytest.param("GET", f"{OBJECTS}?limit=51&propertiesWithHistory=email", "limit 51", id="with history"),
        pytest.param("GET", f"{OBJECTS}?archived=yes", "archived is yes", id="yes for true"),
        pytest.param("GET", "/form-integrations/v1/submissions/forms/x?limit=51", "limit 51", id="51 submissions"),
        pytest.param("GET", "/crm/v3/lists/7/memberships?limit=251", "limit 251", id="251 members"),
        pytest.param("GET", "/crm/v3/objects/contact", "no operation", id="an object that is none"),
        pytest.param("GET", "/marketing/forms/2026-03", "no operation", id="a dated path that does not exist"),
        pytest.param("GET", "/crm/v4/objects/contacts", "no operation", id="another generation"),
        pytest.param("PUT", OBJECTS, "no operation", id="another method"),
    ],
)
def test_a_mistake_in_an_address_is_seen(method: str, target: str, said: str) -> None:
    (mistake,) = request_mistakes(target, method=method)
    assert said in mistake


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        pytest.param("batch/read", {**BATCH, "results": [{**ROW, "id": None}]}, 200, "results.0.id", id="no id"),
        pytest.param(
            "batch/read", {**BATCH, "results": [{**ROW, "updatedAt": 1}]}, 200, "updatedAt: int", id="a stamp"
        ),
        pytest.param("batch/read", {**BATCH, "results": [{**ROW, "colour": 1}]}, 200, "key colour", id="a new key"),
        pytest.param("batch/read", {**BATCH, "status": "DONE", "results": []}, 200, "'DONE'", id="no such word"),
        pytest.param("batch/create", {**BATCH, "results": []}, 200, "status 200", id="200 where 201 belongs"),
        pytest.param("search", {"results": []}, 200, "total is missing", id="a search without its total"),
        pytest.param("search", {**LIMITED, "category": "X"}, 429, "unknown key category", id="a 429 has no category"),
        pytest.param("search", {"message": "no"}, 400, "status is missing", id="a refusal without its status"),
    ],
)
def test_a_mistake_in_an_answer_is_seen(path: str, body: Any, status: int, said: str) -> None:
    (mistake,) = answer_mistakes(f"{OBJECTS}/{path}", body, status=status)
    assert said in mistake


def test_a_search_that_tells_its_limits_is_seen() -> None:
    told = {"x-hubspot-ratelimit-max": "190"}
    (mistake,) = answer_mistakes(f"{OBJECTS}/search", {"total": 0, "results": []}, headers=told)
    assert "limits" in mistake


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        pytest.param("batch/read", {**BATCH, "results": [ROW]}, 200, id="a property that is null"),
        pytest.param("batch/read", {**BATCH, "results": []}, 207, id="a partial failure without errors"),
        pytest.param(
            "batch/read",
            {**BATCH, "results": [], "numErrors": 1, "errors": [{"status": "error", "message": "no", "category": "X"}]},
            207,
            id="an error without links",
        ),
        pytest.param("search", LIMITED, 429, id="a 429 without category"),
        pytest.param("merge", {**ROW, "url": "https://app.example"}, 200, id="a key newer than the client"),
    ],
)
def test_where_hubspot_is_laxer_than_its_models_so_is_the_check(path: str, body: Any, status: int) -> None:
    assert answer_mistakes(f"{OBJECTS}/{path}", body, status=status) == []


def test_a_search_with_one_field_is_enough() -> None:
    assert request_mistakes(f"{OBJECTS}/search", {"sorts": [{"propertyName": "email", "direction": "ASCENDING"}]}) == []


def test_the_watch_of_this_run_sees_what_a_connector_sends_whoever_answers(hubspot_watch: Watch) -> None:
    with stub_server(lambda *_: (404, {}, b"{}")) as address:
        settings = Settings.model_validate({"base_url": address, "access_token": "x"})
        Client(settings, surroundings("marketing", SystemClock()), wall=FastWall().wall).get("/crm/v3/nowhere")
    assert hubspot_watch.judge() == ["GET /crm/v3/nowhere: no operation GET /crm/v3/nowhere"]


def test_the_watch_of_this_run_sees_what_the_simulator_of_another_process_was_asked(
    hubspot_watch: Watch, simulator: SimulatorProcess
) -> None:
    requests.get(f"{simulator.hubspot}/crm/v3/nowhere", timeout=10)
    assert hubspot_watch.judge() == ["GET /crm/v3/nowhere: no operation GET /crm/v3/nowhere"]


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_the_connectors_table_of_paths_has_the_dated_one(operation: Any) -> None:
    """A path that the connector does not date, though a dated one exists, would be called until it is switched off."""
    assert path_of(operation.paths[0], "2026-03") == operation.paths[-1]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: f"{one.method} {one.path}")
def test_every_endpoint_of_the_simulator_is_in_the_table(endpoint: Any) -> None:
    path = endpoint.path.replace(":path", "")
    for name, value in (("type", "contacts"), ("from", "contacts"), ("to", "companies")):
        path = path.replace(f"{{{name}}}", value)
    assert contract().operation(endpoint.method, path) is not None
