"""The blast radius: what exceeds it is held as a frozen set, the rest and every hand-raise go on.

Classes and limits stand in features.md D and in the settings. Used room is counted over 24 hours in
the store, so that ten small cycles weigh as much as one large one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from config.settings import Settings
from domain.decision import BlastClass, Decision
from domain.run import GoLive
from domain.values import RuleHash
from store import held, leads
from store.engine import Tx
from sync.conclude import Conclusion
from sync.firstday import went_live_at
from sync.material import BASELINE

DAY = timedelta(hours=24)


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
    went_live_at: datetime | None = None
    """Who was armed anew since is above the line by a publication, not by the first day."""
    go_live: GoLive = GoLive.LIVE
    pilots: frozenset[str] = frozenset()
    """E-mails of the reps who take part in the pilot."""
    already_held: set[int] = field(default_factory=set)

    def refuses(self, conclusion: Conclusion, *, approved: bool, rule_hash: RuleHash) -> Refusal | None:
        """None lets it pass and takes its room."""
        decision = conclusion.decision
        if decision.unarmed and not approved:
            return None if conclusion.lead_id in self.already_held else self._unarmed(decision, rule_hash)
        if decision.blast is None:
            return None
        if not self._has_begun(decision):
            return Refusal(set_name=self.go_live.value, keeps_decision=False)
        if approved or self._take(decision, decision.blast):
            return None
        return Refusal(set_name=f"{decision.blast}-{self.day}", keeps_decision=False)

    def _unarmed(self, decision: Decision, rule_hash: RuleHash) -> Refusal:
        """Above the line by history or by new rules alone: listed, and nothing of it is undone."""
        first_day = self.went_live_at is None or decision.lead.armed_at <= self.went_live_at
        name = BASELINE if self.baseline_open and first_day else f"publish-{rule_hash[:8]}"
        return Refusal(set_name=name, keeps_decision=True)

    def _take(self, decision: Decision, blast: BlastClass) -> bool:
        """Use up room of the class; whoever raised a hand has room of their own first."""
        if decision.hand_raise and self.hand_raises_left > 0:
            self.hand_raises_left -= 1
            return True
        if self.left.get(blast, 0) > 0:
            self.left[blast] -= 1
            return True
        return False

    def _has_begun(self, decision: Decision) -> bool:
        """Whether go-live has come to where this decision may be carried out: features.md A."""
        if self.go_live is GoLive.PILOT:
            return decision.assignment is None or decision.assignment.owner in self.pilots
        return self.go_live is GoLive.LIVE


def room_left(
    tx: Tx, settings: Settings, *, active_reps: int, now: datetime, pilots: frozenset[str] = frozenset()
) -> Room:
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
        went_live_at=went_live_at(tx),
        go_live=settings.go_live,
        pilots=pilots,
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


def use_up(tx: Tx, conclusions: Sequence[Conclusion], *, now: datetime) -> None:
    """Whoever was handed off is held no longer, whether it was approved or raised its hand."""
    held.release(tx, [each.lead_id for each in conclusions if each.decision.blast is BlastClass.HANDOFF], now=now)


def release_backlog(tx: Tx, settings: Settings, *, reps: int, now: datetime) -> int:
    """Let the approved part of the day-one backlog through, metered per rep and day, freshest first."""
    meter = settings.backlog.per_rep_per_day
    released = held.take_approved(tx, BASELINE, per_rep_per_day=meter, reps=reps, now=now)
    leads.touch(tx, released)
    return len(released)
