"""Tries rules on the leads there are and saves nothing: every lead is concluded under those in force and under others.

Both at the same moment and with nothing left to be handed off, as publishing arms everybody anew: what differs then
comes from the rules alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from domain.effect import Effect, TeamEffect
from domain.values import LeadId
from handoff.routing import RoutingState
from store import handoffs, leads
from store.engine import Tx
from sync.conclude import Conclusion, conclude
from sync.decide import alone
from sync.loop import InForce
from sync.material import Material, Users, gather, users

BATCH = 500
SAMPLE = 1_000
"""How many leads are looked at unless all are asked for: some seconds."""

Concluded = Mapping[LeadId, Conclusion | None]
"""None where the rules failed."""


def effect_of(tx: Tx, before: InForce, after: InForce, *, now: datetime, most: int | None = SAMPLE) -> Effect:
    """What `after` would change, on every lead or on `most` of them spread evenly over all."""
    ids = leads.spread(tx, most)
    found = Effect(total=leads.count(tx), looked_at=len(ids))
    state = RoutingState.from_json(handoffs.routing_state(tx))
    teams = _teams(after)
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        ours, theirs = (_concluded(tx, some, rules, state, now=now) for rules in (before, after))
        for lead in some:
            _compare(found, ours.get(lead), theirs.get(lead), teams)
    return found


def _concluded(tx: Tx, ids: Sequence[LeadId], rules: InForce, state: RoutingState, *, now: datetime) -> Concluded:
    people = users(tx, rules.mapping)
    materials = gather(tx, ids, rules.mapping, people, now=now, lifecycle=rules.lifecycle)
    return {each.lead.id: _conclude(each, rules, state, people, now=now) for each in materials}


def _conclude(
    material: Material, rules: InForce, state: RoutingState, people: Users, *, now: datetime
) -> Conclusion | None:
    armed = replace(material, lead=replace(material.lead, armed_at=now), approved=False)
    found = alone(material.lead.id, partial(conclude, armed, rules, state, people, now=now))
    return None if isinstance(found, str) else found[0]


def _compare(found: Effect, before: Conclusion | None, after: Conclusion | None, teams: Mapping[str, str]) -> None:
    if after is None or before is None:
        found.failed += after is None
        return
    was, now = before.decision.lead, after.decision.lead
    team = teams.get((was.owner or "").casefold())
    mine = found.teams.setdefault(team, TeamEffect()) if team is not None else TeamEffect()
    mine.leads += 1
    for counted in (found, mine):
        counted.up += after.score.shown > before.score.shown
        counted.down += after.score.shown < before.score.shown
        if after.score.band != before.score.band:
            counted.bands[before.score.band, after.score.band] += 1
    if now.stage is not was.stage:
        found.stages[was.stage.value, now.stage.value] += 1
    if after.decision.unarmed and not before.decision.unarmed:
        found.newly_above.append(after.lead_id)
    found.no_longer_above += before.decision.unarmed and not after.decision.unarmed
    _count_values(found, before, after)
    _count_conflicts(found, mine, before, after)
    was_out, is_out = ({(gate.connection, gate.way) for gate in each.closed} for each in (before, after))
    found.taken_out.update(is_out - was_out)
    found.let_in.update(was_out - is_out)
    for problem in after.problems:
        found.unjudged.setdefault(problem, set()).add(after.lead_id)


def _count_values(found: Effect, before: Conclusion, after: Conclusion) -> None:
    known = {(row.ref, row.field): row.value for row in before.desired}
    for row in after.desired:
        place = (row.ref, row.field)
        if place not in known or known[place] != row.value:
            found.values[row.ref.connection, row.ref.object, row.field] += 1


def _count_conflicts(found: Effect, mine: TeamEffect, before: Conclusion, after: Conclusion) -> None:
    was, now = ({each.property for each in one.conflicts} for one in (before, after))
    found.undecided.update(now - was)
    found.settled.update(was - now)
    mine.undecided += bool(now - was)
    mine.settled += bool(was - now)


def _teams(rules: InForce) -> dict[str, str]:
    """Rep → team, by the pools; a rep of several pools counts to the first."""
    found: dict[str, str] = {}
    for pool in rules.rules.routing.pools:
        for member in pool.members:
            found.setdefault(member.email.casefold(), pool.team)
    return found
