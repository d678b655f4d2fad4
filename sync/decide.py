"""Decide about every lead that is due, in order, and save each batch in one transaction.

A pure fold over (due, lead id) with the routing state as accumulator. What the guard holds back is
not decided at all: the lead keeps its stage and waits in a frozen set.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from config.settings import Settings
from domain.decision import BlastClass
from domain.values import LeadId
from handoff.routing import RoutingState
from store import handoffs, leads
from store.engine import Tx
from sync import guard
from sync.conclude import Conclusion, conclude
from sync.loop import InForce, Loop
from sync.material import Material, Users, gather, users
from sync.save import save_conclusions

log = structlog.get_logger(__name__)

BATCH = 500


@dataclass(slots=True)
class Decided:
    """What a pass decided: leads looked at, and what of it moved."""

    leads: int = 0
    transitions: int = 0
    handoffs: int = 0
    held: int = 0
    failed: int = 0
    rescored: int = 0


@dataclass(slots=True)
class Verdicts:
    """One batch, split into what is saved and what is held."""

    saved: list[Conclusion] = field(default_factory=list)
    held: dict[str, list[Conclusion]] = field(default_factory=dict)
    failed: list[tuple[LeadId, str]] = field(default_factory=list)


def decide_due(loop: Loop, *, now: datetime) -> Decided:
    """Work off every due lead; stops when none is left."""
    decided = Decided()
    with loop.store.write(loop.epoch) as tx:
        people = users(tx, loop.in_force(tx).mapping)
        guard.release_backlog(tx, loop.settings, reps=_active_reps(people), now=now)
    while True:
        with loop.store.write(loop.epoch) as tx:
            ids = leads.due(tx, now=now, limit=BATCH)
            if not ids:
                return decided
            _decide_batch(tx, loop, ids, decided, now=now)
            loop.reached("decide.before_commit")
        loop.reached("decide.committed")


def _decide_batch(tx: Tx, loop: Loop, ids: Sequence[LeadId], decided: Decided, *, now: datetime) -> None:
    rules = loop.in_force(tx)
    people = users(tx, rules.mapping)
    state = RoutingState.from_json(handoffs.routing_state(tx))
    pilots = pilots_of(rules, loop.settings)
    room = guard.room_left(tx, loop.settings, active_reps=_active_reps(people), now=now, pilots=pilots)
    materials = gather(tx, ids, rules.mapping, people, now=now)
    verdicts, state = fold(materials, rules, state, people, room, now=now, at=loop.reached)
    save_conclusions(tx, verdicts.saved, rules, now=now)
    handoffs.save_routing_state(tx, state.to_json())
    for name, conclusions in verdicts.held.items():
        guard.hold(tx, name, conclusions, now=now)
    _park_failed(tx, verdicts.failed, now=now)
    leads.clear_due(tx, set(ids) - {each.lead_id for each in verdicts.saved}, now=now)
    guard.book(tx, verdicts.saved, now=now)
    guard.use_up(tx, verdicts.saved, now=now)
    _count(decided, ids, verdicts)


def fold(
    materials: Sequence[Material],
    rules: InForce,
    state: RoutingState,
    people: Users,
    room: "guard.Room",
    *,
    now: datetime,
    at: Callable[[str], None],
) -> tuple[Verdicts, RoutingState]:
    """Conclude lead by lead; a lead whose rules fail is set aside and the others go on."""
    verdicts = Verdicts()
    for material in materials:
        at("decide.computing")
        try:
            conclusion, after = conclude(material, rules, state, people, now=now)
        except Exception as error:  # noqa: BLE001 - the bulkhead of design.md 7: one poisoned lead stops no other
            log.error("lead_not_decided", lead=material.lead.id, error=type(error).__name__)  # noqa: TRY400 - no locals
            verdicts.failed.append((material.lead.id, f"{type(error).__name__}: {error}"))
            continue
        reason = room.refuses(conclusion, approved=material.approved, rule_hash=rules.hash)
        if reason is None:
            verdicts.saved.append(conclusion)
            state = after
        elif reason.keeps_decision:
            verdicts.saved.append(conclusion)
            verdicts.held.setdefault(reason.set_name, []).append(conclusion)
            state = after
        else:
            verdicts.held.setdefault(reason.set_name, []).append(conclusion)
    return verdicts, state


def pilots_of(rules: InForce, settings: Settings) -> frozenset[str]:
    """The reps of the teams that take part in the pilot."""
    teams = set(settings.pilot_teams)
    pools = (pool for pool in rules.rules.routing.pools if pool.team in teams)
    return frozenset(member.email for pool in pools for member in pool.members)


def _active_reps(people: Users) -> int:
    return sum(1 for rep in people.reps.values() if rep.active)


def _park_failed(tx: Tx, failed: Sequence[tuple[LeadId, str]], *, now: datetime) -> None:
    for lead, message in failed:
        leads.fail(tx, lead, message, now=now)


def _count(decided: Decided, ids: Sequence[LeadId], verdicts: Verdicts) -> None:
    decided.leads += len(ids)
    decided.failed += len(verdicts.failed)
    decided.held += sum(len(each) for each in verdicts.held.values())
    for conclusion in verdicts.saved:
        decided.transitions += len(conclusion.decision.transitions)
        decided.handoffs += conclusion.decision.blast is BlastClass.HANDOFF
        decided.rescored += 1
