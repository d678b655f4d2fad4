"""Tables that count the same of several groups: a line for each label, in the order of the labels.

By name and not by figure: nobody stands first or last. Where labels have an order of their own it is passed in.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, Protocol, TypeVar

from reports.pages.page import Cell, Chart, Column, Row, Table

T_contra = TypeVar("T_contra", contravariant=True)
T = TypeVar("T")

TOTAL = "all"


class Line(Protocol[T_contra]):
    """What is counted of one group."""

    def count(self, item: T_contra, /) -> None: ...
    def cells(self) -> tuple[Cell, ...]: ...


class Lines(Generic[T]):
    """The groups of one table; whatever is counted is counted in the total as well."""

    def __init__(self, make: Callable[[], Line[T]]) -> None:
        self._make = make
        self._total = make()
        self._lines: dict[str, Line[T]] = {}

    def count(self, label: str, item: T) -> None:
        if label not in self._lines:
            self._lines[label] = self._make()
        self._lines[label].count(item)
        self._total.count(item)

    @property
    def labels(self) -> list[str]:
        return sorted(self._lines, key=by_name)

    def rows(self, *, order: Sequence[str] = ()) -> tuple[Row, ...]:
        """`order`: labels that come first, in this order; the total comes last, and only below two lines or more."""
        ranks = {label: rank for rank, label in enumerate(order)}
        labels = sorted(self._lines, key=lambda each: (ranks.get(each, len(ranks)), by_name(each)))
        found = [Row(key=key, label=label, cells=self._lines[label].cells()) for key, label in keyed(labels)]
        if len(found) > 1:
            found.append(Row(key=TOTAL, label="All", cells=self._total.cells(), is_total=True))
        return tuple(found)

    def table(
        self,
        key: str,
        title: str,
        heads: str,
        columns: Sequence[Column],
        *,
        says: str = "",
        order: Sequence[str] = (),
        chart: Chart = Chart.NONE,
        charted: str = "",
        line: tuple[float, str] | None = None,
        names: bool = False,
    ) -> Table:
        return Table(
            key=key,
            title=title,
            heads=heads,
            columns=tuple(columns),
            rows=self.rows(order=order),
            says=says,
            chart=chart,
            charted=charted,
            line=line,
            names=names,
        )


def by_name(label: str) -> tuple[str, str]:
    """By name without regard to case; where nothing else differs always the same, whichever was met first."""
    return label.casefold(), label


def rep_labels(names: Mapping[str, str]) -> dict[str, str]:
    """What heads each rep's line, by e-mail: two people are two lines, also where they have one name."""
    namesakes = Counter(names.values())
    return {rep: f"{name} ({rep})" if namesakes[name] > 1 else name for rep, name in names.items()}


def keyed(labels: Sequence[str]) -> list[tuple[str, str]]:
    """Each label with a name that can be typed, the only one of its kind."""
    found: dict[str, str] = {}
    for label in labels:
        plain = re.sub(r"[^\w]+", "-", label.casefold()).strip("-") or "blank"
        key, number = plain, 1
        while key in found or key == TOTAL:
            number += 1
            key = f"{plain}-{number}"
        found[key] = label
    return list(found.items())
