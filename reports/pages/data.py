"""A page for programs and spreadsheets: one entry for each figure, with its base, interval and name."""

from collections.abc import Iterator, Mapping
from typing import Any

from reports.pages.page import Cell, Figure, Leads, Page, Part, Table, Words

COLUMNS = (
    "report", "since", "until", "table", "row", "label", "column", "head", "value", "unit", "currency", "of", "low",
    "high", "leads", "why", "name",
)  # fmt: skip
DIGITS = 6


def as_rows(page: Page) -> Iterator[Mapping[str, Any]]:
    """A row for each figure, in the order of the page; `name` is what `--behind` takes."""
    window = {"since": page.window.since.isoformat(), "until": page.window.until.isoformat()}
    for table in page.tables():
        for name, row, column, figure in table.figures():
            told = {**_numbers(figure), "leads": figure.leads.n if figure.leads is not None else None}
            where = {"table": table.key, "row": row.key, "label": row.label, "column": column.key, "head": column.label}
            yield {"report": page.name, **window, **where, **told, "name": name}


def as_data(page: Page) -> dict[str, Any]:
    """The whole page."""
    return {
        "report": page.name,
        "title": page.title,
        "asks": page.asks,
        "counts": page.counts,
        "window": {
            "since": page.window.since.isoformat(),
            "until": page.window.until.isoformat(),
            "time_zone": page.window.zone.key,
            "words": page.window.words(),
        },
        "as_of": page.seen,
        "rule_hash": page.rule_hash,
        "filters": list(page.filters),
        "missing": [{"what": each.what, "mend": each.mend} for each in page.missing],
        "parts": [_part(part) for part in page.parts],
        "remarks": list(page.remarks),
    }


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, Words):
        return {"part": "words", "key": part.key, "title": part.title, "lines": list(part.lines)}
    return {
        "part": "table",
        "key": part.key,
        "title": part.title,
        "says": part.says,
        **{key: said for key, said in (("counts", part.counts), ("when", part.when)) if said},
        "heads": part.heads,
        "columns": [{"key": each.key, "label": each.label, "says": each.says} for each in part.columns],
        "rows": list(_rows(part)),
    }


def _rows(table: Table) -> Iterator[dict[str, Any]]:
    for row in table.rows:
        cells = {
            column.key: _cell(cell, f"{table.key}.{row.key}.{column.key}")
            for column, cell in zip(table.columns, row.cells, strict=True)
        }
        when = {} if row.at is None else {"at": row.at}
        yield {"key": row.key, "label": row.label, **when, "is_total": row.is_total, "cells": cells}


def _cell(cell: Cell, name: str) -> dict[str, Any] | str:
    if not isinstance(cell, Figure):
        return cell
    leads = {} if cell.leads is None else {"leads": _leads(cell.leads)}
    return {"name": name, **{key: value for key, value in _numbers(cell).items() if value not in (None, "")}, **leads}


def _leads(leads: Leads) -> dict[str, Any]:
    told = {"told": list(leads.told)} if leads.told else {}
    return {"n": leads.n, "first": list(leads.first), **told}


def _numbers(figure: Figure) -> dict[str, Any]:
    return {
        "value": _rounded(figure.value),
        "unit": figure.unit.value,
        "currency": figure.currency,
        "of": figure.of,
        "low": _rounded(figure.low),
        "high": _rounded(figure.high),
        "why": figure.why,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else int(value) if float(value).is_integer() else round(value, DIGITS)
