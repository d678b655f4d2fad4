"""The records of one object type with every way to find one: id, old id, unique value, modified date.

Search sees the table through an index that may lag: a write becomes visible later, and not in the order of writes.
"""

import heapq
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from zlib import crc32

from simulator.hubspot.kinds import Kind
from simulator.hubspot.record import Record

Slot = tuple[int, int]


class Table:
    """Live and archived records; only `Objects` writes to it."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.live: dict[int, Record] = {}
        self.archived: dict[int, Record] = {}
        self.aliases: dict[int, int] = {}
        self.unique: dict[str, dict[str, int]] = {}
        self.ids: list[int] = []
        """Live ids, ascending: the order of creation."""
        self.by_modified: list[Slot] = []
        """(shown stamp, id) of what search shows."""
        self._stale: dict[int, Record | None] = {}
        self._pending: list[Slot] = []

    # --- finding

    def find(self, record_id: int) -> Record | None:
        """A live record by its id or by the id of a record merged into it."""
        return self.live.get(self.resolve(record_id))

    def resolve(self, record_id: int) -> int:
        while record_id in self.aliases:
            record_id = self.aliases[record_id]
        return record_id

    def find_unique(self, name: str, value: str) -> Record | None:
        found = self.unique.get(name, {}).get(value.strip().lower())
        return None if found is None else self.live.get(found)

    # --- what search sees

    def refresh(self, now_ms: int) -> None:
        """Let the index catch up with what has become visible by now."""
        while self._pending and self._pending[0][0] <= now_ms:
            record_id = heapq.heappop(self._pending)[1]
            self._stale.pop(record_id, None)
            if (record := self.live.get(record_id)) is not None:
                self._show(record, record.modified_ms)

    def seen(self, record_id: int) -> Record:
        """The record as the index has it: possibly as it was before the last write."""
        return self._stale.get(record_id) or self.live[record_id]

    def between(self, low_ms: int | None, high_ms: int | None) -> tuple[int, int]:
        """Positions in `by_modified` of the stamps from `low_ms` to `high_ms`, both included."""
        start = 0 if low_ms is None else bisect_left(self.by_modified, (low_ms, -1))
        end = len(self.by_modified) if high_ms is None else bisect_right(self.by_modified, (high_ms + 1, -1))
        return start, max(start, end)

    @property
    def lagging(self) -> bool:
        """Whether search shows anything other than what the table holds."""
        return bool(self._stale)

    def shown(self, record_id: int, *, until_ms: int | None = None) -> bool:
        """Whether search knows the record, under a stamp not after `until_ms`."""
        record = self.live.get(record_id)
        if record is None or record.shown_ms is None:
            return False
        return until_ms is None or record.shown_ms <= until_ms

    def shown_ids(self) -> Iterator[int]:
        """Ids that search knows, oldest record first."""
        live = self.live
        return (record_id for record_id in self.ids if live[record_id].shown_ms is not None)

    # --- changing

    def add(self, record: Record, *, visible_ms: int, now_ms: int) -> None:
        self.live[record.id] = record
        if self.ids and record.id < self.ids[-1]:
            insort(self.ids, record.id)
        else:
            self.ids.append(record.id)
        self._announce(record, None, visible_ms=visible_ms, now_ms=now_ms)

    def touch(self, record: Record, before: Record | None, *, visible_ms: int, now_ms: int) -> None:
        """Tell the index of a write; `before` is the record as it was, needed when the index lags."""
        self._announce(record, before, visible_ms=visible_ms, now_ms=now_ms)

    def drop(self, record: Record) -> None:
        """Take a record out of everything that looks at live ones."""
        del self.live[record.id]
        del self.ids[bisect_left(self.ids, record.id)]
        self._hide(record)
        self._stale.pop(record.id, None)

    def _announce(self, record: Record, before: Record | None, *, visible_ms: int, now_ms: int) -> None:
        if visible_ms <= now_ms:
            self._stale.pop(record.id, None)
            self._show(record, record.modified_ms)
        else:
            self._stale.setdefault(record.id, before)
            heapq.heappush(self._pending, (visible_ms, record.id))

    def _show(self, record: Record, ms: int) -> None:
        self._hide(record)
        record.shown_ms = ms
        slot = (ms, record.id)
        if not self.by_modified or slot > self.by_modified[-1]:
            self.by_modified.append(slot)
        else:
            insort(self.by_modified, slot)

    def _hide(self, record: Record) -> None:
        if record.shown_ms is not None:
            del self.by_modified[bisect_left(self.by_modified, (record.shown_ms, record.id))]
            record.shown_ms = None


def lag_ms(record_id: int, stamp_ms: int, *, lag_s: float, shuffled: bool) -> int:
    """How long this write stays unseen: `lag_s`, or a part of it that differs from write to write."""
    if not shuffled or lag_s <= 0:
        return round(lag_s * 1000)
    share = crc32(f"{record_id}.{stamp_ms}".encode()) % 1000
    return round(lag_s * (200 + 0.8 * share))
