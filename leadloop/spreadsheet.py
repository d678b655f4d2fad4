"""Rows on their way into a CSV file that people open in a spreadsheet."""

import csv
import sys
from collections.abc import Iterable, Mapping, Sequence


def safe(value: object) -> object:
    """A value of somebody's must not be a formula where the file is opened."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value


def write(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """On standard output, row by row, as RFC 4180 has it: lines end as Windows ends them, so that every sign that ends
    a line somewhere is quoted within a cell."""
    writer = csv.writer(sys.stdout)
    writer.writerow(columns)
    writer.writerows(tuple(map(safe, row)) for row in rows)


def write_named(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """The columns of each row, empty where it has none."""
    write(columns, ([row.get(name, "") for name in columns] for row in rows))
