"""Carry out a plan: the decisions in the file, the writes in the file, nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce

from domain.errors import SettingsError
from domain.values import LeadId
from handoff.routing import RoutingState
from store import connections, handoffs, intents, leads, runs
from store.engine import Tx
from sync import guard
from sync.conclude import Conclusion
from sync.cycle import Tally, guarded
from sync.introduce import introduce
from sync.loop import InForce, Loop
from sync.outgoing import put
from sync.planfile import PlanFile
from sync.preview import PlannedLead
from sync.push import push
from sync.save import save_conclusions

BATCH = 500


@dataclass(slots=True)
class Applied:
    """What became of a plan: leads applied, and those skipped with the reason."""

    leads: int = 0
    changes: int = 0
    skipped: dict[LeadId, str] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)


def apply(loop: Loop, plan: PlanFile, *, now: datetime) -> Applied:
    """Persist and push; SettingsError refuses the whole file when rules or systems are others now."""
    applied = Applied()
    with loop.store.write(loop.epoch) as tx:
        _refuse_foreign(tx, plan, loop.in_force(tx))
        run_id = runs.start(tx, f"apply {plan.header.id}", now=now)
    for start in range(0, len(plan.leads), BATCH):
        with loop.store.write(loop.epoch) as tx:
            _apply_batch(tx, loop, plan, plan.leads[start : start + BATCH], applied, now=now, run_id=run_id)
    for name in loop.connections:

        def step(name: str = name) -> None:
            introduce(loop, name, now=now)
            applied.tally.pushed[name] = push(loop, name, now=now, run_id=run_id)

        guarded(loop, name, "push", applied.tally, step, now=now)
    with loop.store.write(loop.epoch) as tx:
        runs.finish(tx, run_id, now=now, counts=applied.tally.counts(), failures=applied.tally.failures)
    return applied


def accounts_of(tx: Tx) -> dict[str, str]:
    return {each.name: each.account_id or "" for each in connections.all(tx)}


def _refuse_foreign(tx: Tx, plan: PlanFile, rules: InForce) -> None:
    if plan.header.rule_hash != rules.hash:
        raise SettingsError(
            f"{plan.header.id} was made with rules {plan.header.rule_hash[:8]}, in force are {rules.hash[:8]}: "
            "make a new plan"
        )
    here: Mapping[str, str] = accounts_of(tx)
    other = sorted(name for name, account in plan.header.accounts.items() if here.get(name) != account)
    if other:
        raise SettingsError(f"{plan.header.id} was made for another org or portal behind {', '.join(other)}")


def _apply_batch(
    tx: Tx, loop: Loop, plan: PlanFile, planned: Sequence[PlannedLead], applied: Applied, *, now: datetime, run_id: int
) -> None:
    fit = _fit(tx, planned, applied, now=now)
    conclusions = [each.conclusion for each in fit if each.conclusion is not None]
    save_conclusions(tx, conclusions, loop.in_force(tx), now=now)
    _take_turns(tx, plan, [each.lead_id for each in conclusions])
    _hold(tx, plan, conclusions, now=now)
    guard.book(tx, conclusions, now=now)
    guard.use_up(tx, conclusions, now=now)
    drafts = [draft for each in fit for draft in each.changes]
    put(tx, drafts, now=now, run_id=run_id)
    # A created person lets their task follow: whoever has an intent open is planned again by the next cycle.
    unfinished = intents.open_of(tx, [each.lead_id for each in fit])
    leads.clear_plan_due(tx, [each.lead_id for each in fit if not unfinished.get(each.lead_id)])
    applied.leads += len(fit)
    applied.changes += len(drafts)


def _fit(tx: Tx, planned: Sequence[PlannedLead], applied: Applied, *, now: datetime) -> list[PlannedLead]:
    """The leads for which the plan still holds; the others are named with the reason."""
    current = leads.get(tx, [each.lead_id for each in planned])
    fit: list[PlannedLead] = []
    for each in planned:
        lead = current.get(each.lead_id)
        if lead is None or lead.revision != each.revision:
            applied.skipped[each.lead_id] = "changed since the plan was made"
        elif now > each.valid_until:
            applied.skipped[each.lead_id] = "the plan is out of date for it"
        else:
            fit.append(each)
    return fit


def _take_turns(tx: Tx, plan: PlanFile, ids: Sequence[LeadId]) -> None:
    """Move turns and desks on by what these leads' decisions did to them, and by nothing else."""
    before = RoutingState.from_json(handoffs.routing_state(tx))
    turns = [plan.header.routing[lead] for lead in ids if lead in plan.header.routing]
    after = reduce(lambda state, each: each.taken(state), turns, before)
    if after != before:
        handoffs.save_routing_state(tx, after.to_json())


def _hold(tx: Tx, plan: PlanFile, conclusions: Sequence[Conclusion], *, now: datetime) -> None:
    """Whom the plan lists as held is decided as far as it goes, and waits in that set from now on."""
    by_lead = {each.lead_id: each for each in conclusions}
    for name, ids in plan.header.held.items():
        waiting = [by_lead[lead] for lead in ids if lead in by_lead]
        if waiting:
            guard.hold(tx, name, waiting, now=now)
