"""The planning transaction: work out what leads need written and put it in the outbox.

Every row is audited before it can be sent: no write reaches a system that the audit does not know.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from config.mapping import Role
from domain.audit import LOOP
from domain.decision import Desired, Intent, IntentKind
from domain.lead import Lead
from domain.misfit import Misfit
from domain.run import GoLive
from domain.values import LeadId, RecordRef, Value
from store import (
    audit,
    desired,
    flaps,
    gates,
    intents,
    leads,
    ledger,
    misfits,
    outbox,
    records,
    restored,
    runs,
    trail,
    undone,
)
from store.audit import AuditEntry
from store.chunks import chunks
from store.engine import Tx
from store.intents import IntentStatus, KeptIntent
from store.outbox import OutboxDraft
from sync.firstday import step_now, step_written
from sync.flapping import watch
from sync.gating import WITHDRAWN, overtaken_by_gates
from sync.heeding import spent
from sync.loop import InForce, Loop
from sync.material import Users, users
from sync.plan import outgoing_of
from sync.radius import Pass
from sync.rep_tasks import CLOSING, outdated
from sync.stale_notices import stale_notices
from sync.telling import MESSAGE
from sync.wanted import GivenTask, Wanted, limited

BATCH = 500

Stays = dict[LeadId, tuple[Misfit, ...]]


@dataclass(slots=True, kw_only=True)
class OpenRun:
    """The run that writes are planned for; without a number it begins with the first of them."""

    number: int | None = None

    def of(self, tx: Tx, drafts: Sequence[OutboxDraft], *, now: datetime) -> int | None:
        """Its number in this transaction; `number` has to wait for the commit."""
        return runs.start(tx, "schedule", now=now) if self.number is None and drafts else self.number


def plan_due(loop: Loop, *, now: datetime, run: OpenRun) -> int:
    """Plan every lead whose wishes or shown values moved; returns how many rows were put.

    Records with something that somebody may miss come last: when it is known how much of it there is.
    """
    weighing, count = Pass(settings=loop.settings), 0
    while (some := _plan_next(loop, weighing, now=now, run=run)) is not None:
        count += some
    for ids in chunks(weighing.order(), BATCH):
        count += _plan_weighed(loop, weighing, ids, now=now, run=run)
    return count


def _plan_next(loop: Loop, weighing: Pass, *, now: datetime, run: OpenRun) -> int | None:
    """None when nobody is left who was not looked at."""
    with loop.store.write(loop.epoch) as tx:
        if step_written(tx, loop.settings.go_live) is None:  # a person went back while this pass was under way
            return None
        ids = weighing.next(leads.plan_due(tx, limit=BATCH + len(weighing.put_off)), BATCH)
        if not ids:
            return None
        rules = loop.in_force(tx)
        wanted, drafts = _drafts_of(tx, loop, ids, rules, now=now)
        drafts = weighing.look(tx, ids, drafts, rules, now=now)
        number = _put_out(tx, loop, drafts, run, now=now)
        overtaken = withdraw(tx, wanted, rules, now=now)
        leads.clear_plan_due(tx, [lead for lead in ids if lead not in overtaken and lead not in weighing.put_off])
        loop.reached("plan.before_commit")
    run.number = number
    loop.reached("plan.committed")
    return len(drafts)


def _plan_weighed(loop: Loop, weighing: Pass, ids: Sequence[LeadId], *, now: datetime, run: OpenRun) -> int:
    """Plan those that were put off; when other rules are in force by now they stay due, and are weighed anew."""
    with loop.store.write(loop.epoch) as tx:
        rules = loop.in_force(tx)
        if not weighing.goes_on_with(rules) or step_written(tx, loop.settings.go_live) is None:
            return 0
        wanted, drafts = _drafts_of(tx, loop, ids, rules, now=now)
        drafts = weighing.judge(tx, ids, drafts, now=now)
        number = _put_out(tx, loop, drafts, run, now=now)
        overtaken = withdraw(tx, wanted, rules, now=now)
        leads.clear_plan_due(tx, [lead for lead in ids if lead not in overtaken])
        loop.reached("plan.before_commit")
    run.number = number
    loop.reached("plan.committed")
    return len(drafts)


def _drafts_of(
    tx: Tx, loop: Loop, ids: Sequence[LeadId], rules: InForce, *, now: datetime
) -> tuple[list[Wanted], list[OutboxDraft]]:
    """What is wanted of these leads, and what of it fits and is to be written."""
    wanted, stays = list(wanted_of(tx, ids, rules)), Stays()
    wanted = withdraw_gated(tx, wanted, rules, now=now)
    undone.lift(tx, [place for each in wanted for place in spent(each.desired, each.undone, each.records)])
    step = step_now(tx, loop.settings.go_live)
    drafts = _peaceful(tx, wanted, rules, loop, stays, step=step, now=now)
    misfits.unfit(tx, stays, now=now)
    return wanted, drafts


def _put_out(tx: Tx, loop: Loop, drafts: Sequence[OutboxDraft], run: OpenRun, *, now: datetime) -> int | None:
    """The run that these drafts belong to."""
    number = run.of(tx, drafts, now=now)
    put(tx, drafts, now=now, run_id=number, random_bytes=loop.random_bytes)
    return number


def _peaceful(
    tx: Tx, wanted: Sequence[Wanted], rules: InForce, loop: Loop, stays: Stays, *, step: GoLive, now: datetime
) -> list[OutboxDraft]:
    """What to write, without what would only be overwritten once more."""
    people = users(tx, rules.mapping)
    drafts = plan_leads(wanted, rules, people, stays, step=step)
    stops = watch(tx, drafts, rules, loop.settings.neighbours, now=now)
    if stops is None:
        return drafts
    return plan_leads([replace(each, stopped=stops) for each in wanted], rules, people, stays, step=step)


def plan_leads(
    wanted: Sequence[Wanted], rules: InForce, people: Users, stays: Stays, *, step: GoLive
) -> list[OutboxDraft]:
    """What to write; `stays` is told what of each lead stays at home."""
    drafts: list[OutboxDraft] = []
    for each in wanted:
        found = outgoing_of(limited(each, step, rules), rules, people)
        drafts += found.drafts
        stays[each.lead_id] = found.misfits
    return drafts


def withdraw(tx: Tx, wanted: Sequence[Wanted], rules: InForce, *, now: datetime) -> set[LeadId]:
    """Cancel outdated tasks and notices that are not created yet; returns the leads of those created meanwhile."""
    unsent = {key: each.lead_id for each in wanted for key, _ in each.intents}
    kinds = {key: intent.kind for each in wanted for key, intent in each.intents}
    reasons = {key: reason for each in wanted for key, reason in outdated(each).items() if key in unsent}
    reasons |= stale_notices(tx, wanted)
    cancelled = intents.cancel(tx, reasons, now=now)
    audit.append(
        tx,
        [
            AuditEntry(
                at=now,
                actor="loop",
                action=f"cancelled a {kinds[key]}: {reasons[key]}",
                lead_id=unsent[key],
                rule_hash=rules.hash,
                outbox_key=key,
            )
            for key in sorted(cancelled)
        ],
    )
    return {unsent[key] for key in reasons.keys() - cancelled}


def withdraw_unsent(tx: Tx, why: str, *, now: datetime) -> int:
    """Take back what waits to be sent, and say so in the audit; returns how many writes that were."""
    rows = outbox.withdraw(tx, why, now=now)
    trail.end_unsent(tx, rows, why, now=now)
    return len(rows)


def withdraw_gated(tx: Tx, wanted: Sequence[Wanted], rules: InForce, *, now: datetime) -> list[Wanted]:
    """Take back what waits to be sent past a gate that is closed by now."""
    if not rules.fields.gates:
        return list(wanted)
    rows = {each.lead_id: overtaken_by_gates(each.open, each.closed, rules.fields) for each in wanted if each.closed}
    gone = [row for several in rows.values() for row in several]
    gates.take_back(tx, gone, WITHDRAWN, now=now)
    left = {row.id for row in gone}
    return [
        replace(each, open=[row for row in each.open if row.id not in left]) if rows.get(each.lead_id) else each
        for each in wanted
    ]


def wanted_of(tx: Tx, ids: Sequence[LeadId], rules: InForce, *, to_create: Collection[LeadId] = ()) -> Iterator[Wanted]:
    """What is wanted of these leads, as the store has it. `to_create`: those with creations not saved yet."""
    found = leads.get(tx, ids)
    their_records = records.of_leads(tx, ids)
    their_desired = desired.of_leads(tx, ids)
    their_memberships = desired.memberships_of(tx, ids)
    kept = intents.of_leads(tx, ids)
    their_intents = {lead: _waiting(rows) for lead, rows in kept.items()}
    their_tasks = _given(tx, kept, rules)
    creating = [lead for lead in ids if their_intents.get(lead) or lead in to_create]
    facts = ledger.facts_of(tx, creating)
    their_rows = outbox.open_of(tx, ids)
    stopped = flaps.stops(tx)
    taken_back = undone.of_leads(tx, ids)
    closed = gates.of_leads(tx, ids) if rules.fields.gates else {}
    for lead in found.values():
        values = {fact.name: fact.value for fact in facts.get(lead.id, ())}
        yield Wanted(
            lead_id=lead.id,
            lead_key=lead.key,
            revision=lead.revision,
            records=their_records.get(lead.id, ()),
            desired=their_desired.get(lead.id, ()),
            memberships=their_memberships.get(lead.id, ()),
            intents=their_intents.get(lead.id, ()),
            given=their_tasks.get(lead.id, ()),
            values={**values, **owned(their_desired.get(lead.id, ()), lead, rules)},
            open=their_rows.get(lead.id, ()),
            stopped=stopped,
            undone=taken_back.get(lead.id, {}),
            closed=closed.get(lead.id, ()),
        )


def _waiting(rows: Sequence[KeptIntent]) -> tuple[tuple[str, Intent], ...]:
    open_ones = [(key, intent) for key, intent, status, _ in rows if status is IntentStatus.OPEN]
    return tuple(sorted(open_ones, key=lambda row: row[0]))


def _given(tx: Tx, kept: Mapping[LeadId, Sequence[KeptIntent]], rules: InForce) -> dict[LeadId, list[GivenTask]]:
    """The tasks that stand in the systems by our own hand, as those last showed them."""
    places = [(name, system.tasks.object) for name, system in rules.mapping.systems.items() if system.tasks is not None]
    found = [
        (lead, key, intent, RecordRef(connection=connection, object=kind, id=remote_id))
        for lead, rows in kept.items()
        for key, intent, status, remote_id in rows
        if intent.kind is IntentKind.TASK and status is IntentStatus.DONE and remote_id is not None
        for connection, kind in places
    ]
    shown = records.get(tx, [ref for *_, ref in found])
    given: dict[LeadId, list[GivenTask]] = {}
    for lead, key, intent, ref in found:
        given.setdefault(lead, []).append(GivenTask(key=key, intent=intent, ref=ref, record=shown.get(ref)))
    return given


def owned(rows: Sequence[Desired], lead: Lead, rules: InForce) -> dict[str, Value]:
    """What we decided, as lead properties: owner and status rows hold a system's own word and are left out."""
    roles = rules.fields.roles
    found = rules.fields.in_our_words(row for row in rows if roles.get(row.property) is Role.OWNED)
    return {**found, "lead_key": lead.key, "owner": lead.owner, "stage": lead.stage.value}


def put(
    tx: Tx,
    drafts: Sequence[OutboxDraft],
    *,
    now: datetime,
    run_id: int | None,
    random_bytes: Callable[[int], bytes] | None,
    actor: str = LOOP,
) -> None:
    """Outbox and audit rows together. The closing of a task is put out once, whatever comes of it."""
    about = {draft.lead_id for draft in drafts if draft.lead_id is not None}
    subject_keys = audit.subject_keys_of(tx, about, random_bytes=random_bytes)
    ids = outbox.put(tx, drafts, now=now, run_id=run_id, actor=actor, keys=subject_keys)
    restored.doubt(tx, ids, message=MESSAGE, now=now)
    keys = (draft.change.key for draft in drafts)
    intents.close(tx, [key.removeprefix(CLOSING) for key in keys if key.startswith(CLOSING)])
