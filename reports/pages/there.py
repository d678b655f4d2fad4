"""One lead in one system that does not count it: its records there, what is wished of them, what waits to be sent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.change import ChangeKind
from domain.misfit import Misfit
from domain.place import Place
from domain.record import Record
from domain.run import OutboxStatus
from mapping.identity import is_live
from reports.pages.evidence import Around, Evidence
from reports.pages.yardsticks import Dated, Yardstick
from store.outbox import OutboxRow


@dataclass(frozen=True, slots=True, kw_only=True)
class There:
    """One lead in one system that does not count it. `others`: the dates by which others do; `is_ours`: leadloop is one
    of these."""

    known: Evidence
    yard: Yardstick
    around: Around
    others: Sequence[Dated]
    is_ours: bool

    @property
    def name(self) -> str:
        return self.yard.connection

    @property
    def records(self) -> list[Record]:
        theirs = (each for each in self.known.records if each.ref.connection == self.name)
        return [each for each in theirs if each.ref.object in self.yard.objects]

    @property
    def shown(self) -> list[Record]:
        return [each for each in self.records if self.yard.is_shown(each)]

    @property
    def is_blank(self) -> bool:
        """Whether there is a record that could hold the date, and none does."""
        return bool(self.shown) and not any(self.yard.value_of(each) not in (None, "") for each in self.shown)

    @property
    def places(self) -> frozenset[Place]:
        """Where leadloop tells the system of the stage; nothing is told to a converted record."""
        return frozenset(
            Place(ref=each.ref, field=name)
            for each in self.shown
            if is_live(each)
            for name in self.yard.written(each.ref.object)
        )

    @property
    def unfulfilled(self) -> frozenset[Place]:
        """Where a date, or a word for the stage, is wished, and does not stand."""
        return frozenset(place for place in self.places if self.wishes(place) and not self.holds(place))

    @property
    def lacks(self) -> bool:
        """Whether something should stand there that does not; what has another date by our own wish lacks nothing."""
        return self.is_blank or bool(self.unfulfilled)

    def wishes(self, place: Place) -> bool:
        return self.yard.tells(place.ref.object, place.field, self.known.wished.get(place))

    def holds(self, place: Place) -> bool:
        record = next(each for each in self.shown if each.ref == place.ref)
        return self.yard.shows(record, place.field, self.known.wished.get(place))

    def rows(self, *statuses: OutboxStatus) -> Iterator[OutboxRow]:
        """What is open that would tell the system of the stage, or create the person in it."""
        for row in self.known.rows:
            if row.connection == self.name and row.status in statuses and self._is_meant(row):
                yield row

    def _is_meant(self, row: OutboxRow) -> bool:
        change = row.change
        if change.kind is ChangeKind.CREATE:
            return not self.records and change.object in self.yard.objects
        told = any(self.yard.tells(change.object, name, value) for name, value in change.values.items())
        return told and any((each.ref.object, each.ref.id) == (change.object, change.id) for each in self.shown)

    def stays(self, *, creation: bool) -> list[Misfit]:
        at = self.places
        return [
            each
            for each in self.known.misfits
            if each.ref.connection == self.name
            and ((not each.ref.id) if creation else Place(ref=each.ref, field=each.field) in at)
        ]
