"""A life of one system and of one installation that reads it: what people do there, and what goes wrong on the way.

A life is a list of plain steps, so that a failing one shrinks to a few lines and can be kept as it is.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from hypothesis import strategies as st

from connectors.contract import Connector, KnownRecords
from connectors.doubts import TELL_FOR
from domain.errors import FencedError, LeadloopError
from domain.run import RuleVersion
from store.engine import Store
from store.known import StoreRecords
from sync.loop import Loop
from sync.pull import pull
from tests.fresh import FreshSimulator
from tests.unit.sync.looping import looping


class Do(StrEnum):
    """What somebody does in a system."""

    CREATE = "create"
    EDIT = "edit"
    EDIT_SLOWLY = "edit slowly"
    MERGE = "merge"
    DELETE = "delete"
    ERASE = "erase"
    RESTORE = "restore"
    CONVERT = "convert"
    CALL = "call"
    FORM = "form"


class Meets(StrEnum):
    """What a reading meets at one of its points."""

    NOTHING = "nothing"
    DEED = "deed"
    DEATH = "death"
    LATER = "later"
    LOST = "reply_lost"
    HALF = "truncated"
    SPOILT = "not_utf8"
    GATEWAY = "bad_gateway"
    SERVER = "server_error"
    SESSION = "expired_session"


@dataclass(frozen=True, slots=True)
class Deed:
    """`who` and `other` count through those that there are."""

    do: Do
    who: int = 0
    other: int = 0


@dataclass(frozen=True, slots=True)
class Wait:
    seconds: int


@dataclass(frozen=True, slots=True)
class Lag:
    """From here on the system shows changes so much later, as far as it is promised to be coped with."""

    level: int


@dataclass(frozen=True, slots=True)
class Pull:
    """A reading; at its point number `at` (0: before it begins) it meets something."""

    at: int = 0
    meets: Meets = Meets.NOTHING
    deed: Deed = Deed(Do.EDIT)


Step = Deed | Wait | Lag | Pull
CYCLE_S, LATER_S, LOCATORS_S = 300, 8_000, 3_600
"""Between two cycles; longer than a session and a locator live; how long the locators of these worlds live."""
WAITS = (1, 61, 290, 610, 1_830, 4_500, 75_600)


def lives(does: Sequence[Do], *, spoils: Sequence[Meets]) -> st.SearchStrategy[list[Step]]:
    deeds = st.builds(Deed, st.sampled_from(does), st.integers(0, 5), st.integers(0, 5))
    calm = st.builds(Pull)
    spoilt = st.builds(Pull, st.integers(0, 9), st.sampled_from(spoils), deeds)
    waits, lags = st.builds(Wait, st.sampled_from(WAITS)), st.builds(Lag, st.integers(0, 3))
    return st.lists(st.one_of(deeds, deeds, deeds, waits, lags, calm, spoilt, spoilt), min_size=2, max_size=18)


class Remote(Protocol):
    """One system: what can be done in it, how it is reached, and what must have arrived of it."""

    name: str

    @property
    def last(self) -> Sequence[tuple[int, bool]]:
        """The end of every life: wait so many seconds, read; whether a night has passed."""
        ...

    def connect(self, known: KnownRecords) -> Connector: ...

    def do(self, deed: Deed) -> None: ...

    def lag(self, level: int) -> None: ...

    def judge(self, store: Store, *, after_night: bool) -> None: ...


class _DeadError(BaseException):
    """The process was killed."""


@dataclass(slots=True, kw_only=True)
class Installation:
    """The store stays; whatever reads into it may die and be started again."""

    simulator: FreshSimulator
    remote: Remote
    store: Store
    version: RuleVersion
    _process: ExitStack = field(default_factory=ExitStack)
    _loop: Loop | None = None

    def __enter__(self) -> "Installation":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.close()

    @property
    def loop(self) -> Loop:
        if self._loop is None:
            connector = self.remote.connect(StoreRecords(self.store))
            self._loop = self._process.enter_context(looping(self.store, self.version, connector))
        return self._loop

    def live(self, steps: Sequence[Step]) -> None:
        """Every step, then peace: time passes and everything must have arrived."""
        for step in steps:
            match step:
                case Deed():
                    self.remote.do(step)
                case Wait(seconds):
                    self.simulator.time(advance_s=seconds)
                case Lag(level):
                    self.remote.lag(level)
                case Pull():
                    self._try_to_pull(step)
        self.remote.lag(0)
        self.simulator.time(advance_s=TELL_FOR.total_seconds())  # so long an answer that made no sense is told again
        for wait_s, after_night in self.remote.last:
            for seconds in (wait_s, CYCLE_S):  # what a job read that began long ago, the next cycle completes
                self.simulator.time(advance_s=seconds)
                pull(self.loop, self.remote.name, now=self.simulator.now())
            self.remote.judge(self.store, after_night=after_night)

    def _try_to_pull(self, step: Pull) -> None:
        """What fails is tried again the next time; who is dead is started again then."""
        loop = self.loop
        loop.reached = self._meeting(step, loop)
        try:
            loop.reached("the beginning")
            pull(loop, self.remote.name, now=self.simulator.now())
        except (_DeadError, FencedError):
            self._process.close()
            self._loop = None
        except LeadloopError:
            pass
        finally:
            loop.reached = lambda _point: None
            self.simulator.clear()

    def _meeting(self, step: Pull, loop: Loop) -> Callable[[str], None]:
        passed = -1

        def reached(_point: str) -> None:
            nonlocal passed
            passed += 1
            if passed == step.at:
                self._meet(step, loop)

        return reached

    def _meet(self, step: Pull, loop: Loop) -> None:
        match step.meets:
            case Meets.NOTHING:
                return
            case Meets.DEED:
                self.remote.do(step.deed)
            case Meets.LATER:
                self.simulator.time(advance_s=LATER_S)
            case Meets.DEATH:
                loop.epoch = -1  # who is dead saves nothing any more
                raise _DeadError
            case spoilt:
                self.simulator.fault(spoilt.value, system=self.remote.name)


def allowed(simulator: FreshSimulator, do: str, **act: Any) -> Mapping[str, Any] | None:
    """What the act answered; None where the system's own screens refuse it, and nothing happened."""
    try:
        answer: Mapping[str, Any] = simulator.act(do, **act)
    except AssertionError:
        return None
    return answer
