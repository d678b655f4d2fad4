"""Carry out a plan: the decisions in the file, the writes in the file, nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce

from domain.audit import LOOP
from domain.errors import SettingsError
from domain.run import GoLive
from domain.values import LeadId
from handoff.routing import RoutingState
from store import audit, connections, handoffs, intents, leads, misfits, runs
from store.audit import AuditEntry
from store.engine import Tx
from sync import guard, radius
from sync.conclude import Conclusion
from sync.cycle import Tally, guarded
from sync.firstday import step_in_force
from sync.golive import follow_step
from sync.introduce import introduce
from sync.loop import InForce, Loop
from sync.outgoing import put
from sync.planfile import PlanFile
from sync.preview import PlannedLead
from sync.push import push
from sync.save import save_conclusions
from sync.sealing import seal
from sync.undo import take_back

BATCH = 500


@dataclass(slots=True)
class Applied:
    """What became of a plan: leads applied, and those skipped with the reason."""

    leads: int = 0
    changes: int = 0
    skipped: dict[LeadId, str] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)


def apply(loop: Loop, plan: PlanFile, *, now: datetime, actor: str = LOOP) -> Applied:
    """Persist and push; SettingsError refuses the whole file when rules, systems or the step of go-live are others."""
    applied = Applied()
    with loop.store.write(loop.epoch) as tx:
        follow_step(tx, loop, now=now)
        _refuse_beyond(plan, step_in_force(tx, loop.settings.go_live))
        _refuse_foreign(tx, plan, loop.in_force(tx))
        undoes = plan.header.undoes
        of = "" if undoes is None else f", which undoes run {undoes}"
        run_id = runs.start(tx, f"apply {plan.header.id}{of}", now=now, actor=actor)
        action = f"applied {plan.header.id}{of}, as run {run_id}"
        audit.append(tx, [AuditEntry(at=now, actor=actor, action=action, rule_hash=plan.header.rule_hash)])
    for start in range(0, len(plan.leads), BATCH):
        with loop.store.write(loop.epoch) as tx:
            some = plan.leads[start : start + BATCH]
            _apply_batch(tx, loop, plan, some, applied, now=now, run_id=run_id, actor=actor)
    for name in loop.connections:

        def step(name: str = name) -> None:
            introduce(loop, name, now=now)
            applied.tally.pushed[name] = push(loop, name, now=now, run_id=run_id)

        guarded(loop, name, "push", applied.tally, step, now=now)
    seal(loop, now=now)
    with loop.store.write(loop.epoch) as tx:
        runs.finish(tx, run_id, now=now, counts=applied.tally.counts(), failures=applied.tally.failures)
    return applied


def accounts_of(tx: Tx) -> dict[str, str]:
    return {each.name: each.account_id or "" for each in connections.all(tx)}


def _refuse_beyond(plan: PlanFile, step: GoLive) -> None:
    if step is GoLive.OBSERVE:
        raise SettingsError("go_live is `observe`, so nothing is written: see `leadloop golive`")
    if plan.header.go_live is not step:
        raise SettingsError(
            f"{plan.header.id} was made while go_live was `{plan.header.go_live}`, now it is `{step}`: make a new plan"
        )


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
    tx: Tx,
    loop: Loop,
    plan: PlanFile,
    planned: Sequence[PlannedLead],
    applied: Applied,
    *,
    now: datetime,
    run_id: int,
    actor: str,
) -> None:
    fit = _fit(tx, planned, applied, now=now)
    conclusions = [each.conclusion for each in fit if each.conclusion is not None]
    save_conclusions(tx, conclusions, loop.in_force(tx), notices=loop.settings.notices, now=now)
    _take_turns(tx, plan, [each.lead_id for each in conclusions])
    _hold(tx, plan, conclusions, now=now)
    guard.book(tx, conclusions, now=now)
    guard.use_up(tx, conclusions, now=now)
    if plan.header.undoes is not None:
        take_back(tx, plan.header.undoes, fit, actor=actor, now=now)
    else:
        misfits.unfit(tx, {each.lead_id: each.misfits for each in fit}, now=now)
    wanted = [draft for each in fit for draft in each.changes]
    drafts, kept_back = radius.allowed(tx, loop.settings, loop.in_force(tx), wanted, now=now)
    applied.skipped |= dict.fromkeys(kept_back, "part of it waits: it is more than 24 hours may bring (blast_radius)")
    radius.hold_planned(tx, loop.settings, [one for each in fit for one in each.held], now=now)
    put(tx, drafts, now=now, run_id=run_id, random_bytes=loop.random_bytes, actor=actor)
    # A created person lets their task follow: whoever has an intent open is planned again by the next cycle; so is who
    # stands before a closed gate, for what waited to be sent past it.
    gated = {each.lead_id for each in conclusions if each.closed}
    unfinished = intents.open_of(tx, [each.lead_id for each in fit]).keys() | gated
    done = (each.lead_id for each in fit if each.lead_id not in kept_back | unfinished)
    leads.clear_plan_due(tx, done if plan.header.undoes is None else ())
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
