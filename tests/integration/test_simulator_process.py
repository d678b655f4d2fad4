"""The simulator as a process of its own: real sockets, the real client, faults on the wire, TLS, a clean stop."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceExpiredSession, SalesforceMalformedRequest

ROOT = Path(__file__).resolve().parents[2]
LOGIN = {"grant_type": "client_credentials", "client_id": "leadloop", "client_secret": "leadloop-secret"}
TIMEOUT_S = 20


class PlainHTTP(HTTPAdapter):
    """simple-salesforce insists on https; this puts the loopback address back to http."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        request.url = str(request.url).replace("https://", "http://", 1)
        return super().send(request, *args, **kwargs)


class Running:
    """A started simulator: its process and what it printed."""

    def __init__(self, folder: Path, *options: str) -> None:
        command = [sys.executable, "-m", "simulator", "--log", str(folder / "log.jsonl"), *options]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.said: dict[str, Any] = json.loads(self.process.stdout.readline())
        self.salesforce: str = self.said["salesforce"]

    def side(self, path: str, body: Any = None) -> Any:
        method = "GET" if body is None else "POST"
        answer = requests.request(method, f"{self.salesforce}/_simulator/{path}", json=body, timeout=TIMEOUT_S)
        assert answer.ok, answer.text
        return answer.json()

    def log(self) -> list[dict[str, Any]]:
        text = requests.get(f"{self.salesforce}/_simulator/log", timeout=TIMEOUT_S).text
        return [json.loads(line) for line in text.splitlines()]

    def client(self) -> Any:
        """simple-salesforce in direct mode; Any because its annotations say dict where it takes a method's name."""
        token = requests.post(f"{self.salesforce}/services/oauth2/token", data=LOGIN, timeout=TIMEOUT_S).json()
        session = requests.Session()
        session.mount(self.salesforce.replace("http://", "https://"), PlainHTTP())
        return Salesforce(session_id=token["access_token"], instance_url=token["instance_url"], session=session)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=TIMEOUT_S)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One process for all tests of this module: each counts from what it finds."""
    started = Running(tmp_path_factory.mktemp("simulator"), "--start", "2026-01-05T09:00:00Z")
    yield started
    started.stop()


def test_simple_salesforce_logs_in_queries_pages_and_writes_collections(running: Running) -> None:
    leads = [{"LastName": f"L{number}", "Company": "C"} for number in range(2_100)]
    ids = running.side("seed", {"leads": leads})["created"]["Lead"]
    client = running.client()
    found = client.query_all(f"SELECT Id, Owner.Email FROM Lead WHERE Id >= '{ids[0]}' ORDER BY SystemModstamp, Id")
    assert [row["Id"] for row in found["records"]] == ids
    assert found["totalSize"] == 2_100
    records = [{"attributes": {"type": "Lead"}, "id": one, "LL_Score__c": 5} for one in (ids[0], ids[1][:15], "x")]
    results = client.restful("composite/sobjects", method="PATCH", json={"allOrNone": False, "records": records})
    assert [result["success"] for result in results] == [True, True, False]
    assert client.query("SELECT COUNT() FROM Lead WHERE LL_Score__c = 5")["totalSize"] == 2
    assert [field["name"] for field in client.Lead.describe()["fields"]][:2] == ["Id", "IsDeleted"]
    assert client.limits()["DailyApiRequests"]["Max"] == 100_000
    assert client.api_usage["api-usage"].total == 100_000


def test_the_clients_own_errors_come_out_of_our_answers(running: Running) -> None:
    client = running.client()
    with pytest.raises(SalesforceMalformedRequest, match="INVALID_FIELD"):
        client.query("SELECT Nope FROM Lead")
    running.side("faults", {"kind": "expired_session"})
    with pytest.raises(SalesforceExpiredSession, match="INVALID_SESSION_ID"):
        client.query("SELECT Id FROM Lead")


@pytest.mark.parametrize(("after_commit", "leads"), [(False, 0), (True, 1)])
def test_a_lost_reply_is_a_dropped_connection_and_the_log_knows_the_truth(
    running: Running, after_commit: bool, leads: int
) -> None:
    client = running.client()
    count, seq = client.query("SELECT COUNT() FROM Lead")["totalSize"], len(running.log())
    running.side("faults", {"kind": "reply_lost", "after_commit": after_commit, "match": {"method": "POST"}})
    with pytest.raises(requests.ConnectionError):
        client.restful("sobjects/Lead", method="POST", json={"LastName": "L", "Company": "C"})
    assert client.query("SELECT COUNT() FROM Lead")["totalSize"] == count + leads
    lost = [line for line in running.log()[seq:] if line["status"] == 0]
    assert [len(line["effects"]) for line in lost] == [leads]


def test_a_truncated_answer_breaks_off(running: Running) -> None:
    client = running.client()
    running.side("faults", {"kind": "truncated"})
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        client.limits()


def test_a_slow_answer_outlasts_a_time_out(running: Running) -> None:
    client = running.client()
    running.side("faults", {"kind": "slow", "seconds": 1.5})
    with pytest.raises(requests.exceptions.ReadTimeout):
        client.limits(timeout=0.2)


def test_both_ports_share_the_side_door_and_the_clock(running: Running) -> None:
    before = running.side("time")["offset_s"]
    running.side("time", {"advance_s": 86_400})
    other = requests.get(f"{running.said['hubspot']}/_simulator/time", timeout=TIMEOUT_S).json()
    assert other["offset_s"] == before + 86_400
    assert other["now"].startswith("2026-01-06T09:0")


def test_it_stops_cleanly_on_sigterm_with_a_connection_open(tmp_path: Path) -> None:
    started, session = Running(tmp_path), requests.Session()
    session.get(f"{started.salesforce}/services/data/", timeout=TIMEOUT_S)
    assert started.stop() == 0
    session.close()


def test_with_tls_only_its_own_authority_makes_it_trusted(tmp_path: Path) -> None:
    started = Running(tmp_path, "--tls")
    try:
        versions = f"{started.salesforce}/services/data/"
        assert versions.startswith("https://")
        assert requests.get(versions, verify=started.said["ca"], timeout=TIMEOUT_S).status_code == 200
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(versions, timeout=TIMEOUT_S)
    finally:
        started.stop()


def test_a_seed_file_that_is_wrong_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text('{"leads": [{"LastName": "L"}]}')
    command = [sys.executable, "-m", "simulator", "--log", str(tmp_path / "log.jsonl"), "--seed", str(seed)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert (ended.returncode, ended.stdout) == (78, "")
    assert ended.stderr == "simulator: seed for salesforce: Lead 0: required fields are missing: Company\n"


def test_a_caller_who_was_killed_in_the_middle_of_a_request_did_nothing(running: Running) -> None:
    client, path = running.client(), "/services/data/v62.0/sobjects/Lead"
    known = client.query("SELECT Id FROM Lead")["totalSize"]
    host, port = running.salesforce.removeprefix("http://").split(":")
    begun = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {client.session_id}\r\n"
    with socket.create_connection((host, int(port)), timeout=TIMEOUT_S) as line:
        line.sendall(f"{begun}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{".encode())
    assert client.query("SELECT Id FROM Lead")["totalSize"] == known
    *_, half = (line for line in running.log() if line["path"] == path)
    assert (half["status"], half["effects"]) == (0, [])
