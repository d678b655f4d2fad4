"""What a daemon goes through in its days: an outage, a sleeping host, a full disk, a hard end."""

import resource
import signal
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from store import outbox
from tests.cast import REPS, contact
from tests.e2e.conftest import MONDAY
from tests.e2e.test_serve import Serving, daemon_of, until
from tests.rig import SimulatorProcess
from tests.witness import Witness

pytestmark = pytest.mark.e2e

DIA, EDA, FAY = "dia.lund@globex.example", "eda.moss@initech.example", "fay.noor@umbra.example"
TEN_MINUTES_S, DAY_S = 600.0, 86_400.0


@pytest.fixture(scope="module")
def hardy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with SimulatorProcess(start=MONDAY) as world:
        world.seed(contacts=[contact(DIA), contact(EDA), contact(FAY)])
        with daemon_of(tmp_path_factory.mktemp("hardy"), world) as found:
            yield found


def raise_hand(world: SimulatorProcess, email: str) -> None:
    world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={"message": "Hi"})


def handed_off(world: SimulatorProcess, email: str) -> bool:
    witness = Witness(simulator=world)
    leads = witness.leads(email)
    return bool(leads) and bool(witness.tasks(leads[0]["Id"])) and witness.mirrored_owner(email) in REPS


def doubled(world: SimulatorProcess) -> dict[tuple[str, str], int]:
    return {key: times for key, times in Witness(simulator=world).created().items() if times > 1}


def test_after_an_outage_of_three_days_what_waited_is_out_within_seconds(hardy: Serving) -> None:
    world = hardy.installation.simulator
    until(lambda: Witness(simulator=world).contact(DIA).get("ll_stage"), "stage")
    world.fault("bad_gateway", system="salesforce", times=None, status=503)
    raise_hand(world, DIA)
    world.time(advance_s=TEN_MINUTES_S)
    until(lambda: waiting(hardy), "write that waits for Salesforce")
    for _ in range(3):
        world.time(advance_s=DAY_S)
        time.sleep(1)
    quiet = len([line for line in hardy.lines() if line["level"] in {"warning", "error"}])
    world.clear()
    began = time.monotonic()
    until(lambda: handed_off(world, DIA), "handoff")
    print("took", time.monotonic() - began, "warnings", quiet)


def waiting(found: Serving) -> int:
    with found.installation.app.store.read() as tx:
        return sum(1 for row in outbox.list_open(tx, None, []) if row.change.object in {"Lead", "Task"})
