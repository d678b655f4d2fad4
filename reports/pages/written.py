"""What leadloop wrote about a lead, as moments and counted by system: from the audit, with values where rows are kept.

The audit is kept for good and has names of fields only; the row of the outbox goes after its time.
"""

import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.audit import ENDS, Act
from domain.change import ChangeKind
from domain.run import OutboxStatus
from domain.values import LeadId, Value
from reports.pages.moments import LOOP, Cast, Kind, Moment, counted, shown, told
from reports.pages.page import Column, Figure, Row, Table
from reports.pages.wording import NOTHING_KNOWN, moment
from store import audit
from store.audit import AuditEntry
from store.outbox_row import OutboxRow

WriteKey = tuple[str, str]
"""(connection, key)."""

_MOST_FIELDS = 12
_VALUE_UNITS = 60
_ARRIVED = frozenset({"applied", "unchanged"})
_WAITING = frozenset({OutboxStatus.PENDING, OutboxStatus.WAITING, OutboxStatus.CLAIMED})
_STOPPED = frozenset({OutboxStatus.PARKED, OutboxStatus.UNSURE})
_DETAILS = {"applied": "written", "unchanged": "was there already", "gone": "the record is gone"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One write: its rows in the audit, and its row of the outbox as long as it is kept. It has one of either."""

    connection: str
    key: str
    entries: tuple[AuditEntry, ...] = ()
    row: OutboxRow | None = None

    @property
    def object(self) -> str:
        return self.row.change.object if self.row is not None else self.entries[0].object or ""

    @property
    def record_id(self) -> str | None:
        if self.row is not None and self.row.change.id is not None:
            return self.row.change.id
        return next((each.record_id for each in reversed(self.entries) if each.record_id is not None), None)

    @property
    def kind(self) -> ChangeKind:
        if self.row is not None:
            return self.row.change.kind
        announced = next((each.action for each in self.entries if each.action.startswith(f"{Act.WILL} ")), "")
        word = announced.removeprefix(f"{Act.WILL} ").partition(" ")[0]
        return next((kind for kind in ChangeKind if kind.value == word), ChangeKind.FIELDS)

    @property
    def end(self) -> AuditEntry | None:
        """The last word on it."""
        return next((each for each in reversed(self.entries) if _act_of(each) in ENDS), None)

    @property
    def at(self) -> datetime:
        """When it ended; of one that did not, when it was last spoken of."""
        known = [each.at for each in self.entries] or [row.created_at for row in (self.row,) if row is not None]
        return self.end.at if self.end is not None else known[-1]

    @property
    def fields(self) -> tuple[str, ...]:
        return next((each.fields for each in reversed(self.entries) if each.fields), ()) or (
            () if self.row is None else tuple(sorted(self.row.change.values))
        )

    @property
    def outcome(self) -> str:
        """`written`, `refused: …`, `waits`: what became of it, in words."""
        row = self.row
        if row is not None and row.ignored:
            return f"left aside by a person: {shown(row.message or row.code)}"
        if row is not None and row.status in _STOPPED:
            word = "refused" if row.status is OutboxStatus.PARKED else "nobody knows whether it arrived"
            return f"{word}: {shown(row.message or row.code)}"
        if self.end is not None:
            detail = self.end.action.partition(": ")[2]
            is_written = _act_of(self.end) is Act.WROTE
            return _DETAILS.get(detail, shown(detail)) if is_written else f"{_act_of(self.end)}: {shown(detail)}"
        return "waits" if row is None or not row.attempts else f"waits, tried {row.attempts:,}×: {shown(row.message)}"

    @property
    def has_arrived(self) -> bool:
        end = self.end
        return end is not None and _act_of(end) is Act.WROTE and end.action.partition(": ")[2] in _ARRIVED

    @property
    def is_waiting(self) -> bool:
        return self.row is not None and self.row.status in _WAITING and not self.row.ignored

    @property
    def is_stopped(self) -> bool:
        return self.row is not None and self.row.status in _STOPPED and not self.row.ignored


def _act_of(entry: AuditEntry) -> Act | None:
    if entry.action.startswith(f"{Act.WILL} "):
        return Act.WILL
    return next((act for act in Act if entry.action.startswith(f"{act}: ")), None)


def is_about_write(entry: AuditEntry) -> bool:
    return entry.outbox_key is not None and entry.connection is not None and _act_of(entry) is not None


def writes_of(entries: Iterable[AuditEntry], rows: Iterable[OutboxRow]) -> list[Write]:
    """Every write once, in the order of their beginnings."""
    told_of: dict[WriteKey, list[AuditEntry]] = {}
    for entry in entries:
        if is_about_write(entry) and entry.connection is not None and entry.outbox_key is not None:
            told_of.setdefault((entry.connection, entry.outbox_key), []).append(entry)
    kept = {(row.connection, row.key): row for row in rows}
    return [
        Write(connection=key[0], key=key[1], entries=tuple(told_of.get(key, ())), row=kept.get(key))
        for key in dict.fromkeys([*told_of, *kept])
    ]


def writes(found: Iterable[Write], *, elsewhere: AbstractSet[str], keys: Mapping[LeadId, bytes]) -> Iterator[Moment]:
    """Fields and lists. `elsewhere`: keys that are told as tasks and notices; `keys`: by which the audit knows values.

    What one system was sent of one record at one instant is one row.
    """
    together: dict[tuple[object, ...], list[Write]] = {}
    for each in found:
        if each.key in elsewhere:
            continue
        if each.kind is ChangeKind.MEMBER:
            yield _list_moment(each, keys)
        else:
            together.setdefault(
                (each.at, each.connection, each.object, each.record_id, each.kind, each.outcome), []
            ).append(each)
    for several in together.values():
        yield _fields_moment(several)


def _fields_moment(several: Sequence[Write]) -> Moment:
    first = several[0]
    fields = list(dict.fromkeys(name for each in several for name in each.fields))
    verb = "created" if first.kind is ChangeKind.CREATE else counted(len(fields), "field")
    values: dict[str, Value] = {}
    for each in several:
        values |= each.row.change.values if each.row is not None else {}
    shown_fields = [_field_words(name, values) for name in fields[:_MOST_FIELDS]]
    more = [f"and {counted(len(fields) - _MOST_FIELDS, 'more field')}"] if len(fields) > _MOST_FIELDS else []
    cause = next((each.row.cause for each in several if each.row is not None and each.row.cause), "")
    return Moment(
        at=first.at,
        kind=Kind.WRITE,
        what=f"{first.connection} {first.object}: {verb}, {first.outcome}",
        who=LOOP,
        words=told(", ".join([*shown_fields, *more]), f"because {shown(cause)}" if cause else ""),
        count=len(several),
    )


def _field_words(name: str, values: Mapping[str, Value]) -> str:
    """The value only as long as it is kept."""
    if name not in values:
        return shown(name)
    return f"{shown(name)} = {'blank' if values[name] in (None, '') else shown(values[name], _VALUE_UNITS)}"


def _list_moment(each: Write, keys: Mapping[LeadId, bytes]) -> Moment:
    name = (each.row.change.list if each.row is not None else None) or next(iter(each.fields), "")
    joined = each.row.change.member if each.row is not None else _joined(each, name, keys)
    verb = {True: "put on", False: "taken off", None: "put on or taken off"}[joined]
    cause = each.row.cause if each.row is not None else ""
    return Moment(
        at=each.at,
        kind=Kind.LIST,
        what=f"{verb} {shown(name)}",
        who=LOOP,
        words=told(f"{each.connection}: {each.outcome}", shown(cause)),
    )


def _joined(each: Write, name: str, keys: Mapping[LeadId, bytes]) -> bool | None:
    """Which of the two the audit's mark is of; None where the key to it is gone."""
    for entry in each.entries:
        key = None if entry.lead_id is None else keys.get(entry.lead_id)
        if key is not None and entry.values_hmac is not None:
            for member in (True, False):
                if hmac.compare_digest(audit.hmac_of(key, {name: member}), entry.values_hmac):
                    return member
    return None


_COLUMNS = (
    Column(key="last", label="Last written"),
    Column(key="writes", label="Writes", says="That arrived, since we know them."),
    Column(key="waiting", label="Waiting"),
    Column(key="stopped", label="Stopped", says="Refused, or nobody knows whether they arrived: a person has to look."),
    Column(key="words", label="What stands in the way"),
)


def systems(found: Sequence[Write], connections: Iterable[str], zone: ZoneInfo) -> Table:
    """One row for each system that is or was written to."""
    names = sorted({*connections, *(each.connection for each in found)})
    return Table(
        key="writes",
        title="What we wrote where",
        heads="System",
        columns=_COLUMNS,
        rows=tuple(_system(name, [each for each in found if each.connection == name], zone) for name in names),
        empty="Nothing is connected.",
    )


def _system(name: str, theirs: Sequence[Write], zone: ZoneInfo) -> Row:
    arrived = [each.at for each in theirs if each.has_arrived]
    waiting, stopped = ([each for each in theirs if kept(each)] for kept in _OPEN)
    in_the_way = dict.fromkeys(each.outcome for each in (*stopped, *waiting) if each.outcome != "waits")
    cells = (
        moment(max(arrived), zone) if arrived else NOTHING_KNOWN,
        Figure(value=len(arrived)),
        Figure(value=len(waiting)),
        Figure(value=len(stopped)),
        "; ".join(in_the_way),
    )
    return Row(key=name, label=name, cells=cells)


_OPEN: tuple[Callable[[Write], bool], ...] = (lambda each: each.is_waiting, lambda each: each.is_stopped)


def by_hand(entries: Iterable[AuditEntry], cast: Cast) -> Iterator[Moment]:
    """What people did about the lead by a command, and what the loop notes about it beside its writes."""
    for each in entries:
        if not is_about_write(each) and not each.action.startswith(_TOLD_ELSEWHERE):
            about = " ".join(filter(None, (each.connection, each.object)))
            yield Moment(
                at=each.at,
                kind=Kind.IDENTITY if each.action.startswith(_JOINED) else Kind.OPERATOR,
                what=shown(each.action),
                who=cast.actor(each.actor),
                words=told(about, ", ".join(map(shown, each.fields))),
            )


_JOINED = "joined the lead"
_TOLD_ELSEWHERE = ("stage ", "united ", "split: union", "cancelled a ")
