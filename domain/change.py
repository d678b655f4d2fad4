"""A write to a system and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.values import Value


class ChangeKind(StrEnum):
    FIELDS = "fields"
    CREATE = "create"
    MEMBER = "member"


class ReceiptOutcome(StrEnum):
    APPLIED = "applied"
    UNCHANGED = "unchanged"
    CONFLICTED = "conflicted"
    REFUSED = "refused"
    GONE = "gone"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One write, in the vendor's field names and canonical values.

    `key` is the outbox row's key: the same key has one effect. FIELDS: `id` and `values`, computed
    against `expected`. CREATE: `unique` names the field of `values` that the vendor dedupes on.
    MEMBER: `id` joins (`member` true) or leaves `list`. `guarded` names the fields that have to be
    read again just before the write (owner, status).
    """

    key: str
    kind: ChangeKind
    object: str
    id: str | None = None
    values: Mapping[str, Value] = field(default_factory=dict)
    expected: Mapping[str, Value] = field(default_factory=dict)
    guarded: frozenset[str] = frozenset()
    unique: str | None = None
    list: str | None = None
    member: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of one change: same order as asked, one each.

    `code` and `message` are the vendor's own words. `retryable` on a refusal: a lock or a limit of
    the moment, or what is mended for all such records at once: worth another try. `shown` is what the
    record holds now where the system told, and `modified_at` its stamp after the write. `fields` are those that a
    refusal names.
    """

    key: str
    outcome: ReceiptOutcome
    id: str | None = None
    code: str = ""
    message: str = ""
    retryable: bool = False
    shown: Mapping[str, Value] = field(default_factory=dict)
    modified_at: datetime | None = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Both sides changed one property and nothing says which is right: both are left alone."""

    property: str
    values: Mapping[str, Value]
    """Connection name → its canonical value."""
