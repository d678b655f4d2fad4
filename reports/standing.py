"""How the installation stands right now: what `status`, `/readyz` and `/metrics` all say."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from domain.drift import OpenDrift
from domain.misfit import Blocked
from domain.place import Stopped
from domain.rule_problem import Unjudged
from domain.run import Connection, ConnectionStatus, InstallationStatus, Run
from reports import staying, unjudged
from reports.drift import in_reason
from reports.going_live import GoingLive
from store import (
    arrivals,
    back_fills,
    conflicts,
    connections,
    deliveries,
    drifts,
    flaps,
    handoffs,
    held,
    inbox,
    installation,
    leads,
    misfits,
    notes,
    outbox,
    rule_problems,
    runs,
    sweeps,
    unions,
)
from store.arrivals import Overdue
from store.back_fills import BackFill
from store.deliveries import Trying
from store.engine import Tx
from store.handoffs import Queued
from store.held import HeldStatus
from store.notes import Noted
from store.sweeps import Finding

LATE_CYCLES = 3
ARRIVAL = timedelta(hours=1)
LOOKED_AT = 50
"""Runs that may have begun since the last one ended: one is under way, others stopped in the middle."""

RESTING = frozenset({ConnectionStatus.PAUSED, ConnectionStatus.SUSPENDED})
"""While a connection is one of these nothing is read there, whatever it tells us."""
BROKEN = frozenset({ConnectionStatus.SUSPENDED, ConnectionStatus.DEGRADED})


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingHints:
    """What a connection told us and we did not look at yet. `because`: why, in words; empty where nothing stands in
    the way."""

    connection: str
    hints: int
    oldest_at: datetime
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One look: the state in a word and why, and the counts behind it."""

    status: InstallationStatus
    reason: str
    last_run: Run | None
    """The last run that ended."""
    connections: tuple[Connection, ...]
    stages: Mapping[str, int]
    outbox: Mapping[tuple[str, str], int]
    """(connection, status) → rows."""
    held: Mapping[str, int]
    """Set name → leads that wait in it."""
    undecided: int
    """Leads whose rules failed: they keep their stage until the rules or their data are mended."""
    stopped: tuple[Stopped, ...] = ()
    """Fields that are written no more, because somebody overwrote them again and again."""
    overdue: tuple[Overdue, ...] = ()
    """What a neighbour should have carried by now."""
    hints: tuple[WaitingHints, ...] = ()
    """What systems told us by themselves and nobody has read again yet."""
    missing: tuple[Finding, ...] = ()
    """Records that a full listing shows no more, too many to be believed without a person's word."""
    drifts: tuple[OpenDrift, ...] = ()
    """Fields that are not what the rules rely on: what uses them is paused."""
    back_fills: tuple[BackFill, ...] = ()
    """What is read once more, because a field is mapped newly or is back."""
    blocked: tuple[Blocked, ...] = ()
    """What stays at home, because its field would refuse it or nobody can read it."""
    conflicts: Mapping[str, int] = field(default_factory=dict)
    """Property → leads about which a person has to decide it, because no rule can."""
    unjudged: tuple[Unjudged, ...] = ()
    """Rules that could not be told about some leads: they count as not met there."""
    queued: tuple[Queued, ...] = ()
    """Who waits for a rep in sight of everybody, by queue and cause."""
    doubts: int = 0
    """Pairs of leads that look like one person and were left apart."""
    notes: tuple[Noted, ...] = ()
    """What people did that the rules could not follow."""
    going: GoingLive | None = None
    """How far go-live has come; None before the first command that works."""
    kept_back: Mapping[str, Trying] = field(default_factory=dict)
    """Reports that were due and could not be made, by the delivery in words."""


def standing(tx: Tx, *, cycle: timedelta, arrival: timedelta | None = ARRIVAL, now: datetime) -> Standing:
    """Read it all in a few statements. Late: no run ended for three cycles. `arrival`: what a neighbour may take.

    None: nothing is written yet that it could carry.
    """
    found = tuple(connections.all(tx))
    last = next((run for run in runs.last(tx, LOOKED_AT) if run.ended_at is not None), None)
    status, reason = judge(found, last, cycle=cycle, now=now)
    seen = Standing(
        status=status,
        reason=reason,
        last_run=last,
        connections=found,
        stages={stage.value: count for stage, count in leads.count_by_stage(tx).items()},
        outbox=outbox.counts(tx),
        held={each.name: each.leads for each in held.sets(tx) if each.status is HeldStatus.OPEN},
        undecided=len(leads.failed(tx)),
        stopped=tuple(flaps.stopped(tx)),
        overdue=() if arrival is None else tuple(arrivals.overdue(tx, before=now - arrival)),
        hints=tuple(_waiting_hints(tx, found)),
        missing=tuple(sweeps.findings(tx)),
        drifts=tuple(drifts.of(tx)),
        back_fills=tuple(back_fills.of(tx)),
        blocked=misfits.blocked(tx),
        conflicts=conflicts.counts(tx),
        unjudged=rule_problems.unjudged(tx),
        queued=tuple(handoffs.queued(tx)),
        doubts=unions.count_doubts(tx),
        notes=notes.noted(tx),
        kept_back=deliveries.kept_back(tx),
    )
    return replace(seen, reason="; ".join([reason, *_more(tx, seen, writes=arrival is not None, now=now)]))


