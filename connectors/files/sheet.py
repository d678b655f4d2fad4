"""One sheet of a workbook (.xlsx) read as a stream: the same rows and marks as a text file gives.

A workbook is never appended to, so a mark is the number of rows read and the hash of the whole file.
"""

import datetime as dt
import hashlib
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from connectors.files.plain import MOST_BYTES, UnreadableError
from connectors.files.table import Mark, Row, header_problem

_ERROR = "e"
_BROKEN = (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, EOFError, OSError)
"""What openpyxl raises for a file that is no whole workbook."""


class Sheet:
    """A sheet being read. `header` is known once it is open; `mark` is right after each row."""

    waits = False

    def __init__(self, rows: Iterator[Sequence[Any]], *, digest: str, skip_lines: int) -> None:
        self._rows = rows
        self._digest = digest
        self._line = 0
        for _ in range(skip_lines):
            self._next()
        self.header = _trimmed([_text(cell).strip() for cell in self._next() or ()])
        self.problem = header_problem(self.header)

    @property
    def mark(self) -> Mark:
        return Mark(offset=self._line, digest=self._digest, line=self._line)

    def resume(self, mark: Mark) -> None:
        """Go on after the mark if it is the same file; otherwise stay at the first row."""
        if mark.digest == self._digest:
            while self._line < mark.line and self._next() is not None:
                pass

    def rows(self) -> Iterator[Row]:
        while (cells := self._next()) is not None:
            texts = [_text(cell) for cell in cells]
            if any(text.strip() for text in texts):
                yield self._row(cells, _trimmed(texts))

    def _row(self, cells: Sequence[Any], texts: list[str]) -> Row:
        width = len(self.header)
        if len(texts) > width:
            return self._bad(texts, f"{len(texts)} cells where the header has {width}")
        errors = [name for name, cell in zip(self.header, cells, strict=False) if cell.data_type == _ERROR]
        if errors:
            return self._bad(texts, f"column {errors[0]!r} holds an error of the workbook's own")
        padded = [*texts, *[""] * (width - len(texts))]
        clean = (text.replace("\0", "").strip() for text in padded)
        return Row(line=self._line, cells=dict(zip(self.header, clean, strict=True)))

    def _bad(self, texts: list[str], problem: str) -> Row:
        return Row(line=self._line, cells={}, problem=problem, raw=tuple(texts))

    def _next(self) -> Sequence[Any] | None:
        row = next(self._rows, None)
        self._line += row is not None
        return row


@contextmanager
def opened(path: Path, *, skip_lines: int, sheet: str | None = None) -> Iterator[Sheet]:
    """Open a workbook at one sheet, the first unless named; UnreadableError says why it cannot be."""
    _refuse_bomb(path)
    with warnings.catch_warnings(), path.open("rb") as file:
        warnings.simplefilter("ignore")  # about styles and extensions, none of which we read
        try:
            book = load_workbook(file, read_only=True, data_only=True)
        except _BROKEN as error:
            raise UnreadableError("no whole workbook; save it again as .xlsx", unfinished=True) from error
        try:
            page = book[_sheet_name(book.sheetnames, sheet)]
            page.reset_dimensions()  # what a file says about its own size is often wrong
            yield Sheet(page.iter_rows(), digest=_digest(path), skip_lines=skip_lines)
        finally:
            book.close()


def _sheet_name(names: Sequence[str], wanted: str | None) -> str:
    if wanted is None:
        return names[0]
    if wanted not in names:
        raise UnreadableError(f"there is no sheet {wanted!r}; there are {', '.join(map(repr, names))}")
    return wanted


def _refuse_bomb(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            size = sum(each.file_size for each in packed.infolist())
    except zipfile.BadZipFile as error:
        raise UnreadableError("no whole workbook; save it again as .xlsx", unfinished=True) from error
    if size > MOST_BYTES:
        raise UnreadableError("unpacked it is larger than 2 GiB; split it")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _text(cell: Any) -> str:
    """A cell as a text file would hold it: days and times as ISO 8601, whole numbers without a point."""
    value = cell.value
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case dt.datetime() | dt.time():
            return value.isoformat(timespec="seconds")
        case dt.date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)


def _trimmed(texts: list[str]) -> list[str]:
    """Without the blank cells at the end, which only have a colour."""
    while texts and not texts[-1].strip():
        texts = texts[:-1]
    return texts
