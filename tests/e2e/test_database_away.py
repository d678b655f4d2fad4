"""The database's server goes away under running daemons and comes back: nobody has to start anything again."""

import signal
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.errors import LeadHeldError, StoreAwayError
from leadloop import exits
from store import leadership
from store.engine import Store
from tests.cast import ANA, USERS, contact
from tests.e2e.test_serve import QUICK, until
from tests.installation import install
from tests.postgres import PostgresServer
from tests.rig import SimulatorProcess
from tests.soak.daemon import END_S, daemon, errors_of
from tests.witness import Witness

pytestmark = pytest.mark.e2e


def test_leader_and_standby_outlive_a_server_that_crashes(
    tmp_path: Path, world: SimulatorProcess, server: PostgresServer
) -> None:
    """Whoever of the two leads when it is back, a request to be called is with a rep, once."""
    made = install(tmp_path / "installation", world, database_url=server.create_store("leadloop"), more=QUICK)
    world.seed(users=USERS, contacts=[contact(ANA)])
    log, witness = errors_of(made), Witness(simulator=world)
    with daemon(made) as one, daemon(made) as other:
        for word in ("leading", "standing_by", "baseline_taken"):
            until(lambda word=word: word in log.read_text(encoding="utf-8"), word)  # type: ignore[misc]
        server.stop("immediate")
        until(lambda: "database_away" in log.read_text(encoding="utf-8"), "word of it")
        server.start()
        world.act("submit_form", system="hubspot", id=ANA, as_="prospect", form="Demo request", values={"message": "."})
        until(lambda: any(witness.tasks(lead["Id"]) for lead in witness.leads(ANA)), "task")
        for process in (one, other):
            assert process.poll() is None
            process.send_signal(signal.SIGTERM)
            assert process.wait(END_S) == exits.OK
    (lead,) = witness.leads(ANA)
    assert len(witness.tasks(lead["Id"])) == 1
    made.close()


def test_the_daemon_takes_its_lock_again_when_the_server_is_back(
    tmp_path: Path, world: SimulatorProcess, server: PostgresServer
) -> None:
    """Until then a command would find that nobody leads, and lead beside it. It looked for it in vain before."""
    made = install(tmp_path / "installation", world, database_url=server.create_store("leadloop"), more=QUICK)
    log, store = errors_of(made), Store.open(server.url("leadloop"))
    with daemon(made) as process:
        until(lambda: "leading" in log.read_text(encoding="utf-8"), "lead")
        server.stop("immediate")
        until(lambda: '"step": "lead"' in log.read_text(encoding="utf-8"), "look for the lock in vain")
        server.start()
        until(lambda: answers(store) and is_led(store), "lock")
        process.send_signal(signal.SIGTERM)
        assert process.wait(END_S) == exits.OK
    assert log.read_text(encoding="utf-8").count("leading") == 1, "as the same leader"
    store.dispose()
    made.close()


def answers(store: Store) -> bool:
    try:
        with store.read() as tx:
            tx.execute(text("SELECT 1"))
    except StoreAwayError:
        return False
    return True


def is_led(store: Store) -> bool:
    try:
        leadership.keep_out(store)()
    except LeadHeldError:
        return True
    return False


def test_a_command_says_that_the_server_is_away_and_how_to_go_on(
    tmp_path: Path, world: SimulatorProcess, server: PostgresServer
) -> None:
    made = install(tmp_path / "installation", world, database_url=server.create_store("leadloop"))
    server.stop()
    done = made.command("run")
    assert (done.code, done.out) == (exits.UNREACHABLE, "")
    assert "PostgreSQL does not answer. Check that it runs" in done.err
    server.start()
