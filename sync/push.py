"""Send what the outbox holds: claim, write, settle. The claim is committed before a byte is sent.

Whatever way a push ends, no row stays claimed: a claimed row stands in the way of every later write
to its record. What could not be given back, for the store failed just then, the next push takes back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from connectors.abilities import Finder
from connectors.contract import BulkWriter, Lane, Settler, Writer
from domain.change import Change, ChangeKind, Receipt
from domain.errors import ConnectorError, ContractError, LeadloopError, OperatorError, TransientError
from store import outbox
from store.engine import Tx
from store.outbox import OutboxRow
from sync import recover, schema_watch
from sync.golive import lanes_open
from sync.loop import Loop
from sync.settle import settle

log = structlog.get_logger(__name__)

BATCH = 200
BULK = 10_000
"""Rows of the background that go out together to a system that wants very many or few."""
BROKEN_OFF = TransientError("leadloop itself failed in the middle of this write: it is not known what became of it")
"""What a row is given back with when no system's error says why it has no receipt."""
NOT_SENT = TransientError("leadloop itself failed before it sent this write", sent=False)


@dataclass(slots=True)
class Pushed:
    """What a push did, in receipts."""

    sent: int = 0
    applied: int = 0
    unchanged: int = 0
    conflicted: int = 0
    refused: int = 0
    gone: int = 0
    unknown: int = 0


def push(loop: Loop, name: str, *, now: datetime, run_id: int | None = None, lane: Lane | None = None) -> Pushed:
    """Send what is due to one connection, or only what one run planned; raises what stops it, after settling."""
    pushed = Pushed()
    writer = loop.connections[name]
    with loop.store.read() as tx:
        lanes = _lanes(tx, loop, lane)
    if not lanes or not isinstance(writer, Writer) or name not in loop.introduced:
        return pushed
    if len(lanes) == 1:
        lane = lanes[0]
    _take_back(loop, now=now)
    settle_unsure(loop, name, now=now)
    while True:
        loop.has_out = True
        rows = _claim(loop, writer, name, lane=lane, now=now, run_id=run_id)
        if not rows:
            loop.has_out = False
            return pushed
        loop.reached("push.claimed")
        answered = _send(loop, writer, rows, pushed, now=now)
        loop.has_out = False
        schema_watch.look_after_refusals(loop, name, rows, answered, now=now)


def _take_back(loop: Loop, *, now: datetime) -> None:
    """A holder of the lead pushes one thing at a time: what it has out when it begins was left by its last push."""
    if loop.has_out:
        with loop.store.write(loop.epoch) as tx:
            outbox.reclaim_own(tx, owner=loop.holder, epoch=loop.epoch, now=now)
        loop.has_out = False


def _claim(
    loop: Loop, writer: Writer, name: str, *, lane: Lane | None, now: datetime, run_id: int | None
) -> list[OutboxRow]:
    """Take rows out, in portions: what was taken goes back when a later portion cannot be had."""
    rows: list[OutboxRow] = []
    wanted = _how_many(loop, writer, name, lane=lane, now=now, run_id=run_id)
    complete = False
    try:
        while not complete:
            with loop.store.write(loop.epoch) as tx:
                if not _lanes(tx, loop, lane):  # a person went back while this push was under way
                    break
                some = outbox.claim(
                    tx, name, lane=lane, limit=BATCH, owner=loop.holder, epoch=loop.epoch, now=now, run_id=run_id
                )
                loop.reached("push.claim_before_commit")
            rows += some
            complete = len(some) < BATCH or len(rows) >= wanted
    finally:
        if rows and not complete:
            with loop.store.write(loop.epoch) as tx:
                recover.return_rows(tx, rows, NOT_SENT, now=now)
    return rows if complete else []


def _lanes(tx: Tx, loop: Loop, lane: Lane | None) -> list[Lane]:
    """What of these lanes may be sent now."""
    return [each for each in lanes_open(tx, loop.settings.go_live) if lane in {None, each}]


def _how_many(loop: Loop, writer: Writer, name: str, *, lane: Lane | None, now: datetime, run_id: int | None) -> int:
    """Few, so that little is out when we stop, unless so many wait that the system writes them in its own way.

    A handoff waits for no such thing: while one is due, few go out.
    """
    least = writer.bulk_from if isinstance(writer, BulkWriter) else 0
    if not least or lane is Lane.HANDOFF:
        return BATCH
    with loop.store.read() as tx:
        urgent = 0 if lane else outbox.due(tx, name, Lane.HANDOFF, now=now, most=1, run_id=run_id)
        waiting = outbox.due(tx, name, Lane.BACKGROUND, now=now, most=least + 1, run_id=run_id)
    return BULK if waiting > least and not urgent else BATCH


