"""The blast radius: what exceeds it is held as a frozen set, the rest and every hand-raise go on.

Classes and limits stand in features.md D and in the settings. Used room is counted over 24 hours in
the store, so that ten small cycles weigh as much as one large one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from config.settings import Settings
from domain.decision import BlastClass
from domain.values import RuleHash
from store import held, leads
from store.engine import Tx
from sync.conclude import Conclusion

DAY = timedelta(hours=24)
BASELINE = "baseline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a conclusion is held. `keeps_decision`: it opens nothing by itself and may be saved all the same."""

    set_name: str
    keeps_decision: bool


@dataclass(slots=True, kw_only=True)
class Room:
    """How much of each class may still happen in these 24 hours; used up as the fold goes along."""

    left: dict[BlastClass, int]
    hand_raises_left: int
    day: str
    baseline_open: bool
    already_held: set[int] = field(default_factory=set)

    def refuses(self, conclusion: Conclusion, *, approved: bool, rule_hash: RuleHash) -> Refusal | None:
        """None lets it pass and takes its room."""
        decision = conclusion.decision
        if decision.unarmed and not approved:
            if conclusion.lead_id in self.already_held:
                return None
            name = BASELINE if self.baseline_open else f"publish-{rule_hash[:8]}"
            return Refusal(set_name=name, keeps_decision=True)
        if decision.blast is None or approved:
            return None
        if decision.hand_raise and self.hand_raises_left > 0:
            self.hand_raises_left -= 1
            return None
        if self.left.get(decision.blast, 0) > 0:
            self.left[decision.blast] -= 1
            return None
        return Refusal(set_name=f"{decision.blast}-{self.day}", keeps_decision=False)


def room_left(tx: Tx, settings: Settings, *, active_reps: int, now: datetime) -> Room:
    """Limits of the settings less what happened in the last 24 hours."""
    limits = settings.blast_radius
    total = leads.count(tx)
    used = held.opened_since(tx, now - DAY)
    median = held.daily_median(tx, BlastClass.HANDOFF, days=28, now=now)
    handoff = max(limits.handoff.floor, int(limits.handoff.factor * median), limits.handoff.per_rep * active_reps)
    share = int(total * limits.destructive.share_percent / 100)
    destructive = min(max(limits.destructive.floor, share), limits.destructive.ceiling)
    return Room(
        left={
            BlastClass.HANDOFF: handoff - used.get(BlastClass.HANDOFF, 0),
            BlastClass.DESTRUCTIVE: destructive - used.get(BlastClass.DESTRUCTIVE, 0),
        },
        hand_raises_left=limits.hand_raises_per_hour - held.hand_raises_since(tx, now - timedelta(hours=1)),
        day=f"{now:%Y-%m-%d}",
        baseline_open=not held.is_closed(tx, BASELINE),
        already_held=set(held.open_lead_ids(tx)),
    )


def hold(tx: Tx, name: str, conclusions: Sequence[Conclusion], *, now: datetime) -> None:
    """Freeze these leads under a name; the set opens only by an approval."""
    cause = conclusions[0].decision.transitions[-1].why if conclusions[0].decision.transitions else "above the line"
    held.hold(tx, name, cause, [each.lead_id for each in conclusions], now=now)


def book(tx: Tx, conclusions: Sequence[Conclusion], *, now: datetime) -> None:
    """Count what was let through."""
    for kind in BlastClass:
        n = sum(1 for each in conclusions if each.decision.blast is kind and not each.decision.hand_raise)
        if n:
            held.count_blast(tx, kind, n, at=now)
    raised = sum(1 for each in conclusions if each.decision.hand_raise and each.decision.blast is not None)
    if raised:
        held.count_hand_raises(tx, raised, at=now)


def release_backlog(tx: Tx, settings: Settings, *, now: datetime) -> int:
    """Let the approved part of the day-one backlog through, metered per rep and day, freshest first."""
    released = held.take_approved(tx, BASELINE, per_rep_per_day=settings.backlog.per_rep_per_day, now=now)
    leads.touch(tx, released)
    return len(released)
