"""What publishing would change is told before, and it is what then happens."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from leadloop import exits
from tests.cast import FAY, USERS, contact
from tests.installation import Installation, install
from tests.rig import SimulatorProcess
from tests.witness import Witness

DOWNLOADERS = [f"{name}@globex.example" for name in ("ann", "bob", "cat")]
RAISER, SILENT = "zoe@initech.example", "sam@initech.example"
MARKETING = "marketing"


@pytest.fixture
def office(tmp_path: Path, world: SimulatorProcess) -> Iterator[Installation]:
    """Three who read a guide, one with a rep, one who never did anything."""
    world.seed(users=USERS, contacts=[contact(email) for email in (*DOWNLOADERS, RAISER, SILENT)])
    made = install(tmp_path / "office", world)
    made.run()
    for email in DOWNLOADERS:
        world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Guide", values={})
    world.act("submit_form", system="hubspot", id=RAISER, as_="prospect", form="Demo request", values={})
    made.settle(2)
    yield made
    made.close()


def draft(office: Installation, before: str, after: str) -> None:
    office.rewrite("scoring.yaml", before, after)


def told(office: Installation, *more: str) -> dict[str, Any]:
    done = office.command("config", "publish", "--json", *more)
    assert done.code == exits.OK, done.err
    document: dict[str, Any] = done.json()
    return document


def shown(world: SimulatorProcess, email: str) -> tuple[Any, Any]:
    properties = Witness(simulator=world).contact(email)
    return properties.get("ll_score"), properties.get("ll_band")


def test_the_effect_told_is_what_the_next_cycle_does(office: Installation, world: SimulatorProcess) -> None:
    draft(office, "  warm: 20\n", "  warm: 5\n")
    found = told(office)
    effect = found["effect"]
    assert (effect["leads"], effect["looked_at"], effect["up"], effect["down"]) == (5, 5, 0, 0)
    assert sum(effect["bands"].values()) == 3
    before = {email: shown(world, email) for email in (*DOWNLOADERS, RAISER, SILENT)}
    office.settle(1)
    moved = {email for email, seen in before.items() if shown(world, email) != seen}
    assert moved == set(DOWNLOADERS)
    assert effect["values"]["hubspot contacts.ll_band"] == len(moved)


def test_a_dry_run_tells_the_same_and_publishes_nothing(office: Installation) -> None:
    draft(office, "  warm: 20\n", "  warm: 5\n")
    tried = told(office, "--dry-run")
    assert (tried["version"], tried["changed"]) == (None, False)
    assert len(office.command("config", "history", "--json").json()["versions"]) == 1
    published = told(office)
    assert (published["effect"], published["for_teams"]) == (tried["effect"], tried["for_teams"])


def test_who_would_stand_newly_above_the_line_is_named_and_then_listed_not_handed_off(office: Installation) -> None:
    draft(office, "  engagement: 50\n", "  engagement: 8\n")
    office.rewrite("scoring.yaml", "  rearm_below: 40 ", "  rearm_below: 4 ")
    found = told(office)
    assert len(found["effect"]["newly_above"]) == 3
    office.settle(1)
    (waiting,) = office.command("held", "list", "--json").json()["sets"]
    assert (waiting["name"], waiting["leads"]) == (f"publish-{found['rule_hash'][:8]}", 3)


def test_every_team_and_marketing_get_a_paragraph_that_names_nobody(office: Installation) -> None:
    draft(office, "        points: 25\n        hand_raiser: true\n", "        points: 30\n        hand_raiser: true\n")
    words = told(office)["for_teams"]
    owner = Witness(simulator=office.simulator).owner(RAISER)
    assert set(words) == {"Sales", MARKETING}
    assert words["Sales"].endswith("Of your 1 lead: 1 get a higher number, 0 a lower one.")
    assert words[MARKETING].endswith("Nobody is newly above the line; 1 get a higher number, 0 a lower one.")
    assert owner is not None
    assert not any(name in text for text in words.values() for name in (FAY, owner, RAISER))


def test_the_same_rules_again_have_no_effect_to_tell(office: Installation) -> None:
    found = told(office)
    assert (found["changed"], found["edits"], found["effect"], found["for_teams"]) == (False, [], None, {})
