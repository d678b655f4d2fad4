"""What a connector promises, in small protocols. `connectors/testing.py` ships the laws.

Two methods make a read-only connector, four a full one; further abilities are asked with
`isinstance`. What a connector needs from others (a token cache, the call budget, a wire log) comes
as a protocol declared here and handed in by `leadloop/app.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from domain.change import Change, Receipt
from domain.record import AccountInfo, Cursor, Field, Page


class Pace(StrEnum):
    """How often a stream is read: see design.md 8."""

    HAND_RAISE = "hand_raise"
    HOT = "hot"
    SLOW = "slow"
    NIGHTLY = "nightly"


class Holds(StrEnum):
    """What the pages of a stream hold, so that identity knows whom it meets."""

    PEOPLE = "people"
    ACCOUNTS = "accounts"
    DEALS = "deals"
    USERS = "users"
    LISTS = "lists"
    ACTIVITIES = "activities"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One kind of thing that a system gives: its name (the vendor's object), what it holds, its pace."""

    name: str
    holds: Holds
    pace: Pace


@runtime_checkable
class Connector(Protocol):
    """A system we can talk to. `name` is the connection's name in the settings."""

    @property
    def name(self) -> str: ...

    def account(self) -> AccountInfo:
        """Say who we are logged in as; changes nothing. CredentialsError when we are nobody."""
        ...


@runtime_checkable
class Reader(Protocol):
    @property
    def streams(self) -> Mapping[str, Stream]: ...

    def read(self, stream: str, cursor: Cursor | None) -> Iterator[Page]:
        """Yield what changed after the cursor, oldest first. May repeat, never skips."""
        ...


@runtime_checkable
class BundleReader(Protocol):
    """Reads several streams for the price of one call."""

    def read_bundle(self, cursors: Mapping[str, Cursor | None]) -> Iterator[Page]:
        """As `read`, for every stream named; pages of different streams may alternate."""
        ...


@runtime_checkable
class Writer(Protocol):
    def write(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        """Yield one receipt per change, in the same order. The same key has one effect."""
        ...


@runtime_checkable
class Describer(Protocol):
    def describe(self, stream: str) -> Mapping[str, Field]:
        """Every field that `read` returns, by name."""
        ...


@runtime_checkable
class Settler(Protocol):
    """Finds out what became of a write whose answer was lost, before it is sent again."""

    def settle(self, change: Change) -> Receipt | None:
        """A receipt when the effect is found, None when it certainly never happened."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionItem:
    """One thing that leadloop needs in a system: kind (field, list, …), object, name, and whether it is there."""

    kind: str
    object: str
    name: str
    exists: bool


@runtime_checkable
class Provisioner(Protocol):
    """Creates our fields and lists where the system lets us."""

    def missing(self) -> Sequence[ProvisionItem]: ...

    def provision(self, items: Sequence[ProvisionItem]) -> Sequence[ProvisionItem]:
        """Create what can be created; returns what exists afterwards."""
        ...


class TokenCache(Protocol):
    """Keeps vendor tokens across restarts, encrypted."""

    def load(self, connection: str) -> str | None: ...

    def save(self, connection: str, token: str) -> None: ...


class Lane(StrEnum):
    """Handoffs overtake background work and may use more of the quota."""

    HANDOFF = "handoff"
    BACKGROUND = "background"


class CallBudget(Protocol):
    """Our own ledger of calls, and the vendor's figure as a hint."""

    def spend(self, connection: str, lane: Lane, *, calls: int = 1) -> None:
        """Book calls about to be sent; RateLimitedError(daily=True) when the lane's share is used up."""
        ...

    def hint(self, connection: str, *, used: int, limit: int | None) -> None:
        """What the vendor says is used; may be late or not monotonic."""
        ...


class Known(Protocol):
    """What a sweep asks of a record that was read before; a `Record` is one."""

    @property
    def modified_at(self) -> datetime: ...

    @property
    def archived(self) -> bool: ...


class KnownRecords(Protocol):
    """What was read before, so that a sweep over everything reads only the rest, and sees what has vanished."""

    def of(self, connection: str, object: str, ids: Sequence[str]) -> Mapping[str, Known]:
        """Those of the ids that were ever read."""
        ...

    def live(self, connection: str, object: str) -> Iterator[str]:
        """The ids of every record that is neither archived nor merged into another."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer, as the wire log keeps it: no secrets, no query string."""

    connection: str
    method: str
    path: str
    status: int | None
    started_at: datetime
    seconds: float
    request: str
    response: str


class WireLog(Protocol):
    def keep(self, exchange: Exchange) -> None: ...


class Clock(Protocol):
    """Simulated or real now; only `leadloop/clock.py` implements it."""

    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What every connector is built with beside its own settings.

    `fields` names, per stream, the vendor's fields that mapping and rules want to see; a connector
    reads those that describe knows.
    """

    connection: str
    clock: Clock
    tokens: TokenCache
    budget: CallBudget
    wire: WireLog
    fields: Mapping[str, frozenset[str]]
    lane: Lane = Lane.BACKGROUND
    describe_again: timedelta = timedelta(hours=6)
    """How long what describe told is believed, unless an answer proves it wrong."""
    known: KnownRecords | None = None
    """Without it no sweep compares what a system lists with what was read."""


__all__ = [
    "BundleReader",
    "CallBudget",
    "Clock",
    "Connector",
    "Describer",
    "Exchange",
    "Holds",
    "Known",
    "KnownRecords",
    "Lane",
    "Pace",
    "ProvisionItem",
    "Provisioner",
    "Reader",
    "Settler",
    "Stream",
    "Surroundings",
    "TokenCache",
    "WireLog",
    "Writer",
]
