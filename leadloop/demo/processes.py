"""The other two processes of the demo: the simulator and the actors, each with a line to talk on."""

import json
import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from domain.errors import TransientError

START_S = 30
KIB = 1024


class Line:
    """A child process that answers one JSON line with another."""

    def __init__(self, module: str, *arguments: str, errors: Path) -> None:
        self._name = module
        with errors.open("ab") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def hear(self) -> dict[str, Any]:
        """The next line; TransientError when the process has ended instead."""
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise TransientError(f"{self._name} ended with exit code {self._process.wait()}; see its log")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def ask(self, command: Mapping[str, Any]) -> dict[str, Any]:
        if self._process.stdin is None:
            raise TransientError(f"{self._name} has no line")
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        return self.hear()

    def wait(self) -> int:
        return self._process.wait()

    def end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=START_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


@contextmanager
def running(module: str, *arguments: str, errors: Path) -> Iterator[Line]:
    """A child that is ended with the block, whatever happens in it."""
    line = Line(module, *arguments, errors=errors)
    try:
        yield line
    finally:
        line.end()


def peak_rss_mb(pid: int | None = None) -> int:
    """The most memory a process has used, in MiB: this one, or a living child by its id."""
    if pid is None:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // KIB
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // KIB
    lines = status.read_text().splitlines()
    peak = next((line.split()[1] for line in lines if line.startswith("VmHWM:")), "0")
    return int(peak) // KIB
