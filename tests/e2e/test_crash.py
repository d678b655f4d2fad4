"""Killed between any two commits, the loop loses nothing and does nothing twice.

Real processes, real HTTP, SIGKILL. Only the simulator's log and objects are asked what happened:
a hand-raise that creates a Lead, a task and a list member, and a rejection, both under way at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import pytest

from tests.cast import REPS, USERS, contact
from tests.crash_points import POINTS
from tests.halves import nothing_half
from tests.installation import HALF_HOUR_S, KILLED, Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

ANA, BEN, EVE = "ana.ruiz@globex.example", "ben.cole@initech.example", "eve.adams@umbrella.example"
WITH_SALES, NO_BUDGET = "LL · With sales", "LL · Nurture · No budget"

ON_POSTGRESQL = ("pull.before_commit", "decide.before_commit", "plan.committed", "push.claimed", "push.answered")
CASES = [("sqlite", point) for point in POINTS] + [("postgresql", point) for point in ON_POSTGRESQL]

pytestmark = pytest.mark.e2e


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A quiet installation in which Ana has just raised her hand and Ben has just been rejected."""

    installation: Installation
    witness: Witness

    def recover(self) -> None:
        """Two cycles to recover, as promised; then what stands is judged and one more cycle must write nothing."""
        self.installation.run()
        self.installation.run(after_s=HALF_HOUR_S)
        judge(self.witness)
        quiet_from = self.installation.simulator.seq()
        self.installation.run(after_s=HALF_HOUR_S)
        assert Witness(simulator=self.installation.simulator, since=quiet_from).writes() == []


@pytest.fixture
def scene(installation: Installation, world: SimulatorProcess) -> Scene:
    world.seed(users=USERS, contacts=[contact(ANA), contact(BEN), contact(EVE)])
    installation.run()
    raise_hand(world, BEN)
    installation.settle(2)
    witness = Witness(simulator=world)
    world.act("reject", system="salesforce", id=witness.lead(BEN)["Id"], reason="No budget")
    raise_hand(world, ANA)
    return Scene(installation=installation, witness=witness)


def raise_hand(world: SimulatorProcess, email: str) -> None:
    world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={"message": "Hi"})


def judge(witness: Witness) -> None:
    """Nothing lost, nothing twice: from the vendors' side."""
    assert_handed_off(witness)
    assert_recycled(witness)
    assert set(witness.contact(EVE)) & {"ll_score", "ll_mql_since", "hubspot_owner_id"} == set()
    assert witness.leads(EVE) == []
    assert max(witness.created().values()) == 1
    assert max(witness.moved("member_add").values()) == 1
    assert max(witness.moved("member_remove").values()) == 1


def assert_handed_off(witness: Witness) -> None:
    """Ana: one Lead, one task, one owner, one list, the same in both systems."""
    lead, person = witness.lead(ANA), witness.contact(ANA)
    assert lead["LL_Stage__c"] == person["ll_stage"] == "assigned"
    assert person["lifecyclestage"] == "marketingqualifiedlead"
    assert moment(lead["LL_MQL_Since__c"]) == moment(person["ll_mql_since"])
    assert lead["LL_Lead_Key__c"] == person["ll_lead_key"]
    assert witness.owner(ANA) == witness.mirrored_owner(ANA)
    assert witness.owner(ANA) in REPS
    (task,) = witness.tasks(lead["Id"])
    assert task["OwnerId"] == lead["OwnerId"]
    assert witness.set_to("Lead", lead["Id"], "OwnerId") == [lead["OwnerId"]]
    assert witness.set_to("contacts", person["hs_object_id"], "hubspot_owner_id") == [person["hubspot_owner_id"]]
    assert witness.lists_of(person["hs_object_id"]) == {WITH_SALES}


def assert_recycled(witness: Witness) -> None:
    """Ben: at rest with a return date, on the reason's nurture list, off the list of those with sales."""
    lead, person = witness.lead(BEN), witness.contact(BEN)
    assert lead["LL_Stage__c"] == person["ll_stage"] == "recycled"
    assert lead["Status"] == "Closed - Not Converted"
    assert person["hs_lead_status"] == "BAD_TIMING"
    assert lead["LL_Nurture_Until__c"] == person["ll_nurture_until"] == "2027-01-05"
    assert int(lead["LL_Times_Recycled__c"]) == int(person["ll_times_recycled"]) == 1
    (task,) = witness.tasks_given(lead["Id"])
    assert witness.set_to("Task", task, "Status") == ["Not Started", "Completed"], "closed once, with its pass"
    assert witness.lists_of(person["hs_object_id"]) == {NO_BUDGET}
    assert witness.set_to("Lead", lead["Id"], "LL_Times_Recycled__c") == [0.0, 1.0]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def kill_again_and_again(scene: Scene, point: str, moments: Iterable[int]) -> int:
    """Kill one run after the other at its n-th pass of the point; how often that was before one got through.

    Half a decision is looked for all the while, and in what each kill leaves.
    """
    kills = 0
    for number in moments:
        with nothing_half(scene.installation):
            code = scene.installation.run_until(f"{point}:{number}")
        if code != KILLED:
            break
        kills += 1
    return kills


@pytest.mark.parametrize(("database", "point"), CASES, indirect=["database"])
def test_a_kill_at_every_named_point_loses_nothing_and_doubles_nothing(scene: Scene, point: str) -> None:
    assert kill_again_and_again(scene, point, (1, 2, 4)) >= 1
    scene.recover()


def test_pages_that_were_never_saved_are_read_again(scene: Scene) -> None:
    """Killed at each page in turn, and what stands on them is older than any cursor stays behind."""
    scene.installation.simulator.time(advance_s=7200)
    assert kill_again_and_again(scene, "pull.before_commit", range(1, 100)) >= 3
    scene.recover()


LOST_ANSWERS = {
    "the Lead's creation": ("salesforce", "PATCH", "sobjects/Lead/LL_Lead_Key__c"),
    "the task's creation": ("salesforce", "PATCH", "sobjects/Task/LL_Key__c"),
    "fields in Salesforce": ("salesforce", "PATCH", "(composite/sobjects|sobjects/Lead/00Q)"),
    "fields in HubSpot": ("hubspot", "POST", "contacts/batch/update"),
    "a new list": ("hubspot", "POST", "lists/?$"),
    "joining a list": ("hubspot", "PUT", "memberships/add/?$"),
    "leaving a list": ("hubspot", "PUT", "memberships/(remove|add-and-remove)/?$"),
}


@pytest.mark.parametrize("kind", ["reply_lost", "server_error"])
@pytest.mark.parametrize("which", LOST_ANSWERS)
def test_an_answer_lost_after_the_commit_has_one_effect(scene: Scene, which: str, kind: str) -> None:
    system, method, path = LOST_ANSWERS[which]
    world = scene.installation.simulator
    world.fault(kind, system=system, method=method, path=path, after_commit=True)
    scene.installation.run()
    assert world.door("GET", "faults")["faults"] == [], "the fault was never met"
    scene.recover()


def test_a_crash_point_does_nothing_outside_of_tests(scene: Scene) -> None:
    untold = {"LEADLOOP_TESTING": "", "LEADLOOP_CRASH": "push.claimed:1"}
    with scene.installation.running("run", environment=untold) as process:
        process.join(60)
        assert process.exitcode == 0
    scene.recover()
