"""What of one lead's writes can be taken back, and why the rest cannot. Pure.

Only fields of people are taken back, and only where our value still stands. Handoffs, lists, tasks and records that
were made are decisions, which are not undone but decided anew.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from config.mapping import Role
from domain.change import ChangeKind, ReceiptOutcome
from domain.place import Place
from domain.run import OutboxStatus
from domain.values import LeadId, RecordRef, Value
from store.outbox import OutboxRow
from store.outbox_row import READY
from store.undone import Undone
from sync.loop import InForce
from sync.plan import HANDOFF_PROPERTIES
from sync.same import same
from sync.wanted import Wanted

DECIDED = frozenset({Role.OWNER, Role.STATUS, Role.ANSWER})
UNDER_WAY = frozenset({OutboxStatus.CLAIMED, OutboxStatus.UNSURE})


class Why(StrEnum):
    """Why something is not taken back."""

    CHANGED = "somebody changed it since"
    WRITTEN_AGAIN = "a later run wrote it again"
    WISHED_OTHERWISE = "the rules wish another value by now, which the next cycle writes"
    NEVER_READ = "what stood there before was never read"
    GONE = "the record is gone"
    DECIDED = "owner, stage and what belongs to a handoff are decided: assign or move the lead anew"
    CREATED = "a record that was made is not deleted"
    LISTED = "lists follow the stage"
    KEY = "it is no field of a person, or the one by which we know the record"
    UNDER_WAY = "it is being sent, or its answer was lost"
    NOT_NOW = "it is not written now: left to others, paused, stopped, gated, or beyond the step of go-live"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One field that stays as the run left it; where `field` is None, a whole write."""

    lead_id: LeadId | None
    ref: RecordRef
    field: str | None
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person wants undone: a run, or of it one lead, or one field (`OBJECT.FIELD`)."""

    run_id: int
    actor: str
    lead_id: LeadId | None = None
    column: str | None = None

    def covers(self, row: OutboxRow) -> bool:
        return self.lead_id in {None, row.lead_id}

    def covers_field(self, row: OutboxRow, field: str) -> bool:
        return self.column in {None, f"{row.change.object}.{field}"}

    def is_unsent(self, row: OutboxRow) -> bool:
        """Whether the row waits to be sent and is to be taken back before it is."""
        named = any(self.covers_field(row, name) for name in row.change.values)
        return named and row.change.kind is ChangeKind.FIELDS and row.status in READY


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """One lead. `last`: which run last wrote each place."""

    wish: Wish
    wanted: Wanted
    rules: InForce
    last: Mapping[Place, int | None]
    now: datetime

    def of(self, rows: Sequence[OutboxRow]) -> Iterator[Undone | Kept]:
        """Field by field what is taken back, and what is not."""
        first: dict[Place, OutboxRow] = {}
        newest: dict[Place, OutboxRow] = {}
        for row in sorted(rows, key=lambda row: (row.settled_at or self.now, row.id)):
            if row.change.kind is not ChangeKind.FIELDS:
                yield from self._whole(row)
            elif row.code == ReceiptOutcome.APPLIED or row.status in UNDER_WAY:
                for place in self._places(row):
                    first.setdefault(place, row)
                    newest[place] = row
        for place, row in sorted(newest.items()):
            yield from self._field(place, row, first[place])

    def _places(self, row: OutboxRow) -> Iterator[Place]:
        names = (name for name in row.change.values if self.wish.covers_field(row, name))
        return (Place(ref=_ref(row), field=name) for name in names)

    def _whole(self, row: OutboxRow) -> Iterator[Kept]:
        if row.status is OutboxStatus.DONE and row.code in _WRITTEN and self.wish.column is None:
            why = Why.CREATED if row.change.kind is ChangeKind.CREATE else Why.LISTED
            yield Kept(lead_id=row.lead_id, ref=_ref(row), field=None, why=why)

    def _field(self, place: Place, row: OutboxRow, first: OutboxRow) -> Iterator[Undone | Kept]:
        """`row` says what stands there by our hand, `first` what stood there before the run."""
        value, back = row.change.values[place.field], first.before.get(place.field)
        why = self._why_not(place, row, first)
        if why is not None:
            yield Kept(lead_id=row.lead_id, ref=place.ref, field=place.field, why=why)
        elif not same(back, value):
            yield Undone(
                place=place,
                lead_id=self.wanted.lead_id,
                value=value,
                back=back,
                run_id=self.wish.run_id,
                actor=self.wish.actor,
                at=self.now,
            )

    def _why_not(self, place: Place, row: OutboxRow, first: OutboxRow) -> Why | None:
        """The first reason that there is."""
        name, value = place.field, row.change.values[place.field]
        record = next((each for each in self.wanted.records if each.ref == place.ref and not each.archived), None)
        shown = record.values.get(name) if record is not None else None
        reasons: tuple[tuple[Why, Callable[[], bool]], ...] = (
            (Why.UNDER_WAY, lambda: row.status in UNDER_WAY),
            (Why.KEY, lambda: not self._is_of_a_person(place)),
            (Why.DECIDED, lambda: self._is_decided(place)),
            (Why.GONE, lambda: record is None),
            (Why.WRITTEN_AGAIN, lambda: self.last.get(place, self.wish.run_id) != self.wish.run_id),
            (Why.CHANGED, lambda: not same(shown, value)),
            (Why.NEVER_READ, lambda: name not in first.change.expected or name not in first.before),
            (Why.NOT_NOW, lambda: not self.rules.fields.may_write(place.ref, name)),
            (Why.WISHED_OTHERWISE, lambda: self._is_wished_otherwise(place, value, first)),
        )
        return next((why for why, holds in reasons if holds()), None)

    def _is_of_a_person(self, place: Place) -> bool:
        system = self.rules.mapping.systems.get(place.ref.connection)
        if system is None or place.ref.object not in system.people.objects:
            return False
        return place.field != system.people.key

    def _is_decided(self, place: Place) -> bool:
        at = (place.ref.connection, place.ref.object)
        named = [one for one in self.rules.fields.properties if one.fields.get(at) == place.field]
        return any(one.rule.role in DECIDED or one.rule.name in HANDOFF_PROPERTIES for one in named)

    def _is_wished_otherwise(self, place: Place, value: Value, first: OutboxRow) -> bool:
        """What goes back may be wished: where an earlier undo withholds it, taking that back lets it stand again."""
        wish = next((each for each in self.wanted.desired if (each.ref, each.field) == (place.ref, place.field)), None)
        if wish is None or same(wish.value, value):
            return False
        return not (place in self.wanted.undone and same(wish.value, first.before[place.field]))


_WRITTEN = frozenset({ReceiptOutcome.APPLIED.value, ReceiptOutcome.UNCHANGED.value})


def _ref(row: OutboxRow) -> RecordRef:
    return RecordRef(connection=row.connection, object=row.change.object, id=row.change.id or row.remote_id or "")


def only(wanted: Wanted, taken_back: Mapping[Place, Undone]) -> Wanted:
    """The lead, of whom nothing else is wanted than that these are taken back."""
    return replace(wanted, desired=(), memberships=(), intents=(), given=(), open=(), undone=taken_back)
