"""The blast radius: what exceeds it is held as a frozen set, the rest and every hand-raise go on.

Classes and limits stand in the settings. Used room is counted over 24 hours in the store, so that ten
small cycles weigh as much as one large one. What took an allowance is booked under that allowance.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from config.settings import Settings
from domain.audit import LOOP
from domain.decision import BlastClass, Decision, IntentKind
from domain.handoff import Handoff
from domain.run import GoLive
from domain.values import LeadId, RuleHash
from store import audit, head_count, held, leads
from store.audit import AuditEntry
from store.engine import Tx
from store.held import Standing
from sync.conclude import Allowance, Conclusion
from sync.firstday import step_in_force, step_now, step_since, went_live_at
from sync.material import BASELINE, EARLIER_STEPS, METERED, Material

DAY = timedelta(hours=24)
ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Whether a conclusion may be saved, what that used up, and the set in which its lead is listed or held."""

    passes: bool
    allowance: Allowance | None = None
    set_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much may happen in 24 hours, as it is at the start of a pass: it takes a look at every lead."""

    handoff: int
    destructive: int
    hand_raises_per_hour: int


@dataclass(slots=True, kw_only=True)
class Room:
    """How much of each class may still happen; used up as the fold goes along."""

    left: dict[Allowance, int]
    day: str
    baseline_open: bool
    went_live_at: datetime | None = None
    """Who was armed anew since is above the line by a publication, not by the first day. None: it is not over, and
    whoever a step keeps back need not be remembered, for all are decided anew."""
    go_live: GoLive = GoLive.LIVE
    step_since: datetime = ALWAYS
    """When this step of go-live began."""
    pilots: frozenset[str] = frozenset()
    """E-mails of the reps who take part in the pilot."""
    standing: Standing = field(default_factory=Standing)

    def admit(self, conclusion: Conclusion, material: Material, *, rule_hash: RuleHash) -> Admission:
        """Let it pass and take its room, or say where its lead waits for a person's word."""
        decision = conclusion.decision
        if decision.blast is None:
            listed = self._list_of(decision, rule_hash) if decision.unarmed and not material.approved else None
            looked_at = Allowance.APPROVAL if material.approved else None
            return Admission(passes=True, allowance=looked_at, set_name=listed)
        if not self._has_begun(decision, material.open_handoff):
            return Admission(passes=False, set_name=self.go_live.value if self.went_live_at is not None else None)
        if material.approved:
            return Admission(passes=True, allowance=Allowance.APPROVAL)
        if self._was_discarded(conclusion, material):
            return Admission(passes=False)
        lead = conclusion.lead_id
        waits_in = self.standing.open.get(lead, self.standing.approved.get(lead))
        if self._stays(waits_in, conclusion, material):
            return Admission(passes=False, set_name=waits_in)
        return self._take(decision, decision.blast)

    def about_taking_away(self, lead: LeadId) -> bool:
        """Whether the approval that lets this lead through was given for a destructive set."""
        return self.standing.approved.get(lead, "").partition("-")[0] == BlastClass.DESTRUCTIVE

    def _list_of(self, decision: Decision, rule_hash: RuleHash) -> str | None:
        """The set for who is above the line by history or by new rules alone: listed once, and nothing is undone."""
        lead = decision.lead
        dropped_at = self.standing.discarded_at.get(lead.id)
        waits = lead.id in self.standing.open or lead.id in self.standing.approved
        if waits or (dropped_at is not None and dropped_at >= lead.armed_at):
            return None
        first_day = self.went_live_at is None or lead.armed_at <= self.went_live_at
        return BASELINE if self.baseline_open and first_day else f"publish-{rule_hash[:8]}"

    def _has_begun(self, decision: Decision, before: Handoff | None) -> bool:
        """Whether go-live has come to where this decision may be carried out: features.md A."""
        if self.go_live is GoLive.PILOT:
            return (_whose(decision, before) or "").casefold() in self.pilots
        return self.go_live is GoLive.LIVE

    def _was_discarded(self, conclusion: Conclusion, material: Material) -> bool:
        """Whether a person said no to what speaks for this decision, and nothing newer does."""
        at = self.standing.discarded_at.get(conclusion.lead_id)
        return at is not None and not any(moment > at for moment in _reasons(conclusion, material))

    def _stays(self, waits_in: str | None, conclusion: Conclusion, material: Material) -> bool:
        """Whether only a person's word lets it out of its set; of an earlier step's also what came up since."""
        if waits_in in EARLIER_STEPS:
            return not any(moment > self.step_since for moment in _reasons(conclusion, material))
        return is_radius_set(waits_in) and not conclusion.decision.hand_raise

    def _take(self, decision: Decision, blast: BlastClass) -> Admission:
        """Use up room of the class; whoever raised a hand has room of their own first."""
        own = (Allowance.HAND_RAISE,) if decision.hand_raise else ()
        for allowance in (*own, Allowance(blast.value)):
            if self.left.get(allowance, 0) > 0:
                self.left[allowance] -= 1
                return Admission(passes=True, allowance=allowance)
        return Admission(passes=False, set_name=f"{blast}-{self.day}")


def is_radius_set(name: str | None) -> bool:
    """Whether a set holds what exceeded the radius: only a person's word lets that through, not tomorrow's room."""
    return name is not None and name.partition("-")[0] in set(BlastClass)


