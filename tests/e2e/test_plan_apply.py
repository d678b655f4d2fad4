"""A plan says what will happen, and `apply` does exactly that: judged from the simulator's log, field by field."""

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from handoff.rotation import RoutingState
from leadloop import exits
from store import handoffs
from tests.cast import REPS, SAM, USERS, contact
from tests.installation import HALF_HOUR_S, Done, Installation, install
from tests.rig import ROOT, SimulatorProcess
from tests.witness import Witness
from tests.writes import planned_writes, seen_writes

ANA, BEN, EVE = "ana.ruiz@globex.example", "ben.cole@initech.example", "eve.adams@umbrella.example"
WITH_SALES = "LL · With sales"
pytestmark = pytest.mark.e2e


@pytest.fixture
def office(installation: Installation, world: SimulatorProcess) -> Installation:
    """Ana is known to HubSpot, Ben to both systems; both ask for a demo, Eve only got another title."""
    world.seed(
        users=USERS,
        contacts=[contact(ANA), contact(BEN), contact(EVE)],
        leads=[{"LastName": "Cole", "Company": "Initech", "Email": BEN, "OwnerEmail": SAM}],
    )
    installation.run()
    installation.settle(1)
    for email in (ANA, BEN):
        world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={})
    world.act("edit", system="hubspot", id=EVE, as_="marketer", lastname="Adams-Hale")
    world.time(advance_s=HALF_HOUR_S)
    return installation


def made(office: Installation, *options: str) -> tuple[Path, dict[str, Any]]:
    """A plan's file and what was said about it."""
    file = office.folder / f"plan-{len(list(office.folder.glob('plan-*')))}.jsonl"
    done = office.command("plan", "--json", "--out", str(file), *options)
    assert done.code == exits.OK, done.err
    told: dict[str, Any] = done.json()
    return file, told


def applied(office: Installation, file: Path) -> Done:
    return office.command("apply", str(file), "--json")


def applied_whole(office: Installation, file: Path) -> None:
    done = applied(office, file)
    assert (done.code, done.json()["skipped"]) == (exits.OK, {}), done.err


def nothing_written_by(office: Installation, file: Path) -> Done:
    """Apply the file and be sure that no write went out."""
    since = office.simulator.seq()
    done = applied(office, file)
    assert Witness(simulator=office.simulator, since=since).writes() == []
    return done


def test_a_plan_writes_nothing_anywhere_and_says_the_same_again(office: Installation) -> None:
    since = office.simulator.seq()
    _, first = made(office, "--pull")
    _, second = made(office)
    assert Witness(simulator=office.simulator, since=since).writes() == []
    assert places(first) == places(second) != []


def places(told: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in ("lead", "system", "object", "id", "field", "now")) for row in told["changes"]]


def test_apply_makes_exactly_the_planned_writes(office: Installation) -> None:
    file, told = made(office, "--pull")
    since = office.simulator.seq()
    applied_whole(office, file)
    witness = Witness(simulator=office.simulator, since=since)
    assert set(seen_writes(witness)) == planned_writes(told)
    assert {(system, kind) for system, kind, *_ in planned_writes(told)} == {
        ("salesforce", "Lead"),
        ("salesforce", "Task"),
        ("hubspot", "contacts"),
    }
    assert told["creates"] == 2, "Ana's Lead and Ben's task"
    assert told["assigns"] == 2


def test_what_a_plan_could_not_name_yet_follows_in_the_next_cycle_and_then_all_is_quiet(office: Installation) -> None:
    file, _ = made(office, "--pull")
    applied_whole(office, file)
    office.run(after_s=HALF_HOUR_S)
    witness = Witness(simulator=office.simulator)
    for email in (ANA, BEN):
        lead = witness.lead(email)
        assert lead["LL_Stage__c"] == witness.contact(email)["ll_stage"] == "assigned"
        assert [task["OwnerId"] for task in witness.tasks(lead["Id"])] == [lead["OwnerId"]]
        assert witness.owner(email) == witness.mirrored_owner(email)
        assert witness.owner(email) in REPS
        assert witness.lists_of(witness.contact(email)["hs_object_id"]) == {WITH_SALES}
    since = office.simulator.seq()
    office.run(after_s=HALF_HOUR_S)
    assert Witness(simulator=office.simulator, since=since).writes() == []
    assert max(witness.created().values()) == 1


def test_a_lead_that_changed_since_is_skipped_and_named_and_the_rest_goes_on(office: Installation) -> None:
    file, told = made(office, "--pull")
    witness = Witness(simulator=office.simulator)
    key = witness.contact(BEN)["ll_lead_key"]
    office.simulator.act("edit", system="hubspot", id=BEN, as_="marketer", jobtitle="CEO")
    made(office, "--pull")
    since = office.simulator.seq()
    done = applied(office, file)
    number = key.rpartition("-")[2]
    assert done.code == exits.SOME_FAILED
    assert done.json()["skipped"] == {number: "changed since the plan was made"}
    rest = {**told, "changes": [row for row in told["changes"] if str(row["lead"]) != number]}
    assert set(seen_writes(Witness(simulator=office.simulator, since=since))) == planned_writes(rest)
    assert witness.contact(BEN)["ll_stage"] == "known"


def on_desks(office: Installation) -> dict[str, int]:
    """What every rep has open by the routing state."""
    with office.app.store.read() as tx:
        state = RoutingState.from_json(handoffs.routing_state(tx))
    return {rep: state.open_of(rep) for rep in REPS}


