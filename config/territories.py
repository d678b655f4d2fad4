"""The territory table: a spreadsheet as CSV beside routing.yaml, read with every mistake and its line.

The order of its rows means nothing, for people sort spreadsheets; that of its columns does. It becomes part of the
published rules, row by row under its territory, so that a comparison of two versions names what changed.
"""

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from config.strict import Strict
from config.territory_cells import Cell, cells_of
from config.words import did_you_mean
from domain.errors import Problem

OWN_TERRITORY = "account_territory"
"""The territory that the lead's account names in the CRM."""
TERRITORY, TO, FROM, UNTIL = "territory", "to", "from", "until"
FIXED = (TERRITORY, TO, FROM, UNTIL)
MOST_COMBINATIONS = 1_000
"""Of one row's alternatives: more are a slip, and cost memory."""
MOST_BYTES = 20_000_000
_SPLIT = "\t"


class TerritoryTable(Strict):
    """The table as it is published. The order of `columns` tells which of them counts more."""

    columns: list[str]
    """The properties that its rows match, from the left."""
    rows: dict[str, dict[str, str]]
    """Territory → (cells, from, until, divided by tabs) → who has it; empty: nobody."""

    @property
    def holders(self) -> tuple[str, ...]:
        """Everybody who has a territory at some time, pools and e-mails, each once."""
        return tuple(sorted({to for entries in self.rows.values() for to in entries.values() if to}))


@dataclass(frozen=True, slots=True, kw_only=True)
class TerritoryRow:
    """Who has a part of a territory, from a day on and until another one, which no longer belongs to it."""

    territory: str
    cells: tuple[tuple[Cell, ...], ...]
    to: str
    first: date | None
    until: date | None


def rows_of(table: TerritoryTable) -> Iterator[TerritoryRow]:
    """The rows of a published table, which were found good when it was read."""
    for territory, entries in table.rows.items():
        for key, to in entries.items():
            *cells, first, until = key.split(_SPLIT)
            yield TerritoryRow(
                territory=territory,
                cells=tuple(map(cells_of, cells)),
                to=to,
                first=date.fromisoformat(first) if first else None,
                until=date.fromisoformat(until) if until else None,
            )


def row_told(key: str) -> str:
    """A row's key for people: what it asks for, and when it holds."""
    *cells, first, until = key.split(_SPLIT)
    asked = " · ".join(cell for cell in cells if cell) or "everybody"
    return asked + (f" from {first}" if first else "") + (f" until {until}" if until else "")


def table_told(table: Mapping[str, Any]) -> str:
    """A whole table for people: how much is in it, and what it goes by."""
    rows, columns = table["rows"], ", ".join(table["columns"])
    count = sum(len(entries) for entries in rows.values())
    many = "1 territory" if len(rows) == 1 else f"{len(rows):,} territories"
    return f"{many} in {count:,} row{'s' if count != 1 else ''}" + (f", by {columns}" if columns else "")


def combinations(row: TerritoryRow) -> Iterator[tuple[Cell | None, ...]]:
    """The row taken apart: one alternative per column, None where any value will do."""
    return product(*(cells or (None,) for cells in row.cells))


@dataclass(frozen=True, slots=True, kw_only=True)
class TerritoryReading:
    """A table as it was read. `table` is None where there is a mistake in it; `warnings` say what it leaves open."""

    name: str
    text: str = field(default="", repr=False)
    table: TerritoryTable | None = None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def read_territories(path: Path, *, properties: Collection[str] | None, pools: Collection[str]) -> TerritoryReading:
    """Read the table. `properties`: what its columns may be called (None: unknown, do not judge); `pools` by name."""
    try:
        text = _text(path)
    except ValueError as error:
        return TerritoryReading(name=path.name, problems=(_at(path.name, 1, str(error)),))
    return _Reader(name=path.name, properties=properties, pools=pools).read(text)


def _text(path: Path) -> str:
    if not path.is_file():
        raise ValueError(f"there is no file {path.name} in the settings folder")
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"the table is larger than {MOST_BYTES // 1_000_000} MB: leave out what is over")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError("the file is not UTF-8: save it from the spreadsheet as `CSV UTF-8`") from error


