"""What must hold of leads, handoffs and desks whoever looks: each function yields what does not, in words.

Told by plain values of `domain/`, so that random histories of the whole loop, a year on the injected clock and the
replayed log are judged alike. Of the code under test only its transition table is believed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

from config.lifecycle import LifecycleRules
from domain.decision import Intent
from domain.handoff import Handoff, Outcome, Queue
from domain.lead import Lead
from domain.stage import Stage, Transition
from handoff.lifecycle import TABLE

WITH_A_REP = frozenset({Stage.ASSIGNED, Stage.ACCEPTED, Stage.QUALIFIED})
HANDED_OVER = WITH_A_REP | {Stage.MQL}
MARKETING_KEEPS_QUIET = WITH_A_REP | {Stage.OPPORTUNITY}
PATIENCE = timedelta(days=1)
"""How much longer than its longest stay a lead may stand somewhere: the loop looks every few minutes."""


def unlawful_moves(before: Stage, moves: Sequence[Transition], after: Stage) -> Iterator[str]:
    """One stage after the other, each move known to the table for its cause and explained."""
    at = before
    for move in moves:
        if move.before is not at:
            yield f"moved from {move.before} while it was {at}"
        if move.cause not in TABLE.get((move.before, move.after), frozenset()):
            yield f"{move.before} to {move.after} by {move.cause} is no move of the table"
        if not move.why.strip():
            yield f"{move.before} to {move.after} by {move.cause} is not explained"
        at = move.after
    if at is not after:
        yield f"stands as {after}, and its moves end at {at}"


def misplaced(lead: Lead, handoffs: Sequence[Handoff]) -> Iterator[str]:
    """Handoffs are numbered from 1, one is open at most, and it is with a rep or in a visible queue with the cause."""
    if [each.number for each in handoffs] != list(range(1, len(handoffs) + 1)):
        yield f"its handoffs are numbered {[each.number for each in handoffs]}"
    still = [each for each in handoffs if each.is_open]
    if len(still) > 1:
        yield f"{len(still)} handoffs are open at once"
    if still:
        yield from _misplaced_in(lead, still[-1])
    elif lead.stage in HANDED_OVER and handoffs:
        yield f"is {lead.stage} and no handoff is open"
    yield from (f"handoff {each.number} has ended and its clock runs" for each in handoffs if _runs_on(each))


def _runs_on(handoff: Handoff) -> bool:
    return not handoff.is_open and (handoff.touch_due_at, handoff.outcome_due_at) != (None, None)


def _misplaced_in(lead: Lead, handoff: Handoff) -> Iterator[str]:
    if (handoff.owner is None) is (handoff.queue is None):
        yield f"is with {handoff.owner} and in queue {handoff.queue}"
    if (handoff.queue is None) is not (not (handoff.queue_cause or "").strip()):
        yield f"is in queue {handoff.queue} because of {handoff.queue_cause!r}"
    if handoff.owner is None and (handoff.touch_due_at, handoff.outcome_due_at) != (None, None):
        yield "waits in a queue and a clock runs"
    if lead.stage not in HANDED_OVER or (lead.stage is Stage.MQL) is not (handoff.owner is None):
        yield f"is {lead.stage} while its handoff is with {handoff.owner or handoff.queue}"
    if lead.owner != handoff.owner:
        yield f"belongs to {lead.owner} and its handoff to {handoff.owner}"


def repeated(handoff: Handoff) -> Iterator[str]:
    """A clock's step, a task or an answer that was noted twice."""
    counted = Counter(handoff.steps)
    yield from (f"handoff {handoff.number}: {step} {times} times" for step, times in counted.items() if times > 1)


def repeated_effects(intents: Iterable[Intent]) -> Iterator[str]:
    """Create-once effects of one lead of which another one has the key."""
    counted = Counter((each.handoff, each.kind, each.step) for each in intents)
    yield from (f"{kind} {step} of handoff {number} twice" for (number, kind, step), n in counted.items() if n > 1)


def wrongly_listed(lead: Lead, lists: Set[str], rules: LifecycleRules, *, opted_out: bool) -> Iterator[str]:
    """With sales iff sales has them, on a reason's list iff they rest under it, on none that is written to after an
    opt-out."""
    judged = {rules.with_sales_list, *(road.list for road in rules.outcomes.values() if road.list)}
    wanted = _wanted_list(lead, lists, rules, opted_out=opted_out) - set(lead.left_lists)
    for name in sorted((lists & judged) - wanted):
        yield f"is on {name} as {lead.stage}"
    for name in sorted(wanted - lists):
        yield f"is missing on {name} as {lead.stage}"
    for name in sorted(lists & set(rules.nurture_lists())) if opted_out else ():
        yield f"is on {name} and has opted out"
    if opted_out and lead.stage is Stage.RECYCLED and lead.nurture_withheld is None:
        yield "rests after an opt-out and nothing says that nurture is withheld"


