"""Runs, connections and the installation: the words that every screen shares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

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
    """How much leadloop may do yet."""

    OBSERVE = "observe"
    SCORES = "scores"
    PILOT = "pilot"
    LIVE = "live"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleVersion:
    """Published rules: immutable. `document` is the canonical JSON of all rule files."""

    hash: RuleHash
    author: str
    published_at: datetime
    document: str
