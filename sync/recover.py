"""The one place that turns a class of error into an action."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.audit import Act
from domain.change import ChangeKind, Receipt, ReceiptOutcome
from domain.errors import (
    ContractError,
    CredentialsError,
    LeadloopError,
    RateLimitedError,
    SchemaError,
    TransientError,
    WrongAccountError,
)
from domain.run import ConnectionStatus, OutboxStatus
from store import audit, connections, outbox, trail
from store.engine import Tx
from store.outbox import OutboxRow, Settlement

TRANSIENT_RETRY = timedelta(minutes=20)
TRANSIENT_TRIES = 10
LOCK_TRIES = 5
LOCK_RETRY = timedelta(seconds=30)
LOCK = "LOCK"
"""What every vendor's words for a record that another transaction holds have in common."""
AWAY = timedelta(minutes=2)
"""A system in trouble for so long did not answer whoever reads either: a daemon looks for it more often."""
QUICK_TRIES = 3
DAILY = timedelta(days=1)
NOTHING_DONE = (CredentialsError, RateLimitedError, WrongAccountError)
"""Errors that say that the system did not take what it was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """What becomes of a connection after an error."""

    status: ConnectionStatus
    reason: str


def react(error: LeadloopError) -> Reaction:
    """Suspended until a person mends it, or degraded until it works again by itself."""
    match error:
        case CredentialsError() | WrongAccountError() | SchemaError():
            return Reaction(status=ConnectionStatus.SUSPENDED, reason=str(error))
        case RateLimitedError(daily=True):
            return Reaction(status=ConnectionStatus.DEGRADED, reason=f"daily quota used up: {error}")
        case ContractError():
            return Reaction(status=ConnectionStatus.DEGRADED, reason=f"an answer that cannot be used: {error}")
        case _:
            return Reaction(status=ConnectionStatus.DEGRADED, reason=str(error))


def note(tx: Tx, connection: str, error: LeadloopError, *, now: datetime) -> Reaction:
    """Write the reaction down where every screen finds it."""
    reaction = react(error)
    connections.set_status(tx, connection, reaction.status, reason=reaction.reason, now=now)
    return reaction


def take_up_again(tx: Tx, connection: str, *, now: datetime) -> None:
    """The system answers again: it runs, and what waited for it waits no longer.

    Where it answered all the time but for a write, that write has a few quick tries and then the ladder.
    """
    known = connections.get(tx, connection)
    was_away = known is not None and known.since is not None and now - known.since >= AWAY
    connections.set_status(tx, connection, ConnectionStatus.RUNNING, reason=None, now=now)
    tries = None if was_away else QUICK_TRIES
    outbox.hasten(tx, connection, code=TransientError.__name__, tries=tries, now=now)


def retry_at(attempts: int, receipt: Receipt, *, now: datetime) -> datetime | None:
    """When a refused row is tried again; None: it is parked until a person mends it.

    The ladder of features.md C: a lock half a minute × 5; that and whatever else may pass 20 minutes × 10
    and then daily; a refusal for cause parks at once.
    """
    if receipt.outcome is not ReceiptOutcome.REFUSED or not receipt.retryable:
        return None
    if LOCK not in f"{receipt.code} {receipt.message}".upper():
        return now + _ladder(attempts)
    return now + (LOCK_RETRY if attempts <= LOCK_TRIES else _ladder(attempts - LOCK_TRIES))


def return_rows(tx: Tx, rows: Sequence[OutboxRow], error: LeadloopError, *, now: datetime) -> None:
    """Rows without a receipt wait; one that may have been sent and cannot be repeated safely is unsure."""
    if not is_unsent(error):
        audit.append(tx, [trail.told(row, Act.TRIED, type(error).__name__, at=now) for row in rows])
    outbox.settle(tx, [_returned(row, error, now=now) for row in rows], now=now)


def is_unsent(error: LeadloopError) -> bool:
    """Whether the system has certainly done nothing."""
    return isinstance(error, NOTHING_DONE) or (isinstance(error, TransientError) and not error.sent)


def _returned(row: OutboxRow, error: LeadloopError, *, now: datetime) -> Settlement:
    unsent = isinstance(error, TransientError) and not error.sent
    unsure = not unsent and row.change.kind is ChangeKind.CREATE and row.change.unique is None
    wait = timedelta(seconds=error.retry_after_s) if isinstance(error, RateLimitedError) else _ladder(row.attempts)
    return Settlement(
        row_id=row.id,
        status=OutboxStatus.UNSURE if unsure else OutboxStatus.WAITING,
        code=type(error).__name__,
        message=str(error),
        remote_id=None,
        due_at=now + wait,
    )


def _ladder(attempts: int) -> timedelta:
    return TRANSIENT_RETRY if attempts <= TRANSIENT_TRIES else DAILY
