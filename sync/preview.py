"""What the next run would do, worked out from the store as it is and saved nowhere."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from config.settings import Settings
from domain.decision import Intent, Membership
from domain.misfit import DECIDED, Blocked, BlockedTally, Misfit
from domain.radius import HeldWrite, RadiusUse
from domain.rule_problem import RuleProblem
from domain.run import GoLive
from domain.stage import Cause, Transition
from domain.values import LeadId
from handoff.routing import RoutingState
from store import conflicts, handoffs, held, heldwrites, intents, leads, misfits
from store.engine import Tx
from store.outbox import OutboxDraft
from sync import guard, radius, untold
from sync.classes import Unsaved
from sync.colleagues import name_colleagues
from sync.conclude import Conclusion
from sync.decide import active_reps, fold, pilots_of
from sync.firstday import step_now
from sync.loop import InForce, nothing_reached
from sync.material import Material, Users, gather, users
from sync.outgoing import owned, wanted_of
from sync.plan import outgoing_of
from sync.radius import Gate
from sync.save import creations
from sync.spending import Purse
from sync.turns import Turns, between
from sync.wanted import Wanted, limited

BATCH = 500
VALID = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLead:
    """One lead's part of a plan. `conclusion` is None where only an earlier decision waits to be written."""

    lead_id: LeadId
    revision: int
    valid_until: datetime
    conclusion: Conclusion | None
    changes: tuple[OutboxDraft, ...]
    misfits: tuple[Misfit, ...] = ()
    """What of it would be refused, so that it stays at home."""
    held: tuple[tuple[str, HeldWrite], ...] = ()
    """Fields that wait in a held set, with its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A plan: leads with something to do, and those that the guard would hold, by set."""

    as_of: datetime
    leads: tuple[PlannedLead, ...]
    held: Mapping[str, tuple[LeadId, ...]]
    routing: Mapping[LeadId, Turns]
    """What the decisions of these leads do to turns and desks, so that applying some of them does just that."""
    blocked: tuple[Blocked, ...] = ()
    """What stays at home, of every lead, if this is what the next run does."""
    waiting: Mapping[str, frozenset[LeadId]] = field(default_factory=dict)
    """Who waits for a person's word after this run, by set, those of earlier runs included."""
    conflicts: Mapping[str, frozenset[LeadId]] = field(default_factory=dict)
    """Property → the leads about which a person has to decide it after this run."""
    unjudged: Mapping[RuleProblem, frozenset[LeadId]] = field(default_factory=dict)
    """Whom a rule cannot be told about after this run."""
    known: int = 0
    """All leads there are."""
    radius: tuple[RadiusUse, ...] = ()
    """What it takes of the limits of 24 hours."""


def preview(tx: Tx, settings: Settings, rules: InForce, *, now: datetime) -> Preview:
    """Fold over everything due, then plan those leads and the ones that wait for a write."""
    people = users(tx, rules.mapping)
    active = active_reps(rules, people)
    pilots = pilots_of(rules, settings)
    limits = guard.limits_of(tx, settings, active_reps=active, now=now)
    room = guard.room_within(tx, settings, limits, pilots=pilots, now=now)
    gate = radius.gate(tx, settings, rules, now=now)
    purse = Purse.of(limits, room, gate.scales)
    folded = _Fold(state=RoutingState.from_json(handoffs.routing_state(tx)))
    planned: list[PlannedLead] = []
    step = step_now(tx, settings.go_live)
    due = leads.due(tx, now=now, limit=None)
    for batch in _batches(due):
        materials = gather(tx, batch, rules.mapping, people, now=now, lifecycle=rules.lifecycle)
        concluded = folded.over(materials, rules, people, room, now=now)
        concluded = name_colleagues(tx, concluded, materials, rules.mapping, people)
        planned += _plan_concluded(tx, concluded, rules, people, step=step, now=now)
    decided = set(due)
    waiting = [lead for lead in leads.plan_due(tx, limit=None) if lead not in decided]
    for batch in _batches(waiting):
        planned += [_planned(wanted, None, rules, people, step=step, now=now) for wanted in wanted_of(tx, batch, rules)]
    planned = _judged(tx, planned, gate, now=now)
    return Preview(
        as_of=now,
        leads=tuple(each for each in planned if each.changes or each.misfits or each.held or _decides(each.conclusion)),
        held={name: tuple(ids) for name, ids in folded.held.items()},
        routing=folded.turns,
        blocked=_blocked(tx, planned),
        waiting=_waiting(tx, folded.held, planned),
        conflicts=_undecided(tx, planned),
        unjudged=untold.after(tx, _concluded(planned), rule_hash=rules.hash),
        known=leads.count(tx),
        radius=purse.spent(room, gate.scales),
    )


