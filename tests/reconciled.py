"""Totals that have to be one number wherever they stand: across the tables of a page, and across reports."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from reports.pages.page import Figure, Page, Table
from tests.reference.windows import Look

PARTS = {
    "followup": (("asked", "team", "channel", "rep"), "handoffs"),
    "bands": (("band", "grade", "step", "asked"), "handoffs"),
    "rejects": (("channel", "band", "team"), "handoffs"),
    "assets": (("first", "promise", "tries"), "handoffs"),
    "interactions": (("way", "hour", "number", "channel", "team"), "attempts"),
    "nurture": (("reason", "channel"), "rested"),
    "channels": (("first", "last", "even", "mql"), "opened"),
}
"""Report → tables in each of which everything stands in exactly one line, and the column that counts it."""
Place = tuple[str, ...]


@dataclass(slots=True)
class Totals:
    """What each table comes to, by what is counted in which window."""

    sums: dict[Place, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))

    def note(self, look: Look, page: Page) -> None:
        for table, key, value in _sums(page):
            place = (key, str((page.window.since, page.window.until)), str(look.team), str(look.channel))
            self.sums[place][f"{page.name}.{table}"] = round(value, 6)

    def differences(self) -> list[str]:
        return [f"totals of {place}: {found}" for place, found in self.sums.items() if len(set(found.values())) > 1]


def _sums(page: Page) -> Iterator[tuple[str, str, float]]:
    if page.name == "week":
        found = page.figure("process.handoffs.now")
        yield from [("process", "handoffs", found.value)] if found is not None and found.value is not None else []
    tables, key = PARTS.get(page.name, ((), ""))
    for table in page.tables():
        if table.key in tables:
            yield table.key, key, sum(each.value or 0 for each in _column(table, key))


def _column(table: Table, key: str) -> Iterator[Figure]:
    yield from (figure for _, row, column, figure in table.figures() if column.key == key and not row.is_total)
