"""Until when everything that reps do was read from a system: of each of those streams, its last reading to the end."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy import select, update

from store.columns import from_micros, to_micros
from store.engine import Tx
from store.schema import connection as table

NEVER = datetime.fromtimestamp(0, UTC)


def of(tx: Tx, name: str) -> dict[str, datetime]:
    """By stream; empty for a connection that was never asked."""
    kept = tx.execute(select(table.c.heard).where(table.c.name == name)).scalar()
    return {stream: from_micros(micros) for stream, micros in (kept or {}).items()}


def note(tx: Tx, name: str, streams: Collection[str], whole: Collection[str], *, now: datetime) -> None:
    """`streams`: what brings what reps do; `whole`: what was just read to its end. Others stay as they were heard."""
    before = of(tx, name)
    heard = {stream: now if stream in whole else before.get(stream, NEVER) for stream in sorted(streams)}
    if heard != before:
        kept = {stream: to_micros(at) for stream, at in heard.items()}
        tx.execute(update(table).where(table.c.name == name).values(heard=kept))


def until(tx: Tx, names: Iterable[str]) -> Mapping[str, datetime]:
    """By connection the moment until which all of it was read; long ago where some never was."""
    return {name: min(of(tx, name).values(), default=NEVER) for name in names}
