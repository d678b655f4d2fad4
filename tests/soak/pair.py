"""Two daemons on one installation: one leads, the other waits. Something befalls the pair, then both are killed."""

import os
import random
import signal
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess

from sqlalchemy import create_engine, text

from leadloop import exits
from tests.installation import KILLED, Installation

PAIR = "one of two daemons"
_BEGUN_AGAIN = (exits.UNREACHABLE, exits.TRY_AGAIN)
"""With which a daemon ends that was cut off before it ran, or that found an SQLite file led by the other one; its
supervisor starts it again."""
_CUT_OFF = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


class Pair:
    """What became of one pair: `kills` that fired, and in `wrong` why a daemon was not there to be killed."""

    def __init__(self, installation: Installation, chance: random.Random) -> None:
        self._installation, self._chance = installation, chance
        self.kills = 0
        self.wrong: list[str] = []

    def live(self) -> None:
        """Leader and standby change places by whichever of them is paused, cut off from the database or killed."""
        with self._installation.running("serve") as one, self._installation.running("serve") as other:
            self._wait(one)
            befall = self._chance.choice(list(self._ills(one, other)))
            befall()
            first, last = self._chance.sample([one, other], k=2)
            self._kill(first)
            self._wait(last)
            self._kill(last)

    def _ills(self, one: BaseProcess, other: BaseProcess) -> Iterator[Callable[[], None]]:
        yield lambda: self._pause(one)
        yield lambda: self._pause(other)
        if self._installation.app.store.is_postgresql:
            yield lambda: self._cut_off(one)

    def _wait(self, process: BaseProcess) -> None:
        process.join(self._chance.uniform(0.5, 3.0))

    def _pause(self, process: BaseProcess) -> None:
        """As a machine that sleeps: it does not know, and goes on where it was."""
        if process.pid is None or process.exitcode is not None:
            return
        os.kill(process.pid, signal.SIGSTOP)
        self._wait(process)
        os.kill(process.pid, signal.SIGCONT)
        self._wait(process)

    def _cut_off(self, process: BaseProcess) -> None:
        """Every session ends, the leader's lock with it, as by a restart of the server."""
        engine = create_engine(self._installation.app.store.engine.url)
        try:
            with engine.connect() as connection:
                connection.execute(text(_CUT_OFF))
        finally:
            engine.dispose()
        self._wait(process)

    def _kill(self, process: BaseProcess) -> None:
        process.kill()
        process.join()
        if process.exitcode == KILLED:
            self.kills += 1
        elif process.exitcode not in _BEGUN_AGAIN:
            self.wrong.append(f"one of two daemons ended by itself with {process.exitcode}")
