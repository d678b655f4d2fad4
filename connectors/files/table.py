"""One text file read as a stream: rows with their line numbers, and a mark from which to go on.

A mark is a byte offset plus the hash of everything before it. A file that grew is read on from its
mark; one that changed before it is read again from the start, which does no harm because every row
has a key of its own. A row that is cut off at the end would not have its own key: while the file may
still be written, it is left for later.
"""

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from connectors.files.plain import UTF_8

_DELIMITERS = ",;\t|"
_CHUNK_BYTES = 1 << 20
_UNREADABLE = range(0xDC80, 0xDD00)
"""Where surrogateescape puts bytes that are no UTF-8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a file has been read: bytes, their hash, and the lines in them."""

    offset: int
    digest: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row under its header; `problem` says in words why it cannot be read, and then only `raw` has cells."""

    line: int
    cells: dict[str, str]
    problem: str | None = None
    raw: tuple[str, ...] = ()


class _Place(NamedTuple):
    """Where a row begins, to come back to."""

    offset: int
    hash: "hashlib._Hash"
    line: int


class Table:
    """A file of UTF-8 bytes being read. `header` is known once it is open; `mark` is right after each row.

    `is_whole`: nobody writes it any more, so that its last line ends where the file ends. In one that
    is not, `waits` says whether something at its end was left unread. `encoding`: what it was written in.
    """

    def __init__(
        self,
        file: BinaryIO,
        *,
        skip_lines: int,
        is_whole: bool = True,
        delimiter: str | None = None,
        encoding: str = UTF_8,
    ) -> None:
        self._file = file
        self._is_whole = is_whole
        self._encoding = encoding
        self._is_at_end = False
        self.waits = False
        self._hash = hashlib.sha256()
        self._offset = 0
        self._line = 0
        for _ in range(skip_lines):
            self._read_line()
        self._first = self._read_line()
        self.waits = self.waits or not (self._first or is_whole)
        self.delimiter = delimiter or max(_DELIMITERS, key=lambda each: len(_split(self._first, each)))
        self.header = [name.strip() for name in _split(self._first, self.delimiter)]
        self.problem = None if self.waits else self._header_problem()

    @property
    def mark(self) -> Mark:
        return Mark(offset=self._offset, digest=self._hash.copy().hexdigest(), line=self._line)

    def resume(self, mark: Mark) -> None:
        """Go on from the mark if all before it is as it was; otherwise stay at the first row."""
        if mark.offset < self._offset or not self._is_unchanged(mark):
            return
        self._file.seek(self._offset)
        while self._offset < mark.offset:
            self._take(self._file.read(min(_CHUNK_BYTES, mark.offset - self._offset)))
        self._line = mark.line

    def rows(self) -> Iterator[Row]:
        """Every row from here on. After one with broken quotes it goes on in the line below its first one."""
        reader = self._reader()
        while True:
            start = self._place()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self._return_to(start)
                if self._is_at_end and not self._is_whole:
                    self.waits = True
                    return
                raw = (self._read_line().rstrip("\r\n"),)
                yield Row(line=start.line + 1, cells={}, problem=f"the quoting is broken ({error})", raw=raw)
                reader = self._reader()
                continue
            if any(cell.strip() for cell in cells):
                yield self._row(start.line + 1, cells)

    def _reader(self) -> Iterator[list[str]]:
        self._is_at_end = False
        return csv.reader(self._lines(), delimiter=self.delimiter, strict=True)

    def _row(self, line: int, cells: list[str]) -> Row:
        if len(cells) != len(self.header):
            problem = f"{len(cells)} cells where the header has {len(self.header)}"
            return Row(line=line, cells={}, problem=problem, raw=tuple(cells))
        if any(ord(char) in _UNREADABLE for cell in cells for char in cell):
            return Row(line=line, cells={}, problem=self._not_text(), raw=tuple(cells))
        clean = (cell.replace("\0", "").strip() for cell in cells)
        return Row(line=line, cells=dict(zip(self.header, clean, strict=True)))

    def _lines(self) -> Iterator[str]:
        while line := self._read_line():
            yield line
        self._is_at_end = True

    def _read_line(self) -> str:
        raw = self._file.readline()
        if raw and not raw.endswith(b"\n") and not self._is_whole:
            self._file.seek(self._offset)
            self.waits = True
            return ""
        first = self._offset == 0
        self._take(raw)
        self._line += bool(raw)
        return raw.decode("utf-8-sig" if first else "utf-8", errors="surrogateescape")

    def _place(self) -> _Place:
        return _Place(self._offset, self._hash.copy(), self._line)

    def _return_to(self, place: _Place) -> None:
        self._offset, self._hash, self._line = place.offset, place.hash, place.line
        self._file.seek(place.offset)

    def _take(self, raw: bytes) -> None:
        self._hash.update(raw)
        self._offset += len(raw)

    def _is_unchanged(self, mark: Mark) -> bool:
        """Whether the bytes before the mark are the same, and it stands at the end of a line."""
        here, seen, left = self._file.tell(), hashlib.sha256(), mark.offset
        self._file.seek(0)
        last = b""
        while left and (chunk := self._file.read(min(_CHUNK_BYTES, left))):
            seen.update(chunk)
            left -= len(chunk)
            last = chunk[-1:]
        self._file.seek(here)
        return left == 0 and last == b"\n" and seen.hexdigest() == mark.digest

    def _header_problem(self) -> str | None:
        if "\r" in self._first.rstrip("\r\n"):
            return "its lines end as on an old Mac (CR); save it again as CSV UTF-8"
        return self._not_text() if "\0" in self._first else header_problem(self.header)

    def _not_text(self) -> str:
        return f"not {self._encoding} text; save the file as UTF-8, or name its `encoding`"


def header_problem(header: Sequence[str]) -> str | None:
    """Why nothing can stand under this header."""
    if not any(header):
        return "the file has no header"
    twice = sorted({name for name in header if header.count(name) > 1})
    return f"the header has {', '.join(map(repr, twice))} twice" if twice else None


def _split(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line.replace("\r", "")], delimiter=delimiter), [])
