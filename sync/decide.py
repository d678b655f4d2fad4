"""Decide about every lead that is due, in order, and save each batch in one transaction.

A pure fold over (due, lead id) with the routing state as accumulator. What the guard holds back is not
decided: the lead waits in a frozen set, and everything else about it is concluded and saved without that.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

import structlog

from config.settings import Settings
from domain.decision import BlastClass
from domain.errors import DecisionError
from domain.values import LeadId
from handoff.routing import RoutingState
from store import coverage, handoffs, head_count, leads, ledger
from store.engine import Tx
from sync import guard
from sync.colleagues import name_colleagues
from sync.conclude import Conclusion, conclude
from sync.firstday import is_deaf
from sync.loop import InForce, Loop
from sync.material import Material, Users, gather, users
from sync.save import save_conclusions
from sync.watching import watch

log = structlog.get_logger(__name__)

BATCH = 500
ACTIVITIES = 20_000
"""A batch has fewer leads where they did more than this together: some 30 MB, however long people's histories are."""

T = TypeVar("T")


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
    """One batch: what is saved, and what by set was refused or is listed; a lead may be in both."""

    saved: list[Conclusion] = field(default_factory=list)
    held: dict[str, list[Conclusion]] = field(default_factory=dict)
    failed: list[tuple[LeadId, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What stays the same from batch to batch, unless other rules are published meanwhile."""

    rules: InForce
    people: Users
    limits: guard.Limits
    pilots: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Leads that were decided in one transaction."""

    current: Pass
    ids: Sequence[LeadId]
    verdicts: Verdicts


def decide_due(loop: Loop, *, now: datetime) -> Decided:
    """Work off every due lead; stops when none is left."""
    decided = Decided()
    with loop.store.read() as tx:
        if is_deaf(tx):
            return decided
    with loop.store.write(loop.epoch) as tx:
        head_count.recount(tx, now=now)
        current = _begin(tx, loop, now=now)
        coverage.recount(tx, current.people.reps, now=now)
        reps = active_reps(current.rules, current.people)
        guard.release_backlog(tx, loop.settings, reps=reps, now=now, pilots=current.pilots)
    while (batch := loop.store.transact(partial(_decide_next, loop, current, now=now), loop.epoch)) is not None:
        current = batch.current
        _count(decided, batch)
        loop.reached("decide.committed")
    return decided


def _decide_next(loop: Loop, current: Pass, tx: Tx, *, now: datetime) -> Batch | None:
    """None when nobody is due any more. Done again after a deadlock: readers and writers touch the same leads."""
    ids = ledger.first_within(tx, leads.due(tx, now=now, limit=BATCH), ACTIVITIES)
    if not ids:
        return None
    if loop.in_force(tx) is not current.rules:
        current = _begin(tx, loop, now=now)
    verdicts = _decide_batch(tx, loop, current, ids, now=now)
    loop.reached("decide.before_commit")
    return Batch(current=current, ids=ids, verdicts=verdicts)


def _begin(tx: Tx, loop: Loop, *, now: datetime) -> Pass:
    rules = loop.in_force(tx)
    people = users(tx, rules.mapping)
    limits = guard.limits_of(tx, loop.settings, active_reps=active_reps(rules, people), now=now)
    return Pass(rules=rules, people=people, limits=limits, pilots=pilots_of(rules, loop.settings))


def _decide_batch(tx: Tx, loop: Loop, current: Pass, ids: Sequence[LeadId], *, now: datetime) -> Verdicts:
    rules, people = current.rules, current.people
    state = RoutingState.from_json(handoffs.routing_state(tx))
    room = guard.room_within(tx, loop.settings, current.limits, pilots=current.pilots, now=now, ids=ids)
    materials = gather(tx, ids, rules.mapping, people, now=now, lifecycle=rules.lifecycle)
    verdicts, state = fold(materials, rules, state, people, room, now=now, at=loop.reached)
    saved = name_colleagues(tx, verdicts.saved, materials, rules.mapping, people)
    save_conclusions(tx, saved, rules, notices=loop.settings.notices, now=now)
    handoffs.save_routing_state(tx, state.to_json())
    watch(tx, room, materials, saved=verdicts.saved, held=verdicts.held, rules=rules, now=now)
    for name, conclusions in verdicts.held.items():
        guard.hold(tx, name, conclusions, now=now)
    _park_failed(tx, verdicts.failed, now=now)
    leads.clear_due(tx, set(ids) - {each.lead_id for each in verdicts.saved}, now=now)
    guard.book(tx, verdicts.saved, now=now)
    guard.use_up(tx, verdicts.saved, now=now)
    return verdicts


def fold(
    materials: Sequence[Material],
    rules: InForce,
    state: RoutingState,
    people: Users,
    room: guard.Room,
    *,
    now: datetime,
    at: Callable[[str], None],
) -> tuple[Verdicts, RoutingState]:
    """Conclude lead by lead; a lead whose rules fail is set aside and the others go on."""
    verdicts = Verdicts()
    for material in materials:
        at("decide.computing")
        settled = alone(material.lead.id, partial(_settle, material, rules, state, people, room, now=now))
        if isinstance(settled, str):
            verdicts.failed.append((material.lead.id, settled))
            continue
        state = settled.state
        verdicts.saved.append(settled.saved)
        if settled.set_name is not None:
            verdicts.held.setdefault(settled.set_name, []).append(settled.wished)
    return verdicts, state


def alone(lead: LeadId, work: Callable[[], T]) -> T | str:
    """The bulkhead of design.md 7: one poisoned lead stops no other. What failed comes back in words."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001
        log.error("lead_not_decided", lead=lead, error=type(error).__name__)  # noqa: TRY400 - no locals
        return f"{type(error).__name__}: {error}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """One lead: what was concluded at first, what of that is saved, and where the lead is listed or held."""

    wished: Conclusion
    saved: Conclusion
    state: RoutingState
    set_name: str | None


def _settle(
    material: Material, rules: InForce, state: RoutingState, people: Users, room: guard.Room, *, now: datetime
) -> Settled:
    """Conclude, and once more without what the guard refuses: that leaves nothing behind, no rep's turn either.

    What an approved set was to take away is decided as it was then: the reason may have been news only of a lead
    that was new.
    """
    if material.approved and room.about_taking_away(material.lead.id):
        material = replace(material, is_new=True)
    wished, after = conclude(material, rules, state, people, now=now)
    admission = room.admit(wished, material, rule_hash=rules.hash)
    saved = wished if admission.allowance is None else replace(wished, allowance=admission.allowance)
    if not admission.passes:
        saved, after = conclude(material, rules, state, people, now=now, held=True)
        if saved.decision.blast is not None:
            raise DecisionError(f"lead {material.lead.id} is held and would be moved all the same")
    return Settled(wished=wished, saved=saved, state=after, set_name=admission.set_name)


def pilots_of(rules: InForce, settings: Settings) -> frozenset[str]:
    """The reps of the teams that take part in the pilot, by their addresses in small letters."""
    teams = set(settings.pilot_teams)
    pools = (pool for pool in rules.rules.routing.pools if pool.team in teams)
    return frozenset(member.email.casefold() for pool in pools for member in pool.members)


def active_reps(rules: InForce, people: Users) -> int:
    """How many get leads: active members of the pools. A CRM has more users than that, and none of those makes room."""
    members = {member.email.casefold() for pool in rules.rules.routing.pools for member in pool.members}
    return sum(1 for email, rep in people.reps.items() if rep.active and email in members)


def _park_failed(tx: Tx, failed: Sequence[tuple[LeadId, str]], *, now: datetime) -> None:
    for lead, message in failed:
        leads.fail(tx, lead, message, now=now)


def _count(decided: Decided, batch: Batch) -> None:
    verdicts = batch.verdicts
    decided.leads += len(batch.ids)
    decided.failed += len(verdicts.failed)
    decided.held += sum(len(each) for each in verdicts.held.values())
    for conclusion in verdicts.saved:
        decided.transitions += len(conclusion.decision.transitions)
        decided.handoffs += conclusion.decision.blast is BlastClass.HANDOFF
        decided.rescored += 1
