"""How the installation stands right now: what `status`, `/readyz` and `/metrics` all say."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.run import Connection, ConnectionStatus, InstallationStatus, Run
from store import connections, held, leads, outbox, runs
from store.engine import Tx

LATE_CYCLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One look: the state in a word and why, and the counts behind it."""

    status: InstallationStatus
    reason: str
    last_run: Run | None
    connections: tuple[Connection, ...]
    stages: Mapping[str, int]
    outbox: Mapping[tuple[str, str], int]
    held: Mapping[str, int]
    """Set name → leads that wait in it."""


def standing(tx: Tx, *, cycle: timedelta, now: datetime) -> Standing:
    """Read it all in a few statements. Late: no run ended for three cycles."""
    found = tuple(connections.all(tx))
    last = next(iter(runs.last(tx, 1)), None)
    status, reason = _judge(found, last, cycle, now)
    open_sets = Counter(entry.set_name for entry in held.open_entries(tx))
    return Standing(
        status=status,
        reason=reason,
        last_run=last,
        connections=found,
        stages={stage.value: count for stage, count in leads.count_by_stage(tx).items()},
        outbox=outbox.counts(tx),
        held=dict(open_sets),
    )


def _judge(
    found: tuple[Connection, ...], last: Run | None, cycle: timedelta, now: datetime
) -> tuple[InstallationStatus, str]:
    broken = [each for each in found if each.status in {ConnectionStatus.SUSPENDED, ConnectionStatus.DEGRADED}]
    if broken:
        return InstallationStatus.FAILING, "; ".join(f"{each.name} is {each.status}: {each.reason}" for each in broken)
    if found and all(each.status is ConnectionStatus.PAUSED for each in found):
        return InstallationStatus.PAUSED, "every connection is paused"
    if last is None or last.ended_at is None:
        return InstallationStatus.LATE, "no run has ended yet"
    if now - last.ended_at > LATE_CYCLES * cycle:
        return InstallationStatus.LATE, f"the last run ended {now - last.ended_at} ago"
    return InstallationStatus.HEALTHY, "every connection runs"
