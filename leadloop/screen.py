"""What a command writes where: results to standard output, everything else to standard error."""

import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from rich.console import Console
from rich.markup import escape
from rich.table import Table

SCHEMA_VERSION = 1


def out() -> Console:
    """Results. Colour only on a terminal and never with NO_COLOR."""
    return Console(highlight=False, soft_wrap=not sys.stdout.isatty(), no_color=_plain())


def err() -> Console:
    return Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty(), no_color=_plain())


def _plain() -> bool:
    return "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"


def document(payload: dict[str, Any]) -> None:
    """One JSON document on standard output, with the version of its shape."""
    text = orjson.dumps(
        {"schema_version": SCHEMA_VERSION, **payload}, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS
    )
    sys.stdout.buffer.write(text + b"\n")
    sys.stdout.buffer.flush()


def say(text: str) -> None:
    """A sentence for the person at the keyboard."""
    err().print(escape(text))


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    grid = Table(*columns, title=title, title_justify="left", box=None, pad_edge=False)
    for row in rows:
        grid.add_row(*(escape("" if cell is None else str(cell)) for cell in row))
    out().print(grid)
