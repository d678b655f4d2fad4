"""What tests stand on: the simulator as a process of its own, and the small protocols a connector is built with."""

import http.server
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import requests

from connectors.contract import AccountPins, Exchange, KnownRecords, Lane, Surroundings
from connectors.pacing import Wall

ROOT = Path(__file__).resolve().parent.parent
UNPACED: Mapping[str, Any] = {"burst_per_10_s": 1_000_000, "search_per_s": 1_000_000, "association_per_10_s": 1_000_000}
"""The portal's settings where waiting takes no time, or should take none: the simulator counts real seconds."""


class SimulatorProcess:
    """`with SimulatorProcess() as simulator:` both vendors over real HTTP, and the side door to them."""

    def __init__(
        self, *, start: datetime | None = None, tls: bool = False, log: Path | None = None, slack: bool = False
    ) -> None:
        self._command = [sys.executable, "-m", "simulator", "--salesforce-port", "0", "--hubspot-port", "0"]
        self._command += ["--start", start.isoformat()] if start else []
        self._command += ["--tls"] if tls else []
        self._command += ["--slack-port", "0"] if slack else []
        self._command += ["--log", str(log)] if log else []
        self._process: subprocess.Popen[str] | None = None
        self._web = requests.Session()
        self._web.trust_env = False
        self.salesforce = ""
        self.hubspot = ""
        self.slack = ""
        self.log_path = Path()
        self.ca_file: str | None = None
        self.offset = timedelta(0)

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the simulator ended before it said where it listens"
        said = json.loads(line)
        self.salesforce, self.hubspot, self.log_path = said["salesforce"], said["hubspot"], Path(said["log"])
        self.ca_file = said.get("ca")
        self.slack = said.get("slack", "")
        self._web.verify = self.ca_file or True
        self.time()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._web.close()
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        if self._process.stdout:
            self._process.stdout.close()

    def door(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One call to the side door; its decoded answer."""
        answer = self._web.request(method, f"{self.salesforce}/_simulator/{path}", json=body, timeout=120)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json()

    def seed(self, **rows: Any) -> dict[str, list[str]]:
        """Rows by the side door's keys (leads=[…], users=[…]); the ids made, by vendor type."""
        created: dict[str, list[str]] = self.door("POST", "seed", rows)["created"]
        return created

    def act(self, do: str, *, system: str, id: str = "", as_: str = "rep", at: str | None = None, **fields: Any) -> Any:
        """A person does one thing now, or at an earlier moment."""
        body = {"as": as_, "do": do, "system": system, "id": id, "fields": fields, "at": at}
        return self.door("POST", "act", {name: value for name, value in body.items() if value is not None})

    def time(self, *, advance_s: float | None = None) -> datetime:
        """Simulated now, after a jump if one is asked for."""
        told = self.door("GET", "time") if advance_s is None else self.door("POST", "time", {"advance_s": advance_s})
        self.offset = timedelta(seconds=told["offset_s"])
        return datetime.fromisoformat(told["now"])

    def fault(
        self,
        kind: str,
        *,
        system: str,
        path: str | None = None,
        method: str | None = None,
        times: int | None = 1,
        **more: Any,
    ) -> None:
        """Order a fault for the next `times` matching calls (None: until `clear`)."""
        match = {"system": system, "path": path, "method": method}
        wanted = {name: value for name, value in match.items() if value is not None}
        self.door("POST", "faults", {"kind": kind, "match": wanted, "times": times, **more})

    def faults(self) -> list[dict[str, Any]]:
        """What was ordered and has not met its call yet."""
        waiting: list[dict[str, Any]] = self.door("GET", "faults")["faults"]
        return waiting

    def clear(self) -> None:
        self.door("DELETE", "faults")

    def objects(self, type_name: str, *, system: str) -> list[dict[str, Any]]:
        """Every object of a type as the vendor holds it, deleted ones too."""
        found: list[dict[str, Any]] = self.door("GET", f"objects/{type_name}?system={system}")["objects"]
        return found

    def settings(self, **wanted: Any) -> dict[str, Any]:
        """Change settings of the simulator and give them back."""
        told: dict[str, Any] = self.door("POST", "settings", wanted)["settings"]
        return told

    def log(self, since: int = 0) -> list[dict[str, Any]]:
        """The lines of the request log numbered above `since`."""
        answer = self._web.get(f"{self.salesforce}/_simulator/log?since={since}", timeout=120)
        return [json.loads(line) for line in answer.content.splitlines()]

    def seq(self) -> int:
        """The number of the last log line."""
        seq: int = self.door("GET", "stats")["log_seq"]
        return seq

    def now(self) -> datetime:
        """Simulated now without a call: this object is a `Clock`."""
        return datetime.now(UTC) + self.offset


class FastWall:
    """Wall time on which sleeping takes no time: the seconds slept are simply added."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.wall = Wall(monotonic=self._monotonic, sleep=self.slept.append)

    def _monotonic(self) -> float:
        return time.monotonic() + sum(self.slept)


@dataclass
class MemoryTokens:
    """A token cache that forgets with the process."""

    kept: dict[str, str] = field(default_factory=dict)
    saves: int = 0
    keeps: bool = True
    lock: threading.Lock = field(default_factory=threading.Lock)

    def load(self, connection: str) -> str | None:
        return self.kept.get(connection)

    def save(self, connection: str, token: str) -> None:
        self.kept[connection] = token
        self.saves += 1

    @contextmanager
    def alone(self, connection: str) -> Iterator[None]:
        with self.lock:
            yield


@dataclass
class CountedBudget:
    """Books calls and hints; never says no."""

    spent: Counter[Lane] = field(default_factory=Counter)
    hints: list[tuple[int, int | None]] = field(default_factory=list)
    resets: list[datetime | None] = field(default_factory=list)

    def spend(self, connection: str, lane: Lane, *, calls: int = 1) -> None:
        self.spent[lane] += calls

    def hint(self, connection: str, *, used: int, limit: int | None, resets_at: datetime | None = None) -> None:
        self.hints.append((used, limit))
        self.resets.append(resets_at)


@dataclass
class KeptWire:
    """A wire log in a list."""

    exchanges: list[Exchange] = field(default_factory=list)

    def keep(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)

    def text(self) -> str:
        return "\n".join(repr(exchange) for exchange in self.exchanges)


@dataclass(frozen=True)
class FixedClock:
    """A clock that stands."""

    at: datetime

    def now(self) -> datetime:
        return self.at


def surroundings(
    connection: str,
    clock: Any,
    *,
    fields: Mapping[str, frozenset[str]] | None = None,
    tokens: MemoryTokens | None = None,
    budget: CountedBudget | None = None,
    wire: KeptWire | None = None,
    lane: Lane = Lane.BACKGROUND,
    pins: AccountPins | None = None,
    known: KnownRecords | None = None,
    lists: Set[str] = frozenset(),
) -> Surroundings:
    """What a connector is built with, from the small objects above."""
    return Surroundings(
        connection=connection,
        clock=clock,
        tokens=tokens or MemoryTokens(),
        budget=budget or CountedBudget(),
        wire=wire or KeptWire(),
        fields=fields or {},
        lane=lane,
        lists=lists,
        pins=pins,
        known=known,
    )


Reply = tuple[int, Mapping[str, str], bytes]


@contextmanager
def stub_server(answer: Callable[[str, str, bytes], Reply]) -> Iterator[str]:
    """A real HTTP server that answers (method, path, body) with (status, headers, body); gives its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            status, headers, content = answer(self.command, self.path, body)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = _serve  # noqa: N815  # http.server's names

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
