"""A page in a few lines, and a page that names nobody: what a report is when it goes out by itself.

A message is kept where nobody of ours can erase it and passed on to whoever has not been asked. So neither the lines
nor the page beside them names a person: figures keep of how many they are, and the lists behind them stay at home.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import log, sqrt

from reports.pages.page import Cell, Figure, Page, Part, Row, Table, Unit
from reports.pages.wording import is_known, name_of, short, words

NOW, BEFORE = "now", "before"
"""The columns of a table that compares two stretches of time."""
MOST_MOVED, MOST_TEAMS, MOST_MISSING = 4, 8, 5
CHANCE = 1.0
"""In standard errors: what moved by less is not told, it would have moved by chance alone."""
MEDIAN = 1.2533
"""The standard error of a median in those of a mean, for values whose logarithms are about normal."""
UNNAMED = (
    "Nobody is named on a page that goes out by itself. Who is behind a figure: add `--behind` and its name to `{}`."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A row of a comparison; `errors`: by how many standard errors it moved."""

    label: str
    now: Figure
    before: Figure
    errors: float


def unnamed(page: Page, command: str) -> Page:
    """The same page without anybody's name. `command`: what shows the names to whoever may see them."""
    parts = tuple(_unnamed(part) for part in page.parts if not part.names)
    return replace(page, parts=parts, remarks=(*page.remarks, UNNAMED.format(command)))


def _unnamed(part: Part) -> Part:
    if not isinstance(part, Table):
        return part
    rows = tuple(replace(row, cells=tuple(_without_leads(cell) for cell in row.cells)) for row in part.rows)
    return replace(part, rows=rows)


def _without_leads(cell: Cell) -> Cell:
    return replace(cell, leads=None) if isinstance(cell, Figure) else cell


def brief_of(page: Page) -> tuple[str, ...]:
    """The goal, what moved most, what is missing; of a page that compares nothing, its first table in one line."""
    tables = {table.key: table for table in page.tables()}
    goal = list(_goal(tables["goal"])) if "goal" in tables else []
    pairs = [table for table in tables.values() if [each.key for each in table.columns] == [NOW, BEFORE]]
    whole = [] if goal or pairs else list(_whole(page))
    missing = [each.what for each in page.missing]
    return (
        *_listed("Goal", goal, most=MOST_TEAMS),
        *(_moved_lines(pairs) if pairs else ()),
        *_decided(tables.get("decisions")),
        *whole,
        *_listed("What the page cannot say yet", missing, most=MOST_MISSING),
    )


def _listed(title: str, lines: Sequence[str], *, most: int) -> Iterator[str]:
    if lines:
        yield title
        yield from (f"• {each}" for each in lines[:most])
    if len(lines) > most:
        yield f"… and {len(lines) - most:,} more"


def _goal(table: Table) -> Iterator[str]:
    for row in table.rows:
        cells = dict(zip((column.key for column in table.columns), map(_said, row.cells), strict=True))
        of_goal = f" ({cells['share']})" if cells["goal"] != "0" else ""
        yield (
            f"{name_of(row.label)}: {cells['qualified']} qualified of {cells['goal']}{of_goal}, "
            f"the week before {cells['before']}"
        )


def _decided(table: Table | None) -> Iterator[str]:
    if table is not None and table.rows:
        yield f"What we decided: {table.says}"


def _moved_lines(pairs: Sequence[Table]) -> Iterator[str]:
    found = sorted((each for table in pairs for each in moved(table)), key=lambda each: -each.errors)
    lines = [
        f"{each.label}: {words(each.now)}, the week before {words(each.before)}"
        for each in found
        if each.errors >= CHANCE
    ]
    yield from _listed("What changed most", lines[:MOST_MOVED], most=MOST_MOVED)
    if not lines:
        yield "Nothing changed by more than chance alone would change it."


def moved(table: Table) -> Iterator[Moved]:
    """Its rows of which both figures are known, in the order of the page."""
    for row in table.rows:
        now, before = row.cells
        if isinstance(now, Figure) and isinstance(before, Figure) and is_known(now) and is_known(before):
            yield Moved(label=_label(table, row), now=now, before=before, errors=_errors(now, before))


def _label(table: Table, row: Row) -> str:
    """A reason for rejecting says nothing without its table."""
    label = name_of(row.label)
    return f"Rejected, {label[:1].lower()}{label[1:]}" if table.key == "rejected" else label


def _errors(now: Figure, before: Figure) -> float:
    one, other = now.value or 0.0, before.value or 0.0
    if one == other:
        return 0.0
    if now.unit is Unit.SHARE:
        return _of_shares(one, other, now.of or 0, before.of or 0)
    if now.unit is Unit.COUNT:
        return abs(one - other) / sqrt(abs(one) + abs(other))
    return _of_middles(one, other, now.of or 0, before.of or 0)


def _of_shares(one: float, other: float, of_one: int, of_other: int) -> float:
    if not of_one or not of_other:
        return 0.0
    pooled = (one * of_one + other * of_other) / (of_one + of_other)
    spread = pooled * (1 - pooled) * (1 / of_one + 1 / of_other)
    return abs(one - other) / sqrt(spread) if spread > 0 else 0.0


def _of_middles(one: float, other: float, of_one: int, of_other: int) -> float:
    """Of times, whose logarithms spread by about one."""
    if one <= 0 or other <= 0 or not of_one or not of_other:
        return 0.0
    return abs(log(one / other)) / (MEDIAN * sqrt(1 / of_one + 1 / of_other))


def _whole(page: Page) -> Iterator[str]:
    """All together, by the first table; a drive's is a list of figures."""
    table = next((each for each in page.tables() if each.rows and not each.names), None)
    if table is None:
        return
    if len(table.columns) == 1:
        yield from (f"{name_of(row.label)}: {_said(row.cells[0])}" for row in table.rows)
    elif len(table.rows) == 1 or table.rows[-1].is_total:
        row = table.rows[-1]
        yield name_of(row.label)
        pairs = zip(table.columns, row.cells, strict=True)
        yield from (f"• {column.label}: {words(cell)}" for column, cell in pairs if isinstance(cell, Figure))


def _said(cell: Cell) -> str:
    return short(cell) if isinstance(cell, Figure) else cell
