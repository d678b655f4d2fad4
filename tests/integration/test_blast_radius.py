"""A mistake stays small and a hand-raise goes through: what exceeds the radius waits for a person's word."""

from typing import Any

import pytest

from leadloop import exits
from tests.cast import USERS, contact
from tests.installation import HALF_HOUR_S, Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

CROSSING = tuple(f"{name}@globex.example" for name in ("ann", "bob", "cat", "dan", "eli"))
RAISING = "zoe@globex.example"
ROOM = 2
LOWERED = (("  engagement: 50\n", "  engagement: 20\n"), ("  rearm_below: 40 ", "  rearm_below: 15 "))


@pytest.fixture
def office(installation: Installation, world: SimulatorProcess) -> Installation:
    """Six people who fit and were silent so far."""
    world.seed(users=USERS, contacts=[contact(email) for email in (*CROSSING, RAISING)])
    installation.run()
    installation.settle(1)
    return installation


def visit(world: SimulatorProcess, email: str, *pages: str) -> None:
    for page in pages:
        world.act("page_view", system="hubspot", id=email, as_="prospect", url=f"https://our.example{page}")


def cross(world: SimulatorProcess, email: str) -> None:
    """60 points without asking for anything."""
    visit(world, email, "/compare")
    for number in range(4):
        world.act("submit_form", system="hubspot", id=email, as_="prospect", form=f"Guide {number}", values={})


def raise_hand(world: SimulatorProcess, email: str) -> None:
    world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={})


def assigned(world: SimulatorProcess) -> set[str]:
    witness = Witness(simulator=world)
    return {email for email in (*CROSSING, RAISING) if witness.contact(email)["ll_stage"] == "assigned"}


def held(office: Installation) -> list[dict[str, Any]]:
    sets: list[dict[str, Any]] = office.command("held", "list", "--json").json()["sets"]
    return sets


def test_the_excess_is_held_and_the_hand_raiser_passes(office: Installation, world: SimulatorProcess) -> None:
    for email in CROSSING:
        cross(world, email)
    raise_hand(world, RAISING)
    office.settle(2)
    assert len(assigned(world)) == ROOM + 1
    assert RAISING in assigned(world)
    (waiting,) = held(office)
    assert (waiting["leads"], waiting["status"]) == (len(CROSSING) - ROOM, "open")
    assert waiting["name"].startswith("handoff-")
    assert waiting["cause"] == "more handoffs than 24 hours may bring (blast_radius)"
    leads = world.objects("Lead", system="salesforce")
    assert {row["Email"] for row in leads} == assigned(world), "no write for who is held"
    shown = office.command("held", "show", waiting["name"], "--json").json()
    assert {row["would"].split(", to ")[0] for row in shown["rows"]} == {"engaged → mql → assigned"}
    assert [(row["score"] >= 50, row["owner"], row["news"]) for row in shown["rows"]] == [(True, None, 0)] * 3
    table = office.command("held", "show", waiting["name"]).out
    assert all(email in table for email in set(CROSSING) - assigned(world))
    csv = office.command("held", "show", waiting["name"], "--csv").out.splitlines()
    assert (csv[0], len(csv)) == ("lead,name,score,owner,would,since,news", 4)
    assert office.command("plan", "--detailed-exitcode").code == exits.HELD, "as long as anybody waits"


def test_an_approval_lets_exactly_that_set_through_once(office: Installation, world: SimulatorProcess) -> None:
    for email in CROSSING:
        cross(world, email)
    office.settle(2)
    (waiting,) = held(office)
    assert office.command("held", "approve", waiting["name"]).code == exits.OK
    cross(world, RAISING)
    office.settle(2)
    assert assigned(world) == set(CROSSING), "who crossed later was not in the set"
    witness = Witness(simulator=world)
    assert max(witness.created().values()) == 1
    assert [(row["leads"], row["status"]) for row in held(office)] == [(1, "open")]
    since = world.seq()
    office.run(after_s=HALF_HOUR_S)
    assert Witness(simulator=world, since=since).writes() == []


def test_a_discarded_set_stays_where_it_is(office: Installation, world: SimulatorProcess) -> None:
    for email in CROSSING:
        cross(world, email)
    office.settle(2)
    before = assigned(world)
    (waiting,) = held(office)
    assert office.command("held", "discard", waiting["name"]).code == exits.OK
    office.run(after_s=HALF_HOUR_S)
    assert assigned(world) == before


def test_a_discarded_crossing_is_not_held_again_until_they_do_something_more(
    office: Installation, world: SimulatorProcess
) -> None:
    for email in CROSSING:
        cross(world, email)
    office.settle(2)
    before = assigned(world)
    (waiting,) = held(office)
    office.command("held", "discard", waiting["name"])
    office.settle(2)
    assert held(office) == []
    world.time(advance_s=24 * 3600.0)
    again = sorted(set(CROSSING) - before)[0]
    world.act("edit", system="hubspot", id=again, as_="marketer", lastname="Hale")
    office.settle(2)
    assert (assigned(world), held(office)) == (before, []), "another name is no reason to call"
    visit(world, again, "/pricing")
    office.settle(2)
    assert assigned(world) == before | {again}
    assert held(office) == []


