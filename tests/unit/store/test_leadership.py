"""One leader at a time, and a former one can do no harm."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.errors import FencedError, LeadHeldError, StoreAwayError, StoreError
from store import installation, leadership
from store.engine import Store
from tests.pooler import Pooler
from tests.postgres import PostgresServer


def test_only_one_process_leads_and_epochs_rise(store: Store, url: str) -> None:
    other = Store.open(url)
    first = leadership.acquire(store, holder="a:1")
    first.keep()
    with pytest.raises(LeadHeldError, match="Another process"):
        leadership.acquire(other, holder="b:2")
    with store.read() as tx:
        assert leadership.epoch_now(tx) == first.epoch == 1
    first.release()
    first.release()
    first.keep()
    second = leadership.acquire(other, holder="b:2")
    assert second.epoch == 2
    second.release()
    other.dispose()


def test_a_killed_leader_frees_the_lead_at_once(store: Store, url: str) -> None:
    program = (
        "import os, signal, sys\n"
        "from store import leadership\n"
        "from store.engine import Store\n"
        "leadership.acquire(Store.open(sys.argv[1]), holder='killed')\n"
        "print('leads', flush=True)\n"
        "signal.pause()\n"
    )
    root = Path(__file__).parents[3]
    with subprocess.Popen([sys.executable, "-c", program, url], cwd=root, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"leads\n"
        with pytest.raises(LeadHeldError):
            leadership.acquire(store, holder="b:2")
        process.kill()
    heir = leadership.acquire(store, holder="b:2")
    assert heir.epoch == 2
    heir.release()


def test_after_a_restart_of_the_server_the_old_leader_is_fenced(tmp_path: Path) -> None:
    """Reliability F44: the advisory lock is granted to B while A lives."""
    server = PostgresServer(tmp_path)
    url = server.create_database("leadloop")
    old, new = Store.open(url), Store.open(url)
    old.migrate()
    first = leadership.acquire(old, holder="a:1")
    server.stop("immediate")
    server.start()
    second = leadership.acquire(new, holder="b:2")
    with pytest.raises(FencedError, match="when the lock was lost"):
        first.keep()

    def write_late() -> None:
        with old.write(first.epoch) as tx:
            installation.put(tx, "step", "live")

    with pytest.raises(FencedError):
        write_late()
    with new.write(second.epoch) as tx:
        assert installation.get(tx, "step") is None
    second.release()
    first.release()
    old.dispose()
    new.dispose()
    server.stop("immediate")


def test_a_lock_that_went_with_its_session_is_taken_again_under_the_same_epoch(postgres: PostgresServer) -> None:
    url = postgres.create_store("keeping")
    ours, theirs = Store.open(url), Store.open(url)
    first = leadership.acquire(ours, holder="a:1")
    end_sessions(theirs)
    first.keep()
    with pytest.raises(LeadHeldError):
        leadership.acquire(theirs, holder="b:2")
    with ours.write(first.epoch) as tx:
        assert leadership.epoch_now(tx) == first.epoch
    first.release()
    ours.dispose()
    theirs.dispose()
    postgres.drop_database("keeping")


def test_a_lock_is_taken_again_however_often_it_was_tried_while_the_server_was_away(tmp_path: Path) -> None:
    server = PostgresServer(tmp_path)
    url = server.create_store("leadloop")
    ours, theirs = Store.open(url), Store.open(url)
    first = leadership.acquire(ours, holder="a:1")
    server.stop("immediate")
    for _ in range(3):
        with pytest.raises(StoreAwayError):
            first.keep()
    server.start()
    first.keep()
    with pytest.raises(LeadHeldError):
        leadership.acquire(theirs, holder="b:2")
    first.keep()
    first.release()
    leadership.acquire(theirs, holder="b:2").release()
    ours.dispose()
    theirs.dispose()
    server.stop("immediate")


def test_who_lost_the_lock_does_not_take_it_back_from_one_who_led_and_left(postgres: PostgresServer) -> None:
    """Its loops may hold rows that the other one has taken over."""
    url = postgres.create_store("keeping")
    ours, theirs = Store.open(url), Store.open(url)
    first = leadership.acquire(ours, holder="a:1")
    end_sessions(theirs)
    leadership.acquire(theirs, holder="b:2").release()
    with pytest.raises(FencedError, match="the epoch is 2, ours 1"):
        first.keep()
    first.release()
    leadership.acquire(theirs, holder="b:2").release()
    ours.dispose()
    theirs.dispose()
    postgres.drop_database("keeping")


def end_sessions(store: Store) -> None:
    """As a restart of the server, or a firewall that forgets its lines."""
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    with store.read() as tx:
        tx.execute(text(f"{others} AND pid <> pg_backend_pid()"))


def test_behind_a_pooler_that_shares_sessions_nobody_leads_and_no_lock_is_left_there(postgres: PostgresServer) -> None:
    """Idle, it gives us the very session that we had: only while another transaction is open it shows."""
    url = postgres.create_store("pooled")
    with Pooler(url) as pooler:
        pooled = Store.open(pooler.url)
        for take in (lambda: leadership.acquire(pooled, holder="a:1"), lambda: leadership.keep_out(pooled)):
            with pytest.raises(StoreError, match="pooler that shares connections"):
                take()
        direct = Store.open(url)
        with direct.read() as tx:
            assert leadership.epoch_now(tx) == 0
        leadership.acquire(direct, holder="b:2").release()
        pooled.dispose()
        direct.dispose()
    postgres.drop_database("pooled")
