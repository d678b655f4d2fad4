"""Opens a file of rows, whatever it is: comma-separated text in any encoding, packed or not, or a workbook."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from connectors.files.plain import is_workbook, plain
from connectors.files.settings import ActivityFile, LeadFile
from connectors.files.sheet import opened as opened_sheet
from connectors.files.table import Mark, Row, Table

Rules = LeadFile | ActivityFile

_DELIMITER_WORDS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


class Rows(Protocol):
    """A file being read row by row. `waits`: something at its end is left until it has been written to the end."""

    @property
    def header(self) -> list[str]: ...

    @property
    def problem(self) -> str | None: ...

    @property
    def waits(self) -> bool: ...

    @property
    def mark(self) -> Mark: ...

    def resume(self, mark: Mark) -> None: ...

    def rows(self) -> Iterator[Row]: ...


@contextmanager
def opened(path: Path, rules: Rules, *, is_whole: bool = True) -> Iterator[tuple[Rows, str]]:
    """The rows of a file and how it is written, in words; UnreadableError says why it cannot be read."""
    if is_workbook(path):
        with opened_sheet(path, skip_lines=rules.skip_lines, sheet=rules.sheet) as sheet:
            yield sheet, "workbook"
        return
    with plain(path, encoding=rules.encoding) as (file, form):
        table = Table(
            file,
            skip_lines=rules.skip_lines,
            is_whole=is_whole,
            delimiter=rules.delimiter,
            encoding=form.encoding,
        )
        packed = ", packed" if form.packed else ""
        yield table, f"{form.encoding}, {_DELIMITER_WORDS.get(table.delimiter, table.delimiter)}{packed}"
