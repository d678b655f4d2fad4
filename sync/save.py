"""Save conclusions: everything that belongs to one decision, in the transaction of the caller."""

from collections.abc import Sequence
from datetime import datetime

from config.notices import Notices
from domain.decision import Intent
from domain.values import LeadId
from mapping.agreement import Base
from store import (
    arrivals,
    audit,
    bases,
    clock_steps,
    conflicts,
    desired,
    evidence,
    gates,
    handoffs,
    intents,
    leads,
    ledger,
    misfits,
    notes,
    presses,
    rule_problems,
)
from store.audit import AuditEntry
from store.engine import Tx
from sync.conclude import Conclusion
from sync.creating import intent_of
from sync.loop import InForce
from sync.telling import has_listener
from sync.untold import found_of


def save_conclusions(
    tx: Tx, conclusions: Sequence[Conclusion], rules: InForce, *, notices: Notices, now: datetime
) -> None:
    """Facts, bases, scores, transitions, handoffs, desired rows, intents and audit of these leads.

    `notices`: what they have to say is kept only for whoever is told anything; nothing of it is made up for later.
    """
    if not conclusions:
        return
    _save_facts(tx, conclusions, now=now)
    leads.save_scores(tx, {each.lead_id: (each.score, each.words) for each in conclusions})
    leads.save(tx, [each.decision.lead for each in conclusions], now=now)
    _save_handoffs(tx, conclusions)
    changed = _save_desired(tx, conclusions, rules, now=now)
    arrivals.replace(tx, {each.lead_id: each.awaited for each in conclusions}, now=now)
    changed |= _save_intents(tx, conclusions, notices)
    rule_problems.replace(tx, {each.lead_id: found_of(each) for each in conclusions}, rule_hash=rules.hash, now=now)
    changed |= misfits.unread(tx, {each.lead_id: each.unread for each in conclusions}, now=now)
    if rules.fields.gates:
        changed |= gates.replace(tx, {each.lead_id: each.closed for each in conclusions}, now=now)
    _save_notes(tx, conclusions, now=now)
    presses.hear(tx, [heard for each in conclusions for heard in each.heard], now=now)
    _audit(tx, conclusions, now=now)
    leads.mark_plan_due(tx, changed)


def _save_facts(tx: Tx, conclusions: Sequence[Conclusion], *, now: datetime) -> None:
    ledger.put_facts_many(
        tx,
        {each.lead_id: each.facts for each in conclusions if each.facts},
        since={each.lead_id: each.fact_since for each in conclusions},
        seen_at=now,
    )
    agreed = {
        each.lead_id: {(known.property, known.connection): _kept(known.base) for known in each.agreed}
        for each in conclusions
        if each.agreed
    }
    bases.save_bases(tx, agreed)
    conflicts.save(tx, {each.lead_id: each.conflicts for each in conclusions}, now=now)
    evidence.drop(tx, [one for each in conclusions for one in each.follow_up.over])
    evidence.put(tx, {each.lead_id: each.follow_up.questions for each in conclusions}, now=now)


def _kept(base: Base | None) -> bases.Base | None:
    return None if base is None else (base.value, base.vendor_form, base.learnt)


def _save_handoffs(tx: Tx, conclusions: Sequence[Conclusion]) -> None:
    handoffs.save(tx, [handoff for each in conclusions for handoff in each.decision.handoffs])
    handoffs.save_transitions(tx, [move for each in conclusions for move in each.decision.transitions])
    clock_steps.save(tx, [step for each in conclusions for step in each.decision.steps])
    handoffs.save_assignments(
        tx, [each.decision.assignment for each in conclusions if each.decision.assignment is not None]
    )


def _save_desired(tx: Tx, conclusions: Sequence[Conclusion], rules: InForce, *, now: datetime) -> set[LeadId]:
    """Replace the desired rows of these leads; returns the leads whose wishes may need a write."""
    changed = desired.replace(tx, {each.lead_id: each.desired for each in conclusions if each.rewish})
    keepers = [name for name, system in rules.mapping.systems.items() if system.lists]
    for connection in keepers:
        rows = [entry for each in conclusions for entry in each.decision.memberships]
        changed |= desired.save_memberships(tx, rows, connection=connection, now=now)
    return changed | {
        each.lead_id for each in conclusions if each.undone or each.decision.intents or each.decision.transitions
    }


def _save_intents(tx: Tx, conclusions: Sequence[Conclusion], notices: Notices) -> set[LeadId]:
    """Keep what is to be created; returns the leads of what is new."""
    keyed: dict[str, Intent] = {
        intents.intent_key(each.decision.lead.key, intent): intent
        for each in conclusions
        for intent in (*each.decision.intents, *creations(each))
        if has_listener(intent, notices)
    }
    return {keyed[key].lead_id for key in intents.save(tx, keyed)}


def _save_notes(tx: Tx, conclusions: Sequence[Conclusion], *, now: datetime) -> None:
    found = {each.lead_id: each.decision.notes for each in conclusions if each.decision.notes}
    moved = [each.lead_id for each in conclusions if each.decision.transitions]
    if found or moved:
        notes.save(tx, found, moved, now=now)


def _audit(tx: Tx, conclusions: Sequence[Conclusion], *, now: datetime) -> None:
    audit.append(
        tx,
        [
            AuditEntry(
                at=now,
                actor="loop",
                action=f"stage {move.before} to {move.after}",
                lead_id=each.lead_id,
                fields=("stage",),
                rule_hash=move.rule_hash,
            )
            for each in conclusions
            for move in each.decision.transitions
        ],
    )


def creations(conclusion: Conclusion) -> tuple[Intent, ...]:
    """A person who is handed off and missing in a system that creates at MQL is to be created there."""
    return tuple(intent_of(entry, conclusion.lead_id) for entry in conclusion.creating)
