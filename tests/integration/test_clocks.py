"""The touch clock on real systems: it waits for what it has not read, only counts where it is told to, and hands on."""

from collections.abc import Callable

import pytest

from domain.handoff import Queue
from leadloop.finding import find_lead
from store import clock_steps, handoffs
from tests.cast import ANA, USERS, contact
from tests.installation import HALF_HOUR_S, Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

HAND_RAISE = "hand_raise: { due_min: 15, remind_min: 15, manager_min: 45, release_min: null }"
HANDING_ON = "hand_raise: { due_min: 15, remind_min: 15, manager_min: 45, reassign_min: 60, release_min: null }"
HOUR_S = 2 * HALF_HOUR_S

Make = Callable[..., Installation]


@pytest.fixture
def asked(installation: Installation, world: SimulatorProcess) -> Make:
    """Ana asked for a demo at eight, an hour before work, and is with a rep whose touch is due at ten."""

    def made(enforce: str = "auto") -> Installation:
        installation.rewrite("routing.yaml", HAND_RAISE, HANDING_ON)
        installation.rewrite("routing.yaml", "enforce: auto", f"enforce: {enforce}")
        world.seed(users=USERS, contacts=[contact(ANA)])
        installation.run()
        world.act("submit_form", system="hubspot", id=ANA, as_="prospect", form="Demo request", values={})
        installation.settle(2)
        return installation

    return made


def owner(office: Installation) -> str | None:
    return Witness(simulator=office.simulator).owner(ANA)


def open_tasks(office: Installation) -> list[str]:
    """Whose they are."""
    users = {row["Id"]: row["Email"] for row in office.simulator.objects("User", system="salesforce")}
    rows = office.simulator.objects("Task", system="salesforce")
    return [users[row["OwnerId"]] for row in rows if row["LL_Key__c"] and not row["IsClosed"]]


def steps(office: Installation) -> list[tuple[str, str, bool]]:
    """(step, whose, whether it acted), as they were taken."""
    with office.app.store.read() as tx:
        lead = find_lead(tx, ANA)
        assert lead is not None
        return [(each.step, each.owner, each.enforced) for each in clock_steps.of_leads(tx, [lead]).get(lead, [])]


def test_an_untouched_lead_goes_to_the_other_rep_and_then_waits_in_the_queue(asked: Make) -> None:
    office = asked()
    first = owner(office)
    assert first is not None
    assert open_tasks(office) == [first]
    office.settle(2, every_s=HOUR_S)
    second = owner(office)
    assert second not in {first, None}
    assert open_tasks(office) == [second], "one open task, the new rep's"
    office.settle(2, every_s=HOUR_S)
    assert open_tasks(office) == []
    with office.app.store.read() as tx:
        (waits,) = handoffs.queued(tx)
    assert (waits.queue, waits.cause) == (Queue.UNASSIGNED, "pool SDR: all 2 not eligible")
    turn = ("breach", "remind", "manager", "reassign")
    told = [(step, whose, True) for step in turn for whose in (first,)]
    assert steps(office) == told + [(f"{step}:2", second, True) for step in turn]


def test_where_steps_only_count_nobody_loses_the_lead_and_status_counts_the_breach(asked: Make) -> None:
    office = asked("report_only")
    first = owner(office)
    office.settle(3, every_s=HOUR_S)
    assert (owner(office), open_tasks(office)) == (first, [first])
    assert steps(office) == [(step, first, False) for step in ("breach", "remind", "manager", "reassign")]
    clocks = office.command("status", "--json").json()["clocks"]
    assert clocks["breaches"] == [{"rep": first, "leads": 1, "only_counted": 1}]
    assert [(team["mode"], team["why"]) for team in clocks["teams"]] == [
        ("report_only", "clocks.enforce is report_only")
    ]
    told = office.command("explain", ANA, "--json").json()["clocks"]
    assert (told["mode"], told["steps"][0]["enforced"]) == ("report_only", False)


def test_nobody_is_blamed_while_their_system_is_away_and_a_call_made_meanwhile_counts(
    asked: Make, world: SimulatorProcess
) -> None:
    office = asked()
    first = owner(office)
    world.fault("bad_gateway", system="salesforce", times=None, status=503)
    office.settle(3, every_s=HOUR_S)
    assert steps(office) == [], "noon, and the touch was due at ten"
    clocks = office.command("status", "--json").json()["clocks"]
    assert [(each["connection"], each["leads"]) for each in clocks["waiting_for"]] == [("salesforce", 1)]
    world.clear()
    world.act(
        "call", system="salesforce", id=ANA, as_="rep", owner_email=first, subject="Demo", at=world.now().isoformat()
    )
    office.settle(1)
    assert (steps(office), owner(office)) == ([], first)
    assert Witness(simulator=world).lead(ANA)["LL_Stage__c"] == "accepted"


def test_after_an_outage_what_came_due_is_taken_once_and_the_last_step_speaks(
    asked: Make, world: SimulatorProcess
) -> None:
    office = asked()
    first = owner(office)
    world.fault("bad_gateway", system="salesforce", times=None, status=503)
    office.settle(2, every_s=HOUR_S)
    world.clear()
    office.settle(1)
    second = owner(office)
    assert second not in {first, None}
    assert steps(office) == [(step, first, True) for step in ("breach", "remind", "manager", "reassign")]
