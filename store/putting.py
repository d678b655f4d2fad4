"""Putting writes out: what repeats is left alone, what is newer takes the place of what was not yet sent.

Nothing is put out, or replaced, without its row in the audit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select, text

from domain.audit import LOOP, Act
from domain.run import OutboxStatus
from store import audit, numbers, trail
from store.chunks import BulkInsert, chunks, run_many
from store.columns import plain, to_json, to_micros
from store.engine import Tx
from store.outbox_row import READY, STOPPED, OutboxDraft, to_outbox_row, write_change
from store.schema import outbox as table
from store.superseding import REPLACED, supersede
from store.trail import Keys

_COLUMNS = (
    "id", "key", "connection", "lane", "kind", "object", "record_id", "lead_id", "list", "target", "change", "before",
    "cause", "rule_hash", "run_id", "status", "due_at", "created_at",
)  # fmt: skip
INSERT = BulkInsert(table, _COLUMNS, "")
_REPLACE = (
    "UPDATE outbox SET key = ?, change = ?, before = ?, cause = ?, rule_hash = ?, run_id = ?, lead_id = ?, due_at = ?, "
    "status = 'pending', attempts = 0, code = '', message = '' WHERE id = ? AND status IN ('pending', 'waiting')"
)


def put(
    tx: Tx,
    changes: Sequence[OutboxDraft],
    *,
    now: datetime,
    run_id: int | None = None,
    actor: str = LOOP,
    keys: Keys | None = None,
) -> list[int]:
    """Put writes out; returns the row of each draft, in order. `actor`: who wants them; `keys`: the leads' own.

    The same write again changes nothing, whether it is on its way or was parked; another one for the
    same target replaces what is not claimed. A create whose key was ever put out stays as it is.
    """
    ready = [_prepare(draft) for draft in changes]
    batch = _Batch(now=to_micros(now), run_id=run_id, known=_rows_by_slot(tx, ready), created=_rows_by_key(tx, ready))
    fresh = iter(numbers.take(tx, "outbox", len(ready)))
    ids = [batch.add(each, next(fresh)) for each in ready]
    supersede(tx, batch.superseded, now=now)
    _end_replaced(tx, batch, now=now)
    run_many(tx, _REPLACE, list(batch.replaced.values()))
    INSERT.run(tx, list(batch.inserted.values()))
    announced = batch.announced.values()
    audit.append(
        tx, [trail.told(d, Act.WILL, d.change.kind, at=now, actor=actor, key=key, keys=keys) for d, key in announced]
    )
    return ids


def _end_replaced(tx: Tx, batch: "_Batch", *, now: datetime) -> None:
    """What stood in a row until now is never sent: the row goes on with a newer change."""
    for portion in chunks(batch.replaced):
        rows = tx.execute(select(table).where(table.c.id.in_(portion)).order_by(table.c.id))
        trail.end_unsent(tx, [to_outbox_row(row) for row in rows], REPLACED, now=now)


class _Prepared(NamedTuple):
    """A draft with what is asked of it more than once."""

    draft: OutboxDraft
    key: str | None
    slot: tuple[str, str]
    change: str


def _prepare(draft: OutboxDraft) -> _Prepared:
    return _Prepared(draft, draft.given_key, draft.slot, write_change(draft.change))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """The row that stands for a slot already."""

    id: int
    change: str
    status: OutboxStatus


@dataclass(slots=True, kw_only=True)
class _Batch:
    """What one `put` will write."""

    now: int
    run_id: int | None
    known: dict[tuple[str, str], _Known]
    created: dict[tuple[str, str], int]
    inserted: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    replaced: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    superseded: list[int] = field(default_factory=list)
    announced: dict[int, tuple[OutboxDraft, str]] = field(default_factory=dict)
    """Row → what it holds from now on, and under which key."""

    def add(self, each: _Prepared, number: int) -> int:
        """Note what has to be done for one draft; returns its row."""
        if each.key is not None:
            created = self.created.setdefault((each.draft.connection, each.key), number)
            if created != number:
                return created
        before = self.known.get(each.slot)
        if before is not None and before.change == each.change:
            return before.id
        row_id = number
        if before is not None and before.status in READY:
            row_id = before.id
            self._replace(row_id, each, number)
        else:
            if before is not None and before.status in STOPPED:
                self.superseded.append(before.id)
            self._insert(number, each, number)
        self.known[each.slot] = _Known(id=row_id, change=each.change, status=OutboxStatus.PENDING)
        return row_id

    def _replace(self, row_id: int, each: _Prepared, number: int) -> None:
        """Same row, new content and a new key: who remembers keys must not take it for a repeat."""
        if row_id in self.inserted:
            self._insert(row_id, each, number)
            return
        draft, key = each.draft, f"c{number}"
        values = (draft.rule_hash, self.run_id, draft.lead_id, self.now, row_id)
        self.replaced[row_id] = (key, each.change, to_json(draft.before), plain(draft.cause), *values)
        self.announced[row_id] = (draft, key)

    def _insert(self, row_id: int, each: _Prepared, number: int) -> None:
        key = each.key or f"c{number}"
        self.inserted[row_id] = self._row(row_id, each, key)
        self.announced[row_id] = (each.draft, key)

    def _row(self, row_id: int, each: _Prepared, key: str) -> tuple[Any, ...]:
        draft, change = each.draft, each.draft.change
        target, lane = each.slot
        return (
            row_id,
            key,
            draft.connection,
            lane,
            change.kind.value,
            change.object,
            change.id,
            draft.lead_id,
            change.list,
            target,
            each.change,
            to_json(draft.before),
            plain(draft.cause),
            draft.rule_hash,
            self.run_id,
            "pending",
            self.now,
            self.now,
        )


def _rows_by_slot(tx: Tx, ready: Sequence[_Prepared]) -> dict[tuple[str, str], _Known]:
    """Of each slot the row that counts: a ready one before a claimed one before a stopped one."""
    found: dict[tuple[str, str], _Known] = {}
    targets = sorted({each.slot[0] for each in ready})
    # Literal conditions: with parameters SQLite could not use the partial indexes.
    for condition in ("status IN ('parked', 'unsure')", "status = 'claimed'", "status IN ('pending', 'waiting')"):
        for portion in chunks(targets):
            rows = tx.execute(
                select(table.c.id, table.c.target, table.c.lane, table.c.change, table.c.status)
                .where(table.c.target.in_(portion), text(condition))
                .order_by(table.c.id)
                .with_for_update()
            )
            for row in rows:
                known = _Known(id=row.id, change=row.change, status=OutboxStatus(row.status))
                found[row.target, row.lane] = known
    return found


def _rows_by_key(tx: Tx, ready: Sequence[_Prepared]) -> dict[tuple[str, str], int]:
    """The rows of creates that were put out before, whatever became of them."""
    keys = sorted({each.key for each in ready if each.key is not None})
    found: dict[tuple[str, str], int] = {}
    for portion in chunks(keys):
        rows = tx.execute(select(table.c.connection, table.c.key, table.c.id).where(table.c.key.in_(portion)))
        found.update({(row.connection, row.key): row.id for row in rows})
    return found