def _wanted_list(lead: Lead, lists: Set[str], rules: LifecycleRules, *, opted_out: bool) -> set[str]:
    if lead.stage in MARKETING_KEEPS_QUIET:
        return {rules.with_sales_list}
    if lead.stage is not Stage.RECYCLED or lead.recycled_as is None or opted_out:
        return set()
    if lead.recycled_as == Outcome.LOST:
        return _one_of_the_lost(lists, rules)
    road = rules.outcomes.get(Outcome(lead.recycled_as)) or rules.outcomes.get(Outcome.NOT_NOW)
    return {road.list} if road is not None and road.list is not None else set()


def _one_of_the_lost(lists: Set[str], rules: LifecycleRules) -> set[str]:
    """That of the deal's own reason, which nobody here knows, or that of all lost deals; never two."""
    road = rules.outcomes.get(Outcome.LOST)
    if road is None:
        return set()
    of_reasons = {each.list for each in road.reasons.values() if each.list} & lists
    found = of_reasons or {road.list or ""} - {""}
    return set(sorted(found)[:1])


def roads(lead: Lead, handoff: Handoff | None, *, lists: Set[str], missing: bool) -> list[str]:
    """Which of law 5's roads a rejected lead stands on: (a) another rep or the queue, (b) data, (c) rest, (d) out.

    `missing`: both systems show what is to be filled in.
    """
    waiting = handoff.queue if handoff is not None else None
    rests = lead.nurture_withheld == "opted_out" or bool(lists) or bool(lead.left_lists)
    found = {
        "a": handoff is not None
        and lead.stage in {Stage.MQL, Stage.ASSIGNED}
        and (handoff.owner is not None or waiting is Queue.UNASSIGNED),
        "b": handoff is not None
        and lead.stage is Stage.MQL
        and waiting is Queue.NEEDS_DATA
        and handoff.touch_due_at is None
        and missing,
        "c": lead.stage is Stage.RECYCLED and rests,
        "d": lead.stage is Stage.DISQUALIFIED and not lists,
    }
    return [name for name, holds in found.items() if holds]


def overstayed(
    lead: Lead, rules: LifecycleRules, *, now: datetime, has_open_deal: bool, given_at: datetime | None = None
) -> Iterator[str]:
    """Longer in its stage than it may be, and neither a return date nor an open deal says why.

    `given_at`: when its rep got it, who has the whole time for it though another one had it before.
    """
    days = rules.stay_days(lead.stage)
    if days is None:
        return
    since = max(lead.stage_since, given_at or lead.stage_since)
    until = max(since + timedelta(days=days), lead.return_at or lead.stage_since)
    if now > until + PATIENCE and not (lead.stage is Stage.OPPORTUNITY and has_open_deal):
        yield f"is {lead.stage} since {lead.stage_since:%Y-%m-%d}, {days} days at most"


@dataclass(slots=True)
class Turns:
    """Whose turn it was in one pool. As long as the same reps are eligible, nobody is more than one round ahead.

    Nothing is made up for later: with other reps eligible the count begins anew.
    """

    weights: Mapping[str, int]
    eligible: frozenset[str] = frozenset()
    given: Counter[str] = field(default_factory=Counter)
    widest: Fraction = Fraction(0)
    """The most that ever lay between two reps of one group, in rounds."""
    turns: int = 0
    longest: int = 0
    """The longest stretch of turns with the same reps eligible."""

    def give(self, chosen: str, eligible: frozenset[str]) -> Iterator[str]:
        """Count a turn; yields what was unfair about it."""
        if chosen not in eligible:
            yield f"{chosen} got a turn and could not have it"
            return
        if eligible != self.eligible:
            self.eligible, self.given = eligible, Counter()
        self.given[chosen] += 1
        self.turns += 1
        self.longest = max(self.longest, self.given.total())
        spread = self.spread
        self.widest = max(self.widest, spread)
        if spread > 1:
            yield f"{spread} rounds lie between reps who stood in the same pool all the while: {dict(self.given)}"

    @property
    def spread(self) -> Fraction:
        """max − min over the eligible, by weight."""
        shares = [Fraction(self.given[who], self.weights[who]) for who in self.eligible]
        return max(shares, default=Fraction(0)) - min(shares, default=Fraction(0))
