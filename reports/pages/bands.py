"""Whether the score tells the truth: the band at hand-over, and what came of it."""

from collections.abc import Iterator
from dataclasses import replace

from domain.score import Grade, Step
from reports.pages.bounds import bounds
from reports.pages.lines import TOTAL, Lines
from reports.pages.outcomes import COLUMNS, OutcomeLine
from reports.pages.page import Cell, Chart, Column, Figure, Page, Row, Table
from reports.pages.passes import Pass, Scope
from reports.pages.tally import lift

GRADES = tuple(grade.value for grade in Grade)
STEPS = tuple(step.value for step in reversed(Step))
BANDS = tuple(f"{grade} {step}" for grade in GRADES for step in STEPS)
_LIFTS = (
    Column(key="lift_accepted", label="× accepted", says="How many times as often as all handoffs together."),
    Column(key="lift_won", label="× won", says="How many times as often as all handoffs together."),
)
_WHICH_BAND = (
    "The band is the one at hand-over, by the rules of that day. Won counts what is won so far: who was handed over "
    "lately had less time."
)
_TELLING = 20
"""Handoffs of a band before its rate is held against another's."""


class Bands:
    """The page as it is counted."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._lines = {
            name: Lines[Pass](lambda: OutcomeLine(scope.most)) for name in ("band", "grade", "step", "asked")
        }

    def count(self, each: Pass) -> None:
        band = each.handoff.band
        grade, _, step = band.partition(" ")
        self._lines["band"].count(band, each)
        self._lines["grade"].count(grade, each)
        self._lines["step"].count(step, each)
        self._lines["asked"].count("Asked to be called" if each.handoff.hand_raise else "By the score", each)

    def page(self) -> Page:
        scope = self._scope
        tables = tuple(self._tables())
        return Page(
            name="bands",
            title="Bands",
            asks="Do the leads that score higher really become customers more often?",
            counts="handoffs",
            window=scope.window,
            seen=scope.now,
            rule_hash=scope.book.rule_hash,
            parts=tables,
            missing=tuple(bounds(scope)),
            remarks=(_WHICH_BAND, *_upside_down(tables[0])),
        )

    def _tables(self) -> Iterator[Table]:
        for key, title, heads, order in (
            ("band", "By band at hand-over", "Band", BANDS),
            ("grade", "By fit alone", "Grade", GRADES),
            ("step", "By engagement alone", "Engagement", STEPS),
            ("asked", "By what opened the handoff", "Opened by", ()),
        ):
            table = self._lines[key].table(
                key,
                title,
                heads,
                COLUMNS,
                order=order,
                chart=Chart.BARS if key == "band" else Chart.NONE,
                charted="accepted",
            )
            yield replace(table, columns=(*COLUMNS, *_LIFTS), rows=_with_lifts(table.rows))


def _with_lifts(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The last row is the whole; a single row is its own."""
    if not rows:
        return rows
    whole = rows[-1]
    return tuple(replace(row, cells=(*row.cells, *_lifts(row, whole))) for row in rows)


def _lifts(row: Row, whole: Row) -> Iterator[Cell]:
    keys = [column.key for column in COLUMNS]
    for name in ("accepted", "won"):
        part, of = row.cells[keys.index(name)], whole.cells[keys.index(name)]
        if isinstance(part, Figure) and isinstance(of, Figure):
            yield lift(part, of)


def _is_beneath(lower: str, higher: str) -> bool:
    """Whether it is in nothing above the other one: fit and engagement are never weighed against each other."""
    (grade, _, step), (other_grade, _, other_step) = lower.partition(" "), higher.partition(" ")
    return Grade(other_grade).at_least(Grade(grade)) and STEPS.index(other_step) <= STEPS.index(step)


def _upside_down(table: Table) -> Iterator[str]:
    """Where a lower band is surely accepted more often than a higher one: something to talk about together."""
    at = [column.key for column in COLUMNS].index("accepted")
    found = [(row.label, row.cells[at]) for row in table.rows if row.key != TOTAL and row.label in BANDS]
    rates = [(label, cell) for label, cell in found if isinstance(cell, Figure) and (cell.of or 0) >= _TELLING]
    for place, (higher, high) in enumerate(rates):
        for lower, low in rates[place + 1 :]:
            if not _is_beneath(lower, higher) or low.low is None or high.high is None:
                continue
            if low.low > high.high:
                yield f"{lower} is accepted more often than {higher}, beyond chance: look at what scores there."
