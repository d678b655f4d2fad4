"""What some systems can do besides reading and writing, one small protocol each, asked with `isinstance`."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from domain.activity import Activity
from domain.change import Change
from domain.fitting import Fitting, Fittings
from domain.hint import Hint
from domain.notice import Press
from domain.record import Cursor, Record
from domain.survey import FieldChange, FieldHistory, Survey


@runtime_checkable
class Priced(Protocol):
    """Knows what reading and writing cost, so that people can be told before it is done."""

    def reading_calls(self, stream: str, rows: int) -> int:
        """About how many calls it takes to read so many rows of a stream from its start."""
        ...

    def writing_calls(self, changes: Sequence[Change]) -> int:
        """How many calls it takes to write these together when nothing is refused. Asks nobody."""
        ...


class ProvisionKind(StrEnum):
    """Kinds of things that leadloop needs in a system; the values are the words that people read."""

    GROUP = "property group"
    FIELD = "field"
    PERMISSION_SET = "permission set"
    PERMISSION = "field permission"
    LIST = "list"
    VIEW = "list view"
    ACTION = "quick action"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionItem:
    """One thing that leadloop needs in a system, whether it is there, and what it is in words.

    `problem` says what keeps a thing that is there from being usable, or why one that is not cannot be made,
    each with how to mend it. Nothing with a problem is ever touched.
    """

    kind: ProvisionKind
    object: str
    name: str
    exists: bool
    detail: str = ""
    why: str = ""
    problem: str = ""
    fitting: Fitting | None = None


@runtime_checkable
class Provisioner(Protocol):
    """Makes what the rules need where the system lets us; never changes or deletes what is there."""

    def needed(self, fittings: Fittings) -> Sequence[ProvisionItem]:
        """Everything, and whether it is there; in the order in which it has to be made. Changes nothing."""
        ...

    def provision(self, items: Sequence[ProvisionItem]) -> Sequence[ProvisionItem]:
        """Make those that are not there; the same items as they stand now, with the problem of each refused one."""
        ...


@runtime_checkable
class ByHand(Protocol):
    """Writes what an admin needs to make everything with the vendor's own tools, where we may not."""

    def manual(self, fittings: Fittings, items: Sequence[ProvisionItem] = ()) -> Mapping[str, str]:
        """File by relative path: its content. What `items` say is there is left out, for it would be changed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookCall:
    """A call that somebody made to us. `uri` is the public address they were given, never what the call says it is.

    Names of headers are in lower case; the body is as it came.
    """

    method: str
    uri: str
    headers: Mapping[str, str]
    body: bytes


@runtime_checkable
class WebhookSource(Protocol):
    """Tells us by itself what happened. Polling stays the truth: a hint only says where to look at once."""

    def hints(self, call: WebhookCall, *, account_id: str, now: datetime) -> Sequence[Hint]:
        """What a genuine call tells of this account.

        ForgedCallError when it cannot be shown to be genuine, RejectedError when it makes no sense,
        SettingsError when the connection has no secret to tell by.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What hints led to: rows of a stream, and the hints that are followed once these and the earlier rows are kept.

    It has no cursor, so that keeping it cannot move one.
    """

    stream: str
    hints: tuple[Hint, ...] = ()
    records: tuple[Record, ...] = ()
    activities: tuple[Activity, ...] = ()


@runtime_checkable
class Refresher(Protocol):
    def refresh(self, hints: Sequence[Hint]) -> Iterator[Refreshed]:
        """Read the records again that the hints name, in portions. Every hint is in one of them, or an error rises."""
        ...


@runtime_checkable
class Forgetting(Protocol):
    """Where nothing is kept of a person any more, somebody erased them for good, as the law may ask for.

    Of a system whose bin is emptied now and then, what is gone for good says no such thing.
    """

    @property
    def forgets(self) -> Collection[str]:
        """The objects of which that is so."""
        ...


@runtime_checkable
class Historian(Protocol):
    """Knows who changed a value when."""

    def history(self, object: str, fields: Collection[str], *, since: datetime, sample: int) -> Sequence[FieldChange]:
        """The latest changes of these fields, of at most `sample` records or rows of history."""
        ...

    def changes_of(
        self, object: str, fields: Collection[str], ids: Collection[str], *, since: datetime
    ) -> FieldHistory:
        """Every change of these fields of these records since then that the system kept, in any order."""
        ...


@runtime_checkable
class Surveyor(Protocol):
    """Looks who else writes to a system; changes nothing."""

    def survey(self, fields: Mapping[str, Collection[str]], *, since: datetime, sample: int) -> Survey:
        """Who wrote these fields (by object) since then, what is active there, and what could not be seen."""
        ...


@runtime_checkable
class Reserving(Protocol):
    """Keeps words of its lists for what only the system itself does."""

    def reserved(self, object: str) -> Mapping[str, Collection[str]]:
        """Such words by field."""
        ...


@runtime_checkable
class Resting(Protocol):
    """Some of its streams need a subscription or a scope that the account may lack: these rest, the others go on."""

    @property
    def resting(self) -> Mapping[str, str]:
        """Streams that are not given to us, as last told: name → why, in words; '' where there is nothing that anybody
        should do. Asks nothing."""
        ...

    def knock(self) -> Mapping[str, str]:
        """Ask for each such stream once, and tell as `resting`."""
        ...

    def waking(self, cursors: Mapping[str, Cursor]) -> Mapping[str, Cursor | None]:
        """Of these saved cursors those whose rest is over by what was last told, each with where it goes on from."""
        ...


@runtime_checkable
class Notifier(Protocol):
    """Tells people things: its changes create messages, each once."""

    @property
    def repeatable(self) -> bool:
        """Whether whoever receives the same message twice sees it once, by its key."""
        ...


class Carries(StrEnum):
    """How a whole page travels beside the text of a message."""

    FILE = "file"
    DATA = "data"


@runtime_checkable
class Carrier(Protocol):
    """Its messages can have a page beside them: `page` in the values of a change, `file_name` what a file is called."""

    @property
    def carries(self) -> Carries:
        """A file for a browser, or JSON for a program."""
        ...


@runtime_checkable
class Finder(Protocol):
    """Finds what it created by our key in a system that lets the same be created twice."""

    def can_find(self, change: Change) -> bool:
        """Whether `settle` can tell what became of this creation."""
        ...


@runtime_checkable
class Acquainted(Protocol):
    """Knows whom and where it can reach."""

    def out_of_reach(self, people: Collection[str], channels: Collection[str]) -> Mapping[str, str]:
        """Of these addresses and channels those that nothing can be said to, with why and how to mend it."""
        ...


@runtime_checkable
class Hearing(Protocol):
    """People can answer in what it tells them."""

    @property
    def hears(self) -> bool:
        """Whether it was set up so that answers reach us."""
        ...

    def listen(self, keep: Callable[[Press], None]) -> "Listening":
        """Begin to hear answers. `keep` commits one before the system is thanked for it."""
        ...

    def email_of(self, user: str) -> str | None:
        """The address of a user; None for one that has none or that nobody knows."""
        ...


class Listening(Protocol):
    """Answers are being heard, in threads of their own, until `close`."""

    @property
    def connected(self) -> bool: ...

    def close(self) -> None: ...
