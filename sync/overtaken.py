"""What was asked for before a write of ours arrived, and is kept after it, shows what stood there before.

Taken as it is, it would say that a person took our write back: an owner's lead would move to whoever had it before.
A system's clock is not asked: what still shows exactly what a write replaced, while the reading and the write went on
at the same time, is older than the write. Whatever else it shows is somebody's change.
"""

from collections.abc import Collection

from domain.values import RecordRef
from store import outbox, records
from store.engine import Tx
from store.outbox import OutboxRow
from sync.settle import NEVER_READ


def keep_our_writes(tx: Tx, connection: str, read: Collection[RecordRef], *, audited: int) -> None:
    """Let records that were just read show what arrived since the reading began, at that number of the audit."""
    for row in outbox.written_since(tx, connection, audited=audited) if read else ():
        ref = _ref(row)
        if ref in read:
            records.patch_many(tx, {ref: row.change.values}, sent_at=NEVER_READ, before={ref: row.before})


def _ref(row: OutboxRow) -> RecordRef:
    return RecordRef(connection=row.connection, object=row.change.object, id=row.change.id or "")
