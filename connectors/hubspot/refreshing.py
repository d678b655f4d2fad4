"""Records read again by id, because HubSpot told us that something happened to them.

Reading by id shows at once what search shows late. What is in neither of the two places is believed to be gone
only where HubSpot said so itself and we knew the record; else the nightly sweep finds out. HubSpot tells nothing of
forms, but the contact who sent one changes by it: so the forms that a contact names are read, too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from connectors.abilities import Refreshed
from connectors.contract import Known, KnownRecords
from connectors.hubspot.answers import Row, known_shape
from connectors.hubspot.catalogue import Catalogue
from connectors.hubspot.conversions import ALL, DATE, NAME, Conversion, told_by
from connectors.hubspot.forms import SETTLES, Forms
from connectors.hubspot.objects import BY_ID, Objects
from connectors.hubspot.records import records_of, unanswered
from connectors.hubspot.shapes import SHAPES, Shape
from domain.hint import Hint, HintKind
from domain.record import Record, deleted_for_good
from domain.values import RecordRef

_LEAVE = frozenset({HintKind.DELETED, HintKind.ERASED})
Told = Mapping[str, Sequence[Hint]]
"""Record id → what was said of it."""


class Refreshing:
    """Reads what hints are about: a call for a hundred records, two where some were deleted, one for each form."""

    def __init__(
        self,
        connection: str,
        objects: Objects,
        catalogue: Catalogue,
        *,
        known: KnownRecords | None,
        forms: Forms | None,
    ) -> None:
        self._connection = connection
        self._objects = objects
        self._catalogue = catalogue
        self._known = known
        self._forms = forms

    def refresh(self, hints: Sequence[Hint]) -> Iterator[Refreshed]:
        by_object: dict[str, dict[str, list[Hint]]] = {}
        for hint in hints:
            by_object.setdefault(hint.object, {}).setdefault(hint.record_id, []).append(hint)
        for name, told in by_object.items():
            ids = list(told)
            for start in range(0, len(ids), BY_ID):
                yield from self._portion(SHAPES[name], {each: told[each] for each in ids[start : start + BY_ID]})

    def _portion(self, shape: Shape, told: Told) -> Iterator[Refreshed]:
        """People before what they did, and the hints with the last of it."""
        now, hints = self._objects.begin(shape), tuple(hint for each in told.values() for hint in each)
        living = self._read(shape, list(told))
        records, news = self._records(shape, living, told, now=now), self._conversions(shape, living, hints)
        if self._forms is None or not news:
            yield Refreshed(stream=shape.object, records=records, hints=hints)
            return
        yield Refreshed(stream=shape.object, records=records)
        for activities in self._forms.named(news):
            yield Refreshed(stream="forms", activities=tuple(activities))
        yield Refreshed(stream=shape.object, hints=hints)

    def _conversions(self, shape: Shape, rows: Sequence[Row], hints: Sequence[Hint]) -> Sequence[Conversion]:
        """Forms sent at about the time when something happened to these contacts."""
        if not self._telling(shape):
            return ()
        return told_by(rows, since=min(hint.occurred_at for hint in hints) - SETTLES)

    def _records(self, shape: Shape, rows: Sequence[Row], told: Told, *, now: datetime) -> tuple[Record, ...]:
        known = {} if self._known is None else self._known.of(self._connection, shape.object, list(told))
        living = self._shown(shape, rows)
        missing = unanswered(told, living)
        in_bin = self._shown(shape, self._read(shape, missing, archived=True)) if missing else ()
        left = [each for each in unanswered(missing, in_bin) if each in known and _has_left(told[each])]
        return (
            *(_returned(record, known, now=now) for record in living),
            *in_bin,
            *(self._gone(shape, each, now=now) for each in left),
        )

    def _read(self, shape: Shape, ids: Sequence[str], *, archived: bool = False) -> list[Row]:
        names = dict.fromkeys((*self._catalogue.to_read(shape), *self._telling(shape)))
        return list(self._objects.by_id(shape.object, ids, list(names), archived=archived).values())

    def _telling(self, shape: Shape) -> Sequence[str]:
        """Properties that tell which forms were sent: nothing of them is kept that the pull would not show."""
        return (DATE, NAME, ALL) if shape.object == "contacts" and self._forms is not None else ()

    def _shown(self, shape: Shape, rows: Sequence[Row]) -> tuple[Record, ...]:
        kept = frozenset(self._catalogue.to_read(shape))
        with known_shape(f"to read {shape.object} by id"):
            plain = [
                {**row, "properties": {name: value for name, value in row["properties"].items() if name in kept}}
                for row in rows
            ]
        return records_of(self._connection, shape, plain, self._catalogue.fields(shape.object))

    def _gone(self, shape: Shape, record_id: str, *, now: datetime) -> Record:
        return deleted_for_good(RecordRef(connection=self._connection, object=shape.object, id=record_id), at=now)


def _has_left(hints: Sequence[Hint]) -> bool:
    return any(hint.kind in _LEAVE for hint in hints)


def _returned(record: Record, known: Mapping[str, Known], *, now: datetime) -> Record:
    """A restored record's version is now: its stamp may be older than its deletion."""
    before = known.get(record.ref.id)
    if before is None or not before.archived:
        return record
    return replace(record, modified_at=max(record.modified_at, now))
