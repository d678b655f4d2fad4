"""Rows of a view as CSV and as JSON Lines, a portion in memory at a time."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import chain
from typing import Any, BinaryIO

import orjson

from leadloop.spreadsheet import safe
from store.chunks import chunks
from store.views.view import Shown

PORTION = 1_000


class Format(StrEnum):
    """How an export is written, as `--format` and a file's ending name it."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


def write_csv(file: BinaryIO, columns: Sequence[Shown], rows: Iterable[Sequence[Any]]) -> None:
    """In UTF-8 with a line of names; empty is nothing, and no cell is a formula where the file is opened."""
    names = [each.name for each in columns]
    lines: Iterable[Sequence[object]] = chain([names], ([_cell(value) for value in row] for row in rows))
    for portion in chunks(lines, PORTION):
        text = io.StringIO(newline="")
        csv.writer(text).writerows(portion)
        file.write(text.getvalue().encode())


def write_jsonl(file: BinaryIO, columns: Sequence[Shown], rows: Iterable[Sequence[Any]]) -> None:
    """An object on each line, with every column; empty is null."""
    names = [each.name for each in columns]
    for portion in chunks(rows, PORTION):
        file.writelines(
            orjson.dumps(dict(zip(names, map(_plain, row), strict=True)), option=orjson.OPT_APPEND_NEWLINE)
            for row in portion
        )


def _cell(value: object) -> object:
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            return _time(value)
    return safe(value)


def _plain(value: object) -> object:
    match value:
        case datetime():
            return _time(value)
        case Decimal():
            return float(value)
    return value


def _time(value: datetime) -> str:
    """As the views have it on SQLite: of one length, so that texts sort as times do."""
    return value.isoformat(timespec="microseconds").replace("+00:00", "Z")