def _at(name: str, line: int, message: str, *, hint: str | None = None, column: int = 1) -> Problem:
    return Problem(file=name, line=line, column=column, message=message, hint=hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    number: int
    key: str
    row: TerritoryRow


@dataclass(slots=True, kw_only=True)
class _Reader:
    """One reading: the problems grow as it goes."""

    name: str
    properties: Collection[str] | None
    pools: Collection[str]
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def read(self, text: str) -> TerritoryReading:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
        lines: list[_Line] = []
        try:
            header = [_heading(cell) for cell in next(rows, [])]
            if self._takes(header):
                lines = [line for line in self._lines(rows, header) if line is not None]
        except csv.Error as error:
            self._wrong(rows.line_num, f"this line cannot be read as CSV: {error}")
        self._clashes(lines)
        table = _table(header, lines) if not self.problems else None
        return TerritoryReading(
            name=self.name, text=text, table=table, problems=tuple(self.problems), warnings=tuple(self.warnings)
        )

    def _wrong(self, line: int, message: str, hint: str | None = None, *, column: int = 1) -> None:
        self.problems.append(_at(self.name, line, message, hint=hint, column=column))

    def _takes(self, header: Sequence[str]) -> bool:
        """Whether the rows below can be read: every column is known and stands once."""
        before = len(self.problems)
        for name in (TERRITORY, TO):
            if name not in header:
                self._wrong(1, f"the column `{name}` is missing", did_you_mean(name, set(header) - {""}))
        known = {*FIXED, *(self.properties or ())}
        for at, name in enumerate(header):
            if not name:
                self._wrong(1, f"column {at + 1} has no name", column=at + 1)
            elif name in header[:at]:
                self._wrong(1, f"the column `{name}` stands twice", column=at + 1)
            elif self.properties is not None and name not in known:
                self._wrong(1, f"there is no property `{name}`", did_you_mean(name, known), column=at + 1)
        return len(self.problems) == before

    def _lines(self, rows: Iterator[list[str]], header: Sequence[str]) -> Iterator[_Line | None]:
        matched = [name for name in header if name not in FIXED]
        end = 1
        for cells in rows:
            start, end = end + 1, rows.line_num  # type: ignore[attr-defined]  # of csv.reader
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
                hint = "a cell that holds the divider itself stands in quotes"
                self._wrong(start, f"{len(cells)} cells where the header has {len(header)}", hint)
                continue
            filled = [" ".join(cell.split()) for cell in cells] + [""] * (len(header) - len(cells))
            yield self._line(start, dict(zip(header, filled, strict=False)), matched)

    def _line(self, number: int, said: Mapping[str, str], matched: Sequence[str]) -> _Line | None:
        before = len(self.problems)
        if not said[TERRITORY]:
            self._wrong(number, "the territory has no name")
        self._holder(number, said[TO])
        first, until = self._day(number, FROM, said.get(FROM, "")), self._day(number, UNTIL, said.get(UNTIL, ""))
        if first is not None and until is not None and until <= first:
            hint = "`until` is the first day on which it no longer holds"
            self._wrong(number, f"`until` ({until}) is not after `from` ({first})", hint)
        cells = [self._cells(number, name, said[name]) for name in matched]
        if not matched:
            cells = [self._cells(number, OWN_TERRITORY, f"={said[TERRITORY]}")] if said[TERRITORY] else []
        if prod(max(1, len(each)) for each in cells) > MOST_COMBINATIONS:
            self._wrong(number, f"the row stands for more than {MOST_COMBINATIONS:,} combinations: divide it")
        if len(self.problems) > before:
            return None
        texts = [said[name] for name in matched] if matched else [f"={said[TERRITORY]}"]
        row = TerritoryRow(
            territory=said[TERRITORY], cells=tuple(cells), to=said[TO].casefold() if "@" in said[TO] else said[TO],
            first=first, until=until,
        )  # fmt: skip
        return _Line(number=number, key=_SPLIT.join((*texts, _iso(first), _iso(until))), row=row)

    def _holder(self, number: int, to: str) -> None:
        if to and "@" not in to and to not in self.pools:
            self._wrong(number, f"there is no pool `{to}`", did_you_mean(to, self.pools) or "or write a rep's e-mail")
        elif "@" in to and (to.startswith("@") or "." not in to.partition("@")[2] or " " in to):
            self._wrong(number, f"`{to}` is no e-mail address", "such as ana.ruiz@acme.example")

    def _day(self, number: int, name: str, text: str) -> date | None:
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._wrong(number, f"`{name}` holds no date: `{text}`", "write it as 2026-01-31")
            return None

    def _cells(self, number: int, name: str, text: str) -> tuple[Cell, ...]:
        try:
            return cells_of(text)
        except ValueError as error:
            self._wrong(number, f"`{name}`: {error}")
            return ()

    def _clashes(self, lines: Sequence[_Line]) -> None:
        """Rows that ask for the same at the same time, and days on which nobody has what somebody had before."""
        by_ask: dict[tuple[Cell | None, ...], list[_Line]] = {}
        for line in lines:
            for ask in combinations(line.row):
                by_ask.setdefault(ask, []).append(line)
        said: set[tuple[int, int]] = set()
        for several in by_ask.values():
            several.sort(key=lambda each: (each.row.first or date.min, each.number))
            for one, other in _neighbours(several):
                pair = (min(one.number, other.number), max(one.number, other.number))
                if pair not in said:
                    said.add(pair)
                    self._compare(one, other)

    def _compare(self, one: _Line, other: _Line) -> None:
        """Two rows that ask for the same, `other` from the same day on or a later one."""
        end, begin = one.row.until, other.row.first
        if end is None or begin is None or begin < end:
            earlier, later = sorted((one, other), key=lambda each: each.number)
            whose = "the same" if earlier.row.territory == later.row.territory else f"`{earlier.row.territory}`"
            days = f"from {begin} on" if begin else "from the beginning on"
            message = f"this row and line {earlier.number} ({whose} territory) ask for the same {days}"
            self._wrong(later.number, message, "end the one with `until` on the day on which the other begins")
        elif begin > end and one.row.territory == other.row.territory:
            message = f"nobody has `{one.row.territory}` from {end} until {begin}: line {one.number} ends before"
            self.warnings.append(_at(self.name, other.number, message))


def _neighbours(several: Sequence[_Line]) -> Iterator[tuple[_Line, _Line]]:
    """Each row with the one before it that lasts longest: whoever overlaps with any overlaps with that one."""
    longest = several[0]
    for each in several[1:]:
        yield longest, each
        if longest.row.until is not None and (each.row.until is None or each.row.until > longest.row.until):
            longest = each


def _heading(cell: str) -> str:
    return "_".join(cell.strip().casefold().split())


def _delimiter(text: str) -> str:
    """What divides the cells of the header: a comma, or what a spreadsheet of another country writes."""
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _iso(day: date | None) -> str:
    return day.isoformat() if day is not None else ""


def _table(header: Sequence[str], lines: Sequence[_Line]) -> TerritoryTable:
    rows: dict[str, dict[str, str]] = {}
    for line in lines:
        rows.setdefault(line.row.territory, {})[line.key] = line.row.to
    return TerritoryTable(columns=[name for name in header if name not in FIXED] or [OWN_TERRITORY], rows=rows)