def _concluded(planned: Sequence[PlannedLead]) -> Iterator[Conclusion]:
    return (each.conclusion for each in planned if each.conclusion is not None)


def _judged(tx: Tx, planned: Sequence[PlannedLead], gate: Gate, *, now: datetime) -> list[PlannedLead]:
    """The plan without the fields that the blast radius holds back."""
    plans = {each.lead_id: each.changes for each in planned if each.changes}
    decisions = [each.conclusion.decision for each in planned if each.conclusion is not None]
    unsaved = Unsaved(
        at=now,
        decided=frozenset(one.lead.id for one in decisions if one.assignment is not None or _moves(one.transitions)),
        raised=frozenset(one.lead.id for one in decisions if any(h.is_open and h.hand_raise for h in one.handoffs)),
    )
    found = radius.preview(tx, gate, plans, unsaved, now=now)
    return [
        replace(each, changes=found[each.lead_id].changes, held=found[each.lead_id].held)
        if each.lead_id in found
        else each
        for each in planned
    ]


def _moves(transitions: Sequence[Transition]) -> bool:
    return any(move.cause is not Cause.BASELINE for move in transitions)


def _waiting(
    tx: Tx, held_now: Mapping[str, Sequence[LeadId]], planned: Sequence[PlannedLead]
) -> dict[str, frozenset[LeadId]]:
    found: dict[str, set[LeadId]] = {}
    waits = {entry.lead_id for entry in held.open_entries(tx)}
    for entry in held.open_entries(tx):
        found.setdefault(entry.set_name, set()).add(entry.lead_id)
    for name, ids in held_now.items():
        found.setdefault(name, set()).update(lead for lead in ids if lead not in waits)
    for name, waiting in heldwrites.waiting_leads(tx).items():
        found.setdefault(name, set()).update(waiting)
    for each in planned:
        for name, _ in each.held:
            found.setdefault(name, set()).add(each.lead_id)
    return {name: frozenset(ids) for name, ids in found.items() if ids}


def _blocked(tx: Tx, planned: Sequence[PlannedLead]) -> tuple[Blocked, ...]:
    """What is known to stay at home, with these leads as they are planned now."""
    tally = BlockedTally()
    tally.keep(misfits.blocked(tx))
    by_lead = {each.lead_id: each for each in planned}
    for lead, before in misfits.of_leads(tx, by_lead).items():
        decided = by_lead[lead].conclusion is not None
        tally.drop(one for one in before if decided or one.why not in DECIDED)
    for each in planned:
        tally.add(each.misfits)
        tally.add(each.conclusion.unread if each.conclusion is not None else ())
    return tally.blocked()


def _undecided(tx: Tx, planned: Sequence[PlannedLead]) -> dict[str, frozenset[LeadId]]:
    """What is known to be undecided, with these leads as they are concluded now."""
    concluded = {each.lead_id: each.conclusion.conflicts for each in planned if each.conclusion is not None}
    found = {name: ids - concluded.keys() for name, ids in conflicts.leads_by_property(tx).items()}
    for lead, several in concluded.items():
        for one in several:
            found.setdefault(one.property, set()).add(lead)
    return {name: frozenset(ids) for name, ids in sorted(found.items()) if ids}


