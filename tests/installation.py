"""An installation on the simulator, as an admin has it: a folder of rules, commands, cycles, and a way to kill it.

The starter's rules are used as `init` writes them; only leadloop.yaml is the tests' own.
"""

import json
import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from config.template import write as write_starter
from domain.run import Run
from leadloop import cli
from leadloop.app import App, leading, open_app
from store.vault import make_key
from sync.cycle import run_once
from tests.cast import USERS
from tests.rig import UNPACED, SimulatorProcess
from tests.stores import empty_store

HALF_HOUR_S = 1800.0
"""Between two cycles: slow streams are read again, and what waited 20 minutes is due."""

SETTINGS = """\
database_url: {database_url}
key: ${{file:leadloop.key}}
environment: simulator
clock: {salesforce}
go_live: {go_live}
connections:
  salesforce:
    type: salesforce
    login_url: {salesforce}
    client_id: leadloop
    client_secret: {client_secret}
  hubspot:
    type: hubspot
    base_url: {hubspot}
    access_token: {access_token}
    searches_per_second: 20
    calls_per_10_s: 1000
    streams: [contacts, contacts_archived, companies, forms, page_views, lists, owners]
health:
  port: 0
{more}
"""

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.warm"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Its one document on standard output."""
        return json.loads(self.out)


@dataclass(slots=True, kw_only=True)
class Installation:
    """A folder on the simulator. `run` is a cycle in this process; `command` and `running` are other processes."""

    folder: Path
    simulator: SimulatorProcess
    _app: App | None = None

    @property
    def app(self) -> App:
        """Opened when first asked for and kept open: reading the rules costs more than a cycle."""
        if self._app is None:
            self._app = open_app(self.folder)
        return self._app

    def close(self) -> None:
        """Before the folder's files are edited, and at the end."""
        if self._app is not None:
            self._app.close()
            self._app = None

    def run(self, *, after_s: float = 0.0) -> Run:
        """One whole cycle, in this process."""
        if after_s:
            self.simulator.time(advance_s=after_s)
        with leading(self.app) as loop:
            return run_once(loop, now=self.app.clock.refresh(), trigger="test")

    def settle(self, cycles: int = 2, *, every_s: float = HALF_HOUR_S) -> list[Run]:
        """Let time pass and a cycle follow, so many times, in one loop as the daemon does."""
        runs = []
        with leading(self.app) as loop:
            for _ in range(cycles):
                self.simulator.time(advance_s=every_s)
                runs.append(run_once(loop, now=self.app.clock.refresh(), trigger="test"))
        return runs

    def command(self, *arguments: str) -> Done:
        """`leadloop ...`, as from a shell."""
        with self.running(*arguments) as process:
            process.join(120)
            code = process.exitcode
        assert code is not None, f"leadloop {arguments[0]} did not end within two minutes"
        out, err = (self.folder / f"last.{name}" for name in ("out", "err"))
        return Done(code=code, out=out.read_text(encoding="utf-8"), err=err.read_text(encoding="utf-8"))

    def connections(self) -> dict[str, dict[str, Any]]:
        """What `leadloop status` tells of each, by name."""
        return {each["name"]: each for each in self.command("status", "--json").json()["connections"]}

    @contextmanager
    def running(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[BaseProcess]:
        """A command in a process of its own, forked from a server that has imported everything."""
        process = _FORKS.Process(target=_run, args=(str(self.folder), arguments, dict(environment or {})))
        process.start()
        try:
            yield process
        finally:
            if process.is_alive():
                process.kill()
            process.join(60)
            process.close()

    def run_until(self, point: str) -> int:
        """`leadloop run` that kills itself at `point:n`; its exit code: -9 killed, 0 it never came there so often."""
        with self.running("run", environment={"LEADLOOP_TESTING": "1", "LEADLOOP_CRASH": point}) as process:
            process.join(60)
            code = process.exitcode
        assert code is not None, f"the run did not end within a minute of {point}"
        return code

    def rewrite(self, name: str, before: str, after: str) -> None:
        """Edit one of the folder's files as an admin would."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert before in text, f"{name} has no {before!r}"
        self.close()
        path.write_text(text.replace(before, after, 1), encoding="utf-8")


@contextmanager
def one_office(folder: Path, *, more: str = "") -> Iterator[Installation]:
    """For a whole module, each test with somebody of its own: two reps, read once. `more` as for `install`."""
    with SimulatorProcess(start=datetime(2026, 9, 7, 8, tzinfo=UTC)) as world:
        made = install(folder, world, more=more)
        world.seed(users=USERS)
        made.run()
        yield made
        made.close()


def _run(folder: str, arguments: tuple[str, ...], environment: dict[str, str]) -> None:
    os.environ.update(environment)
    sys.stdout = open(f"{folder}/last.out", "w", encoding="utf-8")  # noqa: SIM115  # until the process ends
    sys.stderr = open(f"{folder}/last.err", "w", encoding="utf-8")  # noqa: SIM115
    code = cli.run([*arguments, "-C", folder])
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(code)


KILLED = -signal.SIGKILL


def install(
    folder: Path,
    simulator: SimulatorProcess,
    *,
    database_url: str | None = None,
    go_live: str = "live",
    client_secret: str = "leadloop-secret",
    access_token: str = "pat-na1-simulator",
    more: str = "",
) -> Installation:
    """Write the folder; `more` is YAML that is added to leadloop.yaml.

    The portal lets us hurry, and the folder says so: pacing takes real time, and is looked at elsewhere.
    """
    simulator.act("edit", system="hubspot", id="settings", as_="admin", **UNPACED)
    folder.mkdir(parents=True, exist_ok=True)
    if database_url is None:
        empty_store(folder / "leadloop.db")
    write_starter(folder, key=make_key())
    settings = SETTINGS.format(
        database_url=database_url or "sqlite:///leadloop.db",
        salesforce=simulator.salesforce,
        hubspot=simulator.hubspot,
        go_live=go_live,
        client_secret=client_secret,
        access_token=access_token,
        more=more,
    )
    (folder / "leadloop.yaml").write_text(settings, encoding="utf-8")
    return Installation(folder=folder, simulator=simulator)
