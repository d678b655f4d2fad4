"""While changes are frozen: forward takes two people, back takes one, and what is large is not let through by one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.run import ConnectionStatus, GoLive
from leadloop import exits
from store import connections, held, steps
from store.held import HeldStatus
from store.steps import StepOrder
from sync.firstday import step_in_force
from tests.cast import USERS, contact
from tests.desk import Desk
from tests.installation import Installation, install
from tests.rig import SimulatorProcess
from tests.witness import Witness

NARROW = """\
freeze: { dates: [{ from: 2026-09-07, to: 2026-09-20, why: the move to another office }] }
blast_radius: { handoff: { floor: 2, factor: 0, per_rep: 0 } }
"""
FORCED = ("--yes", "--force", "the board wants it")
CROSSING = tuple(f"{name}@globex.example" for name in ("ann", "bob", "cat", "dan", "eli", "fay"))
RAISING = "zoe@globex.example"


@pytest.fixture
def desk(
    tmp_path: Path,
    world: SimulatorProcess,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Desk]:
    made = install(tmp_path / "acme", world, go_live=getattr(request, "param", "scores"), more=NARROW)
    assert made.app.settings.freeze is not None
    made.close()
    yield Desk(of=made, patch=monkeypatch, screen=capsys)
    made.close()


def orders(desk: Desk) -> list[StepOrder]:
    with desk.store() as tx:
        return steps.history(tx)


def in_force(desk: Desk) -> GoLive:
    with desk.store() as tx:
        return step_in_force(tx, GoLive.OBSERVE)


def test_a_step_forward_is_ordered_when_another_login_agrees(desk: Desk) -> None:
    done = desk.does("ana", "golive", "pilot", *FORCED)
    assert (done.code, in_force(desk)) == (exits.HELD, GoLive.SCORES)
    assert "Changes are frozen until 20 Sep (the move to another office)" in done.err
    assert desk.does("ana", "proposals", "approve", "1", "--yes").code == exits.LOGIN
    assert desk.does("ben", "proposals", "approve", "1", "--yes").code == exits.OK
    last, _ = orders(desk)
    assert (last.step, last.by) == (GoLive.PILOT, "ana")
    assert last.reason.startswith("the board wants it (forced: ")
    assert last.reason.endswith(" (approved by ben)")
    assert [actor for actor, _ in desk.acts("proposed", "approved", "go_live")] == ["ana", "ben", "ana"]


def test_back_goes_one_person_at_once(desk: Desk) -> None:
    assert desk.does("ana", "golive", "observe").code == exits.OK
    assert (in_force(desk), desk.proposals()) == (GoLive.OBSERVE, [])


def test_a_step_proposed_before_somebody_went_back_is_not_taken(desk: Desk) -> None:
    desk.does("ana", "golive", "pilot", *FORCED)
    desk.does("kim", "golive", "observe", "--reason", "wrong owners")
    done = desk.does("ben", "proposals", "approve", "1", "--yes")
    assert (done.code, in_force(desk)) == (exits.BAD_DATA, GoLive.OBSERVE)
    assert done.err.startswith("Nothing was done: kim went to `observe` meanwhile: look again.")


def test_a_step_that_is_not_ready_any_more_is_not_taken_and_waits_on(desk: Desk) -> None:
    desk.does("ana", "golive", "pilot", *FORCED)
    app = desk.of.app
    with app.store.write() as tx:
        connections.set_status(tx, "hubspot", ConnectionStatus.SUSPENDED, reason="", now=app.clock.now())
    done = desk.does("ben", "proposals", "approve", "1", "--yes")
    assert (done.code, in_force(desk), desk.proposals()) == (exits.CONFIG, GoLive.SCORES, [(1, "waiting", "")])
    assert done.out.splitlines() == ["✗ suspended: hubspot", "    `leadloop doctor` says what to mend."]


def test_an_edit_of_the_file_goes_back_and_not_forward_not_even_when_the_freeze_is_over(
    desk: Desk, world: SimulatorProcess
) -> None:
    desk.of.rewrite("leadloop.yaml", "go_live: scores", "go_live: live")
    desk.does("ana", "golive")
    assert in_force(desk) is GoLive.SCORES
    told = "go_live was edited to live while changes are frozen: not followed"
    assert desk.acts("go_live was edited") == [("leadloop.yaml", told)]
    world.time(advance_s=15 * 86_400.0)
    desk.does("ana", "golive")
    assert in_force(desk) is GoLive.SCORES
    desk.of.rewrite("leadloop.yaml", "go_live: live", "go_live: observe")
    world.time(advance_s=1.0)
    desk.does("ana", "golive")
    assert in_force(desk) is GoLive.OBSERVE


@pytest.fixture
def crowd(desk: Desk, world: SimulatorProcess) -> Desk:
    """Two of six passed, four wait in a set; a seventh is silent."""
    world.seed(users=USERS, contacts=[contact(email) for email in (*CROSSING, RAISING)])
    desk.of.run()
    desk.of.settle(1)
    for email in CROSSING:
        world.act("page_view", system="hubspot", id=email, as_="prospect", url="https://our.example/compare")
        for number in range(4):
            world.act("submit_form", system="hubspot", id=email, as_="prospect", form=f"Guide {number}", values={})
    desk.of.settle(2)
    return desk


def assigned(of: Installation) -> set[str]:
    witness = Witness(simulator=of.simulator)
    return {email for email in (*CROSSING, RAISING) if witness.contact(email)["ll_stage"] == "assigned"}


def waiting(desk: Desk) -> dict[str, str]:
    """Each lead that waits in the open set, by address."""
    shown = desk.does("ana", "held", "list", "--json").json()["sets"]
    (name,) = (each["name"] for each in shown if each["status"] == HeldStatus.OPEN)
    rows = desk.does("ana", "held", "show", name, "--json").json()["rows"]
    return {row["lead"]: name for row in rows}


def left(desk: Desk) -> list[int]:
    """How many leads are in each open set."""
    with desk.store() as tx:
        return [each.leads for each in held.sets(tx) if each.status is HeldStatus.OPEN]


@pytest.mark.parametrize("desk", ["live"], indirect=True)
def test_more_than_a_day_s_worth_waits_for_another_login_while_hand_raisers_pass(
    crowd: Desk, world: SimulatorProcess
) -> None:
    before = assigned(crowd.of)
    leads = waiting(crowd)
    (name,) = set(leads.values())
    assert (len(before), len(leads)) == (2, 4)
    assert crowd.does("ana", "held", "approve", name, "--yes").code == exits.HELD
    world.act("submit_form", system="hubspot", id=RAISING, as_="prospect", form="Demo request", values={})
    crowd.of.settle(2)
    assert assigned(crowd.of) == before | {RAISING}
    lines = crowd.does("ben", "proposals", "show", "1").out.splitlines()
    assert lines[-1] == f"4 leads, as `leadloop held show {name}#1` lists them"
    assert crowd.does("ben", "proposals", "approve", "1", "--yes").code == exits.OK
    crowd.of.settle(2)
    assert assigned(crowd.of) == {*CROSSING, RAISING}


@pytest.mark.parametrize("desk", ["live"], indirect=True)
def test_many_small_words_are_one_large_one_and_what_another_word_changed_is_not_let_through(crowd: Desk) -> None:
    leads = waiting(crowd)
    one, two, three, _ = leads
    name = leads[one]
    assert crowd.does("ana", "held", "approve", name, "--yes").code == exits.HELD
    assert crowd.does("kim", "held", "approve", name, "--lead", one).code == exits.OK
    done = crowd.does("ben", "proposals", "approve", "1", "--yes")
    assert done.code == exits.BAD_DATA
    assert f"{name} is not what it was" in done.err
    assert crowd.does("kim", "held", "approve", name, "--lead", two).code == exits.OK
    assert crowd.does("kim", "held", "approve", name, "--lead", three).code == exits.HELD, "a day brings two"
    assert left(crowd) == [2]
    assert crowd.does("ben", "proposals", "approve", "2", "--yes").code == exits.OK
    assert left(crowd) == [1], "exactly the third: the fourth waits on"
    assert crowd.does("ana", "held", "discard", name).code == exits.OK
    assert (left(crowd), crowd.proposals()) == ([], [(2, "approved", "ben"), (1, "overtaken", "ben")])
