"""Once a night every record is looked at by id and stamp alone: what search never showed is read, what vanished told.

Search has been hours behind, and it never tells of a restored record whose stamp did not move, nor of one that was
deleted for good (privacy deletion), which stands in no listing either.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from connectors.contract import Known, KnownRecords, late_of
from connectors.doubts import Doubts
from connectors.hubspot.answers import Row, known_shape
from connectors.hubspot.belonging import given_away, with_owners
from connectors.hubspot.catalogue import Catalogue
from connectors.hubspot.client import Client
from connectors.hubspot.objects import BY_ID, Objects
from connectors.hubspot.records import modified_at, records_of, unanswered
from connectors.hubspot.shapes import Shape
from domain.record import Record, deleted_for_good
from domain.values import RecordRef


class Sweep:
    """Compares the listing of one object with what was read before."""

    def __init__(
        self, connection: str, client: Client, objects: Objects, *, catalogue: Catalogue, known: KnownRecords
    ) -> None:
        self._connection = connection
        self._client = client
        self._objects = objects
        self._catalogue = catalogue
        self._known = known

    def changed(
        self, shape: Shape, listed: set[str], *, passed: datetime | None, now: datetime
    ) -> Iterator[tuple[tuple[Record, ...], frozenset[str]]]:
        """Records that are unknown, newer than known or back from the bin, and which of them came late: older than
        what was `passed`. Adds every id seen to `listed`."""
        for rows, _ in self._objects.listed(shape, stamps_only=True):
            with known_shape(f"to list {shape.object}"):
                stamps = {str(row["id"]): modified_at(shape, row) for row in rows}
            listed.update(stamps)
            known = self._known.of(self._connection, shape.object, list(stamps))
            wanted = self._catalogue.wanted(shape.object)
            moved = given_away(self._client, shape.object, rows, known=known, wanted=wanted)
            missed = [each for each, at in stamps.items() if each in moved or _is_missed(known.get(each), at)]
            back = {each for each in missed if each in known and known[each].archived}
            if missed:
                late = late_of({each: stamps[each] for each in missed if each not in {*moved, *back}}, passed)
                yield self._records(shape, self._read(shape, missed), back, now=now), late

    def vanished(
        self, shape: Shape, listed: Collection[str], doubts: Doubts, *, shows_none: bool, now: datetime
    ) -> Iterator[tuple[Record, ...]]:
        """Records that stand in no listing: those that can still be read (a merge, a race), and the rest as gone.

        `shows_none`: of the living none was listed, whatever the recycle bin holds.
        """
        live = list(self._known.live(self._connection, shape.object))
        missing = [each for each in live if each not in listed]
        doubts.check(shape.object, missing, known=len(live), shows_none=shows_none)
        for start in range(0, len(missing), BY_ID):
            asked = missing[start : start + BY_ID]
            found = self._records(shape, self._read(shape, asked), (), now=now)
            yield found + tuple(self._gone(shape, each, now=now) for each in unanswered(asked, found))
        doubts.settle(shape.object)

    def _read(self, shape: Shape, ids: Sequence[str]) -> Mapping[str, Row]:
        return self._objects.by_id(shape.object, ids, self._catalogue.to_read(shape))

    def _records(
        self, shape: Shape, rows: Mapping[str, Row], back: Collection[str], *, now: datetime
    ) -> tuple[Record, ...]:
        """Of a restored record the version is now: its stamp may be older than its deletion."""
        wanted = self._catalogue.wanted(shape.object)
        told = with_owners(self._client, shape.object, list(rows.values()), wanted=wanted)
        records = records_of(self._connection, shape, told, self._catalogue.fields(shape.object))
        return tuple(
            replace(record, modified_at=max(record.modified_at, now)) if record.ref.id in back else record
            for record in records
        )

    def _gone(self, shape: Shape, record_id: str, *, now: datetime) -> Record:
        return deleted_for_good(RecordRef(connection=self._connection, object=shape.object, id=record_id), at=now)


def _is_missed(known: Known | None, at: datetime) -> bool:
    return known is None or known.archived or at > known.modified_at
