"""What has been decided so far about one lead: each step takes a draft and gives back the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from domain.decision import BlastClass, Intent, IntentKind
from domain.handoff import Assignment, Handoff, Outcome, Rep, StepTaken
from domain.lead import Lead
from domain.rule_problem import RuleProblem
from domain.stage import Cause, Stage, Transition
from domain.values import Value
from handoff.lifecycle import is_backwards, reached, transition
from handoff.rotation import RoutingState
from handoff.rulebook import Rulebook
from handoff.view import LeadView

_SEVERITY = (None, BlastClass.HANDOFF, BlastClass.DESTRUCTIVE)
_BY_US = frozenset({Cause.RULE, Cause.TIME})


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Whom a person set as the owner, in words too."""

    rep: Rep
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The lead, its open handoff and everything that is to happen, as they stand after the steps so far."""

    view: LeadView
    book: Rulebook
    reps: Mapping[str, Rep]
    now: datetime
    state: RoutingState
    lead: Lead
    handoff: Handoff | None
    closed: tuple[Handoff, ...] = ()
    transitions: tuple[Transition, ...] = ()
    assignment: Assignment | None = None
    intents: tuple[Intent, ...] = ()
    notes: tuple[str, ...] = ()
    blast: BlastClass | None = None
    hand_raise: bool = False
    rejected: bool = False
    """A rep's rejection was applied: nothing else they said at the same time counts against it."""
    problems: tuple[RuleProblem, ...] = ()
    """Rules that could not be told."""
    has_routed: bool = False
    """Whether the routing rules were asked."""
    named: Named | None = None
    """Whom a person made the owner together with an answer of whoever had the lead: where it goes on to."""
    taken: tuple[StepTaken, ...] = ()
    """The clock steps that came due."""

    @property
    def number(self) -> int | None:
        """The handoff that a move belongs to: the open one, else the one just closed."""
        if self.handoff is not None:
            return self.handoff.number
        return self.closed[-1].number if self.closed else None

    @property
    def next_number(self) -> int:
        known = [each.number for each in self.closed] + [self.view.next_number - 1]
        return max(known) + 1

    @property
    def latest(self) -> Handoff | None:
        """The open handoff, else the one that ended last."""
        ended = sorted((*self.view.past, *self.closed), key=lambda each: each.number)
        return self.handoff or (ended[-1] if ended else None)

    def move(self, after: Stage, cause: Cause, why: str) -> Self:
        """Change the stage as the transition table allows; nothing when it is that stage already."""
        before = self.lead.stage
        if before is after:
            return self
        moved = transition(
            self.lead.id,
            before,
            after,
            cause=cause,
            why=why,
            at=self.now,
            rule_hash=self.book.rule_hash,
            handoff=self.number,
        )
        destructive = cause in _BY_US and (is_backwards(before, after) or after is Stage.DISQUALIFIED)
        return replace(
            self,
            lead=replace(
                self.lead,
                stage=after,
                stage_since=self.now,
                reached=reached(self.lead.reached, before, after, cause=cause, at=self.now),
                set_aside_because=why if after is Stage.DISQUALIFIED else None,
            ),
            transitions=(*self.transitions, moved),
            blast=worse(self.blast, BlastClass.DESTRUCTIVE if destructive else None),
        )

    def close(self, outcome: Outcome | None, *, armed_at: datetime) -> Self:
        """End the open handoff, if there is one: what happened until `armed_at` is spent."""
        known = self.view.handoff
        floor = known.opened_at if known is not None else armed_at
        lead = replace(self.lead, armed_at=max(armed_at, floor, self.lead.armed_at))
        if self.handoff is None:
            return replace(self, lead=lead)
        ended = replace(
            self.handoff,
            outcome=outcome or self.handoff.outcome,
            closed_at=self.now,
            touch_due_at=None,
            outcome_due_at=None,
        )
        state = self.state.took(self.handoff.owner)
        return replace(self, lead=lead, handoff=None, closed=(*self.closed, ended), state=state)

    def intend(self, kind: IntentKind, step: str, payload: Mapping[str, Value]) -> Self:
        """Ask for a create-once effect under the open handoff, or under none (0): under one that just ended it would be
        out of date before it is told."""
        number = self.handoff.number if self.handoff is not None else 0
        intent = Intent(lead_id=self.lead.id, handoff=number, kind=kind, step=step, payload=payload)
        return replace(self, intents=(*self.intents, intent))

    def note(self, words: str) -> Self:
        return replace(self, notes=(*self.notes, words))

    def untold(self, problems: Sequence[RuleProblem]) -> Self:
        return replace(self, problems=(*self.problems, *problems)) if problems else self

    def on_handoff(self, handoff: Handoff) -> Self:
        return replace(self, handoff=handoff)

    def on_lead(self, lead: Lead) -> Self:
        return replace(self, lead=lead)


def worse(one: BlastClass | None, other: BlastClass | None) -> BlastClass | None:
    """The more dangerous of two classes."""
    return max(one, other, key=_SEVERITY.index)
