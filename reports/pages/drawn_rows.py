"""Bars that lie under each other, one for each row: to compare groups, or the steps of a way."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from reports.pages.measure import Axis, fitted, ticks, width_of
from reports.pages.page import Unit
from reports.pages.sheet import LABEL, SMALL, Line, Mark, Point, Sheet, measure_of, named
from reports.pages.wording import number, share

_GAP = 14.0
_LEAST = 2.0
"""The length of a bar that stands for little: only nothing at all has none."""
_HEAD, _FOOT = 24.0, 28.0
_CAP = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """`stacked`: words stand above their bar, because beside it there is no room."""

    many: int
    width: float
    top: float
    pitch: float
    bar: float
    stacked: bool
    axis: Axis

    @property
    def bottom(self) -> float:
        return self.top + self.many * self.pitch

    def bar_top(self, index: int) -> float:
        return self.top + index * self.pitch + (21.0 if self.stacked else 8.0)

    def stretches(self) -> Iterator[Point]:
        """From where to where a line goes that stands upright: beside words, not through them."""
        if not self.stacked:
            yield self.top, self.bottom
            return
        for index in range(self.many):
            yield self.bar_top(index) - 3, self.bar_top(index) + self.bar + 3

    def bar_middle(self, index: int) -> float:
        return self.bar_top(index) + self.bar / 2

    def base_line(self, index: int) -> float:
        return self.top + index * self.pitch + 14.0 if self.stacked else self.bar_middle(index) + 4.5


def rows_drawn(
    marks: Sequence[Mark], *, width: float, stacked: bool, line: Line | None, steps: bool
) -> tuple[Sheet, float]:
    """The sheet and its height. `steps`: what went on from one to the next is told instead of an axis."""
    sheet, notes = Sheet(), _notes(marks) if steps else ()
    layout = (_stacked if stacked else _beside)(marks, notes, line, width)
    if not steps:
        _draw_axis(sheet, layout)
    for index, mark in enumerate(marks):
        _draw_mark(sheet, mark, index, layout)
    for index, note in enumerate(notes):
        if note:
            _draw_step(sheet, marks, note, index, layout)
    if line is not None:
        _draw_line(sheet, line, layout)
    return sheet, layout.bottom + (0.0 if steps else _FOOT)


def _beside(marks: Sequence[Mark], notes: Sequence[str], line: Line | None, width: float) -> Layout:
    labels = max(width_of(each.label, LABEL) for each in marks)
    told = max(width_of(each, LABEL) for each in (*(mark.told for mark in marks), *notes))
    left, right = min(labels, width * 0.36) + _GAP, width - min(told, width * 0.34) - _GAP
    return Layout(
        many=len(marks),
        width=width,
        top=_HEAD if line else 0.0,
        pitch=56.0 if notes else 30.0,
        bar=14.0,
        stacked=False,
        axis=_axis(marks, line, round(left, 1), round(right, 1)),
    )


def _stacked(marks: Sequence[Mark], notes: Sequence[str], line: Line | None, width: float) -> Layout:
    return Layout(
        many=len(marks),
        width=width,
        top=_HEAD if line else 0.0,
        pitch=62.0 if notes else 48.0,
        bar=12.0,
        stacked=True,
        axis=_axis(marks, line, 1.0, width - 1),
    )


def _axis(marks: Sequence[Mark], line: Line | None, left: float, right: float) -> Axis:
    """With as many steps as have room for their words."""
    values = [each for mark in marks for each in mark.values()] + ([line[0]] if line else [])
    unit, currency = measure_of(marks)
    for most in (6, 5, 4, 3, 2, 1):
        axis = Axis(marked=ticks(values, unit, most=most), unit=unit, currency=currency, start=left, end=right)
        widest = max(width_of(axis.words(each), SMALL) for each in axis.marked)
        if (widest + 8) * (len(axis.marked) - 1) <= right - left:
            break
    return axis


def _draw_axis(sheet: Sheet, layout: Layout) -> None:
    taken = -1.0
    for value in layout.axis.marked:
        x, words = layout.axis.at(value), fitted(layout.axis.words(value), layout.width / 2, SMALL)
        for above, below in layout.stretches():
            sheet.stroke((x, above), (x, below), "zero" if value == 0 else "grid")
        middle, half = _inside(x, words, layout.width)
        if middle - half > taken:
            sheet.write((middle, layout.bottom + 17), words, "tick", anchor="middle", size=SMALL)
            taken = middle + half


def _inside(x: float, words: str, width: float) -> Point:
    """The middle of words at a place, moved to where they do not leave the sheet; and half their width."""
    half = width_of(words, SMALL) / 2
    return round(max(min(x, width - half), half), 1), half


def _draw_mark(sheet: Sheet, mark: Mark, index: int, layout: Layout) -> None:
    base = layout.base_line(index)
    told = fitted(mark.told, layout.width * (0.6 if layout.stacked else 0.34), LABEL)
    room = layout.width - width_of(told, LABEL) - _GAP if layout.stacked else layout.axis.start - _GAP
    sheet.write((0.0, base), fitted(mark.label, room, LABEL), "label")
    sheet.write((layout.width, base), told, "value", anchor="end")
    if mark.value is None:
        _draw_why(sheet, mark.figure.why, index, layout)
        return
    _draw_bar(sheet, mark.value, mark.kind, index, layout)
    if mark.spread is not None:
        _draw_spread(sheet, mark.spread, index, layout)


def _draw_bar(sheet: Sheet, value: float, kind: str, index: int, layout: Layout) -> None:
    zero, end = layout.axis.at(0.0), layout.axis.at(value)
    length = round(max(abs(end - zero), _LEAST), 1)
    if value:
        sheet.box((zero if value > 0 else round(zero - length, 1), layout.bar_top(index)), (length, layout.bar), kind)


def _draw_spread(sheet: Sheet, spread: Point, index: int, layout: Layout) -> None:
    y = layout.bar_middle(index)
    low, high = (layout.axis.at(each) for each in spread)
    sheet.stroke((low, y), (high, y), "spread")
    for x in (low, high):
        sheet.stroke((x, y - _CAP), (x, y + _CAP), "spread")


def _draw_why(sheet: Sheet, why: str, index: int, layout: Layout) -> None:
    """Why there is no bar, where it would be."""
    x = layout.axis.at(0.0) + 6
    if why:
        room = layout.axis.end - x
        sheet.write((x, layout.bar_middle(index) + 4.5), fitted(why, room, SMALL), "why", size=SMALL)


def _draw_line(sheet: Sheet, line: Line, layout: Layout) -> None:
    x, words = layout.axis.at(line[0]), fitted(named(line, layout.axis), layout.width, SMALL)
    middle, _ = _inside(x, words, layout.width)
    sheet.stroke((x, layout.top - 4), (x, layout.top), "line")
    for above, below in layout.stretches():
        sheet.stroke((x, above), (x, below), "line")
    sheet.write((middle, layout.top - 10), words, "named", anchor="middle", size=SMALL)


def _notes(marks: Sequence[Mark]) -> tuple[str, ...]:
    """How many of the step before went on; nothing where that cannot be said of these two."""
    return ("", *(_went_on(one, two) for one, two in pairwise(marks)))


def _went_on(one: Mark, two: Mark) -> str:
    before, after = one.value, two.value
    if one.figure.unit is not Unit.COUNT or two.figure.unit is not Unit.COUNT or not before or after is None:
        return ""
    return f"{share(after / before)} of {number(before, Unit.COUNT)}" if 0 <= after <= before else ""


def _draw_step(sheet: Sheet, marks: Sequence[Mark], note: str, index: int, layout: Layout) -> None:
    """The way from the step before to this one."""
    above, below = layout.bar_top(index - 1) + layout.bar, layout.bar_top(index)
    if layout.stacked:
        sheet.write((layout.width, above + 16), note, "note", anchor="end", size=SMALL)
        return
    sheet.write((layout.width, (above + below) / 2 + 4), note, "note", anchor="end", size=SMALL)
    zero, one, two = (layout.axis.at(each or 0.0) for each in (0.0, marks[index - 1].value, marks[index].value))
    sheet.slopes.append(((zero, above), (one, above), (two, below), (zero, below)))