def test_only_what_was_applied_takes_turns_and_lies_on_desks(office: Installation) -> None:
    """Ana and Ben were both planned for a rep; Ben changed since and is skipped."""
    file, told = made(office, "--pull")
    assert told["assigns"] == 2
    office.simulator.act("edit", system="hubspot", id=BEN, as_="marketer", jobtitle="CEO")
    made(office, "--pull")
    assert applied(office, file).code == exits.SOME_FAILED
    witness = Witness(simulator=office.simulator)
    has_ana = witness.mirrored_owner(ANA)
    assert on_desks(office) == {rep: int(rep == has_ana) for rep in REPS}
    office.run(after_s=HALF_HOUR_S)
    owners = [witness.mirrored_owner(email) for email in (ANA, BEN)]
    assert on_desks(office) == {rep: owners.count(rep) for rep in REPS}


def test_a_plan_that_is_a_day_old_is_out_of_date_for_every_lead(office: Installation) -> None:
    file, told = made(office, "--pull")
    office.simulator.time(advance_s=25 * 3600)
    done = nothing_written_by(office, file)
    assert done.code == exits.SOME_FAILED
    numbers = {str(row["lead"]) for row in told["changes"]}
    assert done.json()["skipped"] == dict.fromkeys(numbers, "the plan is out of date for it")


def test_a_plan_is_good_once(office: Installation) -> None:
    file, _ = made(office, "--pull")
    applied_whole(office, file)
    done = nothing_written_by(office, file)
    assert done.code == exits.SOME_FAILED
    assert set(done.json()["skipped"].values()) == {"changed since the plan was made"}


def test_other_rules_refuse_the_whole_file(office: Installation) -> None:
    file, _ = made(office, "--pull")
    office.rewrite("scoring.yaml", "  engagement: 50\n", "  engagement: 51\n")
    assert office.command("config", "publish").code == exits.OK
    done = nothing_written_by(office, file)
    assert done.code == exits.CONFIG
    assert "make a new plan" in done.err


def test_another_org_refuses_the_whole_file(office: Installation, world: SimulatorProcess, tmp_path: Path) -> None:
    file, _ = made(office, "--pull")
    world.settings(org={"hubspot": "99999999"})
    elsewhere = install(tmp_path / "elsewhere", world)
    elsewhere.run()
    elsewhere.close()
    done = nothing_written_by(elsewhere, file)
    assert done.code == exits.CONFIG
    assert "hubspot" in done.err


def test_an_edited_file_is_refused(office: Installation) -> None:
    file, _ = made(office, "--pull")
    header, *rest = file.read_text().splitlines()
    edited = [line.replace('"Asked', '"Begged', 1) if "Asked" in line else line for line in rest]
    assert edited != rest
    file.write_text("\n".join([header, *edited, ""]))
    done = nothing_written_by(office, file)
    assert done.code in {exits.BAD_DATA, exits.CONFIG}
    assert "was changed after it was made" in done.err


def test_an_edited_header_is_refused(office: Installation) -> None:
    file, told = made(office, "--pull")
    header, *rest = file.read_text().splitlines()
    other = header.replace('"rule_hash":"', '"rule_hash":"0', 1)
    assert other != header
    file.write_text("\n".join([other, *rest, ""]))
    done = nothing_written_by(office, file)
    assert done.code in {exits.BAD_DATA, exits.CONFIG}
    assert "was changed after it was made" in done.err
    assert told["assigns"] == 2


def test_a_file_cut_short_is_refused(office: Installation) -> None:
    file, _ = made(office, "--pull")
    file.write_text("\n".join([*file.read_text().splitlines()[:-1], ""]))
    assert nothing_written_by(office, file).code in {exits.BAD_DATA, exits.CONFIG}


def test_only_its_owner_can_read_a_plan(office: Installation) -> None:
    before = os.umask(0)
    try:
        file, _ = made(office, "--pull")
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


PLAN_AT = """
import sys
from datetime import datetime
from pathlib import Path
from leadloop.app import open_app
from leadloop.commands.plan import make_plan

class Standing:
    def now(self): return datetime.fromisoformat(sys.argv[2])
    refresh = now

app = open_app(Path(sys.argv[1]))
app.clock = Standing()
from sync import planfile
with Path(sys.argv[3]).open("wb") as file:
    planfile.write(make_plan(app), file)
"""


def test_the_same_store_at_the_same_moment_gives_the_same_plan_byte_by_byte(office: Installation) -> None:
    """In processes that hash differently, so that no order of a set gets into a plan."""
    made(office, "--pull")
    office.close()
    files = {seed: office.folder / f"seed-{seed}.jsonl" for seed in ("1", "2")}
    for seed, file in files.items():
        command = [sys.executable, "-c", PLAN_AT, str(office.folder), "2026-09-07T10:00:00+00:00", str(file)]
        subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, check=True, timeout=120)
    assert files["1"].read_bytes() == files["2"].read_bytes()
    assert len(files["1"].read_bytes().splitlines()) == 3, "a header, Ana and Ben"


def test_the_exit_code_tells_a_script_whether_something_is_pending(office: Installation) -> None:
    pending = office.command("plan", "--pull", "--detailed-exitcode", "--out", str(office.folder / "p.jsonl"))
    assert pending.code == exits.CHANGES_PENDING
    office.settle(2)
    none = office.command("plan", "--detailed-exitcode", "--out", str(office.folder / "n.jsonl"))
    assert none.code == exits.OK
