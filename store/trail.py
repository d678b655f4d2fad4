"""The audit's rows about a write, from its announcement to its end, written in the transaction that moves the row.

Values are there as an HMAC under the lead's own key, which an erasure deletes.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from domain.audit import LOOP, Act
from domain.change import Change
from domain.run import OutboxStatus
from domain.values import LeadId, RuleHash
from store import audit
from store.audit import AuditEntry
from store.engine import Tx
from store.outbox_row import OutboxRow

Keys = Mapping[LeadId, bytes]
"""Subject keys by lead."""


class Write(Protocol):
    """What is told of a write: of a draft as of an outbox row."""

    @property
    def connection(self) -> str: ...
    @property
    def change(self) -> Change: ...
    @property
    def lead_id(self) -> LeadId | None: ...
    @property
    def rule_hash(self) -> RuleHash: ...


def told(
    write: Write,
    act: Act,
    detail: str,
    *,
    at: datetime,
    actor: str = LOOP,
    key: str | None = None,
    record_id: str | None = None,
    keys: Keys | None = None,
) -> AuditEntry:
    """One row about a write. `key`: where it is not yet the change's own; `keys`: those of the leads, for the HMAC."""
    change = write.change
    subject = None if keys is None or write.lead_id is None else keys.get(write.lead_id)
    return AuditEntry(
        at=at,
        actor=actor,
        action=f"{act} {detail}" if act is Act.WILL else f"{act}: {detail}",
        connection=write.connection,
        object=change.object,
        record_id=record_id or change.id,
        lead_id=write.lead_id,
        fields=tuple(sorted(change.values)) or ((change.list,) if change.list else ()),
        rule_hash=write.rule_hash,
        outbox_key=key or change.key,
        values_hmac=None if subject is None else audit.hmac_of(subject, _content(change)),
    )


def _content(change: Change) -> Mapping[str, object]:
    return {change.list: change.member} if change.list else change.values


def keys_of(tx: Tx, writes: Iterable[Write]) -> Keys:
    """The keys that the leads of these writes have."""
    return audit.subject_keys_of(tx, {write.lead_id for write in writes if write.lead_id is not None})


def end_unsent(tx: Tx, rows: Sequence[OutboxRow], why: str, *, now: datetime, actor: str = LOOP) -> None:
    """Rows, as they stood before, that end without another try. One that was refused had its end then."""
    ended = [row for row in rows if row.status is not OutboxStatus.PARKED]
    if not ended:
        return
    keys = keys_of(tx, ended)
    acts = [Act.GIVEN_UP if row.attempts else Act.NOT_SENT for row in ended]
    pairs = zip(ended, acts, strict=True)
    audit.append(tx, [told(row, act, why, at=now, actor=actor, keys=keys) for row, act in pairs])
