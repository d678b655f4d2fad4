"""The ends of the audit's chain, one line per sealing, in a file beside the database.

Whoever can rewrite the database can make its chain anew, or cut it short; what these lines name has to be there for
ever. Keep the file, or the log that has the same, where the database's owner cannot write.
"""

import os
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import structlog

from domain.errors import SettingsError
from domain.values import to_text
from store import audit_chain
from store.audit_chain import Anchor
from store.engine import Store

log = structlog.get_logger(__name__)

_END_BYTES = 512
"""More than one line has."""


class AnchorFile:
    """`now` stamps the lines. One process writes at a time: whoever leads."""

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self.path = path
        self._now = now
        self._lock = threading.Lock()
        self._trouble = False

    def keep(self, end: Anchor) -> None:
        """Add a line. What cannot be written is logged once and stops nobody: the next line vouches for as much."""
        log.info("audit_sealed", number=end.number, row=end.seq, hash=end.hash)
        try:
            with self._lock:
                _append(self.path, f"{to_text(self._now())} {end.to_text()}\n")
        except OSError as error:
            if not self._trouble:
                log.warning("anchor_not_written", file=str(self.path), reason=error.strerror)
            self._trouble = True
        else:
            self._trouble = False

    def last(self) -> Anchor | None:
        """The newest line; None before the first."""
        try:
            with self.path.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _END_BYTES))
                lines = file.read().decode(errors="replace").splitlines()
        except OSError:
            return None
        return _read(lines[-1]) if lines else None

    def all(self) -> Iterator[Anchor]:
        """Every line, oldest first; SettingsError for one that is none."""
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                found = _read(line.rstrip("\n"))
                if found is None:
                    raise SettingsError(f"{self.path}:{number} is no anchor: `TIME NUMBER ROW HASH` is wanted")
                yield found


def trouble(store: Store, anchors: AnchorFile) -> str:
    """What is wrong with the end of the audit at a glance; empty when the newest anchor is where it was."""
    last = anchors.last()
    if last is None:
        return ""
    with store.read() as tx:
        if audit_chain.reaches(tx, last):
            return ""
    return (
        f"the audit does not reach row {last.seq}, which {anchors.path.name} vouches for: `leadloop audit verify` says "
        "more. After a restored backup move that file to the backup's papers"
    )


def unanchored(store: Store, anchors: AnchorFile) -> int:
    """How many sealed rows the newest line does not vouch for: a line follows within the second of its seal."""
    last = anchors.last()
    with store.read() as tx:
        end = audit_chain.end(tx)
    return max(0, (0 if end is None else end.number) - (0 if last is None else last.number))


def _append(path: Path, line: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, line.encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(line: str) -> Anchor | None:
    try:
        return Anchor.from_text(line.partition(" ")[2])
    except ValueError:
        return None
