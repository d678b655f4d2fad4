"""A system in memory, as awkward as a real one: shows late, out of order and twice, refuses, rests, loses answers."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from connectors.abilities import Refreshed
from connectors.contract import Stream
from domain.activity import Activity
from domain.change import Change, ChangeKind, Receipt, ReceiptOutcome
from domain.errors import RateLimitedError, TransientError
from domain.hint import Hint, HintKind
from domain.record import AccountInfo, Cursor, Page, Record, deleted_for_good
from domain.values import RecordRef, Value

LOCKED = "UNABLE_TO_LOCK_ROW"
ROWS_PER_PAGE = 3


class Fate(StrEnum):
    """What becomes of a call that writes."""

    UNSENT = "nobody could be reached"
    UNHEARD = "it came to nothing, and no answer came"
    LOST = "it was done, and no answer came"
    BUSY = "come again later"
    LOCKED = "the first row was locked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One thing that leadloop changed."""

    op: str
    ref: RecordRef
    what: tuple[tuple[str, Value], ...]


@dataclass(slots=True, kw_only=True)
class System:
    """`kinds`: object → every field that is read of it. `keys`: object → the field on which a creation is deduped.

    What happens is put on `feed`, which is what reading shows, in order; while the system `is_late` it waits in
    `unseen`. `again`: how many rows before the cursor are shown once more.
    """

    name: str
    streams: Mapping[str, Stream]
    kinds: Mapping[str, Sequence[str]]
    keys: Mapping[str, str]
    now: Callable[[], datetime]
    forgets: frozenset[str] = frozenset()
    records: dict[RecordRef, Record] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    feed: dict[str, list[Record | Activity]] = field(default_factory=dict)
    unseen: list[tuple[str, Record | Activity]] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    fates: list[Fate] = field(default_factory=list)
    unheard: set[tuple[str, Value]] = field(default_factory=set)
    """Objects and keys of what was created without an answer so far."""
    is_late: bool = False
    again: int = 0
    numbers: int = 0
    """How many records there ever were."""
    changes: int = 0

    def account(self) -> AccountInfo:
        return AccountInfo(account_id=self.name, name=self.name, user="loop")

    # --- reading

    def read(self, stream: str, cursor: Cursor | None) -> Iterator[Page]:
        shown = self.feed.get(stream, [])
        start = max(0, int(cursor.position) - self.again) if cursor is not None else 0
        for first in range(start, max(len(shown), start + 1), ROWS_PER_PAGE):
            rows = shown[first : first + ROWS_PER_PAGE]
            yield Page(
                stream=stream,
                cursor=Cursor(position=str(max(first + len(rows), int(cursor.position) if cursor else 0))),
                records=tuple(row for row in rows if isinstance(row, Record)),
                activities=tuple(row for row in rows if isinstance(row, Activity)),
            )

    def refresh(self, hints: Sequence[Hint]) -> Iterator[Refreshed]:
        for hint in hints:
            ref = RecordRef(connection=self.name, object=hint.object, id=hint.record_id)
            found = self.records.get(ref)
            if hint.kind is HintKind.ERASED and found is None:
                found = deleted_for_good(ref, at=self.now())
            yield Refreshed(stream=hint.object, hints=(hint,), records=(found,) if found is not None else ())

    def catch_up(self) -> None:
        """What waited is shown, the latest first."""
        self.is_late = False
        for stream, row in reversed(self.unseen):
            self.feed.setdefault(stream, []).append(row)
        self.unseen.clear()

    # --- what people do

    def create(self, kind: str, **values: Value) -> RecordRef:
        self.numbers += 1
        ref = RecordRef(connection=self.name, object=kind, id=f"{kind[:3].upper()}{self.numbers:012d}")
        self._keep(Record(ref=ref, values={**dict.fromkeys(self.kinds[kind]), **values}, modified_at=self._stamp()))
        return ref

    def edit(self, ref: RecordRef, **values: Value) -> None:
        self._change(ref, values={**self.records[ref].values, **values})

    def archive(self, ref: RecordRef, *, is_archived: bool = True) -> None:
        self._change(ref, archived=is_archived)

    def merge(self, winner: RecordRef, loser: RecordRef, **values: Value) -> None:
        self.edit(winner, **values)
        self._change(loser, archived=True, merged_into=winner)

    def convert(self, lead: RecordRef) -> RecordRef:
        """The contact takes over what the lead holds in fields of the same name."""
        before = self.records[lead].values
        contact = self.create("Contact", **{name: before[name] for name in self.kinds["Contact"] if name in before})
        self._change(lead, converted_to=contact)
        return contact

    def erase(self, ref: RecordRef) -> None:
        """For good: nothing of it is shown any more, wherever it waited."""
        del self.records[ref]
        for members in self.members.values():
            members.discard(ref.id)
        self.unseen[:] = [(stream, row) for stream, row in self.unseen if _whose(row) != ref]
        gone = deleted_for_good(ref, at=self.now())
        for rows in self.feed.values():
            rows[:] = [gone if _whose(row) == ref else row for row in rows]

    def happened(self, activity: Activity) -> None:
        self._show(activity.stream, activity)

    def living(self, kind: str, **values: Value) -> list[Record]:
        found = [each for each in self.records.values() if each.ref.object == kind and is_live(each)]
        return [each for each in found if all(each.values.get(name) == value for name, value in values.items())]

    # --- writing

    def write(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        fate = self.fates.pop() if self.fates else None
        match fate:
            case Fate.UNSENT:
                raise TransientError("nobody answers", sent=False)
            case Fate.UNHEARD:
                raise TransientError("no answer", sent=True)
            case Fate.BUSY:
                raise RateLimitedError("come again later", retry_after_s=30)
            case Fate.LOST:
                for change in changes:
                    self._do(change)
                    self.unheard |= self._keys(change)
                raise TransientError("no answer", sent=True)
        for place, change in enumerate(changes):
            if fate is Fate.LOCKED and place == 0:
                yield Receipt(key=change.key, outcome=ReceiptOutcome.REFUSED, code=LOCKED, retryable=True)
            else:
                yield self._do(change)
                self.unheard -= self._keys(change)

    def settle(self, change: Change) -> Receipt | None:
        """What a look at the system tells of a write whose answer was lost."""
        match change.kind:
            case ChangeKind.MEMBER:
                is_done = (change.id in self.members.get(str(change.list), set())) is change.member
                return Receipt(key=change.key, outcome=ReceiptOutcome.APPLIED, id=change.id) if is_done else None
            case ChangeKind.CREATE:
                found = self._by_key(change)
                return None if found is None else self._receipt(change, ReceiptOutcome.APPLIED, found.ref)
        found = self.records.get(self._ref(change))
        is_done = found is not None and change.values.items() <= found.values.items()
        return self._receipt(change, ReceiptOutcome.APPLIED, self._ref(change)) if is_done else None

    def created(self) -> Counter[tuple[str, Value]]:
        """How often something was created, by object and our key.

        Not counted is what somebody deleted before anybody could hear that it was there.
        """
        made = [each for each in self.effects if each.op == "create"]
        return Counter((each.ref.object, dict(each.what)[self.keys[each.ref.object]]) for each in made)

    def _do(self, change: Change) -> Receipt:
        match change.kind:
            case ChangeKind.CREATE:
                return self._create(change)
            case ChangeKind.MEMBER:
                return self._move(change)
        return self._fields(change)

    def _create(self, change: Change) -> Receipt:
        found = self._by_key(change)
        if found is not None:
            return self._fields(replace(change, id=found.ref.id, expected={}, guarded=frozenset()))
        ref = self.create(change.object, **change.values)
        self._note("create again" if self.unheard & self._keys(change) else "create", ref, change.values)
        return self._receipt(change, ReceiptOutcome.APPLIED, ref)

    def _fields(self, change: Change) -> Receipt:
        ref = self._ref(change)
        found = self.records.get(ref)
        if found is None or not is_live(found):
            return Receipt(key=change.key, outcome=ReceiptOutcome.GONE, id=change.id, code="ENTITY_IS_DELETED")
        shown = {name: found.values.get(name) for name in change.guarded}
        if any(_is_foreign(name, value, change) for name, value in shown.items()):
            return replace(self._receipt(change, ReceiptOutcome.CONFLICTED, ref), shown=shown)
        if change.values.items() <= found.values.items():
            return self._receipt(change, ReceiptOutcome.UNCHANGED, ref)
        self._note("update", ref, change.values)
        self.edit(ref, **change.values)
        return self._receipt(change, ReceiptOutcome.APPLIED, ref)

    def _move(self, change: Change) -> Receipt:
        members, ref = self.members.setdefault(str(change.list), set()), self._ref(change)
        if change.member and (ref not in self.records or not is_live(self.records[ref])):
            return Receipt(key=change.key, outcome=ReceiptOutcome.GONE, id=change.id)
        if (ref.id in members) is change.member:
            return Receipt(key=change.key, outcome=ReceiptOutcome.UNCHANGED, id=change.id)
        (members.add if change.member else members.discard)(ref.id)
        self._note("join" if change.member else "leave", ref, {str(change.list): change.member})
        return Receipt(key=change.key, outcome=ReceiptOutcome.APPLIED, id=change.id)

    def _keys(self, change: Change) -> set[tuple[str, Value]]:
        """Of a creation, the key under which it is one."""
        return {(change.object, change.values[str(change.unique)])} if change.kind is ChangeKind.CREATE else set()

    def _ref(self, change: Change) -> RecordRef:
        return RecordRef(connection=self.name, object=change.object, id=str(change.id))

    def _by_key(self, change: Change) -> Record | None:
        unique = str(change.unique)
        found = [
            each
            for each in self.records.values()
            if each.ref.object == change.object and not each.archived and each.values[unique] == change.values[unique]
        ]
        return found[0] if found else None

    def _receipt(self, change: Change, outcome: ReceiptOutcome, ref: RecordRef) -> Receipt:
        return Receipt(key=change.key, outcome=outcome, id=ref.id, modified_at=self.records[ref].modified_at)

    def _note(self, op: str, ref: RecordRef, values: Mapping[str, Value]) -> None:
        self.effects.append(Effect(op=op, ref=ref, what=tuple(values.items())))

    def _change(self, ref: RecordRef, **changes: Any) -> None:
        self._keep(replace(self.records[ref], **changes, modified_at=self._stamp()))

    def _stamp(self) -> datetime:
        """No two versions bear the same one."""
        self.changes += 1
        return self.now() + timedelta(microseconds=self.changes)

    def _keep(self, record: Record) -> None:
        self.records[record.ref] = record
        self._show(record.ref.object, record)

    def _show(self, stream: str, row: Record | Activity) -> None:
        if self.is_late:
            self.unseen.append((stream, row))
        else:
            self.feed.setdefault(stream, []).append(row)


def is_live(record: Record) -> bool:
    return not record.archived and record.converted_to is None and record.merged_into is None


def _whose(row: Record | Activity) -> RecordRef | None:
    return row.ref if isinstance(row, Record) else row.record


def _is_foreign(name: str, value: Value, change: Change) -> bool:
    """Neither what we knew nor what we want."""
    return name in change.expected and value not in (change.expected[name], change.values.get(name))
