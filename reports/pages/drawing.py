"""What of a table is drawn, and how: the one door to charts. Pure; the same table is the same drawing.

Every bar has its words beside it, and colour says nothing that words do not. What is not known has no bar: a bar of
nothing would be a result.
"""

from collections.abc import Iterator, Sequence

from reports.pages.drawn_columns import columns_drawn
from reports.pages.drawn_rows import rows_drawn
from reports.pages.page import Chart, Column, Figure, Row, Table, Unit
from reports.pages.sheet import Drawing, Mark, measure_of
from reports.pages.wording import interval, name_of, number

WIDE, NARROW = 880.0, 326.0
"""Pixels: a sheet of paper or a screen, and a phone. Letters keep their size, so each is laid out anew."""
_ADDED_UP = frozenset({Unit.COUNT, Unit.MONEY})
"""Units whose total would dwarf what it is made of."""
_TOLD = 12
"""So many bars are told one by one to whoever cannot see them; the table has all."""


def drawing_of(table: Table, *, width: float) -> Drawing | None:
    """None where nothing is to be drawn, nothing is known yet, or what is known is not measured alike."""
    marks = list(_marks(table))
    if not marks or len({each.measure for each in marks if each.value is not None}) != 1:
        return None
    if table.chart is Chart.COLUMNS:
        sheet, height = columns_drawn(marks, width=width, line=table.line)
    else:
        steps = table.chart is Chart.STEPS
        sheet, height = rows_drawn(marks, width=width, stacked=width < WIDE, line=table.line, steps=steps)
    return sheet.drawing((width, height), title=_title(table), says=_told(marks, table))


def column_of(table: Table) -> Column | None:
    """What is drawn; None where whole lines are."""
    return next((each for each in table.columns if each.key == table.charted), None)


def has_spread(table: Table) -> bool:
    return any(each.spread is not None for each in _marks(table))


def _marks(table: Table) -> Iterator[Mark]:
    if table.chart is Chart.NONE:
        return
    index = next((number for number, each in enumerate(table.columns) if each.key == table.charted), None)
    if index is not None:
        yield from _down(table, index)
    elif table.chart is Chart.STEPS and table.rows:
        yield from _across(table, _whole(table.rows))


def _down(table: Table, index: int) -> Iterator[Mark]:
    for row in table.rows:
        cell = row.cells[index]
        if isinstance(cell, Figure) and not (row.is_total and _stays_out(table, cell)):
            yield Mark(label=name_of(row.label), figure=cell, is_total=row.is_total)


def _stays_out(table: Table, total: Figure) -> bool:
    return table.chart is not Chart.BARS or total.unit in _ADDED_UP


def _across(table: Table, row: Row) -> Iterator[Mark]:
    """Steps that stand beside each other in the table: those of everybody."""
    for column, cell in zip(table.columns, row.cells, strict=True):
        if isinstance(cell, Figure) and cell.unit is Unit.COUNT:
            yield Mark(label=column.label, figure=cell)


def _whole(rows: Sequence[Row]) -> Row:
    return next((each for each in rows if each.is_total), rows[-1])


def _title(table: Table) -> str:
    column = column_of(table)
    return f"{table.title}: {column.label}" if column is not None else table.title


def _told(marks: Sequence[Mark], table: Table) -> str:
    told = [", ".join(filter(None, (f"{each.label} {each.told}", interval(each.figure)))) for each in marks[:_TOLD]]
    if len(marks) > _TOLD:
        told.append(f"and {len(marks) - _TOLD} more in the table below")
    if table.line is not None:
        value, name = table.line
        told.append(f"dashed line at {number(value, *measure_of(marks))}: {name}")
    return "; ".join(told) + "."
