"""What a connector promises, in small protocols. `connectors/testing.py` ships the laws.

Two methods make a read-only connector, four a full one; what some systems can do besides stands in
`connectors/abilities.py`. What a connector needs from others (a token cache, the call budget, a wire log) comes as a
protocol declared here and handed in by `leadloop/app.py`.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from domain.change import Change, Receipt
from domain.missing import Missing
from domain.record import AccountInfo, Cursor, Field, Page
from domain.values import Value


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
    ROLES = "roles"
    """Who stands in which deal."""
    CAMPAIGNS = "campaigns"
    """With what they cost."""
    RATES = "rates"
    """What currencies are worth."""
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
class BulkWriter(Protocol):
    """Writes very many changes in a way of its own, cheaper than few at a time."""

    @property
    def bulk_from(self) -> int:
        """`write` should be given more changes than this at once, where so many wait; 0: it does not matter."""
        ...


@runtime_checkable
class Describer(Protocol):
    def describe(self, stream: str, *, anew: bool = False) -> Mapping[str, Field]:
        """Every field that `read` returns, by name. `anew`: ask now, for what was told before is doubted."""
        ...

    def described_at(self, stream: str) -> datetime | None:
        """When the system was last asked for what `describe` gives; None: never, or there is nobody to ask."""
        ...


@runtime_checkable
class Settler(Protocol):
    """Finds out what became of a write whose answer was lost, before it is sent again."""

    def settle(self, change: Change) -> Receipt | None:
        """A receipt when the effect is found, None when it certainly never happened."""
        ...


class TokenCache(Protocol):
    """Keeps vendor tokens across restarts, encrypted."""

    @property
    def keeps(self) -> bool:
        """Whether what is saved can be loaded again: not without a key to encrypt with."""
        ...

    def load(self, connection: str) -> str | None: ...

    def save(self, connection: str, token: str) -> None: ...

    def alone(self, connection: str) -> AbstractContextManager[None]:
        """Held by one thread of one process at a time: what may be used only once is renewed inside."""
        ...


class AccountPins(Protocol):
    """Which org or portal each connection was set up with."""

    def check(self, connection: str, account_id: str) -> None:
        """WrongAccountError for another account than the pinned one; before the first connect any will do."""
        ...


class Lane(StrEnum):
    """Handoffs overtake background work and may use more of the quota."""

    HANDOFF = "handoff"
    BACKGROUND = "background"


class CallBudget(Protocol):
    """Our own ledger of calls, and the vendor's figure as a hint."""

    def spend(self, connection: str, lane: Lane, *, calls: int = 1) -> None:
        """Book calls about to be sent; RateLimitedError(daily=True) when the lane's share is used up."""
        ...

    def hint(self, connection: str, *, used: int, limit: int | None, resets_at: datetime | None = None) -> None:
        """What the vendor says is used; may be late or not monotonic.

        `resets_at`: when it counts from nought again. Without it the day is taken to be the last 24 hours.
        """
        ...


class Known(Protocol):
    """What a sweep asks of a record that was read before; a `Record` is one."""

    @property
    def modified_at(self) -> datetime: ...

    @property
    def archived(self) -> bool: ...

    @property
    def values(self) -> Mapping[str, Value]: ...


class KnownRecords(Protocol):
    """What was read before, so that a sweep over everything reads only the rest, and sees what has vanished."""

    def of(self, connection: str, object: str, ids: Sequence[str]) -> Mapping[str, Known]:
        """Those of the ids that were ever read."""
        ...

    def live(self, connection: str, object: str) -> Iterator[str]:
        """The ids of every record that is neither archived nor merged into another."""
        ...


def late_of(missed: Mapping[str, datetime], passed: datetime | None) -> frozenset[str]:
    """Those of the missed, by their stamps, that were to have been seen when their stream went past `passed`.

    Where no stream did so yet, nobody knows.
    """
    return frozenset() if passed is None else frozenset(each for each, at in missed.items() if at < passed)


class Confirmations(Protocol):
    """People's word on records that a full listing shows no more, where these are too many to be believed at once."""

    def given(self, missing: Missing) -> bool:
        """Whether a person said that all of these are really gone. If not, they are kept for a person to see."""
        ...

    def over(self, connection: str, object: str) -> None:
        """Everything of the object was compared and kept: what was found before, and said of it, is used up."""
        ...

    def last(self, connection: str, stream: str) -> datetime | None:
        """When a person last gave a word that waits to be used."""
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


@runtime_checkable
class Corrected(Protocol):
    """A clock that systems tell the time, so that a wrong one of this machine does no harm."""

    def hear(self, system: str, told: datetime) -> None: ...


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
    lists: Set[str] = frozenset()
    """The nurture lists that the rules keep here, as they call them. Changed in place on publish."""
    known: KnownRecords | None = None
    """Without it no sweep compares what a system lists with what was read."""
    confirmations: Confirmations | None = None
    """Without it nobody can say that very many records are really gone."""
    smaller_sweep_percent: float = 10.0
    """A listing of everything that lacks more than this of what is known is taken for a fault."""
    pins: AccountPins | None = None
    """Asked at every login: a changed org or portal is noticed before anything is sent with the new token."""


__all__ = [
    "AccountPins",
    "BulkWriter",
    "BundleReader",
    "CallBudget",
    "Clock",
    "Confirmations",
    "Connector",
    "Describer",
    "Exchange",
    "Holds",
    "Known",
    "KnownRecords",
    "Lane",
    "Pace",
    "Reader",
    "Settler",
    "Stream",
    "Surroundings",
    "TokenCache",
    "WireLog",
    "Writer",
]
