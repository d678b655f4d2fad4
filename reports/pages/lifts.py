"""How much more often handoffs of a kind come to something than all together, and whether that is more than chance.

It is association, never cause: who fills in a form may have meant to buy before. So a line says that it stands out only
where its interval does not reach the share of all handoffs, and where there are enough of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from reports.pages.lines import TOTAL, by_name, keyed
from reports.pages.outcomes import COLUMNS, NOBODY_HANDED_OVER, OutcomeLine
from reports.pages.page import Cell, Chart, Column, Figure, Row, Table
from reports.pages.passes import Pass
from reports.pages.tally import lift
from reports.pages.wording import is_few

MOST = 40
"""Lines of a table: those with the most handoffs."""
ASSOCIATION = (
    "Shares are held against all handoffs of the page together. That is association and no cause: it does not say what "
    "would have come of them without it. Of twenty shares about one stands out by chance."
)
WITHIN, FEW_SAY = "within chance", "few: says little"
ALL, COUNTS = "All handoffs", "handoffs"


class Lifts:
    """Groups of handoffs that may overlap. `steps`: keys of the outcomes that are held against all together."""

    def __init__(self, most: int | None, steps: Sequence[str]) -> None:
        self._most, self._steps = most, steps
        self._all = OutcomeLine(most)
        self._lines: dict[str, OutcomeLine] = {}

    def count(self, labels: Iterable[str], each: Pass) -> None:
        """Each handoff once in every group that it is of, and once in all."""
        self._all.count(each)
        for label in set(labels):
            if label not in self._lines:
                self._lines[label] = OutcomeLine(self._most)
            self._lines[label].count(each)

    @property
    def columns(self) -> tuple[Column, ...]:
        says = "How many times as often as all handoffs together."
        own = (replace(each, counts=COUNTS) for each in COLUMNS if each.key in {"handoffs", *self._steps})
        lifts = (Column(key=f"lift_{step}", label=f"× {step}", says=says, counts=COUNTS) for step in self._steps)
        stands_out = Column(key="beyond", label="Beyond chance", says="Where the interval leaves out the share of all.")
        return (*own, *lifts, stands_out)

    def cells_of(self, label: str) -> tuple[Cell, ...]:
        """Of a group that nothing was counted of, too."""
        return self._cells(self._lines.get(label) or OutcomeLine(self._most))

    def has(self, label: str) -> bool:
        return label in self._lines

    def table(
        self, key: str, title: str, heads: str, *, says: str = "", order: Sequence[str] = (), drawn: bool = False
    ) -> Table:
        """Those with the most handoffs first, or in an order of their own; all together last. `drawn`: the first of its
        outcomes as bars, with the share of all as a line."""
        whole = _share(self._all, self._steps[0])
        rows, left_out = most_of([self._row(*each) for each in keyed(sorted(self._lines, key=by_name))], order)
        if rows:
            rows.append(Row(key=TOTAL, label=ALL, cells=(*self._cells(self._all)[:-1], ""), is_total=True))
        more = f"The {MOST} of most handoffs; {left_out:,} others are left out." if left_out else ""
        told = " ".join(filter(None, (says, more)))
        return Table(
            key=key,
            title=title,
            heads=heads,
            columns=self.columns,
            rows=tuple(rows),
            says=told,
            chart=Chart.BARS if drawn else Chart.NONE,
            charted=self._steps[0] if drawn else "",
            line=(whole.value, "all handoffs") if drawn and whole.value is not None else None,
        )

    def _row(self, key: str, label: str) -> Row:
        return Row(key=key, label=label, cells=self._cells(self._lines[label]))

    def _cells(self, line: OutcomeLine) -> tuple[Cell, ...]:
        shares = {step: _share(line, step) for step in self._steps}
        lifts = {step: lift(each, _share(self._all, step)) for step, each in shares.items()}
        return (line.all.count(), *shares.values(), *lifts.values(), "; ".join(beyond(lifts)))


def _share(line: OutcomeLine, step: str) -> Figure:
    return line.steps[step].share(line.all.n, why=NOBODY_HANDED_OVER)


def beyond(lifts: Mapping[str, Figure]) -> Iterator[str]:
    """`accepted more often`; that nothing stands out is said as well, and that there are too few to tell."""
    known = {step: each for step, each in lifts.items() if each.value is not None}
    if not known:
        return
    if any(is_few(each) for each in known.values()):
        yield FEW_SAY
        return
    found = [word for step, each in known.items() if (word := _claim(step, each))]
    yield from found or [WITHIN]


def _claim(step: str, figure: Figure) -> str:
    if figure.low is not None and figure.low > 1:
        return f"{step} more often"
    return f"{step} less often" if figure.high is not None and figure.high < 1 else ""


def most_of(rows: Sequence[Row], order: Sequence[str] = ()) -> tuple[list[Row], int]:
    """The lines with the most in their first column, and how many others there are. `order`: labels with a place of
    their own come first."""
    ranks = {label: rank for rank, label in enumerate(order)}
    ordered = sorted(rows, key=lambda row: (ranks.get(row.label, len(ranks)), -_size(row), by_name(row.label)))
    return ordered[:MOST], max(0, len(ordered) - MOST)


def _size(row: Row) -> float:
    first = row.cells[0]
    return first.value or 0 if isinstance(first, Figure) else 0
