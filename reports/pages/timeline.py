"""One list of everything that happened to a lead: in order, the newest last, and no longer than somebody reads."""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import TypeVar
from zoneinfo import ZoneInfo

from reports.pages.moments import Moment, span
from reports.pages.page import Column, Row, Table

T = TypeVar("T")

MOST = 400
KEY = "timeline"
COLUMNS = (
    Column(key="kind", label="Kind"),
    Column(key="what", label="What"),
    Column(key="who", label="Who"),
    Column(key="words", label="Words"),
)


def in_order(moments: Iterable[Moment]) -> list[Moment]:
    """The oldest first; of one instant what led to the other first, and of one kind as they came in."""
    return sorted(moments, key=attrgetter("place"))


def newest(found: Sequence[T], most: int | None) -> tuple[Sequence[T], int]:
    """The last so many, and how many older ones are left out."""
    left_out = 0 if most is None else max(0, len(found) - most)
    return found[left_out:], left_out


def timeline(moments: Iterable[Moment], zone: ZoneInfo, *, most: int | None = MOST) -> tuple[Table, int]:
    """The table, and how many older rows it leaves out. Numbers of rows count from the very first one."""
    shown, left_out = newest(in_order(moments), most)
    rows = tuple(_row(number, each, zone) for number, each in enumerate(shown, left_out + 1))
    older = f"{left_out:,} older rows are left out: --all shows them." if left_out else ""
    table = Table(
        key=KEY,
        title="What happened, the newest last",
        heads="When",
        columns=COLUMNS,
        rows=rows,
        says=older,
        empty="Nothing has happened yet.",
    )
    return table, left_out


def _row(number: int, each: Moment, zone: ZoneInfo) -> Row:
    return Row(
        key=f"{number}-{each.kind}",
        label=span(each.at, each.until, zone),
        cells=(each.kind.value, each.what, each.who, each.words),
        at=each.at,
    )
