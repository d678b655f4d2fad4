"""What a daemon goes through in its days: an outage, a host that sleeps, a full disk, a hard end."""

import resource
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from store import outbox
from sync.daemon import LOOK_S
from tests.cast import REPS, contact
from tests.e2e.conftest import MONDAY
from tests.e2e.test_serve import Serving, daemon_of, until
from tests.rig import SimulatorProcess
from tests.witness import Witness

pytestmark = pytest.mark.e2e

DIA, EDA, FAY, GUS = (
    "dia.lund@globex.example",
    "eda.moss@initech.example",
    "fay.noor@umbra.example",
    "gus.ott@hooli.example",
)
GOAL_S = 30.0
"""Working again so soon after a fault."""
ASLEEP_S = 12.0
SEARCHES_OF_TWO_READINGS = 4


@pytest.fixture(scope="module")
def hardy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """One daemon for all of it, and people of each test's own."""
    with SimulatorProcess(start=MONDAY) as world:
        world.seed(contacts=[contact(each) for each in (DIA, EDA, FAY, GUS)])
        with daemon_of(tmp_path_factory.mktemp("hardy"), world) as found:
            until(lambda: Witness(simulator=world).contact(GUS).get("ll_stage"), "stage on the last contact")
            yield found


def raise_hand(world: SimulatorProcess, email: str) -> None:
    world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={"message": "Hi"})


def handed_off(world: SimulatorProcess, email: str) -> bool:
    witness = Witness(simulator=world)
    leads = witness.leads(email)
    return bool(leads) and bool(witness.tasks(leads[0]["Id"])) and witness.mirrored_owner(email) in REPS


def waits(found: Serving) -> bool:
    """Whether anything was tried and could not be written."""
    with found.installation.app.store.read() as tx:
        return any(row.code == "TransientError" for row in outbox.list_open(tx))


def warned(found: Serving) -> list[str]:
    """Every line at warning or above."""
    return [line["event"] for line in found.lines() if line["level"] in {"warning", "error", "critical"}]


def let_pass(seconds: float) -> None:
    """For what must not happen in the meantime."""
    over = time.monotonic() + seconds
    until(lambda: time.monotonic() > over, "end of the meantime")


def test_half_a_minute_after_a_system_is_back_what_waited_for_it_is_out_and_one_line_told_of_it(hardy: Serving) -> None:
    world = hardy.installation.simulator
    before = warned(hardy)
    world.fault("bad_gateway", system="salesforce", times=None, status=503)
    raise_hand(world, DIA)
    world.time(advance_s=1200)
    until(lambda: waits(hardy), "write that waits for Salesforce")
    world.time(advance_s=600)
    world.clear()
    began = time.monotonic()
    until(lambda: handed_off(world, DIA), "handoff")
    assert time.monotonic() - began < GOAL_S
    assert warned(hardy)[len(before) :] == ["connection_failed"]


def test_a_host_that_slept_for_nine_hours_goes_on_without_a_burst(hardy: Serving) -> None:
    """Stopped for more than one turn of every job but the retention's, with the clock nine hours on."""
    world = hardy.installation.simulator
    before = warned(hardy)
    hardy.process.send_signal(signal.SIGSTOP)
    raise_hand(world, EDA)
    world.time(advance_s=9 * 3600)
    since = world.seq()
    let_pass(ASLEEP_S)
    assert world.log(since) == []
    hardy.process.send_signal(signal.SIGCONT)
    until(lambda: handed_off(world, EDA), "handoff")
    searched = [line for line in world.log(since) if line["path"].endswith("/contacts/search")]
    assert len(searched) <= SEARCHES_OF_TWO_READINGS, "its ten-second turns are not made up for"
    assert max(Witness(simulator=world).created().values()) == 1
    assert [line["epoch"] for line in hardy.lines() if line["event"] == "leading"] == [1]
    assert warned(hardy) == before


def test_while_the_disk_is_full_nothing_is_written_anywhere_and_afterwards_it_goes_on_by_itself(
    hardy: Serving,
) -> None:
    """The kernel lets no file of the process grow beyond the size that the write-ahead log has now."""
    world, pid = hardy.installation.simulator, hardy.process.pid
    before, now_bytes = warned(hardy), (hardy.installation.folder / "leadloop.db-wal").stat().st_size
    unlimited = resource.prlimit(pid, resource.RLIMIT_FSIZE, (now_bytes, resource.RLIM_INFINITY))
    since = world.seq()
    raise_hand(world, FAY)
    world.time(advance_s=1200)
    until(lambda: "job_failed" in warned(hardy)[len(before) :], "job that fails")
    let_pass(2 * LOOK_S)
    reasons = [str(line["reason"]) for line in hardy.lines() if line["event"] == "job_failed"]
    assert "disk under the database is full" in reasons[-1]
    assert (hardy.get("/readyz").status_code, hardy.get("/healthz").status_code) == (503, 200)
    assert Witness(simulator=world, since=since).writes() == []
    resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)
    began = time.monotonic()
    until(lambda: handed_off(world, FAY), "handoff")
    assert time.monotonic() - began < GOAL_S
    assert max(Witness(simulator=world).created().values()) == 1
    with hardy.installation.app.store.read() as tx:
        assert tx.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_a_second_sigterm_ends_what_hangs_at_once_and_the_next_start_mends_it(hardy: Serving) -> None:
    """Under load: somebody's handoff is being sent to a system that does not answer."""
    installation, world = hardy.installation, hardy.installation.simulator
    world.fault("slow", system="salesforce", method="PATCH", times=1, seconds=120.0)
    raise_hand(world, GUS)
    world.time(advance_s=1200)
    until(lambda: world.door("GET", "faults")["faults"] == [], "write that meets the slow system")
    hardy.process.send_signal(signal.SIGTERM)
    with pytest.raises(subprocess.TimeoutExpired):
        hardy.process.wait(1)
    hardy.process.send_signal(signal.SIGTERM)
    assert hardy.process.wait(5) == -signal.SIGTERM
    installation.run()
    installation.settle(2)
    assert handed_off(world, GUS)
    assert max(Witness(simulator=world).created().values()) == 1
    quiet_from = world.seq()
    installation.settle(1)
    assert Witness(simulator=world, since=quiet_from).writes() == []
