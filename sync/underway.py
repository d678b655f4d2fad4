"""What open rows will still make of a record: each may arrive yet, and one that was tried may have arrived.

A wish that went back to what is shown has to be written all the same while something else is on its way there.
"""

from collections.abc import Iterable, Mapping, Sequence

from domain.change import ChangeKind
from domain.place import Place
from domain.run import OutboxStatus
from domain.values import RecordRef, Value
from store.outbox import OutboxRow
from sync.same import same

UNDER_WAY = frozenset({OutboxStatus.PENDING, OutboxStatus.WAITING, OutboxStatus.CLAIMED})
"""Rows that are still to be sent, or of which no answer is noted yet."""


def values_coming(rows: Iterable[OutboxRow]) -> Mapping[Place, Sequence[Value]]:
    """Field → every value that may still arrive there."""
    found: dict[Place, list[Value]] = {}
    for row in rows:
        if row.status in UNDER_WAY and row.change.kind is ChangeKind.FIELDS and row.change.id is not None:
            ref = RecordRef(connection=row.connection, object=row.change.object, id=row.change.id)
            for name, value in row.change.values.items():
                found.setdefault(Place(ref=ref, field=name), []).append(value)
    return found


def what_stays(wish: Value, shown: Value, coming: Iterable[Value]) -> Value:
    """What the field shows; where something else than the wish may still come, that."""
    return next((value for value in coming if not same(wish, value)), shown)


def moves_coming(rows: Iterable[OutboxRow]) -> set[tuple[str, str | None, bool | None]]:
    """(connection, list, whether to join) of every move that may still arrive."""
    return {
        (row.connection, row.change.list, row.change.member)
        for row in rows
        if row.status in UNDER_WAY and row.change.kind is ChangeKind.MEMBER
    }
