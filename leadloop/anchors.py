"""The ends of the audit's chain, one line per sealing, in a file beside the database.

Whoever can rewrite the database can make its chain anew, or cut it short; what these lines name has to be there for
ever. Keep the file, or the log that has the same, where the database's owner cannot write. A restore cuts the chain
short too: it says so in a line of its own, and only together with its row in the audit that accounts for the lines
before it.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from domain.errors import SettingsError
from domain.values import from_text, to_text
from store import audit, audit_chain, restored
from store.audit import Wanted
from store.audit_chain import Anchor
from store.engine import Store, Tx

log = structlog.get_logger(__name__)

_END_BYTES = 512
"""More than one line has."""


_RESTORED = "restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An end of the chain; `restored_by`, `taken_at`: of the one that a restore went back to."""

    at: datetime
    end: Anchor
    restored_by: str = ""
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """Rows of the audit that a restore took out of the database: from the one after `end` up to `until`."""

    at: datetime
    by: str
    taken_at: datetime
    end: Anchor
    until: int

    @property
    def rows(self) -> int:
        return self.until - self.end.number


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
        self._write(end.to_text())

    def restore(self, end: Anchor | None, *, by: str, taken_at: datetime) -> None:
        """The chain goes back to this end; OSError where that cannot be written: nobody would know of it later."""
        end = end or audit_chain.NOTHING
        log.info("audit_restored", number=end.number, row=end.seq, hash=end.hash, taken_at=to_text(taken_at))
        words = f"{_RESTORED} {'_'.join(by.split())} {to_text(taken_at)}"
        _append(self.path, f"{to_text(self._now())} {end.to_text()} {words}\n")

    def _write(self, words: str) -> None:
        try:
            with self._lock:
                _append(self.path, f"{to_text(self._now())} {words}\n")
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
        found = _read(lines[-1]) if lines else None
        return None if found is None else found.end

    def all(self) -> Iterator[Line]:
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
        "more. If an older database was put in its place: `leadloop restore --already`"
    )


def accounted_for(tx: Tx, lines: Sequence[Line]) -> tuple[list[Anchor], list[SetAside]]:
    """The ends that have to be in the chain, and what restores took out of it: of each there is a row in the audit."""
    acts = (restored.ACTION, restored.BEGAN_ANEW)
    told = {entry.record_id for act in acts for _, entry in audit.rows(tx, Wanted(action=act))}
    standing: list[Anchor] = []
    gone: list[SetAside] = []
    for line in lines:
        if line.taken_at is not None and restored.name_of(line.end) in told:
            until = max((each.number for each in standing), default=0)
            standing = [each for each in standing if each.number <= line.end.number]
            if until > line.end.number:
                gone.append(
                    SetAside(at=line.at, by=line.restored_by, taken_at=line.taken_at, end=line.end, until=until)
                )
        standing.append(line.end)
    return standing, gone


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


def _read(line: str) -> Line | None:
    at, _, rest = line.partition(" ")
    chain, _, words = rest.partition(f" {_RESTORED} ")
    by, _, taken_at = words.rpartition(" ")
    try:
        end = Anchor.from_text(chain)
        return Line(at=from_text(at), end=end, restored_by=by, taken_at=from_text(taken_at) if by else None)
    except ValueError:
        return None
