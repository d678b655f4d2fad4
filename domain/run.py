"""Runs, connections and the installation: the words that every screen shares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.audit import LOOP
from domain.values import RuleHash


class ConnectionStatus(StrEnum):
    RUNNING = "running"
    DEGRADED = "degraded"
    SUSPENDED = "suspended"
    PAUSED = "paused"


class InstallationStatus(StrEnum):
    HEALTHY = "healthy"
    LATE = "late"
    FAILING = "failing"
    PAUSED = "paused"


class OutboxStatus(StrEnum):
    PENDING = "pending"
    CLAIMED = "claimed"
    DONE = "done"
    WAITING = "waiting"
    PARKED = "parked"
    UNSURE = "unsure"
    GONE = "gone"


class GoLive(StrEnum):
    """How much leadloop may do yet, least first."""

    OBSERVE = "observe"
    SCORES = "scores"
    PILOT = "pilot"
    LIVE = "live"

    @property
    def hands_off(self) -> bool:
        """Whether anybody is handed off at this step."""
        return self in {GoLive.PILOT, GoLive.LIVE}

    def covers(self, other: "GoLive") -> bool:
        """Whether what was meant for the other step may be done at this one."""
        steps = list(GoLive)
        return steps.index(self) >= steps.index(other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One system as the installation knows it; `reason` says why it is not running and how to mend it."""

    name: str
    status: ConnectionStatus
    account_id: str | None = None
    reason: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The record of one cycle. `counts` has the words of `leadloop status`: read, due, decided, …"""

    id: int
    trigger: str
    started_at: datetime
    ended_at: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    failures: tuple[str, ...] = ()
    actor: str = LOOP
    """Who wanted it: a person's login, or the loop itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleVersion:
    """Published rules: immutable. `document` is the canonical JSON of all rule files, `sources` their text by name.

    Versions are numbered as they are published. `message`: why, in the publisher's words.
    """

    hash: RuleHash
    author: str
    published_at: datetime
    document: str
    sources: Mapping[str, str] = field(default_factory=dict, compare=False)
    message: str = ""
    number: int = field(default=0, compare=False)