@dataclass(slots=True, kw_only=True)
class _Fold:
    """The fold over due leads, one by one, so that what each does to turns and desks can be told apart."""

    state: RoutingState
    turns: dict[LeadId, Turns] = field(default_factory=dict)
    held: dict[str, list[LeadId]] = field(default_factory=dict)

    def over(
        self, materials: Sequence[Material], rules: InForce, people: Users, room: guard.Room, *, now: datetime
    ) -> list[Conclusion]:
        saved: list[Conclusion] = []
        for material in materials:
            verdicts, after = fold([material], rules, self.state, people, room, now=now, at=nothing_reached)
            if after != self.state:
                self.turns[material.lead.id] = between(self.state, after)
                self.state = after
            for name in verdicts.held:
                self.held.setdefault(name, []).append(material.lead.id)
            saved += verdicts.saved
        return saved


def _batches(ids: Sequence[LeadId]) -> list[Sequence[LeadId]]:
    return [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]


def _decides(conclusion: Conclusion | None) -> bool:
    return conclusion is not None and bool(conclusion.decision.transitions or conclusion.decision.intents)


def _plan_concluded(
    tx: Tx, conclusions: Sequence[Conclusion], rules: InForce, people: Users, *, step: GoLive, now: datetime
) -> list[PlannedLead]:
    by_lead = {each.lead_id: each for each in conclusions}
    to_create = {lead for lead, each in by_lead.items() if creations(each)}
    return [
        _planned(
            _as_concluded(wanted, by_lead[wanted.lead_id], rules),
            by_lead[wanted.lead_id],
            rules,
            people,
            step=step,
            now=now,
        )
        for wanted in wanted_of(tx, list(by_lead), rules, to_create=to_create)
    ]


def _planned(
    wanted: Wanted, conclusion: Conclusion | None, rules: InForce, people: Users, *, step: GoLive, now: datetime
) -> PlannedLead:
    wake_at = conclusion.decision.wake_at if conclusion is not None else None
    outgoing = outgoing_of(limited(wanted, step, rules), rules, people)
    return PlannedLead(
        lead_id=wanted.lead_id,
        revision=wanted.revision,
        valid_until=min(now + VALID, wake_at) if wake_at is not None and wake_at > now else now + VALID,
        conclusion=_as_kept(conclusion),
        changes=outgoing.drafts,
        misfits=outgoing.misfits,
    )


def _as_kept(conclusion: Conclusion | None) -> Conclusion | None:
    """Without wishes that stand in the store already: they are most of a plan, and applying it saves none of them."""
    return conclusion if conclusion is None or conclusion.rewish else replace(conclusion, desired=())


def _as_concluded(wanted: Wanted, conclusion: Conclusion, rules: InForce) -> Wanted:
    """What would be wanted if this conclusion had been saved."""
    known = {key for key, _ in wanted.intents}
    new = {
        intents.intent_key(wanted.lead_key, intent): intent
        for intent in (*conclusion.decision.intents, *creations(conclusion))
    }
    ours = owned(conclusion.desired, conclusion.decision.lead, rules)
    return replace(
        wanted,
        desired=conclusion.desired,
        closed=conclusion.closed,
        memberships=_memberships(wanted, conclusion, rules),
        intents=_with_new(wanted.intents, {key: intent for key, intent in new.items() if key not in known}),
        values={**wanted.values, **conclusion.facts, **ours},
    )


def _with_new(known: Sequence[tuple[str, Intent]], new: Mapping[str, Intent]) -> tuple[tuple[str, Intent], ...]:
    return tuple(sorted([*known, *new.items()], key=lambda row: row[0]))


def _memberships(
    wanted: Wanted, conclusion: Conclusion, rules: InForce
) -> tuple[tuple[str, Membership, bool | None], ...]:
    keepers = [name for name, system in rules.mapping.systems.items() if system.lists]
    rows = {(connection, entry.list): (connection, entry, shown) for connection, entry, shown in wanted.memberships}
    for connection in keepers:
        for entry in conclusion.decision.memberships:
            before = rows.get((connection, entry.list))
            rows[(connection, entry.list)] = (connection, entry, before[2] if before else None)
    return tuple(rows.values())