def _send(loop: Loop, writer: Writer, rows: Sequence[OutboxRow], pushed: Pushed, *, now: datetime) -> list[Receipt]:
    """Settle what was answered; what anything at all leaves without a receipt goes back with a reason."""
    answered: list[Receipt] = []
    failure: LeadloopError = BROKEN_OFF
    try:
        _take_receipts(writer, rows, answered)
    except (ConnectorError, OperatorError) as error:
        failure = error
        raise
    finally:
        loop.reached("push.answered")
        _settle(loop, rows, answered, failure, now=now)
        _count(pushed, answered)
    return answered


def _take_receipts(writer: Writer, rows: Sequence[OutboxRow], answered: list[Receipt]) -> None:
    """Receipts as they come, so that those before an error are not lost; ContractError unless there is one each."""
    for receipt in writer.write([row.change for row in rows]):
        if len(answered) == len(rows):
            raise ContractError(f"more than {len(rows)} receipts for {len(rows)} writes")
        answered.append(receipt)
    if len(answered) < len(rows):
        raise ContractError(f"{len(answered)} receipts for {len(rows)} writes")


def _settle(
    loop: Loop, rows: Sequence[OutboxRow], answered: Sequence[Receipt], failure: LeadloopError, *, now: datetime
) -> None:
    """In portions; those that cannot be settled go back."""
    settled = 0
    try:
        while settled < len(rows):
            some, told = rows[settled : settled + BATCH], answered[settled : settled + BATCH]
            loop.store.transact(partial(_settle_portion, loop, some, told, failure=failure, now=now), loop.epoch)
            settled += len(some)
    finally:
        if settled < len(rows):
            with loop.store.write(loop.epoch) as tx:
                recover.return_rows(tx, rows[settled:], BROKEN_OFF, now=now)
    loop.reached("push.settled")


def _settle_portion(
    loop: Loop, rows: Sequence[OutboxRow], told: Sequence[Receipt], tx: Tx, *, failure: LeadloopError, now: datetime
) -> None:
    """Done again after a deadlock: what the system did must not be forgotten for one."""
    settle(tx, rows[: len(told)], told, loop.in_force(tx), now=now)
    recover.return_rows(tx, rows[len(told) :], failure, now=now)
    loop.reached("push.settle_before_commit")


def settle_unsure(loop: Loop, name: str, *, now: datetime) -> int:
    """Ask the system what became of writes whose answer was lost, before anything is sent again.

    A row is put off before it is asked about: no two lanes ask about one, and one that cannot be
    answered stops neither the others nor the push. Returns how many were settled.
    """
    settler = loop.connections[name]
    if not isinstance(settler, Settler):
        return 0
    with loop.store.read() as tx:
        rows = outbox.unsure(tx, name, now=now, limit=BATCH)
    settled = 0
    for row in rows:
        with loop.store.write(loop.epoch) as tx:
            mine = outbox.put_off(tx, row.id, now=now, until=now + recover.TRANSIENT_RETRY)
        if not mine or not _can_be_found(settler, row.change):
            continue
        try:
            _settle_unsure(loop, settler, row, now=now)
            settled += 1
        except TransientError as error:
            log.warning("unsure_not_settled", connection=name, outbox=row.id, error=type(error).__name__)
            break  # it would answer the others no better now
        except ConnectorError as error:
            log.warning("unsure_not_settled", connection=name, outbox=row.id, error=type(error).__name__)
    return settled


def _can_be_found(settler: Settler, change: Change) -> bool:
    """Whether a creation without a unique field happened only a system that looks for our key can tell: elsewhere it
    waits for a person."""
    is_known = change.kind is not ChangeKind.CREATE or change.unique is not None
    return is_known or (isinstance(settler, Finder) and settler.can_find(change))


def _settle_unsure(loop: Loop, settler: Settler, row: OutboxRow, *, now: datetime) -> None:
    receipt = settler.settle(row.change)
    with loop.store.write(loop.epoch) as tx:
        if not outbox.still_unsure(tx, row.id):
            return  # a person gave it up while the system was asked
        if receipt is None:
            outbox.retry(tx, [row.id], now=now)
        else:
            settle(tx, [row], [receipt], loop.in_force(tx), now=now)


def _count(pushed: Pushed, receipts: Sequence[Receipt]) -> None:
    pushed.sent += len(receipts)
    for receipt in receipts:
        setattr(pushed, receipt.outcome.value, getattr(pushed, receipt.outcome.value) + 1)
