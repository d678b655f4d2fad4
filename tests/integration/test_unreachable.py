"""A system that does not answer, or does not know us: the exit code tells a script which of the two."""

import socket

from leadloop import exits
from tests.cast import USERS, contact
from tests.installation import Installation
from tests.rig import SimulatorProcess


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def test_a_system_that_refuses_connections_is_69_for_run_and_for_plan(
    installation: Installation, world: SimulatorProcess
) -> None:
    world.seed(users=USERS, contacts=[contact("ana@globex.example")])
    installation.run()
    installation.rewrite("leadloop.yaml", f"base_url: {world.hubspot}", f"base_url: http://127.0.0.1:{closed_port()}")
    assert installation.command("run").code == exits.UNREACHABLE
    done = installation.command("plan", "--pull", "--detailed-exitcode")
    assert (done.code, "hubspot" in done.err) == (exits.UNREACHABLE, True)


def test_a_login_that_is_refused_is_77_for_plan_too(installation: Installation, world: SimulatorProcess) -> None:
    world.seed(users=USERS, contacts=[contact("ana@globex.example")])
    installation.run()
    installation.rewrite("leadloop.yaml", "access_token: pat-na1-simulator", "access_token: pat-na1-wrong")
    assert installation.command("plan", "--pull").code == exits.LOGIN
