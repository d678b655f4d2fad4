"""The commands as an admin types them, one process each, against the simulator."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from config.schema import stale_schemas
from leadloop import cli
from leadloop.registry import settings_types
from store import connections, leadership, outbox
from store.requests import open as open_requests
from tests.cast import USERS, contact
from tests.installation import HALF_HOUR_S, Installation, install
from tests.rig import ROOT, SimulatorProcess
from tests.witness import Witness

pytestmark = pytest.mark.e2e

ANA, BEN = "ana.ruiz@globex.example", "ben.cole@initech.example"


@pytest.fixture
def lived_in(installation: Installation, world: SimulatorProcess) -> Installation:
    """Two contacts are known, and Ana has just asked for a demo: nothing of that is pulled yet."""
    world.seed(users=USERS, contacts=[contact(ANA), contact(BEN)])
    installation.run()
    world.act("submit_form", system="hubspot", as_="prospect", id=ANA, form="Demo request", values={"message": "Hi"})
    world.time(advance_s=HALF_HOUR_S)
    installation.close()
    return installation


def test_init_writes_a_folder_that_check_takes_once_it_is_filled_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "acme"
    assert cli.run(["init", str(folder)]) == 0
    assert stale_schemas(folder, settings_types()) == []
    assert stat.S_IMODE((folder / "leadloop.key").stat().st_mode) == 0o600
    assert cli.run(["check", "-C", str(folder)]) == 78
    assert "leadloop.yaml:" in capsys.readouterr().err
    for name in ("SALESFORCE_LOGIN_URL", "SALESFORCE_CLIENT_ID", "SALESFORCE_CLIENT_SECRET", "HUBSPOT_ACCESS_TOKEN"):
        monkeypatch.setenv(name, "https://acme.my.salesforce.com" if "URL" in name else "x")
    assert cli.run(["check", "-C", str(folder)]) == 0
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert cli.run(["init", str(folder)]) == 0
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_check_names_every_mistake_at_once_with_its_place_and_the_nearest_word(installation: Installation) -> None:
    installation.rewrite("mapping.yaml", "  - name: first_name\n", "  - nam: first_name\n")
    installation.rewrite("leadloop.yaml", "go_live: live", "go_live: lively")
    done = installation.command("check", "--json")
    assert done.code == 78
    problems = done.json()["problems"]
    assert {problem["file"] for problem in problems} >= {"leadloop.yaml", "mapping.yaml"}
    assert all(problem["line"] > 1 and problem["column"] >= 1 for problem in problems)
    words = installation.command("check")
    assert words.code == 78
    assert any(line.startswith("leadloop.yaml:5:") for line in words.err.splitlines())
    assert "did you mean" in words.err


def test_doctor_finds_nothing_wrong_with_the_simulator_and_asks_for_a_first_pull(installation: Installation) -> None:
    done = installation.command("doctor", "--json")
    assert done.code == 0
    found = done.json()
    assert found["ok"] is True
    assert [each["what"] for each in found["checks"] if each["mark"] == "wrong"] == []
    assert "salesforce: Contact has every mapped field" in [each["what"] for each in found["checks"]]
    assert "no users were read yet" in [each["what"] for each in found["checks"]]


def test_doctor_names_a_field_that_a_property_maps_and_nobody_created(installation: Installation) -> None:
    installation.rewrite("mapping.yaml", "LL_Grade__c", "LL_Grad__c")
    done = installation.command("doctor")
    assert done.code == 1
    assert "✗ salesforce: Contact lacks LL_Grad__c" in done.out
    assert "✗ salesforce: Lead lacks LL_Grad__c" in done.out
    assert "docs/connecting-salesforce.md" in done.out


def test_doctor_ends_a_suspension_when_the_login_works_again(installation: Installation) -> None:
    installation.rewrite("leadloop.yaml", "pat-na1-simulator", "pat-na1-wrong")
    refused = installation.command("run", "--json")
    assert refused.code == 77
    assert set(refused.json()["suspended"]) == {"hubspot"}
    installation.rewrite("leadloop.yaml", "pat-na1-wrong", "pat-na1-simulator")
    assert "no longer suspended" in installation.command("doctor").out
    with installation.app.store.read() as tx:
        assert {each.name: each.status.value for each in connections.all(tx)} == {
            "hubspot": "running",
            "salesforce": "running",
        }


def test_status_changes_nothing_and_says_what_to_do_first(installation: Installation) -> None:
    (installation.folder / "leadloop.db").unlink()
    done = installation.command("status")
    assert done.code == 78
    assert "was never run: `leadloop doctor`" in done.err
    installation.run()
    installation.close()
    installation.rewrite("scoring.yaml", "rules:", "rulez:")
    broken = installation.command("status", "--json")
    assert broken.code == 0
    assert broken.json()["status"] == "healthy"
    assert broken.json()["draft_differs"] is True
    assert "`leadloop check`" in broken.json()["draft"]


def test_plan_as_json_has_figures_and_one_row_per_field_and_writes_nothing(
    lived_in: Installation, world: SimulatorProcess
) -> None:
    quiet_from = world.seq()
    done = lived_in.command("plan", "--pull", "--json")
    assert done.code == 0, done.err
    plan = done.json()
    assert (plan["assigns"], plan["recycles"], plan["held"], plan["blocked"], plan["blocked_by"]) == (1, 0, 0, 0, [])
    assert {"creates", "updates", "held_sets", "api_calls", "id", "file", "as_of"} <= set(plan)
    assert set(plan["api_calls"]) == {"salesforce", "hubspot"}
    for change in plan["changes"]:
        assert set(change) == {"lead", "system", "object", "id", "field", "now", "will_be", "rule", "why"}
    stage = next(each for each in plan["changes"] if each["field"] == "ll_stage")
    assert (stage["now"], stage["will_be"], stage["rule"]) == ("known", "assigned", "lifecycle.yaml")
    score = next(each for each in plan["changes"] if each["field"] == "ll_score")
    assert (score["rule"], score["why"]) == ("scoring.yaml", "by the rules in force")
    assert stage["why"] != score["why"]
    assert stat.S_IMODE(Path(plan["file"]).stat().st_mode) == 0o600
    assert Witness(simulator=world, since=quiet_from).writes() == []


def test_plan_in_words_names_the_person_and_ends_with_the_figures(lived_in: Installation) -> None:
    done = lived_in.command("plan", "--pull", "--detailed-exitcode", "--lead", ANA)
    assert done.code == 2
    assert "Ana Ruiz  ana.ruiz@globex.example" in done.out
    assert "known → mql: asked to be called" in done.out
    assert "ben.cole" not in done.out
    assert done.out.splitlines()[-1].startswith("Plan: ")
    assert "1 assign" in done.out.splitlines()[-1]
    assert "Next: leadloop apply " in done.err


def test_a_plan_of_nothing_is_0_in_detail_too(lived_in: Installation) -> None:
    assert lived_in.command("run").code == 0
    done = lived_in.command("plan", "--detailed-exitcode", "--json")
    assert done.code == 0
    assert done.json()["changes"] == []


def test_apply_refuses_a_file_that_was_changed_with_65_and_writes_nothing(
    lived_in: Installation, world: SimulatorProcess
) -> None:
    path = Path(lived_in.command("plan", "--pull", "--json").json()["file"])
    path.write_text(path.read_text(encoding="utf-8").replace("assigned", "accepted"), encoding="utf-8")
    quiet_from = world.seq()
    done = lived_in.command("apply", str(path))
    assert done.code == 65
    assert "make a new plan" in done.err
    assert lived_in.command("apply", str(path.with_name("none.jsonl"))).code == 65
    assert Witness(simulator=world, since=quiet_from).calls() == []


def test_apply_refuses_a_plan_of_other_rules_with_78(lived_in: Installation) -> None:
    path = lived_in.command("plan", "--pull", "--json").json()["file"]
    lived_in.rewrite("scoring.yaml", "points: 25", "points: 24")
    assert lived_in.command("config", "publish", "--json").json()["changed"] is True
    done = lived_in.command("apply", path)
    assert done.code == 78
    assert "make a new plan" in done.err


def test_explain_finds_a_lead_by_either_system_s_id_and_adds_up(
    lived_in: Installation, world: SimulatorProcess
) -> None:
    assert lived_in.command("run").code == 0
    witness = Witness(simulator=world)
    salesforce_id = witness.lead(ANA)["Id"]
    (hubspot_id,) = (
        row["id"] for row in world.objects("contacts", system="hubspot") if row["properties"]["email"] == ANA
    )
    documents = [
        lived_in.command("explain", each, "--json").json()
        for each in (ANA.upper(), salesforce_id, salesforce_id[:15], hubspot_id)
    ]
    assert len({document["key"] for document in documents}) == 1
    found = documents[0]
    for dimension, total in found["totals"].items():
        assert sum(line["points"] for line in found["lines"] if line["dimension"] == dimension) == total
    assert found["engagement"] == found["totals"]["engagement"]
    assert found["score"] == int(found["engagement"]) == int(witness.lead(ANA)["LL_Score__c"])
    assert found["stage"] == "assigned"
    assert found["transitions"][-1]["after"] == "assigned"


def test_explain_at_an_earlier_moment_is_as_it_was_known_then(lived_in: Installation, world: SimulatorProcess) -> None:
    before = (world.time() - timedelta(minutes=25)).isoformat()
    assert lived_in.command("run").code == 0
    then = lived_in.command("explain", ANA, "--at", before, "--json").json()
    assert (then["engagement"], then["stage"], then["handoffs"], then["assignments"]) == (0, "known", [], [])
    words = lived_in.command("explain", ANA).out
    assert "Asked for a demo today" in words
    assert "engagement together" in words


def test_explain_says_what_may_be_given_and_does_not_repeat_an_address(lived_in: Installation) -> None:
    done = lived_in.command("explain", "nobody@globex.example")
    assert done.code == 65
    assert done.err.startswith("No lead is known by that address.")
    assert "nobody@" not in done.err


def test_errors_are_listed_in_the_system_s_words_retried_and_ignored(
    lived_in: Installation, world: SimulatorProcess
) -> None:
    world.fault(
        "partial_failure", system="salesforce", code="FIELD_CUSTOM_VALIDATION_EXCEPTION", message="Budget first"
    )
    assert lived_in.command("run").code == 1
    (error,) = lived_in.command("errors", "list", "--json").json()["errors"]
    assert (error["connection"], error["code"], error["message"]) == (
        "salesforce",
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "Budget first",
    )
    assert "Budget first" in lived_in.command("errors", "list").out
    some = lived_in.command("errors", "retry", str(error["id"]), "4711")
    assert (some.code, some.out) == (1, "1 of 2 are tried again in the next cycle.\n")
    assert "4711" in some.err
    ignored = lived_in.command("errors", "ignore", str(error["id"]))
    assert (ignored.code, ignored.out) == (1, "0 of 1 are given up.\n")
    world.time(advance_s=HALF_HOUR_S)
    assert lived_in.command("run").code == 0
    assert lived_in.command("errors", "list", "--json").json() == {
        "schema_version": 1,
        "errors": [],
        "undecided": [],
        "stopped": [],
        "kept_back": [],
        "blocked": [],
        "queued": [],
        "unjudged": [],
    }


def test_a_set_that_nobody_holds_cannot_be_approved(lived_in: Installation) -> None:
    for word in ("approve", "discard"):
        done = lived_in.command("held", word, "handoff-2026-09-07")
        assert done.code == 65
        assert "`leadloop held list`" in done.err


def test_publishing_the_same_rules_twice_changes_nothing(lived_in: Installation) -> None:
    assert lived_in.command("config", "publish", "--json").json()["changed"] is False
    lived_in.rewrite("scoring.yaml", "points: 25", "points: 24")
    assert lived_in.command("status", "--json").json()["draft_differs"] is True
    published = lived_in.command("config", "publish", "--json").json()
    assert (published["changed"], published["leads_to_rescore"]) == (True, 2)
    assert lived_in.command("status", "--json").json()["draft_differs"] is False


@pytest.fixture
def led_by_another(installation: Installation) -> Iterator[Installation]:
    """Another process leads; it is this one."""
    lead = leadership.acquire(installation.app.store, holder="test")
    yield installation
    lead.release()


def test_while_another_leads_run_files_and_ends_with_75_when_told_not_to_wait(led_by_another: Installation) -> None:
    done = led_by_another.command("run", "--no-wait")
    assert done.code == 75
    assert "request 1 is filed" in done.err
    with led_by_another.app.store.read() as tx:
        assert [request.kind for request in open_requests(tx)] == ["run"]


def test_a_waiting_run_does_the_work_itself_when_the_leader_ends_without_answering(
    installation: Installation,
) -> None:
    lead = leadership.acquire(installation.app.store, holder="test")
    with installation.running("run") as process:
        while True:
            with installation.app.store.read() as tx:
                if open_requests(tx):
                    break
            assert process.is_alive()
        lead.release()
        process.join(60)
        assert process.exitcode == 0
    with installation.app.store.read() as tx:
        assert open_requests(tx) == []
        assert outbox.counts(tx) == {}


@pytest.mark.parametrize("kind", ["server_error", "daily_limit"])
def test_a_system_in_trouble_is_noted_and_the_other_goes_on(
    lived_in: Installation, world: SimulatorProcess, kind: str
) -> None:
    world.fault(kind, system="salesforce", times=None)
    done = lived_in.command("run", "--json")
    assert done.code == 69
    assert {failure.partition(":")[0] for failure in done.json()["failures"]} == {"salesforce"}
    assert done.json()["counts"]["read"] >= 1
    status = lived_in.command("status", "--json")
    assert status.code == 1
    assert {each["name"]: each["status"] for each in status.json()["connections"]} == {
        "hubspot": "running",
        "salesforce": "degraded",
    }


def test_a_clock_that_does_not_answer_is_78_in_one_sentence(tmp_path: Path) -> None:
    with SimulatorProcess() as gone:
        made = install(tmp_path / "late", gone)
    done = made.command("run")
    assert done.code == 78
    assert len(done.err.splitlines()) == 1
    assert "Start it with `leadloop simulator`" in done.err


def test_a_reader_that_went_away_is_no_failure(lived_in: Installation) -> None:
    """`leadloop status | head -0`."""
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "leadloop", "status", "-C", str(lived_in.folder)]
    done = subprocess.run(command, cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")
