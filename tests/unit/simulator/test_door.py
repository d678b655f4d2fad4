"""The side door: what test rigs and users drive the daemon with."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulator.door import door
from simulator.kernel import Kernel
from simulator.serve import build_kernel

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
ANN = {"email": "ann@crm.example", "first_name": "Ann", "last_name": "Rep"}
LEAD = {"LastName": "Lovelace", "Company": "Engines", "Email": "ada@engines.example", "OwnerEmail": "ann@crm.example"}


class Visitor:
    """Somebody at the side door."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self._app = door(kernel)

    def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        content = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://crm.example/_simulator/") as client:
                return await client.request(method, path, content=content)

        return asyncio.run(send())

    def post(self, path: str, body: Any) -> Any:
        answer = self.call("POST", path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def get(self, path: str) -> Any:
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def log(self, since: int = 0) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.call("GET", f"log?since={since}").text.splitlines()]


@pytest.fixture
def visitor(tmp_path: Path) -> Iterator[Visitor]:
    kernel, _ = build_kernel(log_path=tmp_path / "log.jsonl", start=START)
    yield Visitor(kernel)
    kernel.log.close()


def test_seeding_makes_records_in_both_systems_and_tells_their_ids(visitor: Visitor) -> None:
    answer = visitor.post("seed", {"users": [ANN], "leads": [LEAD], "contacts": [{"email": "bob@b.example"}]})
    assert answer["api_version"] == 1
    assert sorted(answer["created"]) == ["Lead", "User", "contacts", "owners"]
    leads = visitor.get("objects/Lead?system=salesforce")["objects"]
    assert [(lead["Id"], lead["Email"]) for lead in leads] == [(answer["created"]["Lead"][0], "ada@engines.example")]
    owner = next(user for user in visitor.get("objects/User?system=salesforce")["objects"] if user["Name"] == "Ann Rep")
    assert leads[0]["OwnerId"] == owner["Id"]


def test_seeding_from_a_file_is_the_same(visitor: Visitor, tmp_path: Path) -> None:
    path = tmp_path / "seed.json"
    path.write_text(json.dumps({"users": [ANN], "leads": [LEAD]}))
    assert len(visitor.post("seed", {"file": str(path)})["created"]["Lead"]) == 1


def test_the_log_has_one_line_per_system_seeded(visitor: Visitor) -> None:
    visitor.post("seed", {"users": [ANN], "leads": [LEAD]})
    lines = visitor.log()
    assert [(line["system"], line["path"]) for line in lines] == [
        ("salesforce", "/_simulator/seed"),
        ("hubspot", "/_simulator/seed"),
    ]
    assert [(effect["op"], effect["type"]) for effect in lines[0]["effects"]] == [
        ("create", "User"),
        ("create", "Lead"),
    ]


def test_an_act_changes_the_record_and_is_logged_with_its_own_time(visitor: Visitor) -> None:
    lead = visitor.post("seed", {"users": [ANN], "leads": [LEAD]})["created"]["Lead"][0]
    visitor.post("time", {"advance_s": 3_600})
    act = {"as": "rep", "do": "accept", "system": "salesforce", "id": lead, "at": "2026-01-05T09:20:00Z"}
    assert visitor.post("act", act)["id"] == lead
    (line,) = visitor.log(since=2)
    assert (line["at"], line["act"]["do"], line["act"]["as"]) == ("2026-01-05T09:20:00.000Z", "accept", "rep")
    assert [effect["after"] for effect in line["effects"]] == [{"LL_Verdict__c": "Accept"}]
    (shown,) = visitor.get("objects/Lead?system=salesforce")["objects"]
    assert shown["LastModifiedDate"] == "2026-01-05T09:20:00.000+0000"
    assert shown["SystemModstamp"] > "2026-01-05T10:00"


def test_many_acts_in_one_body_are_answered_and_logged_one_by_one(visitor: Visitor) -> None:
    lead = visitor.post("seed", {"users": [ANN], "leads": [LEAD]})["created"]["Lead"][0]
    acts = [{"as": "rep", "do": do, "system": "salesforce", "id": lead} for do in ("call", "accept")]
    answers = visitor.post("act", {"acts": acts})
    assert [answer["id"] for answer in answers] == [lead, lead]
    assert [line["act"]["do"] for line in visitor.log(since=2)] == ["call", "accept"]


def test_a_bad_act_among_many_says_which_and_what_was_done_before(visitor: Visitor) -> None:
    lead = visitor.post("seed", {"users": [ANN], "leads": [LEAD]})["created"]["Lead"][0]
    acts = [{"do": "accept", "system": "salesforce", "id": lead}, {"do": "dance", "system": "salesforce", "id": lead}]
    answer = visitor.call("POST", "act", {"acts": acts})
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("act 1: do must be one of accept, ")
    assert len(answer.json()["done"]) == 1


def test_time_is_shown_and_jumps(visitor: Visitor) -> None:
    before = visitor.get("time")
    after = visitor.post("time", {"advance_s": 86_400})
    assert after["offset_s"] - before["offset_s"] == 86_400
    assert after["now"].startswith("2026-01-06T09:00:")
    assert after["api_calls"] == {"salesforce": 0, "hubspot": 0}


