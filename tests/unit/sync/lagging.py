"""Two systems as awkward as they really are: they show changes late, write values their own way and lose answers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from connectors.contract import Holds, Pace, Stream
from domain.change import Change, ChangeKind, Receipt, ReceiptOutcome
from domain.record import AccountInfo, Cursor, Field, FieldType, Page, Record
from domain.values import RecordRef, Value

Rewrite = Callable[[Value], Value]


@dataclass(slots=True, kw_only=True)
class Vendor:
    """Every version of every record is kept; a look shows the one of `behind` looks ago.

    `rewrites`: field → what it makes of what it is given. `meanwhile`: done by people between the loop's look and its
    next write. `loses`: the next answer is lost, after the write.
    """

    name: str
    kinds: Mapping[str, Mapping[str, FieldType]]
    rewrites: Mapping[str, Rewrite]
    now: Callable[[], datetime]
    behind: int = 0
    loses: bool = False
    meanwhile: list[Callable[[], None]] = field(default_factory=list)
    written: list[Change] = field(default_factory=list)
    _live: dict[RecordRef, Record] = field(default_factory=dict)
    _looks: list[dict[RecordRef, Record]] = field(default_factory=list)

    @property
    def streams(self) -> Mapping[str, Stream]:
        return {kind: Stream(name=kind, holds=Holds.PEOPLE, pace=Pace.HOT) for kind in self.kinds}

    def account(self) -> AccountInfo:
        return AccountInfo(account_id=self.name, name=self.name, user="loop")

    def describe(self, stream: str, *, anew: bool = False) -> Mapping[str, Field]:
        return {name: _field(name, kind) for name, kind in self.kinds.get(stream, {}).items()}

    def described_at(self, stream: str) -> datetime | None:
        return self.now() if stream in self.kinds else None

    def begin(self) -> None:
        """Nobody is there any more, and nothing was written yet."""
        self._live.clear()
        self._looks.clear()
        self.written.clear()

    def look(self) -> None:
        """A new round of reading begins."""
        self._looks.append(dict(self._live))

    def read(self, stream: str, cursor: Cursor | None) -> Iterator[Page]:
        shown = self._looks[max(0, len(self._looks) - 1 - self.behind)] if self._looks else {}
        found = tuple(record for ref, record in shown.items() if ref.object == stream)
        yield Page(stream=stream, cursor=Cursor(position="1"), records=found)

    def write(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        for act in self.meanwhile:
            act()
        self.meanwhile.clear()
        for change in changes:
            self.written.append(change)
            ref = self._ref(change)
            self._put(ref, change.values)
            outcome = ReceiptOutcome.UNKNOWN if self.loses else ReceiptOutcome.APPLIED
            self.loses = False
            yield Receipt(key=change.key, outcome=outcome, id=ref.id, modified_at=self._live[ref].modified_at)

    def settle(self, change: Change) -> Receipt | None:
        ref = self._ref(change)
        stamp = self._live[ref].modified_at
        return Receipt(key=change.key, outcome=ReceiptOutcome.APPLIED, id=ref.id, modified_at=stamp)

    def edit(self, ref: RecordRef, **values: Value) -> None:
        """A person's edit; the system keeps what was typed."""
        self._keep(ref, values)

    def convert(self, ref: RecordRef, into: RecordRef, fields: Sequence[str]) -> None:
        """A Salesforce conversion: the contact takes over what the lead holds in fields of the same name."""
        lead = self._live[ref]
        self._keep(into, {name: lead.values.get(name) for name in fields})
        self._live[ref] = replace(self._live[ref], converted_to=into, modified_at=self.now())

    def shows(self, ref: RecordRef, name: str) -> Value:
        return self._live[ref].values.get(name)

    def _ref(self, change: Change) -> RecordRef:
        assert change.kind is ChangeKind.FIELDS, f"nobody was to be created: {change}"
        return RecordRef(connection=self.name, object=change.object, id=str(change.id))

    def _put(self, ref: RecordRef, values: Mapping[str, Value]) -> None:
        self._keep(ref, {name: self.rewrites.get(name, _same)(value) for name, value in values.items()})

    def _keep(self, ref: RecordRef, values: Mapping[str, Value]) -> None:
        before = self._live[ref].values if ref in self._live else dict.fromkeys(self.kinds[ref.object])
        self._live[ref] = Record(ref=ref, values={**before, **values}, modified_at=self.now())


def _same(value: Value) -> Value:
    return value


def _field(name: str, kind: FieldType) -> Field:
    return Field(
        name=name,
        label=name,
        type=kind,
        scale=2 if kind is FieldType.NUMBER else None,
        is_phone="phone" in name.lower(),
    )