def test_a_held_lead_keeps_its_score_and_its_fields_in_step(office: Installation, world: SimulatorProcess) -> None:
    for email in CROSSING:
        cross(world, email)
    office.settle(2)
    waiting = sorted(set(CROSSING) - assigned(world))[0]
    witness = Witness(simulator=world)
    assert int(witness.contact(waiting)["ll_score"]) >= 50, "the reason to approve them is there to be seen"
    assert witness.contact(waiting)["ll_stage"] == "engaged"
    visit(world, waiting, "/pricing")
    before = int(witness.contact(waiting)["ll_score"])
    office.settle(2)
    assert int(witness.contact(waiting)["ll_score"]) > before
    assert [(row["leads"], row["status"]) for row in held(office)] == [(3, "open")], "nobody is held twice"
    since = world.seq()
    office.run(after_s=HALF_HOUR_S)
    assert Witness(simulator=world, since=since).writes() == []


def test_what_waits_in_a_set_does_not_slip_through_when_there_is_room_again(
    office: Installation, world: SimulatorProcess
) -> None:
    for email in CROSSING:
        cross(world, email)
    office.settle(2)
    before = assigned(world)
    world.time(advance_s=25 * 3600.0)
    for email in CROSSING:
        visit(world, email, "/pricing")
    office.settle(2)
    assert assigned(world) == before
    assert [(row["leads"], row["status"]) for row in held(office)] == [(3, "open")]


def test_while_only_scores_are_shown_everybody_shows_one(office: Installation, world: SimulatorProcess) -> None:
    office.rewrite("leadloop.yaml", "go_live: live", "go_live: scores")
    raise_hand(world, RAISING)
    cross(world, CROSSING[0])
    office.settle(2)
    witness = Witness(simulator=world)
    assert int(witness.contact(RAISING)["ll_score"]) == 25
    assert int(witness.contact(CROSSING[0])["ll_score"]) >= 50
    assert assigned(world) == set()
    assert [(row["name"], row["leads"]) for row in held(office)] == [("scores", 2)]
    office.rewrite("leadloop.yaml", "go_live: scores", "go_live: live")
    office.settle(1)
    assert assigned(world) == set(), "what they did was before the step"
    assert office.command("held", "approve", "scores").code == exits.OK
    office.settle(1)
    assert assigned(world) == {RAISING, CROSSING[0]}


def test_published_rules_hand_nobody_off_and_list_who_stands_newly_above_the_line(
    office: Installation, world: SimulatorProcess
) -> None:
    for email in CROSSING:
        visit(world, email, "/compare", "/pricing")
    office.settle(2)
    assert assigned(world) == set()
    for before, after in LOWERED:
        office.rewrite("scoring.yaml", before, after)
    assert office.command("config", "publish").code == exits.OK
    office.settle(2)
    assert assigned(world) == set()
    assert world.objects("Lead", system="salesforce") == []
    (listed,) = held(office)
    assert (listed["leads"], listed["status"]) == (len(CROSSING), "open")
    assert listed["name"].startswith("publish-")
    raise_hand(world, RAISING)
    raise_hand(world, CROSSING[0])
    office.settle(2)
    assert assigned(world) == {RAISING, CROSSING[0]}, "hand-raisers pass, listed or not"


def test_an_approved_rule_edit_hands_off_whom_it_listed(office: Installation, world: SimulatorProcess) -> None:
    for email in CROSSING:
        visit(world, email, "/compare", "/pricing")
    office.settle(2)
    for before, after in LOWERED:
        office.rewrite("scoring.yaml", before, after)
    office.command("config", "publish")
    office.settle(1)
    (listed,) = held(office)
    assert office.command("held", "approve", listed["name"]).code == exits.OK
    office.settle(2)
    assert assigned(world) == set(CROSSING)
    assert held(office) == []
    assert max(Witness(simulator=world).created().values()) == 1


def test_a_day_one_backlog_goes_by_the_day_until_nobody_is_left(
    installation: Installation, world: SimulatorProcess
) -> None:
    """Two for each of two reps; the approval outlives the hours of any other."""
    everybody = (*CROSSING, RAISING)
    world.seed(users=USERS, contacts=[contact(email) for email in everybody])
    for email in everybody:
        cross(world, email)
    installation.run()
    installation.settle(2)
    assert [(row["name"], row["leads"]) for row in held(installation)] == [("baseline", len(everybody))]
    assert installation.command("held", "approve", "baseline").code == exits.OK
    installation.settle(3)
    assert len(assigned(world)) == 4
    installation.run(after_s=25 * 3600.0)
    installation.settle(1)
    assert assigned(world) == set(everybody)
    assert held(installation) == []
