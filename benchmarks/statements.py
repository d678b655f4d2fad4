"""The statements of a piece of work on an SQLite store, taken down on their way to the driver, and done again by the
driver alone: what must be read and kept, whoever asks for it."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from benchmarks.measure import Spent, Timer, known
from store.engine import SQLITE_PRAGMAS

_ENDS = ("commit", "rollback")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """`line`: which of several connections it went through. `rows`: for whom it was done, where for many at once."""

    line: int
    text: str
    values: Any = ()
    rows: Sequence[Any] | None = None


@dataclass(slots=True, kw_only=True)
class Taken:
    """What was taken down, in its order, and the store as it was before."""

    before: Path
    statements: list[Statement] = field(default_factory=list)


@contextmanager
def taken_down(engine: Engine, store: Path, *, before: Path) -> Iterator[Taken]:
    """Everything that goes through the engine meanwhile; `before`: where a copy of the store is put first."""
    with closing(sqlite3.connect(store)) as now, closing(sqlite3.connect(before)) as copy:
        now.backup(copy)
    taken = Taken(before=before)

    def execute(tx: Connection, _cursor: object, text: str, values: Any, _context: object, many: bool) -> None:
        line = id(tx.connection.dbapi_connection)
        given = Statement(line=line, text=text, rows=values) if many else Statement(line=line, text=text, values=values)
        taken.statements.append(given)

    def end(word: str) -> Callable[[Connection], None]:
        return lambda tx: taken.statements.append(Statement(line=id(tx.connection.dbapi_connection), text=word))

    heard: dict[str, Callable[..., None]] = {"before_cursor_execute": execute, **{word: end(word) for word in _ENDS}}
    for name, hear in heard.items():
        event.listen(engine, name, hear)
    try:
        yield taken
    finally:
        for name, hear in heard.items():
            event.remove(engine, name, hear)


def again(taken: Taken) -> Spent:
    """Do it all once more to the copy. Rows are fetched and not looked at."""
    with ExitStack() as stack:
        lines = {each.line: stack.enter_context(closing(_connect(taken.before))) for each in taken.statements}
        with Timer() as timer:
            for each in taken.statements:
                _do(lines[each.line], each)
    return known(timer)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    for each in SQLITE_PRAGMAS:
        connection.execute(each)
    return connection


def _do(line: sqlite3.Connection, what: Statement) -> None:
    if what.rows is not None:
        line.executemany(what.text, what.rows)
    elif what.text not in _ENDS or line.in_transaction:
        line.execute(what.text, what.values).fetchall()
