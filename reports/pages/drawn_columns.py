"""Bars that stand beside each other, from the first stretch of time to the last."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.pages.measure import Axis, fitted, ticks, width_of
from reports.pages.sheet import SMALL, Line, Mark, Point, Sheet, measure_of, named
from reports.pages.wording import NOTHING_KNOWN, base_of, short

_HEAD, _LINE = 22.0, 22.0
_TALL, _SHORT = 190.0, 150.0
_LEAST = 2.0
_CAP = 3.0
_LABEL_ROOM = 110.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """`left`: where the columns begin; `floor`: where the words below them do."""

    width: float
    left: float
    floor: float
    band: float
    axis: Axis

    def middle(self, index: int) -> float:
        return round(self.left + (index + 0.5) * self.band, 1)


def columns_drawn(marks: Sequence[Mark], *, width: float, line: Line | None) -> tuple[Sheet, float]:
    """The sheet and its height."""
    sheet, layout = Sheet(), _layout(marks, line, width)
    _draw_axis(sheet, layout)
    spoken = _fits([short(each.figure) for each in marks], layout)
    for index, mark in enumerate(marks):
        _draw_mark(sheet, mark, index, layout, spoken=spoken)
    if line is not None:
        _draw_line(sheet, line, layout)
    return sheet, layout.floor + _draw_labels(sheet, marks, layout)


def _layout(marks: Sequence[Mark], line: Line | None, width: float) -> Layout:
    values = [each for mark in marks for each in mark.values()] + ([line[0]] if line else [])
    unit, currency = measure_of(marks)
    top = _HEAD + (_LINE if line else 0.0)
    floor = top + (_TALL if width > 400 else _SHORT)
    axis = Axis(marked=ticks(values, unit, most=4), unit=unit, currency=currency, start=floor, end=top)
    words = max(width_of(axis.words(each), SMALL) for each in axis.marked)
    left = round(min(words, width * 0.3) + 8, 1)
    return Layout(width=width, left=left, floor=floor, band=(width - left) / len(marks), axis=axis)


def _fits(words: Sequence[str], layout: Layout) -> bool:
    return max(width_of(each, SMALL) for each in words) + 6 <= layout.band


def _draw_axis(sheet: Sheet, layout: Layout) -> None:
    for value in layout.axis.marked:
        y = layout.axis.at(value)
        sheet.stroke((layout.left, y), (layout.width, y), "zero" if value == 0 else "grid")
        words = fitted(layout.axis.words(value), layout.left - 8, SMALL)
        sheet.write((layout.left - 8, y + 4), words, "tick", anchor="end", size=SMALL)


def _draw_mark(sheet: Sheet, mark: Mark, index: int, layout: Layout, *, spoken: bool) -> None:
    x, zero = layout.middle(index), layout.axis.at(0.0)
    if mark.value is None:
        if layout.band >= 14:
            sheet.write((x, zero - 6), NOTHING_KNOWN, "why", anchor="middle", size=SMALL)
        return
    _draw_column(sheet, mark.value, mark.kind, x, layout)
    top = min(layout.axis.at(mark.value), zero)
    if mark.spread is not None:
        top = min(top, _draw_spread(sheet, mark.spread, x, layout))
    if spoken:
        sheet.write((x, round(top - 6, 1)), short(mark.figure), "value", anchor="middle", size=SMALL)


def _draw_column(sheet: Sheet, value: float, kind: str, x: float, layout: Layout) -> None:
    size, zero = round(min(layout.band * 0.64, 48.0), 1), layout.axis.at(0.0)
    height = round(max(abs(zero - layout.axis.at(value)), _LEAST), 1)
    if value:
        sheet.box((round(x - size / 2, 1), round(zero - height, 1) if value > 0 else zero), (size, height), kind)


def _draw_spread(sheet: Sheet, spread: Point, x: float, layout: Layout) -> float:
    """Gives back where it ends above."""
    low, high = (layout.axis.at(each) for each in spread)
    sheet.stroke((x, low), (x, high), "spread")
    for y in (low, high):
        sheet.stroke((x - _CAP, y), (x + _CAP, y), "spread")
    return high


def _draw_line(sheet: Sheet, line: Line, layout: Layout) -> None:
    """Its name stands above everything, beside a piece of it: beside the line itself are columns."""
    y = layout.axis.at(line[0])
    sheet.stroke((layout.left, y), (layout.width, y), "line")
    sheet.stroke((layout.left, 10.0), (layout.left + 26, 10.0), "line")
    words = fitted(named(line, layout.axis), layout.width - layout.left - 34, SMALL)
    sheet.write((layout.left + 34, 14.0), words, "named", size=SMALL)


def _draw_labels(sheet: Sheet, marks: Sequence[Mark], layout: Layout) -> float:
    """As many as have room, the latest always; how tall they are."""
    labels = [fitted(each.label, _LABEL_ROOM, SMALL) for each in marks]
    stride = max(1, -int(-(max(width_of(each, SMALL) for each in labels) + 8) // layout.band))
    bases = [base_of(each.figure) for each in marks]
    counted = stride == 1 and any(bases) and _fits(bases, layout)
    free = layout.width
    for index in range(len(marks) - 1, -1, -stride):
        half = width_of(labels[index], SMALL) / 2
        x = round(max(min(layout.middle(index), layout.width - half), half), 1)
        if x + half <= free:
            sheet.write((x, layout.floor + 18), labels[index], "tick", anchor="middle", size=SMALL)
            free = x - half - 6
        if counted and bases[index]:
            sheet.write((layout.middle(index), layout.floor + 34), bases[index], "note", anchor="middle", size=SMALL)
    return 44.0 if counted else 28.0
