"""A step of go-live is a law at the last gate: forward it lets everybody's writes through, back it takes them back."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leadloop import exits
from tests.cast import USERS, contact
from tests.installation import HALF_HOUR_S, KILLED, Installation, install
from tests.rig import SimulatorProcess
from tests.witness import Witness

ANN = {"Email": "ann@globex.example", "LastName": "Globex", "Company": "Globex", "Status": "Working - Contacted"}
ZOE = "zoe@initech.example"
"""Only HubSpot knows her: a handoff makes a Lead."""

Install = Callable[[str], Installation]


@pytest.fixture
def installing(tmp_path: Path, world: SimulatorProcess) -> Iterator[Install]:
    """Installs at a step of go-live."""
    made: list[Installation] = []

    def at(step: str) -> Installation:
        made.append(install(tmp_path / "careful", world, go_live=step))
        return made[-1]

    yield at
    for each in made:
        each.close()


def stage_of(installation: Installation) -> str | None:
    lead = Witness(simulator=installation.simulator).lead(ANN["Email"])
    stage: str | None = lead["LL_Stage__c"]
    return stage


def step_to(installation: Installation, before: str, after: str) -> None:
    installation.rewrite("leadloop.yaml", f"go_live: {before}", f"go_live: {after}")


def zoe_asks_for_a_demo(made: Installation) -> None:
    made.simulator.act("submit_form", system="hubspot", id=ZOE, as_="prospect", form="Demo request", values={})
    made.simulator.time(advance_s=HALF_HOUR_S)


@pytest.fixture
def planned(installing: Install, world: SimulatorProcess) -> Installation:
    """Live and quiet; then Zoe asked for a demo, and the process died when her handoff was planned and not sent."""
    world.seed(users=USERS, leads=[ANN], contacts=[contact(ZOE)])
    made = installing("live")
    made.run()
    made.settle(2)
    zoe_asks_for_a_demo(made)
    made.close()
    assert made.run_until("plan.committed:1") == KILLED
    return made


def test_from_scores_to_live_the_stages_of_all_are_written(installing: Install, world: SimulatorProcess) -> None:
    world.seed(users=USERS, leads=[ANN])
    made = installing("scores")
    made.run()
    made.settle(1)
    assert stage_of(made) is None
    step_to(made, "scores", "live")
    made.settle(1)
    assert stage_of(made) == "accepted"


def test_what_was_planned_at_live_is_not_sent_at_scores(planned: Installation, world: SimulatorProcess) -> None:
    step_to(planned, "live", "scores")
    planned.settle(2)
    assert Witness(simulator=world).leads(ZOE) == []
    assert Witness(simulator=world).contact(ZOE)["ll_stage"] == "known"
    step_to(planned, "scores", "live")
    planned.settle(3)
    lead = Witness(simulator=world).lead(ZOE)
    assert (lead["LL_Stage__c"], len(Witness(simulator=world).tasks(lead["Id"]))) == ("assigned", 1)
    assert max(Witness(simulator=world).created().values()) == 1


def test_nothing_that_was_planned_is_sent_while_observing(planned: Installation, world: SimulatorProcess) -> None:
    since = world.log()[-1]["seq"]
    step_to(planned, "live", "observe")
    planned.settle(2)
    assert Witness(simulator=world, since=since).writes() == []


def test_an_observing_installation_applies_nothing(installing: Install, world: SimulatorProcess) -> None:
    world.seed(users=USERS, leads=[ANN])
    made = installing("observe")
    made.run()
    file = made.folder / "plan.jsonl"
    assert made.command("plan", "--json", "--out", str(file)).json()["updates"] > 0
    applied = made.command("apply", str(file))
    assert applied.code == exits.CONFIG
    assert "go_live is `observe`, so nothing is written" in applied.err
    assert Witness(simulator=world).writes() == []


def test_a_plan_of_another_step_is_refused(installing: Install, world: SimulatorProcess) -> None:
    world.seed(users=USERS, leads=[ANN])
    made = installing("live")
    made.run()
    file = made.folder / "plan.jsonl"
    made.command("plan", "--out", str(file))
    since = world.log()[-1]["seq"]
    step_to(made, "live", "scores")
    applied = made.command("apply", str(file))
    assert applied.code == exits.CONFIG
    assert "was made while go_live was `live`, now it is `scores`" in applied.err
    assert Witness(simulator=world, since=since).writes() == []


PEOPLE = tuple(f"{name}@globex.example" for name in ("ann", "bob", "cat", "dan", "eli"))


@pytest.fixture
def watched(installing: Install, world: SimulatorProcess) -> Installation:
    """Observing; five crossed the line meanwhile, one of them by asking for a demo."""
    world.seed(users=USERS, contacts=[contact(email) for email in PEOPLE])
    made = installing("observe")
    made.run()
    made.settle(1)
    for email in PEOPLE:
        ask(world, email, "Demo request" if email == PEOPLE[0] else "Compare us")
    made.settle(1)
    return made


def ask(world: SimulatorProcess, email: str, form: str) -> None:
    world.act("page_view", system="hubspot", id=email, as_="prospect", url="https://our.example/compare")
    for number in range(4):
        world.act("submit_form", system="hubspot", id=email, as_="prospect", form=f"Guide {number}", values={})
    world.act("submit_form", system="hubspot", id=email, as_="prospect", form=form, values={})


def assigned(world: SimulatorProcess) -> set[str]:
    return {email for email in PEOPLE if Witness(simulator=world).contact(email).get("ll_stage") == "assigned"}


def test_going_live_hands_nobody_off_who_crossed_while_observing(
    watched: Installation, world: SimulatorProcess
) -> None:
    step_to(watched, "observe", "live")
    watched.settle(2)
    assert assigned(world) == set()
    (waiting,) = watched.command("held", "list", "--json").json()["sets"]
    assert (waiting["name"], waiting["leads"]) == ("observe", len(PEOPLE))
    ask(world, PEOPLE[1], "Demo request")
    watched.settle(1)
    assert assigned(world) == {PEOPLE[1]}, "a request made after the step passes at once"


def test_the_backlog_of_observing_goes_by_the_day_once_it_is_approved(
    watched: Installation, world: SimulatorProcess
) -> None:
    said = watched.command("held", "approve", "observe").out
    assert said.endswith("each looked at again as soon as go_live, now `observe`, hands off.\n")
    watched.rewrite("leadloop.yaml", "go_live: observe", "backlog: { per_rep_per_day: 1 }\ngo_live: live")
    watched.settle(2)
    first = assigned(world)
    assert len(first) == len(USERS), "one for each rep"
    watched.settle(2)
    assert assigned(world) == first
    watched.run(after_s=25 * 3600)
    watched.settle(1)
    assert len(assigned(world)) == 2 * len(USERS)
