"""A write as it is put out, as it stands, and as it ends; and how it lies in its table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.change import Change, ChangeKind
from domain.run import OutboxStatus
from domain.values import LeadId, RuleHash, Value
from store.columns import AnyRow, Instant, from_json, maybe_moment, to_json
from store.schema import outbox as table

LANES = ("handoff", "background")
"""In the order in which they are served."""

READY = (OutboxStatus.PENDING, OutboxStatus.WAITING)
STOPPED = (OutboxStatus.PARKED, OutboxStatus.UNSURE)
OPEN = (*READY, OutboxStatus.CLAIMED, *STOPPED)
"""Everything that is not settled for good."""

SUPERSEDED = "superseded"
"""The code of a row that was settled unsent because a newer one for its target had come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxDraft:
    """A write to be put out. `before` are the values that an undo would restore.

    The key of a create counts (the intent's key: it has one effect per connection, for good); those
    of all other changes are made by the store.
    """

    connection: str
    lane: str
    change: Change
    cause: str
    rule_hash: RuleHash
    lead_id: LeadId | None = None
    before: Mapping[str, Value] = field(default_factory=dict)
    reasons: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Field → (the rule that says what it holds, why it does): for whoever reads a plan. `cause` is the first's."""

    @property
    def given_key(self) -> str | None:
        if self.change.kind is not ChangeKind.CREATE:
            return None
        if not self.change.key:
            raise ValueError("a create needs a key, or it could not be told from a repeated one")
        return self.change.key

    @property
    def slot(self) -> tuple[str, str]:
        """(target, lane): what there is at most one ready row of."""
        change, key = self.change, self.given_key
        target = [change.object, change.id, change.kind.value, change.list] if key is None else ["key", key]
        return (to_json([self.connection, *target]), str(self.lane))


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A write as it stands; `change.key` is the row's key. `message`: the vendor's words."""

    id: int
    connection: str
    lane: str
    change: Change
    cause: str
    rule_hash: RuleHash
    status: OutboxStatus
    lead_id: LeadId | None
    before: Mapping[str, Value]
    run_id: int | None
    owner: str | None
    epoch: int | None
    claimed_at: datetime | None
    attempts: int
    due_at: datetime
    code: str
    message: str
    created_at: datetime
    settled_at: datetime | None
    remote_id: str | None
    ignored: bool

    @property
    def key(self) -> str:
        return self.change.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What became of a claimed (or unsure) row. `due_at`: when a waiting one is tried again."""

    row_id: int
    status: OutboxStatus
    code: str = ""
    message: str = ""
    remote_id: str | None = None
    due_at: datetime | None = None


def write_change(change: Change) -> str:
    """What a change does, without whom it does it to."""
    return to_json(
        {
            "values": change.values,
            "expected": change.expected,
            "guarded": sorted(change.guarded),
            "unique": change.unique,
            "member": change.member,
        }
    )


_NAMES = tuple(table.c.keys())
_MOMENTS = tuple(name for name in _NAMES if isinstance(table.c[name].type, Instant))
ALL_COLUMNS = ", ".join(_NAMES)
_PLAIN = (
    "id", "connection", "lane", "cause", "run_id", "owner", "epoch", "claimed_at", "attempts", "due_at", "code",
    "message", "created_at", "settled_at", "remote_id", "ignored",
)  # fmt: skip
_STATUSES = {each.value: each for each in OutboxStatus}
_KINDS = {each.value: each for each in ChangeKind}


def to_outbox_row(row: AnyRow) -> OutboxRow:
    """Read a row of all columns in the table's order: asking a row for one name after the other costs the most."""
    return _outbox_row(dict(zip(_NAMES, row, strict=True)))


def to_outbox_row_from_raw(row: AnyRow) -> OutboxRow:
    """As `to_outbox_row`, for a row in the columns' raw form."""
    kept: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
    kept.update({name: maybe_moment(kept[name]) for name in _MOMENTS}, ignored=bool(kept["ignored"]))
    return _outbox_row(kept)


def _outbox_row(kept: Mapping[str, Any]) -> OutboxRow:
    return OutboxRow(
        **{name: kept[name] for name in _PLAIN},
        change=_to_change(kept),
        rule_hash=RuleHash(kept["rule_hash"]),
        status=_STATUSES[kept["status"]],
        lead_id=None if kept["lead_id"] is None else LeadId(kept["lead_id"]),
        before=from_json(kept["before"]),
    )


def _to_change(kept: Mapping[str, Any]) -> Change:
    does: dict[str, Any] = from_json(kept["change"])
    return Change(
        key=kept["key"],
        kind=_KINDS[kept["kind"]],
        object=kept["object"],
        id=kept["record_id"],
        list=kept["list"],
        values=does["values"],
        expected=does["expected"],
        guarded=frozenset(does["guarded"]),
        unique=does["unique"],
        member=does["member"],
    )


def words(statuses: Iterable[OutboxStatus | str]) -> list[str]:
    return [OutboxStatus(status).value for status in statuses]
