"""Two leads become one, or one becomes two again: their rows, their reps' desks, and the stage that moves by it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from config.rules import rules_from_document
from domain.change import ChangeKind
from domain.handoff import Handoff
from domain.identity import Tie
from domain.stage import Cause, Stage, Transition
from domain.values import LeadId, RecordRef, RuleHash
from handoff.credit import MERGED, credited
from handoff.routing import RoutingState
from store import handoffs, identity, leads, outbox, unions, unmerging
from store import installation as notebook
from store import rules as rule_store
from store.engine import Tx
from store.outbox_row import READY
from store.superseding import supersede
from store.unions import Union
from store.unmerging import Split


def unite(
    tx: Tx,
    survivor: LeadId,
    loser: LeadId,
    rule_hash: RuleHash,
    *,
    now: datetime,
    tie: Tie = Tie.HAND,
    by: str = unions.LOOP,
) -> None:
    """Two leads were one person all along; a stage that moves by it is a transition like any other."""
    identity.alone(tx)
    merged = identity.merge(tx, survivor, loser, now=now, tie=tie, by=by, rule_hash=rule_hash)
    _clear_desks(tx, merged.closed, now=now)
    why = f"united with lead {loser}: one person"
    _note_move(tx, survivor, (merged.before, merged.lead.stage), why, rule_hash, now=now)


def _clear_desks(tx: Tx, closed: Sequence[Handoff], *, now: datetime) -> None:
    """What a union ended lies on nobody's desk any more, and its rep has the turn back where the pool grants it."""
    if not closed:
        return
    version = rule_store.current(tx)
    rules = rules_from_document(version.document).routing if version is not None else None
    state = RoutingState.from_json(handoffs.routing_state(tx))
    for each in closed:
        state = state.took(each.owner)
        state = credited(state, each, MERGED, at=now, rules=rules) if rules is not None else state
    _save_desks(tx, state)


def part(tx: Tx, union: Union, rule_hash: RuleHash, *, by: str, now: datetime) -> Split:
    """A union was wrong: they are two people again."""
    identity.alone(tx)
    before = leads.get(tx, [union.survivor])[union.survivor].stage
    parted = unmerging.split(tx, union, by=by, now=now)
    _take_back_writes(tx, [union.survivor, union.loser], now=now)
    _lay_on_desks(tx, parted.reopened, now=now)
    after = leads.get(tx, [union.survivor])[union.survivor].stage
    why = f"split from lead {union.loser}: two people"
    _note_move(tx, union.survivor, (before, after), why, rule_hash, now=now)
    return parted


def take_out(tx: Tx, refs: Collection[RecordRef], lead: LeadId, *, by: str, now: datetime) -> LeadId:
    """Records that are somebody else's become a lead of their own; returns it."""
    identity.alone(tx)
    made = unmerging.take_out(tx, refs, of=lead, installation=installation_of(tx), by=by, now=now)
    _take_back_writes(tx, [lead, made], now=now)
    return made


def installation_of(tx: Tx) -> str:
    """What the keys of our leads begin with."""
    return notebook.get(tx, "installation_id") or "leadloop"


def _take_back_writes(tx: Tx, ids: Sequence[LeadId], *, now: datetime) -> None:
    """Fields that wait to be written were the two people's together: both are planned anew."""
    waiting = outbox.open_of(tx, ids)
    stale = [
        row.id
        for rows in waiting.values()
        for row in rows
        if row.status in READY and row.change.kind is ChangeKind.FIELDS
    ]
    supersede(tx, stale, now=now)


def _lay_on_desks(tx: Tx, reopened: Sequence[Handoff], *, now: datetime) -> None:
    """A handoff that goes on lies on its rep's desk again, and takes no turn of the day."""
    state = RoutingState.from_json(handoffs.routing_state(tx))
    for owner in filter(None, (each.owner for each in reopened)):
        state = state.holds(owner, now.date())
    _save_desks(tx, state)


def _save_desks(tx: Tx, state: RoutingState) -> None:
    if state != RoutingState.from_json(handoffs.routing_state(tx)):
        handoffs.save_routing_state(tx, state.to_json())


def _note_move(
    tx: Tx, lead: LeadId, stages: tuple[Stage, Stage], why: str, rule_hash: RuleHash, *, now: datetime
) -> None:
    before, after = stages
    if before is not after:
        move = Transition(
            lead_id=lead, at=now, before=before, after=after, cause=Cause.SYSTEM, why=why, rule_hash=rule_hash
        )
        handoffs.save_transitions(tx, [move])
