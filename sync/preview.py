"""What the next run would do, worked out from the store as it is and saved nowhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from config.settings import Settings
from domain.decision import Intent, Membership
from domain.run import GoLive
from domain.values import LeadId
from handoff.routing import RoutingState
from store import handoffs, intents, leads
from store.engine import Tx
from store.outbox import OutboxDraft
from sync import guard
from sync.conclude import Conclusion
from sync.decide import active_reps, fold, pilots_of
from sync.firstday import step_now
from sync.loop import InForce, nothing_reached
from sync.material import Material, Users, gather, users
from sync.outgoing import owned, wanted_of
from sync.plan import Wanted, changes_of, limited
from sync.save import creations
from sync.turns import Turns, between

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A plan: leads with something to do, and those that the guard would hold, by set."""

    as_of: datetime
    leads: tuple[PlannedLead, ...]
    held: Mapping[str, tuple[LeadId, ...]]
    routing: Mapping[LeadId, Turns]
    """What the decisions of these leads do to turns and desks, so that applying some of them does just that."""


def preview(tx: Tx, settings: Settings, rules: InForce, *, now: datetime) -> Preview:
    """Fold over everything due, then plan those leads and the ones that wait for a write."""
    people = users(tx, rules.mapping)
    active = active_reps(rules, people)
    pilots = pilots_of(rules, settings)
    room = guard.room_left(tx, settings, active_reps=active, now=now, pilots=pilots)
    folded = _Fold(state=RoutingState.from_json(handoffs.routing_state(tx)))
    planned: list[PlannedLead] = []
    step = step_now(tx, settings.go_live)
    due = leads.due(tx, now=now, limit=None)
    for batch in _batches(due):
        materials = gather(tx, batch, rules.mapping, people, now=now)
        concluded = folded.over(materials, rules, people, room, now=now)
        planned += _plan_concluded(tx, concluded, rules, people, step=step, now=now)
    decided = set(due)
    waiting = [lead for lead in leads.plan_due(tx, limit=None) if lead not in decided]
    for batch in _batches(waiting):
        planned += [_planned(wanted, None, rules, people, step=step, now=now) for wanted in wanted_of(tx, batch, rules)]
    return Preview(
        as_of=now,
        leads=tuple(each for each in planned if each.changes or _decides(each.conclusion)),
        held={name: tuple(ids) for name, ids in folded.held.items()},
        routing=folded.turns,
    )


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
    to_create = {lead for lead, each in by_lead.items() if creations(each, rules)}
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
    return PlannedLead(
        lead_id=wanted.lead_id,
        revision=wanted.revision,
        valid_until=min(now + VALID, wake_at) if wake_at is not None and wake_at > now else now + VALID,
        conclusion=conclusion,
        changes=changes_of(limited(wanted, step), rules, people),
    )


def _as_concluded(wanted: Wanted, conclusion: Conclusion, rules: InForce) -> Wanted:
    """What would be wanted if this conclusion had been saved."""
    known = {key for key, _ in wanted.intents}
    new = {
        intents.intent_key(wanted.lead_key, intent): intent
        for intent in (*conclusion.decision.intents, *creations(conclusion, rules))
    }
    ours = owned(conclusion.desired, conclusion.decision.lead, rules)
    return replace(
        wanted,
        desired=conclusion.desired,
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