def test_faults_are_ordered_listed_and_cleared(visitor: Visitor) -> None:
    order = {"kind": "server_error", "match": {"system": "hubspot", "method": "post"}, "times": 3, "status": 503}
    visitor.post("faults", order)
    (fault,) = visitor.get("faults")["faults"]
    assert (fault["kind"], fault["system"], fault["method"], fault["times"]) == ("server_error", "hubspot", "POST", 3)
    assert visitor.call("DELETE", "faults").json()["cleared"] == 1
    assert visitor.get("faults")["faults"] == []


def test_settings_are_changed_by_part_and_secrets_stay_hidden(visitor: Visitor) -> None:
    shown = visitor.post("settings", {"lag_s": {"salesforce": 600}, "clients": {"other": "hush"}})["settings"]
    assert shown["lag_s"] == {"salesforce": 600, "hubspot": 0.0}
    assert shown["clients"] == ["leadloop", "other"]


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        pytest.param("seed", b"{", "the body is not JSON", id="no-json"),
        pytest.param("seed", [], "must be a JSON object", id="no-object"),
        pytest.param("seed", {"leeds": []}, "unknown key in seed: leeds", id="unknown-seed-key"),
        pytest.param("seed", {"leads": {}}, "leads must be a list of objects", id="seed-no-list"),
        pytest.param("seed", {"leads": [{"LastName": "A"}]}, "required fields are missing: Company", id="no-company"),
        pytest.param(
            "seed",
            {"leads": [{"LastName": "A", "Company": "B", "Rank": 1}]},
            "No such column 'Rank'",
            id="unknown-field",
        ),
        pytest.param("seed", {"leads": [LEAD]}, "no Salesforce user has the e-mail", id="unknown-owner"),
        pytest.param("seed", {"file": "/no/such.json"}, "cannot read the seed file", id="no-file"),
        pytest.param("act", {"do": "call", "system": "sap", "id": "1"}, "system must be one of", id="unknown-system"),
        pytest.param("act", {"as": "boss", "do": "call", "system": "hubspot"}, "as must be one of", id="unknown-doer"),
        pytest.param(
            "act", {"do": "call", "system": "hubspot", "at": "2126-01-01T00:00Z"}, "lies in the future", id="future"
        ),
        pytest.param(
            "act", {"do": "call", "system": "hubspot", "at": "noon"}, "at must be an ISO 8601 time", id="time"
        ),
        pytest.param("act", {"do": "call", "system": "salesforce", "id": "x"}, "bad id x", id="bad-id"),
        pytest.param("act", {"do": "click", "system": "salesforce", "id": "x"}, "nobody can click in", id="not-here"),
        pytest.param("time", {"advance_s": -5}, "advance_s must be a number of seconds from 0 up", id="backwards"),
        pytest.param("time", {}, "advance_s must be a number", id="no-seconds"),
        pytest.param("faults", {"kind": "earthquake"}, "kind must be one of rate_limit", id="unknown-fault"),
        pytest.param("faults", {"kind": "slow", "times": 0}, "times must be a whole number above 0", id="no-times"),
        pytest.param("faults", {"kind": "slow", "match": {"path": "("}}, "not a regular expression", id="bad-path"),
        pytest.param("settings", {"lag_s": {"hubspot": "x"}}, "lag_s.hubspot must be a number from 0 up", id="lag"),
        pytest.param("settings", {"clients": {"a": None}}, "clients.a must be text", id="client"),
        pytest.param("settings", {"lag": 1}, "unknown key in settings: lag", id="unknown-setting"),
    ],
)
def test_bad_input_is_refused_with_one_sentence(visitor: Visitor, path: str, body: Any, sentence: str) -> None:
    answer = visitor.call("POST", path, body)
    assert answer.status_code == 400
    assert sentence in answer.json()["error"]


def test_objects_need_a_system_and_a_known_type(visitor: Visitor) -> None:
    assert "?system=salesforce" in visitor.call("GET", "objects/Lead").json()["error"]
    assert "known are Account" in visitor.call("GET", "objects/Dog?system=salesforce").json()["error"]


def test_an_unknown_path_is_refused_in_words(visitor: Visitor) -> None:
    answer = visitor.call("GET", "weather")
    assert (answer.status_code, answer.json()["error"]) == (
        404,
        "the side door has no GET /_simulator/weather; see docs/simulator.md",
    )


def test_rows_before_a_bad_one_stay_and_the_log_knows_them(visitor: Visitor) -> None:
    answer = visitor.call("POST", "seed", {"leads": [{"LastName": "A", "Company": "B"}, {"LastName": "C"}]})
    assert answer.json() == {"error": "seed for salesforce: Lead 1: required fields are missing: Company"}
    assert len(visitor.get("objects/Lead?system=salesforce")["objects"]) == 1
    assert [(line["status"], len(line["effects"])) for line in visitor.log()] == [(400, 1)]
