"""A running daemon follows every order about go-live, whoever gives it, without a restart."""

from pathlib import Path

import pytest

from domain.run import GoLive
from store import steps
from tests.cast import USERS, contact
from tests.e2e.test_serve import QUICK, serving, until
from tests.installation import Installation, install
from tests.rig import SimulatorProcess
from tests.witness import Witness

pytestmark = pytest.mark.e2e

ANA, BEN, CAT = "ana.ruiz@globex.example", "ben.cole@initech.example", "cat.moor@umbra.example"


def ask(made: Installation, email: str) -> dict[str, object]:
    """A request to be called, and a cycle of the daemon after it; what the daemon answered."""
    made.simulator.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={})
    made.simulator.time(advance_s=3600)
    answered: dict[str, object] = made.command("run", "--json").json()
    return answered


def in_force(made: Installation) -> GoLive | None:
    with made.app.store.read() as tx:
        last = steps.last(tx)
    return last.step if last else None


def test_a_step_back_by_command_or_by_an_edit_binds_the_running_daemon(tmp_path: Path, world: SimulatorProcess) -> None:
    world.seed(users=USERS, contacts=[contact(ANA), contact(BEN), contact(CAT)])
    made = install(tmp_path / "served", world, more=QUICK)
    witness = Witness(simulator=world)
    with serving(made) as found:
        found.wait_ready()
        until(lambda: witness.contact(CAT).get("ll_stage"), "stage on the last contact")
        assert made.command("golive", "observe").code == 0
        since = world.log()[-1]["seq"]
        assert ask(made, ANA)["observing"] is True
        assert Witness(simulator=world, since=since).writes() == []

        assert made.command("golive", "live", "--yes", "--force", "enough seen").code == 0
        assert ask(made, BEN)["observing"] is False
        until(lambda: witness.contact(BEN)["ll_stage"] == "assigned", "handoff of who asked after the step")
        assert witness.contact(ANA)["ll_stage"] == "engaged", "she waits in the set of the step at which she asked"

        text = (made.folder / "leadloop.yaml").read_text(encoding="utf-8")
        (made.folder / "leadloop.yaml").write_text(text.replace("go_live: live", "go_live: observe"), encoding="utf-8")
        until(lambda: in_force(made) is GoLive.OBSERVE, "order by the edited file")
        since = world.log()[-1]["seq"]
        assert ask(made, CAT)["observing"] is True
        assert Witness(simulator=world, since=since).writes() == []
        assert found.end() == 0
    made.close()
