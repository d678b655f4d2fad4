"""What a report says, whatever shows it: a browser, a terminal, a spreadsheet, another program.

A figure carries what it is of (`n`), how sure it is, and the leads behind it. What is not known is None with its reason
and never a zero that looks like a result.
"""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from domain.values import LeadId, RuleHash, to_text
from reports.pages.window import Window, is_midnight


class Unit(StrEnum):
    """What a figure's number means: how many, a share from 0 to 1, minutes, days, money, or a factor."""

    COUNT = "count"
    SHARE = "share"
    MINUTES = "minutes"
    DAYS = "days"
    MONEY = "money"
    FACTOR = "factor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leads:
    """Who is behind a figure: `n` of what it counts, and the leads, each once; not more of them than were wanted.
    `told`: what is said of each of them, where anything is."""

    n: int
    first: tuple[LeadId, ...] = ()
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number. `of`: what it is a share or a middle of; `low`, `high`: its 95 % interval; `why`: why it is None."""

    value: float | None
    unit: Unit = Unit.COUNT
    of: int | None = None
    low: float | None = None
    high: float | None = None
    leads: Leads | None = None
    why: str = ""
    currency: str = ""


Cell = Figure | str


class Chart(StrEnum):
    """How a table is drawn beside its numbers."""

    NONE = "none"
    BARS = "bars"
    STEPS = "steps"
    COLUMNS = "columns"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`says` explains the head in a sentence; `counts`: what one is of, where that is not what its page counts."""

    key: str
    label: str
    says: str = ""
    counts: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`label` heads it; `cells` are one for each column; `is_total`: stands apart; `at`: the moment it tells of."""

    key: str
    label: str
    cells: tuple[Cell, ...]
    is_total: bool = False
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`charted`: the key of the column that is drawn; `line`: a value that is marked in the drawing, with its name;
    `names`: its rows are of people or single deals, so that it stays at home when the page goes out; `counts`, `when`:
    of what and of which time its figures are, where that is not as on the rest of the page."""

    key: str
    title: str
    heads: str
    """What the rows are: `Channel`."""
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    says: str = ""
    chart: Chart = Chart.NONE
    charted: str = ""
    line: tuple[float, str] | None = None
    empty: str = "Nothing in this window."
    names: bool = False
    counts: str = ""
    when: str = ""

    def figures(self) -> Iterator[tuple[str, Row, Column, Figure]]:
        """Every figure with its name on the page, `table.row.column`."""
        for row in self.rows:
            for column, cell in zip(self.columns, row.cells, strict=True):
                if isinstance(cell, Figure):
                    yield f"{self.key}.{row.key}.{column.key}", row, column, cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What the page cannot say, and where that can be mended."""

    what: str
    mend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A part of a page that is said and not counted. `names`: as of a table."""

    key: str
    title: str
    lines: tuple[str, ...]
    names: bool = False


Part = Table | Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A whole report. `asks`: the question it answers; `counts`: what one is of; `seen`: as of when; `subject`: of whom
    or what, where the command names it."""

    name: str
    title: str
    asks: str
    counts: str
    window: Window
    seen: datetime
    rule_hash: RuleHash
    parts: tuple[Part, ...]
    missing: tuple[Missing, ...] = ()
    filters: tuple[str, ...] = ()
    remarks: Sequence[str] = field(default=())
    subject: str = ""
    names_people: bool = False
    """Whether the page itself names them, beside any list behind a figure."""
    options: tuple[str, ...] = ()
    """What narrowed or widened it, as it is typed: `--team`, `Sales`."""

    @property
    def command(self) -> str:
        """Asks for this page on any later day, as it is typed."""
        subject = [self.subject] if self.subject else []
        days = [] if self.subject else self._days()  # whatever it is about has days of its own
        return shlex.join(["leadloop", "report", self.name, *subject, *self.options, *days])

    def _days(self) -> list[str]:
        """The window as it is typed: by days, or by moments where it begins or ends amid one that is over."""
        since, until, zone = self.window.since, self.window.until, self.window.zone
        first = f"{since.astimezone(zone).date()}" if is_midnight(since, zone) else to_text(since)
        last = to_text(until)
        if self.window.ends_with_a_day:
            last = f"{(until - timedelta(microseconds=1)).astimezone(zone).date()}"
        return ["--since", first, "--until", last]

    def tables(self) -> Iterator[Table]:
        yield from (part for part in self.parts if isinstance(part, Table))

    def figure(self, name: str) -> Figure | None:
        """The figure of this name; None where the page has none such."""
        return next((figure for table in self.tables() for key, _, _, figure in table.figures() if key == name), None)

    def counts_of(self, name: str) -> str:
        """What the figure of this name counts."""
        found = ((table, column) for table in self.tables() for key, _, column, _ in table.figures() if key == name)
        return next((self.counts_in(table, column) for table, column in found), self.counts)

    def counts_in(self, table: Table, column: Column) -> str:
        return column.counts or table.counts or self.counts

    def when_of(self, table: Table, column: Column | None = None) -> str:
        """The time that a table is of, in words; a column that counts something of its own counts it in the window."""
        own = column is not None and bool(column.counts)
        return ("" if own else table.when) or self.window.words()
