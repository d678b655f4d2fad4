"""What the mapped objects last told of their fields, so that planning and every screen know it without a call.

A refusal that names a field casts doubt on what was told: it is asked for again before its time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import insert, select, update

from domain.record import Field, FieldType
from store.columns import AnyRow
from store.engine import Tx
from store.schema import described as table

Described = Mapping[tuple[str, str], Mapping[str, Field]]
"""(connection, object) → field by name."""

_STAMPS = select(table.c.connection, table.c.object, table.c.changed_at)
_KNOWN = frozenset(each.name for each in fields(Field))
_TUPLES = ("options", "refers_to", "labels", "retired")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """When an object was last described, when what it told last changed, and since when that is doubted."""

    seen_at: datetime
    changed_at: datetime
    doubted_at: datetime | None


def save(tx: Tx, connection: str, object: str, told: Mapping[str, Field], *, now: datetime) -> bool:
    """Keep what an object tells now; whether it is something else than before. Doubts are over."""
    content = orjson.loads(orjson.dumps({name: told[name] for name in sorted(told)}))
    before = tx.execute(select(table.c.fields).where(*_at(connection, object))).scalar()
    changed: bool = before != content
    seen: dict[str, Any] = {"seen_at": now, "doubted_at": None}
    if changed:
        seen |= {"fields": content, "changed_at": now}
    if before is None:
        tx.execute(insert(table).values(connection=connection, object=object, relied={}, **seen))
    else:
        tx.execute(update(table).where(*_at(connection, object)).values(**seen))
    return changed


def all_of(tx: Tx) -> Described:
    """Everything that was ever described, as last told."""
    rows = tx.execute(select(table.c.connection, table.c.object, table.c.fields))
    return {(row.connection, row.object): {name: _field(each) for name, each in row.fields.items()} for row in rows}


def of(tx: Tx, connection: str, object: str) -> Mapping[str, Field] | None:
    """None: it was never described."""
    told = tx.execute(select(table.c.fields).where(*_at(connection, object))).scalar()
    return None if told is None else {name: _field(each) for name, each in told.items()}


def looks(tx: Tx, connection: str) -> dict[str, Look]:
    """By object, what was described of one connection."""
    rows = tx.execute(
        select(table.c.object, table.c.seen_at, table.c.changed_at, table.c.doubted_at).where(
            table.c.connection == connection
        )
    )
    return {row.object: _look(row) for row in rows}


def stamps(tx: Tx) -> dict[tuple[str, str], datetime]:
    """When what each object tells last changed: a cheap question, asked before every use of the rules."""
    rows = tx.execute(_STAMPS)
    return {(row.connection, row.object): row.changed_at for row in rows}


def doubt(tx: Tx, connection: str, objects: Iterable[str], *, now: datetime) -> None:
    """An answer named fields of these objects: what they told may be over."""
    tx.execute(
        update(table)
        .where(table.c.connection == connection, table.c.object.in_(sorted(objects)), table.c.doubted_at.is_(None))
        .values(doubted_at=now)
    )


def relied_on(tx: Tx, connection: str) -> dict[str, dict[str, Any]]:
    """What the rules rely on in each object that was described, as `mapping/drift.py` writes it."""
    rows = tx.execute(select(table.c.object, table.c.relied).where(table.c.connection == connection))
    return {row.object: row.relied or {} for row in rows}


def rely(tx: Tx, connection: str, object: str, relied: Mapping[str, Any]) -> None:
    tx.execute(update(table).where(*_at(connection, object)).values(relied=dict(relied)))


def _at(connection: str, object: str) -> tuple[Any, Any]:
    return table.c.connection == connection, table.c.object == object


def _look(row: AnyRow) -> Look:
    return Look(seen_at=row.seen_at, changed_at=row.changed_at, doubted_at=row.doubted_at)


def _field(kept: Mapping[str, Any]) -> Field:
    """What a newer version of leadloop kept beside what this one knows is passed over."""
    known = {name: value for name, value in kept.items() if name in _KNOWN}
    known.update({name: tuple(known.get(name, ())) for name in _TUPLES}, type=FieldType(known["type"]))
    return Field(**known)
