"""What a command writes where: results to standard output, everything else to standard error."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn, TextIO

import orjson
from rich.console import Console
from rich.markup import escape
from rich.table import Table

SCHEMA_VERSION = 1
UNCUT = 10_000
"""The width of what is no terminal: a file or another program gets whole lines."""


class Screen(Console):
    """A console that leaves a broken pipe to `leadloop/__main__.py`: to whoever reads, it is no failure."""

    def on_broken_pipe(self) -> NoReturn:
        raise BrokenPipeError


def out() -> Screen:
    """Results. Colour only on a terminal and never with NO_COLOR."""
    return _screen(sys.stdout)


def err() -> Screen:
    return _screen(sys.stderr)


def _screen(stream: TextIO) -> Screen:
    plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    width = None if stream.isatty() else UNCUT
    return Screen(file=stream, highlight=False, no_color=plain, width=width, legacy_windows=False)


def document(payload: Mapping[str, Any]) -> None:
    """One JSON document on standard output, with the version of its shape."""
    sys.stdout.buffer.write(_text_of(payload) + b"\n")
    sys.stdout.buffer.flush()


def long_document(payload: Mapping[str, Any], name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """The same with a list at its end that is never in memory as a whole, a line for each row."""
    file = sys.stdout.buffer
    file.write(_text_of(payload).removesuffix(b"\n}"))
    file.write(b",\n  " + orjson.dumps(name) + b": [")
    for number, row in enumerate(rows):
        line = orjson.dumps(row, default=str, option=orjson.OPT_NON_STR_KEYS)
        file.write((b",\n    " if number else b"\n    ") + line)
    file.write(b"\n  ]\n}\n")
    file.flush()


def _text_of(payload: Mapping[str, Any]) -> bytes:
    whole = {"schema_version": SCHEMA_VERSION, **payload}
    return orjson.dumps(whole, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)


def show(text: str = "") -> None:
    """A line of the result, as it stands: nothing in it is read as markup."""
    out().print(escape(text), soft_wrap=True)


def say(text: str) -> None:
    """A sentence for the person at the keyboard."""
    err().print(escape(text), soft_wrap=True)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Rows under a title; nothing at all is said as such."""
    cells = [[escape("" if cell is None else str(cell)) for cell in row] for row in rows]
    show(title)
    if not cells:
        show("  none")
        return
    grid = Table(*columns, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for row in cells:
        grid.add_row(*row)
    out().print(grid)
