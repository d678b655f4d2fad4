"""What a query job may ask, and how its rows come: as CSV, each cell in quotes, in an order only if asked for."""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from simulator.salesforce import catalogue
from simulator.salesforce.errors import RefusedError
from simulator.salesforce.schema import Kind
from simulator.salesforce.selection import Selection
from simulator.salesforce.soql_parser import parse
from simulator.salesforce.table import Row

_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})\+0000")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A job's query: the object it is about, and its columns as paths."""

    text: str
    type_name: str
    columns: tuple[tuple[str, ...], ...]
    ordered: bool


def read(text: str) -> Question:
    """RefusedError for SOQL that is wrong, or that only ordinary queries understand."""
    query = parse(text)
    if query.count or query.offset:
        raise RefusedError("API_ERROR", "Implementation restriction: no aggregates and no OFFSET in Bulk Query")
    type_ = catalogue.named(".".join(query.type_name.path))
    columns = []
    for name in query.names:
        own = type_ is not None and len(name.path) > 1 and name.path[0].lower() == type_.name.lower()
        path = name.path[1:] if own else name.path
        field = type_.find(path[0]) if type_ is not None else None
        if len(path) == 1 and field is not None and field.kind is Kind.ADDRESS:
            raise RefusedError("FEATURENOTENABLED", "Selecting compound data not supported in Bulk Query")
        columns.append(path)
    return Question(
        text=text,
        type_name=type_.name if type_ is not None else str(query.type_name.path[0]),
        columns=tuple(columns),
        ordered=bool(query.order),
    )


def disorder(question: Question, rows: list[Row]) -> None:
    """Salesforce's workers finish as they like: whoever counts on an order without asking for one shall fail."""
    if not question.ordered:
        rows.sort(key=lambda row: crc32(row["Id"].encode()))


def as_csv(question: Question, selection: Selection, rows: Iterable[Row], version: str) -> bytes:
    """The header in every part of a result, then the rows."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_ALL)
    columns = [_spelled(selection, path) for path in question.columns]
    writer.writerow(".".join(path) for path in columns)
    for row in rows:
        shown = selection.show(row, version)
        writer.writerow([_cell(shown, path) for path in columns])
    return buffer.getvalue().encode("utf-8", "replace")


def _spelled(selection: Selection, path: tuple[str, ...]) -> tuple[str, ...]:
    """The path in Salesforce's own spelling."""
    *relations, last = path
    names = []
    for relation in relations:
        name = next(one for one in selection.related if one.lower() == relation.lower())
        names.append(name)
        selection = selection.related[name][1]
    return (*names, next(one for one in selection.values if one.lower() == last.lower()))


def _cell(shown: dict[str, Any], path: tuple[str, ...]) -> str:
    value: Any = shown
    for part in path:
        value = value[part] if value else None
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    stamp = _STAMP.fullmatch(value) if isinstance(value, str) else None
    return f"{stamp[1]}Z" if stamp else str(value)
