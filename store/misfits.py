"""What stays at home, lead by lead, and counted by field and cause.

Two know of it: the decider finds what cannot be read, planning what would be refused. Each replaces its own part.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from domain.misfit import DECIDED, EXAMPLES, Blocked, BlockedTally, Misfit, Why
from domain.place import FieldOf
from domain.run import OutboxStatus
from domain.values import LeadId, RecordRef
from store.chunks import BulkInsert, read_many, run_many
from store.columns import to_micros
from store.engine import Tx
from store.schema import lead as lead_table
from store.schema import misfit as table
from store.schema import outbox

_COLUMNS = ("lead_id", "connection", "object", "record_id", "field", "why", "property", "words", "hint")
_KEY = _COLUMNS[:6]
_READ = f"SELECT {', '.join(_COLUMNS)} FROM misfit WHERE lead_id IN ({{keys}}) ORDER BY {', '.join(_KEY)}"  # noqa: S608
_PUT = BulkInsert(
    table,
    (*_COLUMNS, "since"),
    f"ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET property = excluded.property, words = excluded.words, "
    "hint = excluded.hint",
)
_DROP = f"DELETE FROM misfit WHERE {' AND '.join(f'{name} = ?' for name in _KEY)}"  # noqa: S608 - names of our own

_DECIDED = frozenset(each.value for each in DECIDED)
_Row = tuple[Any, ...]


def unread(tx: Tx, found: Mapping[LeadId, Sequence[Misfit]], *, now: datetime) -> set[LeadId]:
    """Make this all that cannot be read or said of these; returns those of them for which something would be refused,
    as far as planning knows: they are planned again, for it may go by now."""
    known = _known(tx, found)
    _replace(tx, found, [row for row in known if _is_unread(row)], now=now)
    return {LeadId(row[0]) for row in known if not _is_unread(row)}


def unfit(tx: Tx, found: Mapping[LeadId, Sequence[Misfit]], *, now: datetime) -> None:
    """Make this all that would be refused of what is wanted for these leads."""
    _replace(tx, found, [row for row in _known(tx, found) if not _is_unread(row)], now=now)


def of_leads(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, list[Misfit]]:
    found: dict[LeadId, list[Misfit]] = {}
    for row in _known(tx, ids):
        found.setdefault(LeadId(row[0]), []).append(_misfit(row))
    return found


def blocked(tx: Tx) -> tuple[Blocked, ...]:
    """All of it by field and cause, the most first."""
    group = (*(table.c[name] for name in ("connection", "object", "field", "why", "property", "words", "hint")),)
    rows = tx.execute(
        select(*group, func.count().label("values"), func.min(table.c.since).label("since"))
        .group_by(*group)
        .order_by(func.count().desc())
    )
    tally = BlockedTally()
    tally.keep(
        Blocked(
            column=FieldOf(connection=row.connection, object=row.object, field=row.field),
            property=row.property,
            why=Why(row.why),
            words=row.words,
            hint=row.hint,
            values=row.values,
            since=row.since,
        )
        for row in rows
    )
    return tuple(replace(one, examples=_examples(tx, one)) for one in tally.blocked())


def refusing(tx: Tx, connection: str) -> set[str]:
    """The objects of a connection for which something stays at home: their fields may be mended any time."""
    columns = table.c
    which = (columns.connection == connection, columns.why.not_in(_DECIDED))
    return set(tx.execute(select(columns.object).distinct().where(*which)).scalars())


def replan(tx: Tx, connection: str, object: str) -> None:
    """The fields of an object are not what they were: what they would have refused may go now, and what they did
    refuse may go without the field that is at fault."""
    columns = table.c
    kept = select(columns.lead_id).where(
        columns.connection == connection, columns.object == object, columns.why.not_in(_DECIDED)
    )
    unsent = select(outbox.c.lead_id).where(
        outbox.c.connection == connection,
        outbox.c.object == object,
        outbox.c.status != OutboxStatus.DONE.value,
        outbox.c.lead_id.is_not(None),
    )
    for theirs in (kept, unsent):
        living = lead_table.c.merged_into.is_(None)
        tx.execute(update(lead_table).where(lead_table.c.id.in_(theirs), living).values(plan_due=True))


def forget(tx: Tx, lead: LeadId) -> None:
    """It is part of another lead, or erased."""
    tx.execute(delete(table).where(table.c.lead_id == lead))


def _replace(tx: Tx, found: Mapping[LeadId, Sequence[Misfit]], known: Sequence[_Row], *, now: datetime) -> None:
    wanted = {row[:6]: row for lead, misfits in found.items() for row in (_row(lead, each) for each in misfits)}
    before = {row[:6]: row for row in known}
    run_many(tx, _DROP, [key for key in before if key not in wanted])
    since = to_micros(now)
    _PUT.run(tx, [(*row, since) for key, row in sorted(wanted.items()) if before.get(key) != row])


def _known(tx: Tx, ids: Iterable[LeadId]) -> list[_Row]:
    return [tuple(row) for row in read_many(tx, _READ, ids)]


def _is_unread(row: _Row) -> bool:
    return row[5] in _DECIDED


def _row(lead: LeadId, one: Misfit) -> _Row:
    ref = one.ref
    return (lead, ref.connection, ref.object, ref.id, one.field, one.why.value, one.property, one.words, one.hint)


def _misfit(row: _Row) -> Misfit:
    _, connection, kind, record_id, field, why, prop, words, hint = row
    ref = RecordRef(connection=connection, object=kind, id=record_id)
    return Misfit(ref=ref, field=field, property=prop, why=Why(why), words=words, hint=hint)


def _examples(tx: Tx, one: Blocked) -> tuple[str, ...]:
    columns = table.c
    ids = select(columns.record_id).where(
        columns.connection == one.column.connection,
        columns.object == one.column.object,
        columns.field == one.column.field,
        columns.why == one.why.value,
        columns.words == one.words,
        columns.record_id != "",
    )
    return tuple(tx.execute(ids.order_by(columns.record_id).limit(EXAMPLES)).scalars())