def _whose(decision: Decision, before: Handoff | None) -> str | None:
    """The rep to whom a decision belongs: who gets the lead, has it or had it until now, or is told of it."""
    if decision.assignment is not None:
        return decision.assignment.owner
    if decision.handoffs:
        last = decision.handoffs[-1]
        same = before is not None and before.number == last.number
        return last.owner or (before.owner if before is not None and same else None)
    told = (each.payload.get("owner") for each in decision.intents if each.kind is IntentKind.TASK)
    return next((str(owner) for owner in told if owner), decision.lead.owner)


def _reasons(conclusion: Conclusion, material: Material) -> Iterable[datetime]:
    """When what speaks for a decision came up: behaviour that counts; for taking away whatever is known as well."""
    score, decision, handoff = conclusion.score, conclusion.decision, material.open_handoff
    known = [score.last_point_at, score.last_fact_at]
    if decision.hand_raise:
        known += [each.seen_at or each.occurred_at for each in score.hand_raises]
    if decision.blast is BlastClass.DESTRUCTIVE:
        known += [material.lead.stage_since, conclusion.fact_since if conclusion.facts else None]
        known += [fact.since for fact in material.facts]
        known += [handoff.assigned_at, handoff.touched_at] if handoff is not None else []
    return (moment for moment in known if moment is not None)


def limits_of(tx: Tx, settings: Settings, *, active_reps: int, now: datetime) -> Limits:
    """The limits of the settings for as many leads, reps and handoffs as there are."""
    limits = settings.blast_radius
    median = held.daily_median(tx, BlastClass.HANDOFF, days=28, now=now)
    share = int(head_count.about(tx, now=now) * limits.destructive.share_percent / 100)
    return Limits(
        handoff=max(limits.handoff.floor, int(limits.handoff.factor * median), limits.handoff.per_rep * active_reps),
        destructive=min(max(limits.destructive.floor, share), limits.destructive.ceiling),
        hand_raises_per_hour=limits.hand_raises_per_hour,
    )


def room_within(
    tx: Tx,
    settings: Settings,
    limits: Limits,
    *,
    pilots: frozenset[str],
    now: datetime,
    ids: Sequence[LeadId] | None = None,
) -> Room:
    """The limits less what happened in the last 24 hours, and how these leads (None: all) stand with people's words."""
    used = held.opened_since(tx, now - DAY)
    raised = held.hand_raises_since(tx, now - timedelta(hours=1))
    return Room(
        left={
            Allowance.HANDOFF: limits.handoff - used.get(BlastClass.HANDOFF, 0),
            Allowance.DESTRUCTIVE: limits.destructive - used.get(BlastClass.DESTRUCTIVE, 0),
            Allowance.HAND_RAISE: limits.hand_raises_per_hour - raised,
        },
        day=f"{now:%Y-%m-%d}",
        baseline_open=not held.is_closed(tx, BASELINE),
        went_live_at=went_live_at(tx),
        go_live=step_now(tx, settings.go_live),
        step_since=step_since(tx, settings.go_live, now=now),
        pilots=pilots,
        standing=held.standing(tx, ids),
    )


def hold(tx: Tx, name: str, conclusions: Sequence[Conclusion], *, now: datetime) -> None:
    """Freeze these leads under a name; the set opens only by an approval."""
    new = held.hold(tx, name, _cause(name), [each.lead_id for each in conclusions], now=now)
    if new:
        audit.append(tx, [AuditEntry(at=now, actor=LOOP, action=f"held in {name}: {len(new)} leads")])


def _cause(name: str) -> str:
    """Why a set is there, as `held list` says it. Every other name is the go-live step's."""
    match name.partition("-")[0]:
        case BlastClass.HANDOFF.value:
            return "more handoffs than 24 hours may bring (blast_radius)"
        case BlastClass.DESTRUCTIVE.value:
            return "more taken away than 24 hours may take (blast_radius)"
        case "publish":
            return "above the line by the rules that were published"
        case word if word == BASELINE:
            return "above the line when everything was first read"
        case step:
            return f"would have been handed off, and go_live is `{step}`"


def book(tx: Tx, conclusions: Sequence[Conclusion], *, now: datetime) -> None:
    """Count what was let through under the allowance that it used; an approval uses none."""
    used = [each.allowance for each in conclusions]
    for kind in BlastClass:
        if n := used.count(Allowance(kind.value)):
            held.count_blast(tx, kind, n, at=now)
    if raised := used.count(Allowance.HAND_RAISE):
        held.count_hand_raises(tx, raised, at=now)


def use_up(tx: Tx, conclusions: Sequence[Conclusion], *, now: datetime) -> None:
    """Whoever went through is held no longer; an approval is good for one look, whatever came of it."""
    held.release(tx, [each.lead_id for each in conclusions if each.allowance is not None], now=now)


def release_backlog(
    tx: Tx, settings: Settings, *, reps: int, now: datetime, pilots: frozenset[str] = frozenset()
) -> int:
    """Let the approved backlog of the first day and of earlier steps through, per rep and day, freshest first.

    Nothing before handoffs are made at all, and in the pilot only what its reps own: a turn would be lost.
    """
    step = step_in_force(tx, settings.go_live)
    if not step.hands_off:
        return 0
    released = held.take_approved(
        tx,
        METERED,
        per_rep_per_day=settings.backlog.per_rep_per_day,
        reps=reps,
        now=now,
        owners=pilots if step is GoLive.PILOT else None,
    )
    leads.touch(tx, released)
    return len(released)
