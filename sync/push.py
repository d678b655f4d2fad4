"""Send what the outbox holds: claim, write, settle. The claim is committed before a byte is sent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from connectors.contract import Lane, Settler, Writer
from domain.change import Receipt
from domain.errors import ConnectorError, OperatorError
from store import outbox
from store.outbox import OutboxRow
from sync import recover
from sync.loop import Loop
from sync.settle import settle

log = structlog.get_logger(__name__)

BATCH = 200


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
    if not isinstance(writer, Writer) or name not in loop.introduced:
        return pushed
    settle_unsure(loop, name, now=now)
    while True:
        with loop.store.write(loop.epoch) as tx:
            rows = outbox.claim(
                tx, name, lane=lane, limit=BATCH, owner=loop.holder, epoch=loop.epoch, now=now, run_id=run_id
            )
            loop.reached("push.claim_before_commit")
        if not rows:
            return pushed
        loop.reached("push.claimed")
        _send(loop, writer, rows, pushed, now=now)


def _send(loop: Loop, writer: Writer, rows: Sequence[OutboxRow], pushed: Pushed, *, now: datetime) -> None:
    """Settle receipt by receipt batch; what an error leaves without a receipt goes back with a reason."""
    receipts = _until_error(writer.write([row.change for row in rows]))
    answered: list[Receipt] = []
    error: ConnectorError | OperatorError | None = None
    for receipt, failure in receipts:
        if failure is not None:
            error = failure
        elif receipt is not None:
            answered.append(receipt)
    loop.reached("push.answered")
    with loop.store.write(loop.epoch) as tx:
        rules = loop.in_force(tx)
        settle(tx, rows[: len(answered)], answered, rules, now=now)
        if error is not None:
            recover.return_rows(tx, rows[len(answered) :], error, now=now)
        loop.reached("push.settle_before_commit")
    loop.reached("push.settled")
    _count(pushed, answered)
    if error is not None:
        raise error


def _until_error(receipts: Iterator[Receipt]) -> Iterator[tuple[Receipt | None, ConnectorError | OperatorError | None]]:
    """Receipts as they come; an error ends them as a last item, so that those before it are not lost."""
    try:
        for receipt in receipts:
            yield receipt, None
    except (ConnectorError, OperatorError) as error:
        yield None, error


def settle_unsure(loop: Loop, name: str, *, now: datetime) -> int:
    """Ask the system what became of writes whose answer was lost, before anything is sent again."""
    settler = loop.connections[name]
    if not isinstance(settler, Settler):
        return 0
    with loop.store.read() as tx:
        rows = outbox.unsure(tx, name, limit=BATCH)
    for row in rows:
        receipt = settler.settle(row.change)
        with loop.store.write(loop.epoch) as tx:
            if receipt is None:
                outbox.retry(tx, [row.id], now=now)
            else:
                settle(tx, [row], [receipt], loop.in_force(tx), now=now)
    return len(rows)


def _count(pushed: Pushed, receipts: Sequence[Receipt]) -> None:
    pushed.sent += len(receipts)
    for receipt in receipts:
        setattr(pushed, receipt.outcome.value, getattr(pushed, receipt.outcome.value) + 1)
