"""The daemon as an admin runs it: a process of its own, its threads, its probes, its end."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
import requests

from domain.run import OutboxStatus
from store import connections, leads, ledger, outbox
from store import installation as notebook
from tests.cast import USERS, contact
from tests.e2e.conftest import MONDAY
from tests.installation import Installation, install
from tests.rig import ROOT, SimulatorProcess
from tests.witness import Witness

pytestmark = pytest.mark.e2e

ANA, BEN = "ana.ruiz@globex.example", "ben.cole@initech.example"
QUICK = """\
schedule: { cycle_minutes: 1, hand_raise_seconds: 10 }
log: { format: json, level: debug }
"""
PATIENCE_S = 120.0

T = TypeVar("T")


def until(look: Callable[[], T | None], what: str) -> T:
    """The first look that gives something; the deadline is far off because two cores are shared by many."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"within {PATIENCE_S:.0f} s there was no {what}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """`leadloop serve` in a folder, its standard error in a file of JSON lines."""

    installation: Installation
    process: "subprocess.Popen[bytes]"
    errors: Path

    def lines(self) -> list[dict[str, Any]]:
        """Every event so far; what the person at the keyboard is told is no event."""
        text = self.errors.read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines() if not line.startswith("leadloop serves")]

    def event(self, name: str) -> dict[str, Any] | None:
        return next((line for line in self.lines() if line["event"] == name), None)

    def rules_heard(self) -> set[str]:
        return {line["rule_hash"] for line in self.lines() if line["event"] == "rules_in_force"}

    @property
    def address(self) -> str:
        found = until(lambda: self.event("probes_answered"), "line that names the probes' port")
        return f"http://{found['address']}:{found['port']}"

    def get(self, path: str) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            return session.get(f"{self.address}{path}", timeout=10)

    def wait_ready(self) -> None:
        until(lambda: self.get("/readyz").status_code == 200, "first run")

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


@contextmanager
def serving(installation: Installation) -> Iterator[Serving]:
    errors = installation.folder / "serve.err"
    command = [sys.executable, "-m", "leadloop", "serve", "-C", str(installation.folder)]
    with errors.open("wb") as file:
        process = subprocess.Popen(command, cwd=ROOT, stderr=file, stdout=subprocess.DEVNULL)
    try:
        yield Serving(installation=installation, process=process, errors=errors)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(10)


@contextmanager
def daemon_of(folder: Path, world: SimulatorProcess) -> Iterator[Serving]:
    """A daemon that has done its first cycle over two contacts."""
    world.seed(users=USERS, contacts=[contact(ANA), contact(BEN)])
    made = install(folder, world, more=QUICK)
    with serving(made) as found:
        found.wait_ready()
        yield found
    made.close()


@pytest.fixture
def daemon(tmp_path: Path, world: SimulatorProcess) -> Iterator[Serving]:
    """One to be ended."""
    with daemon_of(tmp_path / "served", world) as found:
        yield found


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """One that several tests look at: starting it takes longer than most of them."""
    with SimulatorProcess(start=MONDAY) as world, daemon_of(tmp_path_factory.mktemp("lasting"), world) as found:
        yield found


def test_threads_pull_decide_and_push_and_a_filed_run_is_answered(lasting: Serving) -> None:
    world = lasting.installation.simulator
    witness = Witness(simulator=world)
    until(lambda: witness.contact(ANA).get("ll_stage"), "stage on Ana's contact")
    world.act("submit_form", system="hubspot", as_="prospect", id=ANA, form="Demo request", values={"message": "Hi"})
    world.time(advance_s=1200)
    answered = lasting.installation.command("run", "--json")
    assert answered.code == 0, answered.err
    assert answered.json()["suspended"] == {}
    assert "waiting for it to carry out request" in answered.err
    until(lambda: witness.contact(ANA)["ll_stage"] == "assigned", "handoff")
    until(lambda: witness.tasks(witness.lead(ANA)["Id"]), "task")


def test_probes_answer_without_naming_anybody(lasting: Serving) -> None:
    assert lasting.get("/healthz").json() == {"status": "alive"}
    ready = lasting.get("/readyz")
    assert ready.json()["connections"] == {
        "hubspot": {"status": "running", "reason": None},
        "salesforce": {"status": "running", "reason": None},
    }
    metrics = lasting.get("/metrics").text
    assert sum(map(float, re.findall(r'leadloop_leads\{stage="\w+"\} (\S+)', metrics))) == 2
    assert 'leadloop_connection_running{connection="hubspot"} 1.0' in metrics
    assert "example" not in metrics + ready.text


def test_a_second_daemon_on_one_sqlite_file_is_refused_with_75(lasting: Serving) -> None:
    second = lasting.installation.command("serve")
    assert second.code == 75
    assert "leads the loop" in second.err


def test_sigterm_ends_it_with_0_within_20_s_and_leaves_nothing_claimed(daemon: Serving) -> None:
    assert daemon.end() == 0
    assert daemon.lines()[-1]["event"] == "stopped"
    with daemon.installation.app.store.read() as tx:
        assert list(outbox.list_open(tx, None, [OutboxStatus.CLAIMED])) == []


def test_sigterm_is_obeyed_while_a_system_does_not_answer(daemon: Serving, world: SimulatorProcess) -> None:
    world.fault("slow", system="hubspot", times=1, seconds=120.0)
    world.time(advance_s=300)
    until(lambda: world.door("GET", "faults")["faults"] == [], "call that meets the slow system")
    began = time.monotonic()
    assert daemon.end() == 0
    assert time.monotonic() - began < 20
    assert daemon.event("stopped_in_the_middle") is not None


