"""A blank where a value stood, or another kind of value: before it is believed, its object is described anew.

An administrator who makes a field another kind of field empties or rewrites it in every record. Nobody said any of it,
and by the schedule that would be noticed only hours after it had travelled.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from config.mapping import Nulls
from domain.record import Record
from domain.values import RecordRef, Value
from mapping.compiled import FieldMap
from store import records
from sync import schema_watch
from sync.loop import Loop

Fields = Mapping[tuple[str, str], Mapping[str, bool]]
"""(connection, object) → the fields that are heard there, and whether a blank of theirs may travel."""


def look_twice(loop: Loop, name: str, shown: Sequence[Record], fields: FieldMap, *, now: datetime) -> None:
    """Describe anew what has such a record, before the record is kept; a field that drifted has no say then."""
    watched = {at: theirs for at, theirs in _watched(fields).items() if at[0] == name}
    people = [record for record in shown if (record.ref.connection, record.ref.object) in watched]
    if not people:
        return
    with loop.store.read() as tx:
        before = records.differing(tx, people)
    odd = {record.ref.object for record in people if _is_odd(record, before, watched)}
    if odd:
        schema_watch.look_once_more(loop, name, odd, now=now)


def _watched(fields: FieldMap) -> Fields:
    found: dict[tuple[str, str], dict[str, bool]] = {}
    for one in fields.shared:
        for at, field in one.fields.items():
            theirs = found.setdefault(at, {})
            theirs[field] = theirs.get(field, False) or one.rule.nulls is not Nulls.IGNORE
    return found


def _is_odd(record: Record, before: Mapping[RecordRef, Record], watched: Fields) -> bool:
    known = before.get(record.ref)
    if known is None or record.archived or known.archived:
        return False
    theirs = watched[record.ref.connection, record.ref.object]
    return any(_differs(known.values.get(name), record.values[name], blank_counts=blank_counts)
               for name, blank_counts in theirs.items() if name in record.values)  # fmt: skip


def _differs(before: Value, shown: Value, *, blank_counts: bool) -> bool:
    if before is None:
        return False
    return blank_counts if shown is None else _kind(before) is not _kind(shown)


def _kind(value: Value) -> type:
    return float if type(value) is int else type(value)
