"""A plan lists whom the blast radius holds; applying it holds them, and loses nobody."""

import json
from typing import Any

import pytest

from leadloop import exits
from tests.cast import USERS, contact
from tests.installation import HALF_HOUR_S, Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

CROSSING = tuple(f"{name}@globex.example" for name in ("ann", "bob", "cat", "dan", "eli"))
ROOM = 2


@pytest.fixture
def office(installation: Installation, world: SimulatorProcess) -> Installation:
    """Five people who stand above the line since the last cycle; there is room for two."""
    world.seed(users=USERS, contacts=[contact(email) for email in CROSSING])
    installation.run()
    installation.settle(1)
    for email in CROSSING:
        world.act("page_view", system="hubspot", id=email, as_="prospect", url="https://our.example/compare")
        for number in range(4):
            world.act("submit_form", system="hubspot", id=email, as_="prospect", form=f"Guide {number}", values={})
    world.time(advance_s=HALF_HOUR_S)
    return installation


def assigned(world: SimulatorProcess) -> set[str]:
    witness = Witness(simulator=world)
    return {email for email in CROSSING if witness.contact(email)["ll_stage"] == "assigned"}


def held(office: Installation) -> list[dict[str, Any]]:
    sets: list[dict[str, Any]] = office.command("held", "list", "--json").json()["sets"]
    return sets


def test_whom_a_plan_holds_waits_in_its_set_once_it_was_applied(office: Installation, world: SimulatorProcess) -> None:
    file = office.folder / "plan.jsonl"
    assert office.command("plan", "--pull", "--out", str(file)).code == exits.OK
    ((name, ids),) = json.loads(file.read_text().splitlines()[0])["held"].items()
    assert len(ids) == len(CROSSING) - ROOM
    assert office.command("apply", str(file)).code == exits.OK
    assert [(row["name"], row["leads"], row["status"]) for row in held(office)] == [(name, len(ids), "open")]
    office.settle(2)
    first = assigned(world)
    assert len(first) == ROOM
    assert office.command("held", "approve", name).code == exits.OK
    office.settle(2)
    assert assigned(world) == set(CROSSING)
    assert max(Witness(simulator=world).created().values()) == 1
