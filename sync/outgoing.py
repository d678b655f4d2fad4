"""The planning transaction: work out what leads need written and put it in the outbox.

Every row is audited before it can be sent: no write reaches a system that the audit does not know.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from config.mapping import Role
from domain.decision import Desired, Intent, IntentKind
from domain.lead import Lead
from domain.run import GoLive
from domain.values import LeadId, RecordRef, Value
from store import audit, desired, flaps, intents, leads, ledger, outbox, records
from store.audit import AuditEntry
from store.engine import Tx
from store.intents import IntentStatus, KeptIntent
from store.outbox import OutboxDraft
from sync.firstday import step_now
from sync.flapping import watch
from sync.loop import InForce, Loop
from sync.material import Users, users
from sync.plan import CLOSING, GivenTask, Wanted, changes_of, limited, outdated

BATCH = 500


def plan_due(loop: Loop, *, now: datetime, run_id: int | None = None) -> int:
    """Plan every lead whose wishes or shown values moved; returns how many rows were put."""
    count = 0
    while True:
        with loop.store.write(loop.epoch) as tx:
            ids = leads.plan_due(tx, limit=BATCH)
            if not ids:
                return count
            rules = loop.in_force(tx)
            wanted = list(wanted_of(tx, ids, rules))
            step = step_now(tx, loop.settings.go_live)
            drafts = _peaceful(tx, wanted, rules, loop, step=step, now=now)
            put(tx, drafts, now=now, run_id=run_id)
            overtaken = withdraw(tx, wanted, rules, now=now)
            leads.clear_plan_due(tx, [lead for lead in ids if lead not in overtaken])
            count += len(drafts)
            loop.reached("plan.before_commit")
        loop.reached("plan.committed")


def _peaceful(
    tx: Tx, wanted: Sequence[Wanted], rules: InForce, loop: Loop, *, step: GoLive, now: datetime
) -> list[OutboxDraft]:
    """What to write, without what would only be overwritten once more."""
    people = users(tx, rules.mapping)
    drafts = plan_leads(wanted, rules, people, step=step)
    stops = watch(tx, drafts, rules, loop.settings.neighbours, now=now)
    if stops is None:
        return drafts
    return plan_leads([replace(each, stopped=stops) for each in wanted], rules, people, step=step)


def plan_leads(wanted: Sequence[Wanted], rules: InForce, people: Users, *, step: GoLive) -> list[OutboxDraft]:
    return [draft for each in wanted for draft in changes_of(limited(each, step), rules, people)]


def withdraw(tx: Tx, wanted: Sequence[Wanted], rules: InForce, *, now: datetime) -> set[LeadId]:
    """Cancel outdated tasks that are not created yet; returns the leads one of whose tasks was created meanwhile."""
    unsent = {key: each.lead_id for each in wanted for key, _ in each.intents}
    reasons = {key: reason for each in wanted for key, reason in outdated(each).items() if key in unsent}
    cancelled = intents.cancel(tx, reasons, now=now)
    audit.append(
        tx,
        [
            AuditEntry(
                at=now,
                actor="loop",
                action=f"cancelled a task: {reasons[key]}",
                lead_id=unsent[key],
                rule_hash=rules.hash,
                outbox_key=key,
            )
            for key in sorted(cancelled)
        ],
    )
    return {unsent[key] for key in reasons.keys() - cancelled}


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
    found = {row.property: row.value for row in rows if roles.get(row.property) is Role.OWNED}
    return {**found, "lead_key": lead.key, "owner": lead.owner, "stage": lead.stage.value}


def put(tx: Tx, drafts: Sequence[OutboxDraft], *, now: datetime, run_id: int | None) -> None:
    """Outbox and audit rows together. The closing of a task is put out once, whatever comes of it."""
    outbox.put(tx, drafts, now=now, run_id=run_id)
    keys = (draft.change.key for draft in drafts)
    intents.close(tx, [key.removeprefix(CLOSING) for key in keys if key.startswith(CLOSING)])
    audit.append(
        tx,
        [
            AuditEntry(
                at=now,
                actor="loop",
                action=f"will {draft.change.kind}",
                connection=draft.connection,
                object=draft.change.object,
                record_id=draft.change.id,
                lead_id=draft.lead_id,
                fields=tuple(sorted(draft.change.values)) or ((draft.change.list,) if draft.change.list else ()),
                rule_hash=draft.rule_hash,
                outbox_key=draft.change.key,
            )
            for draft in drafts
        ],
    )