def test_published_rules_and_their_fields_are_in_force_without_a_restart(lasting: Serving) -> None:
    installation = lasting.installation
    installation.rewrite(
        "mapping.yaml",
        "properties:\n",
        'properties:\n  - name: postcode\n    fields: { hubspot: zip }\n    sync: "Don\'t sync"\n',
    )
    published = installation.command("config", "publish", "--json").json()
    assert published["changed"] is True
    until(lambda: published["rule_hash"][:8] in lasting.rules_heard(), "new rules in force")
    installation.simulator.act("edit", system="hubspot", as_="marketer", id=BEN, zip="1100-148")
    installation.simulator.time(advance_s=1200)
    assert until(lambda: known(installation, "postcode"), "postcode as a fact") == "1100-148"


def known(installation: Installation, name: str) -> str | None:
    """The value of this property, of whichever lead has one."""
    with installation.app.store.read() as tx:
        everybody = [lead for stage in leads.count_by_stage(tx) for lead in leads.by_stage(tx, stage)]
        facts = ledger.facts_of(tx, everybody)
    return next((str(fact.value) for rows in facts.values() for fact in rows if fact.name == name and fact.value), None)


def test_while_observing_the_daemon_writes_nothing(tmp_path: Path, world: SimulatorProcess) -> None:
    world.seed(users=USERS, contacts=[contact(ANA), contact(BEN)])
    made = install(tmp_path / "observing", world, go_live="observe", more=QUICK)
    with serving(made) as found:
        found.wait_ready()
        world.time(advance_s=3600)
        answered = made.command("run", "--json")
        assert answered.json()["observing"] is True
        assert found.end() == 0
    with made.app.store.read() as tx:
        assert leads.count(tx) == 2
        assert notebook.get(tx, "went_live_at") is not None
    made.close()
    assert Witness(simulator=world).writes() == []


def test_wrong_credentials_suspend_one_system_and_the_other_goes_on(tmp_path: Path, world: SimulatorProcess) -> None:
    world.seed(users=USERS, leads=[{"LastName": "Cole", "Company": "Initech", "Email": BEN}])
    made = install(tmp_path / "refused", world, access_token="pat-na1-wrong", more=QUICK)
    with serving(made) as found:
        until(lambda: any(each.get("LL_Lead_Key__c") for each in world.objects("Lead", system="salesforce")), "key")
        assert world.objects("Lead", system="salesforce")[0]["LL_Stage__c"] is None, "not before both were read"
        ready = found.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["status"] == "failing"
        assert ready.json()["connections"]["salesforce"]["status"] == "running"
        assert ready.json()["connections"]["hubspot"]["status"] == "suspended"
        assert "access_token" in ready.json()["connections"]["hubspot"]["reason"]
        assert "pat-na1-wrong" not in ready.text
        assert found.end() == 0
    assert made.command("run").code == 77
    made.rewrite("leadloop.yaml", "pat-na1-wrong", "pat-na1-simulator")
    assert made.command("run").code == 0
    assert world.objects("Lead", system="salesforce")[0]["LL_Stage__c"] == "known"
    with made.app.store.read() as tx:
        assert [each.status for each in connections.all(tx)] == ["running", "running"]
    made.close()


CANARIES = {
    "token": "pat-na1-simulator",
    "secret": "canary-secret-91bd",
    "email": "zephyrine.quux@canary.example",
    "name": "Zephyrine",
    "phone": "555 0187",
    "note": "overheard in the elevator",
}


def test_no_secret_address_name_or_note_reaches_the_log(tmp_path: Path, world: SimulatorProcess) -> None:
    """Every input carries a canary, a system refuses a write and quotes it; `run` and `serve` log at debug."""
    made = with_canaries(tmp_path / "canaries", world)
    world.time(advance_s=1200)
    run = made.command("run")
    assert run.code == 1, run.err
    world.fault("server_error", system="hubspot", times=3)
    with serving(made) as found:
        found.wait_ready()
        assert found.end() == 0
        events = found.lines()
        served = found.errors.read_text(encoding="utf-8")
    assert {"leading", "probes_answered", "stopped"} <= {line["event"] for line in events}
    assert [json.loads(line)["event"] for line in run.err.splitlines() if line.startswith("{")] != []
    heard = (run.err + served).lower()
    assert [name for name, canary in CANARIES.items() if canary.lower() in heard] == []
    made.close()


def with_canaries(folder: Path, world: SimulatorProcess) -> Installation:
    email, said = CANARIES["email"], f"duplicate of {CANARIES['email']}: {CANARIES['note']}, +1 202 {CANARIES['phone']}"
    world.settings(clients={"leadloop": CANARIES["secret"]})
    person = contact(email, phone=f"+1 202 {CANARIES['phone']}", firstname=CANARIES["name"])
    world.seed(users=USERS, contacts=[person], leads=[{"LastName": "Quux", "Company": "X", "Email": email}])
    world.act(
        "submit_form",
        system="hubspot",
        as_="prospect",
        id=email,
        form="Demo request",
        values={"message": CANARIES["note"]},
    )
    world.fault("partial_failure", system="salesforce", times=1, code="DUPLICATES_DETECTED", message=said)
    return install(folder, world, client_secret=CANARIES["secret"], more=QUICK)
