"""The planning transaction: work out what leads need written and put it in the outbox.

Every row is audited before it can be sent: no write reaches a system that the audit does not know.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from config.mapping import Role
from domain.decision import Desired, Intent
from domain.lead import Lead
from domain.run import GoLive
from domain.values import LeadId, Value
from store import audit, desired, intents, leads, ledger, outbox, records
from store.audit import AuditEntry
from store.engine import Tx
from store.outbox import OutboxDraft
from sync.loop import InForce, Loop
from sync.material import Users, users
from sync.plan import Wanted, changes_of, limited

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
            drafts = plan_leads(tx, ids, rules, users(tx, rules.mapping), step=loop.settings.go_live)
            put(tx, drafts, now=now, run_id=run_id)
            leads.clear_plan_due(tx, ids)
            count += len(drafts)
            loop.reached("plan.before_commit")
        loop.reached("plan.committed")


def plan_leads(tx: Tx, ids: Sequence[LeadId], rules: InForce, people: Users, *, step: GoLive) -> list[OutboxDraft]:
    wanted = (limited(each, step) for each in wanted_of(tx, ids, rules))
    return [draft for each in wanted for draft in changes_of(each, rules, people)]


def wanted_of(tx: Tx, ids: Sequence[LeadId], rules: InForce, *, to_create: Collection[LeadId] = ()) -> Iterator[Wanted]:
    """What is wanted of these leads, as the store has it. `to_create`: those with creations not saved yet."""
    found = leads.get(tx, ids)
    their_records = records.of_leads(tx, ids)
    their_desired = desired.of_leads(tx, ids)
    their_memberships = desired.memberships_of(tx, ids)
    their_intents = intents.open_of(tx, ids)
    creating = [lead for lead in ids if their_intents.get(lead) or lead in to_create]
    facts = ledger.facts_of(tx, creating)
    their_rows = outbox.open_of(tx, ids)
    for lead in found.values():
        values = {fact.name: fact.value for fact in facts.get(lead.id, ())}
        yield Wanted(
            lead_id=lead.id,
            lead_key=lead.key,
            revision=lead.revision,
            records=their_records.get(lead.id, ()),
            desired=their_desired.get(lead.id, ()),
            memberships=their_memberships.get(lead.id, ()),
            intents=_keyed(their_intents.get(lead.id, ())),
            values={**values, **owned(their_desired.get(lead.id, ()), lead, rules)},
            open=their_rows.get(lead.id, ()),
        )


def _keyed(rows: Sequence[tuple[str, Intent]]) -> tuple[tuple[str, Intent], ...]:
    return tuple(sorted(rows, key=lambda row: row[0]))


def owned(rows: Sequence[Desired], lead: Lead, rules: InForce) -> dict[str, Value]:
    """What we decided, as lead properties: owner and status rows hold a system's own word and are left out."""
    ours = {one.rule.name for one in rules.fields.properties if one.rule.role is Role.OWNED}
    found = {row.property: row.value for row in rows if row.property in ours}
    return {**found, "lead_key": lead.key, "owner": lead.owner, "stage": lead.stage.value}


def put(tx: Tx, drafts: Sequence[OutboxDraft], *, now: datetime, run_id: int | None) -> None:
    """Outbox and audit rows together."""
    outbox.put(tx, drafts, now=now, run_id=run_id)
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