def _more(tx: Tx, seen: Standing, *, writes: bool, now: datetime) -> Iterator[str]:
    """What somebody should know beside the status."""
    yield from _reservations(tx, seen.last_run, seen.undecided)
    yield from _fought_over(seen.stopped, seen.overdue)
    yield from _unbelieved(seen.missing, now)
    yield from in_reason(seen.drifts, writes=writes)
    yield from staying.in_reason(seen.blocked, leads=sum(seen.stages.values()))
    yield from unjudged.in_reason(seen.unjudged, leads=rule_problems.leads_with_any(tx))
    yield from _unmade(seen.kept_back)


def _waiting_hints(tx: Tx, found: Sequence[Connection]) -> Iterator[WaitingHints]:
    statuses = {each.name: each.status for each in found}
    for waits in inbox.backlog(tx):
        because = f"not read yet, tried again: {waits.failed:,}" if waits.failed else ""
        status = statuses.get(waits.connection)
        if status in RESTING:
            because = f"{waits.connection} is {status}: they are followed once it runs again"
        yield WaitingHints(connection=waits.connection, hints=waits.hints, oldest_at=waits.oldest_at, because=because)


def _reservations(tx: Tx, last: Run | None, undecided: int) -> Iterator[str]:
    """What an operator has to know although the installation may run well."""
    if last is not None and installation.get(tx, installation.WENT_LIVE) is None:
        yield "only scores are shown until the people of every system were read once"
    if undecided:
        yield f"leads that could not be decided: {undecided}"


def _fought_over(stopped: Sequence[Stopped], overdue: Sequence[Overdue]) -> Iterator[str]:
    if stopped:
        fields = ", ".join(str(each.field) for each in stopped)
        yield f"fields written no more, because others keep overwriting them: {fields}"
    if overdue:
        yield f"not carried by the neighbour in time: {', '.join(str(each.field) for each in overdue)}"


def _unmade(found: Mapping[str, Trying]) -> Iterator[str]:
    for label, each in sorted(found.items()):
        yield f"the report `{label}` was due and could not be made: {each.why}"


def _unbelieved(found: Sequence[Finding], now: datetime) -> Iterator[str]:
    """What waits for a person's word; what has it is looked at in the next cycle."""
    waiting = [each for each in found if not each.is_approved(now=now)]
    if waiting:
        each_told = ", ".join(f"{each.missing:,} of {each.known:,} {each.connection} {each.object}" for each in waiting)
        yield f"shown no more, and not believed to be gone: {each_told}"


def on_how_many(one: Stopped) -> str:
    """How far a stop reaches: `on every record`, `on 3 records`."""
    if one.everywhere:
        return "on every record"
    return f"on {one.records:,} record{'s' if one.records != 1 else ''}"


def by_whom(one: Stopped) -> str:
    """Who overwrites it, as far as that is known."""
    return one.who or ("nobody was asked yet" if one.who is None else "the system's history does not tell")


def judge(
    found: Sequence[Connection], last: Run | None, *, cycle: timedelta, now: datetime
) -> tuple[InstallationStatus, str]:
    """The installation in a word, and the reason in a sentence."""
    broken = [f"{each.name} is {each.status}: {each.reason}" for each in found if each.status in BROKEN]
    if broken:
        return InstallationStatus.FAILING, "; ".join(broken)
    if found and all(each.status is ConnectionStatus.PAUSED for each in found):
        return InstallationStatus.PAUSED, "every connection is paused"
    if last is None or last.ended_at is None:
        return InstallationStatus.LATE, "no run has ended yet"
    if now - last.ended_at > LATE_CYCLES * cycle:
        return InstallationStatus.LATE, f"the last run ended {ago(now - last.ended_at)} ago"
    paused = [each.name for each in found if each.status is ConnectionStatus.PAUSED]
    return InstallationStatus.HEALTHY, f"{', '.join(paused)} is paused" if paused else "every connection runs"


def ago(passed: timedelta) -> str:
    """A stretch of time in its largest fitting unit: `3 min`, `5 h`, `2 d`."""
    seconds = max(int(passed.total_seconds()), 0)
    for unit, length_s in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length_s:
            return f"{seconds // length_s} {unit}"
    return f"{seconds} s"
