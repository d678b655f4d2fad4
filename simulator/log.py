"""What happened, line by line: the oracle that every test of leadloop may trust.

One JSON line per request that reached the simulator (vendor calls and side-door acts alike), with
the effects it had on the vendors' records. Kept in a file, so that a year of calls costs no memory.
"""

import json
import threading
from array import array
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypedDict

import orjson

from simulator.clock import Clock

Op = Literal["create", "update", "delete", "member_add", "member_remove"]


class Effect(TypedDict):
    """One change to one record: only the fields that changed stand in `before` and `after`."""

    op: Op
    type: str
    id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Log:
    """Append-only; `seq` starts at 1 and has no gap."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self._path = path
        self._file = path.open("wb")
        self._starts = array("Q", [0])  # where each line begins, so that a follower need not read the whole file
        self._lock = threading.Lock()
        self.seq = 0

    @property
    def path(self) -> Path:
        return self._path

    def append(
        self,
        *,
        system: str,
        method: str,
        path: str,
        status: int,
        effects: list[Effect],
        at: datetime | None = None,
        act: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> int:
        """Write one line and return its number. `at` and `act` are the side-door act's own time and words.

        `headers` are those of the request that decide what a vendor does with it.
        """
        with self._lock:
            self.seq += 1
            line: dict[str, Any] = {
                "seq": self.seq,
                "at": _text(at or self._clock.now()),
                "wall": _text(datetime.now(UTC)),
                "system": system,
                "method": method,
                "path": path,
                "status": status,
                "effects": effects,
            }
            if act is not None:
                line["act"] = act
            if headers:
                line["headers"] = headers
            written = self._file.write(_written(line) + b"\n")
            self._starts.append(self._starts[-1] + written)
            return self.seq

    def lines(self, since: int = 0) -> Iterator[bytes]:
        """Yield the lines numbered above `since`, oldest first."""
        with self._lock:
            self._file.flush()
            if since >= self.seq:
                return
            start, end = self._starts[max(since, 0)], self._starts[self.seq]
        with self._path.open("rb") as file:
            file.seek(start)
            while file.tell() < end:
                yield file.readline()

    def close(self) -> None:
        self._file.close()


def _written(line: dict[str, Any]) -> bytes:
    """orjson is five times as fast but refuses what is no Unicode text; the log must not."""
    try:
        return orjson.dumps(line, default=str)
    except TypeError:
        return json.dumps(line, separators=(",", ":"), default=str).encode()


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
