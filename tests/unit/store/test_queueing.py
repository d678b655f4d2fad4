"""What must not go on twice at once goes on once, over threads and processes; and which account is whose."""

import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest

from domain.errors import WrongAccountError
from store import connections
from store.engine import Store
from store.pins import StorePins
from store.queueing import one_at_a_time
from store.vault import StoreTokenCache, Vault, make_key

NOON = datetime(2026, 9, 7, 12, tzinfo=UTC)
HOLDER = """
import sys
from store.engine import Store
from store.queueing import one_at_a_time
with one_at_a_time(Store.open(sys.argv[1]), "token crm"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_threads_take_turns_and_lose_no_turn(store: Store) -> None:
    cache = StoreTokenCache(store, Vault(make_key()))
    cache.save("crm", "0")

    def renew() -> None:
        for _ in range(5):
            with cache.alone("crm"):
                cache.save("crm", str(int(cache.load("crm") or "0") + 1))

    threads = [threading.Thread(target=renew) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cache.load("crm") == "20"


def test_a_killed_process_gives_its_turn_back(store: Store, url: str) -> None:
    command = [sys.executable, "-c", HOLDER, url]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    came: list[str] = []

    def wait() -> None:
        with one_at_a_time(store, "token crm"):
            came.append("second")

    waiting = threading.Thread(target=wait)
    waiting.start()
    with one_at_a_time(store, "token other"):
        assert came == []
    waiting.join(0.1)
    assert came == []
    holder.kill()
    holder.communicate()
    waiting.join(20)
    assert came == ["second"]


def test_without_a_key_a_cache_says_that_it_keeps_nothing(store: Store) -> None:
    assert StoreTokenCache(store, Vault(make_key())).keeps is True
    assert StoreTokenCache(store, Vault(None)).keeps is False


def test_any_account_will_do_before_the_first_connect_and_only_that_one_afterwards(store: Store) -> None:
    pins = StorePins(store)
    pins.check("crm", "00D1")
    with store.write() as tx:
        connections.ensure(tx, ["crm"], now=NOON)
    pins.check("crm", "00D2")
    with store.write() as tx:
        connections.pin_account(tx, "crm", "00D1")
    pins.check("crm", "00D1")
    with pytest.raises(WrongAccountError, match="'crm' is logged in to account 00D2, but it was set up with 00D1"):
        pins.check("crm", "00D2")
