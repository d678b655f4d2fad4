"""The drifts that last: which fields no longer are what the rules rely on, and since when."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select

from domain.drift import Drift, DriftKind, Noticed, OpenDrift, Told
from domain.place import FieldOf
from store.columns import AnyRow
from store.engine import Tx
from store.schema import drift as table
from store.upserts import upsert_one

_ALL = select(table).order_by(table.c.connection, table.c.object, table.c.field)
_READ_FIRST = "it is used again once its records were read"
_BY_ITSELF = "Nothing has to be done"


def of(tx: Tx, connection: str | None = None) -> list[OpenDrift]:
    """Every open drift, or those of one connection, by place."""
    return [_open(row) for row in tx.execute(_ALL if connection is None else _ALL.where(_is(connection)))]


def settle(
    tx: Tx, connection: str, object: str, found: Iterable[Told], *, noticed: Noticed, now: datetime
) -> tuple[list[Drift], list[Drift]]:
    """Let one object's drifts be exactly these; returns what is new and what ended, another kind being both."""
    before = {each.field: each for each in of(tx, connection) if each.field.object == object}
    told = {each.drift.field: each for each in found}
    fresh = [each.drift for at, each in told.items() if at not in before or before[at].drift != each.drift]
    ended = [one.drift for at, one in before.items() if _has_ended(one.drift, told.get(at))]
    for one in ended:
        tx.execute(delete(table).where(_is(connection), table.c.object == object, table.c.field == one.field.field))
    for at, each in told.items():
        lasts = before[at] if at in before and before[at].drift.kind is each.drift.kind else None
        since, how = (now, noticed) if lasts is None else (lasts.since, lasts.noticed)
        upsert_one(tx, table, _row(each, noticed=how, since=since))
    return fresh, ended


def keep_for_reading(tx: Tx, drift: Drift, *, noticed: Noticed, now: datetime) -> None:
    """It has ended, and nothing is made of the field before its records were read again."""
    back = Told(drift=replace(drift, kind=DriftKind.BACK), effect=_READ_FIRST, mend=_BY_ITSELF)
    upsert_one(tx, table, _row(back, noticed=noticed, since=now))


def were_read(tx: Tx, connection: str, object: str) -> bool:
    """The records of an object were read again; whether a field of theirs was waited for."""
    waited = (_is(connection), table.c.object == object, table.c.kind == DriftKind.BACK.value)
    return tx.execute(delete(table).where(*waited)).rowcount > 0


def forget_others(tx: Tx, connection: str, objects: Iterable[str]) -> None:
    """Objects that the rules use no more cannot drift."""
    tx.execute(delete(table).where(_is(connection), table.c.object.not_in(sorted(objects))))


def _has_ended(drift: Drift, told: Told | None) -> bool:
    """What is waited for to be read again ends by being read, not by being told of."""
    return drift.kind is not DriftKind.BACK and (told is None or told.drift.kind is not drift.kind)


def _is(connection: str) -> ColumnElement[bool]:
    return table.c.connection == connection


def _row(told: Told, *, noticed: Noticed, since: datetime) -> dict[str, object]:
    at, drift = told.drift.field, told.drift
    return {
        "connection": at.connection,
        "object": at.object,
        "field": at.field,
        "kind": drift.kind.value,
        "before": drift.before,
        "now": drift.now,
        "effect": told.effect,
        "mend": told.mend,
        "since": since,
        "noticed": noticed.value,
    }


def _open(row: AnyRow) -> OpenDrift:
    at = FieldOf(connection=row.connection, object=row.object, field=row.field)
    drift = Drift(field=at, kind=DriftKind(row.kind), before=row.before, now=row.now)
    return OpenDrift(drift=drift, effect=row.effect, mend=row.mend, since=row.since, noticed=Noticed(row.noticed))
