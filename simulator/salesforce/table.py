"""The rows of one type, with the indexes that keep incremental reads fast and the old versions that a lag shows."""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from simulator.salesforce import times
from simulator.salesforce.schema import ObjectType

Row = dict[str, Any]
KEPT_VERSIONS = timedelta(hours=6)  # longest lag that can be shown
INDEXED = {
    "Lead": ("Email", "OwnerId", "ConvertedContactId", "MasterRecordId"),
    "Contact": ("Email", "AccountId", "MasterRecordId"),
    "Account": ("Name",),
    "Task": ("WhoId",),
    "Event": ("WhoId",),
    "Opportunity": ("AccountId", "Name"),
    "RecordType": ("DeveloperName",),
    "OpportunityContactRole": ("OpportunityId", "ContactId"),
    "CampaignMember": ("CampaignId", "LeadId", "ContactId"),
    "CampaignMemberStatus": ("CampaignId",),
    "User": ("Email", "Username"),
    "Campaign": ("Name",),
    "Group": ("Name", "DeveloperName"),
}


def key_of(value: object) -> object:
    """What an index compares: text without case, as SOQL does."""
    return value.lower() if isinstance(value, str) else value


class Table:
    """Rows are never changed in place: `put` replaces them, so an old version stays what it was."""

    def __init__(self, type_: ObjectType) -> None:
        self.type = type_
        self.rows: dict[str, Row] = {}
        self.ids: list[str] = []
        self.forgotten: set[str] = set()
        """Deleted rows that were taken out of the recycle bin."""
        self._by_stamp: list[tuple[str, str]] = []
        indexed = (*INDEXED.get(type_.name, ()), *(one.name for one in type_.external_ids))
        self.indexes: dict[str, dict[object, dict[str, None]]] = {name: {} for name in indexed}
        self._old: dict[str, list[Row]] = {}
        self._superseded: deque[tuple[datetime, str]] = deque()

    def reshape(self, type_: ObjectType) -> None:
        """Rows of this type have other fields from now on; what stands in a field that is gone stays unseen."""
        self.type = type_
        for field in type_.external_ids:
            if field.name not in self.indexes:
                index: dict[object, dict[str, None]] = {}
                for record_id, row in self.rows.items():
                    if row.get(field.name) is not None:
                        index.setdefault(key_of(row[field.name]), {})[record_id] = None
                self.indexes[field.name] = index

    def put(self, row: Row, now: datetime) -> None:
        """Insert or replace; the row's SystemModstamp must be `now`'s or older."""
        record_id, before = row["Id"], self.rows.get(row["Id"])
        self._forget(now)
        if before is None:
            self._enter(record_id)
        else:
            self._old.setdefault(record_id, []).append(before)
            self._superseded.append((now, record_id))
        self._set(record_id, before, row)

    def restore(self, record_id: str, before: Row | None) -> None:
        """Undo a put that was never committed."""
        current = self.rows[record_id]
        if before is not None:
            self._set(record_id, current, before)
            return
        self._unindex(current)
        del self.rows[record_id]
        del self.ids[bisect_left(self.ids, record_id)]
        self._old.pop(record_id, None)

    def since(self, stamp: str) -> Iterator[tuple[str, str]]:
        """(SystemModstamp, id) from `stamp` on, in order; entries of versions long gone are among them."""
        start = bisect_left(self._by_stamp, (stamp, ""))
        return (self._by_stamp[place] for place in range(start, len(self._by_stamp)))

    def ids_from(self, record_id: str) -> Iterator[str]:
        """Ids from this one on, in order."""
        start = bisect_left(self.ids, record_id)
        return (self.ids[place] for place in range(start, len(self.ids)))

    def with_value(self, field: str, value: object) -> Iterable[str]:
        """Ids of the current rows whose indexed field equals the value, whatever the case."""
        return self.indexes[field].get(key_of(value), {})

    def as_of(self, record_id: str, cutoff: str | None) -> Row | None:
        """The version that was there at `cutoff`; the current one without a cutoff."""
        row = self.rows.get(record_id)
        if row is None or cutoff is None or row["SystemModstamp"] <= cutoff:
            return row
        for old in reversed(self._old.get(record_id, ())):
            if old["SystemModstamp"] <= cutoff:
                return old
        return None

    def versions(self, record_id: str) -> Iterable[Row]:
        """The current row and those superseded within the last hours."""
        return (self.rows[record_id], *self._old.get(record_id, ()))

    def _enter(self, record_id: str) -> None:
        if not self.ids or record_id > self.ids[-1]:
            self.ids.append(record_id)
        else:
            insort(self.ids, record_id)

    def _set(self, record_id: str, before: Row | None, row: Row) -> None:
        if before is not None:
            self._unindex(before)
        self.rows[record_id] = row
        for name, index in self.indexes.items():
            value = row.get(name)
            if value is not None:
                index.setdefault(key_of(value), {})[record_id] = None
        self._mark(row["SystemModstamp"], record_id)

    def _unindex(self, row: Row) -> None:
        for name, index in self.indexes.items():
            value = row.get(name)
            if value is None:
                continue
            bucket = index.get(key_of(value))
            if bucket is not None:
                bucket.pop(row["Id"], None)
                if not bucket:
                    del index[key_of(value)]

    def _mark(self, stamp: str, record_id: str) -> None:
        entry = (stamp, record_id)
        if not self._by_stamp or entry > self._by_stamp[-1]:
            self._by_stamp.append(entry)
        else:
            place = bisect_left(self._by_stamp, entry)
            if place == len(self._by_stamp) or self._by_stamp[place] != entry:
                self._by_stamp.insert(place, entry)
        if len(self._by_stamp) > 4 * len(self.rows) + 1_000:
            self._compact()

    def _compact(self) -> None:
        """Drop the stamps of versions that no lag can show any more."""
        live = {(row["SystemModstamp"], row["Id"]) for record_id in self.rows for row in self.versions(record_id)}
        self._by_stamp = sorted(live)

    def _forget(self, now: datetime) -> None:
        while self._superseded and now - self._superseded[0][0] > KEPT_VERSIONS:
            _, record_id = self._superseded.popleft()
            versions = self._old.get(record_id)
            if versions:
                del versions[0]
                if not versions:
                    del self._old[record_id]

    def purged(self, row: Row, now: datetime) -> bool:
        """The recycle bin forgets after 15 days, or when somebody empties it."""
        if not row.get("IsDeleted"):
            return False
        return row["Id"] in self.forgotten or row["SystemModstamp"] < times.stamp(now - timedelta(days=15))
