"""PostgreSQL on a disk that fills up: nothing is written that is not noted, and it goes on by itself."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sync.daemon import LOOK_S
from tests.cast import ANA, USERS, contact
from tests.e2e.test_hardship import GOAL_S, let_pass, warned
from tests.e2e.test_serve import QUICK, serving, until
from tests.installation import install
from tests.postgres import PostgresServer
from tests.rig import SimulatorProcess
from tests.witness import Witness

pytestmark = pytest.mark.e2e

DISK_BYTES = 64 << 20
FAILED = {"job_failed", "connection_failed"}
CROWD = [f"nova.{number}@initech.example" for number in range(150)]
"""More rows than the free places in PostgreSQL's pages hold."""


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of its own; only root may mount one."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "leadloop-test", str(folder)]
    done = subprocess.run(mount, check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"a full disk needs the right to mount one: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """A file that takes what is left."""
    ballast = disk / "ballast"
    room = os.statvfs(disk)
    ballast.write_bytes(b"\0" * (room.f_bavail * room.f_frsize))
    return ballast


def staged(world: SimulatorProcess) -> list[str]:
    witness = Witness(simulator=world)
    return [email for email in CROWD if witness.contact(email).get("ll_stage")]


def test_while_postgresqls_disk_is_full_nobody_new_is_written_and_afterwards_it_goes_on_by_itself(
    tmp_path: Path, world: SimulatorProcess, server: PostgresServer
) -> None:
    world.seed(users=USERS, contacts=[contact(ANA)])
    with small_disk(tmp_path / "disk") as disk:
        server.add_disk("small", disk)
        made = install(tmp_path / "home", world, database_url=server.create_store("leadloop", disk="small"), more=QUICK)
        with serving(made) as daemon:
            until(lambda: Witness(simulator=world).contact(ANA).get("ll_stage"), "stage")
            ballast, before = fill(disk), len(warned(daemon))
            world.seed(contacts=[contact(each) for each in CROWD])
            world.time(advance_s=1200)
            until(lambda: set(warned(daemon)[before:]) & FAILED, "pull that fails")
            let_pass(2 * LOOK_S)
            reasons = [str(line["reason"]) for line in daemon.lines() if line["event"] in FAILED]
            assert all("The disk under PostgreSQL is full" in reason for reason in reasons)
            assert daemon.get("/healthz").status_code == 200
            assert staged(world) == []
            ballast.unlink()
            began = time.monotonic()
            until(lambda: len(staged(world)) == len(CROWD), "stage on everybody")
            assert time.monotonic() - began < GOAL_S
            assert daemon.end() == 0
        made.close()
