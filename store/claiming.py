"""Taking rows out, settling them, and taking back what was left claimed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, text, update

from domain.audit import LOOP, Act
from domain.change import ChangeKind
from domain.run import OutboxStatus
from store import audit, trail
from store.chunks import chunks, read_many, run_many
from store.columns import AnyRow, plain, to_micros
from store.engine import Tx
from store.outbox_row import (
    ALL_COLUMNS,
    LANES,
    READY,
    STOPPED,
    OutboxRow,
    Settlement,
    to_outbox_row,
    to_outbox_row_from_raw,
    words,
)
from store.schema import outbox as table
from store.superseding import supersede

_CLAIM = (
    "UPDATE outbox SET status = 'claimed', owner = ?, epoch = ?, claimed_at = ?, attempts = attempts + 1 "  # noqa: S608 - names of our own
    f"WHERE id IN ({{keys}}) RETURNING {ALL_COLUMNS}"
)
_OTHER = table.alias("other")
_RESTED = "claimed_at + CASE WHEN attempts < 10 THEN attempts * 30000000 ELSE 300000000 END"
"""When a row may be tried again that failed with its system, in microseconds."""
_ANY_TRIES = 2**31 - 1
_UNSURE = "The process stopped before the answer was noted: it is not known whether the record was created."


def claim(
    tx: Tx,
    connection: str,
    *,
    lane: str | None,
    limit: int,
    owner: str,
    epoch: int,
    now: datetime,
    run_id: int | None = None,
) -> list[OutboxRow]:
    """Take rows out, oldest due first; handoffs before the background when `lane` is None.

    Never two of one target at once. With `run_id` only what that run put out.
    """
    if tx.dialect.name == "postgresql":
        # Two pushers must not take two rows of one record out at once, and neither sees the other's claim yet.
        tx.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 71))"), {"name": connection})
    taken: dict[str, int] = {}
    for each in LANES if lane is None else (str(lane),):
        for row in _claimable(tx, connection, each, limit=limit - len(taken), now=now, run_id=run_id):
            taken.setdefault(row.target, row.id)
    order = {number: place for place, number in enumerate(taken.values())}
    rows = read_many(tx, _CLAIM, order, given=(owner, epoch, to_micros(now)))
    return sorted(map(to_outbox_row_from_raw, rows), key=lambda row: order[row.id])


def _claimable(
    tx: Tx, connection: str, lane: str, *, limit: int, now: datetime, run_id: int | None
) -> Sequence[AnyRow]:
    if limit < 1:
        return ()
    is_out = select(_OTHER.c.id).where(_OTHER.c.target == table.c.target, text("other.status = 'claimed'")).exists()
    query = (
        select(table.c.id, table.c.target)
        .where(
            table.c.connection == connection,
            table.c.lane == lane,
            text("outbox.status IN ('pending', 'waiting')"),
            table.c.due_at <= now,
            ~is_out,
        )
        .order_by(table.c.due_at, table.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=table)
    )
    return tx.execute(query if run_id is None else query.where(table.c.run_id == run_id)).all()


def settle(tx: Tx, rows: Sequence[Settlement], *, now: datetime) -> None:
    """Note what became of claimed and unsure rows; a row that is settled already stays as it is."""
    again = {each.row_id: each for each in rows if each.status in READY}
    ended = [
        (each.status.value, plain(each.code), plain(each.message), each.remote_id, to_micros(now), each.row_id)
        for each in rows
        if each.status not in READY
    ]
    run_many(
        tx,
        "UPDATE outbox SET status = ?, code = ?, message = ?, remote_id = coalesce(?, remote_id), settled_at = ?, "
        "owner = NULL WHERE id = ? AND status IN ('claimed', 'unsure')",
        ended,
    )
    _make_ready(tx, again, allowed=(OutboxStatus.CLAIMED, OutboxStatus.UNSURE), now=now)


def reclaim(tx: Tx, *, epoch: int, now: datetime) -> list[OutboxRow]:
    """Take back what an earlier leader left claimed: `unsure` where a repeat could create twice, else pending."""
    which = table.c.epoch < epoch
    return _take_back(tx, which, "the process stopped before an answer", now=now)


def reclaim_own(tx: Tx, *, owner: str, epoch: int, now: datetime) -> list[OutboxRow]:
    """As `reclaim`, of what `owner` has out and does nothing about: the store failed when it was to be noted."""
    which = (table.c.epoch == epoch) & (table.c.owner == owner)
    return _take_back(tx, which, "the answer could not be noted", now=now)


def _take_back(tx: Tx, which: ColumnElement[bool], why: str, *, now: datetime) -> list[OutboxRow]:
    rows = tx.execute(
        select(table)
        .where(text("status = 'claimed'"), which)
        .order_by(table.c.target)  # as its index lies: by number, SQLite reads the whole table
        .with_for_update()
    ).all()
    claimed = [to_outbox_row(row) for row in rows]
    audit.append(tx, [trail.told(row, Act.TRIED, why, at=now) for row in claimed])
    settle(tx, [_taken_back(row, now) for row in claimed], now=now)
    found: list[OutboxRow] = []
    for portion in chunks(sorted(row.id for row in rows)):
        after = tx.execute(select(table).where(table.c.id.in_(portion)).order_by(table.c.id))
        found += [to_outbox_row(row) for row in after]
    return found


def _taken_back(row: OutboxRow, now: datetime) -> Settlement:
    if row.change.kind is ChangeKind.CREATE and row.change.unique is None:
        return Settlement(row_id=row.id, status=OutboxStatus.UNSURE, code="unsure", message=_UNSURE)
    return Settlement(row_id=row.id, status=OutboxStatus.PENDING, due_at=now)


def put_off(tx: Tx, row_id: int, *, now: datetime, until: datetime) -> bool:
    """Take an unsure row to ask about it; False when it was taken or settled meanwhile. Asked again `until` then."""
    unsure = (table.c.status == OutboxStatus.UNSURE.value, table.c.due_at <= now)
    taken = tx.execute(update(table).where(table.c.id == row_id, *unsure).values(due_at=until)).rowcount
    return taken == 1


def still_unsure(tx: Tx, row_id: int) -> bool:
    """Whether nobody settled it or gave it up since; it stays so until the commit."""
    which = (table.c.id == row_id, table.c.status == OutboxStatus.UNSURE.value)
    return tx.execute(select(table.c.id).where(*which).with_for_update()).first() is not None


def retry(tx: Tx, ids: Iterable[int], *, now: datetime, actor: str = LOOP) -> None:
    """Have parked, unsure or waiting rows tried again at once; one that was refused for good is announced anew."""
    wanted = {number: Settlement(row_id=number, status=OutboxStatus.PENDING, due_at=now) for number in ids}
    refused = _rows(tx, wanted, (OutboxStatus.PARKED,))
    made = _make_ready(tx, wanted, allowed=(*STOPPED, OutboxStatus.WAITING), now=now)
    again = [row for row in refused if row.id in made]
    keys = trail.keys_of(tx, again)
    audit.append(tx, [trail.told(r, Act.WILL, r.change.kind, at=now, actor=actor, keys=keys) for r in again])


def hasten(tx: Tx, connection: str, *, code: str, tries: int | None, now: datetime) -> None:
    """A system is back: what waits since a failure of this code is tried again as soon as its last try allows.

    Half a minute after the first try, five minutes after the tenth: what fails by itself is not sent all the time.
    `tries`: only what was tried so often at most.
    """
    soon, at = _RESTED, to_micros(now)
    run_many(
        tx,
        f"UPDATE outbox SET due_at = CASE WHEN {soon} < ? THEN ? ELSE {soon} END "  # noqa: S608 - names of our own
        f"WHERE connection = ? AND status = 'waiting' AND code = ? AND attempts <= ? AND due_at > ? "
        f"AND due_at > {soon}",
        [(at, at, connection, code, tries if tries is not None else _ANY_TRIES, at)],
    )


def ignore(tx: Tx, ids: Iterable[int], *, now: datetime, actor: str = LOOP) -> None:
    """A person wants to hear no more of parked or unsure rows: they stay parked and out of every list."""
    rows = _rows(tx, ids, STOPPED)
    for portion in chunks([row.id for row in rows]):
        ended = {"ignored": True, "status": OutboxStatus.PARKED.value, "settled_at": now}
        tx.execute(update(table).where(table.c.id.in_(portion)).values(**ended))
    trail.end_unsent(tx, rows, "a person wants no more of it", now=now, actor=actor)


def _rows(tx: Tx, ids: Iterable[int], statuses: Iterable[OutboxStatus]) -> list[OutboxRow]:
    """Those of these rows that stand so, locked."""
    found: list[OutboxRow] = []
    for portion in chunks(sorted(ids)):
        which = (table.c.id.in_(portion), table.c.status.in_(words(statuses)))
        rows = tx.execute(select(table).where(*which).order_by(table.c.id).with_for_update())
        found += [to_outbox_row(row) for row in rows]
    return found


def _make_ready(
    tx: Tx, wanted: Mapping[int, Settlement], *, allowed: Iterable[OutboxStatus], now: datetime
) -> set[int]:
    """Make rows ready again and return them; one whose slot has another ready row by now is settled as superseded."""
    rows: list[AnyRow] = []
    for portion in chunks(wanted):
        query = select(table.c.id, table.c.target, table.c.lane).where(
            table.c.id.in_(portion), table.c.status.in_(words(allowed))
        )
        rows.extend(tx.execute(query.with_for_update()))
    holders = _ready_rows(tx, {row.target for row in rows})
    ready: list[tuple[Any, ...]] = []
    stale: list[int] = []
    for row in sorted(rows, key=lambda row: row.id, reverse=True):
        if holders.setdefault((row.target, row.lane), row.id) != row.id:
            stale.append(row.id)
            continue
        each = wanted[row.id]
        due_at = to_micros(now if each.due_at is None else each.due_at)
        ready.append((each.status.value, plain(each.code), plain(each.message), due_at, row.id))
    supersede(tx, stale, now=now)
    run_many(
        tx,
        "UPDATE outbox SET status = ?, code = ?, message = ?, due_at = ?, owner = NULL, ignored = false, "
        "settled_at = NULL WHERE id = ?",
        ready,
    )
    return {row[-1] for row in ready}


def _ready_rows(tx: Tx, targets: Iterable[str]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for portion in chunks(sorted(targets)):
        rows = tx.execute(
            select(table.c.id, table.c.target, table.c.lane).where(
                table.c.target.in_(portion), text("status IN ('pending', 'waiting')")
            )
        )
        found.update({(row.target, row.lane): row.id for row in rows})
    return found
