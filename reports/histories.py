"""Everybody's history, a portion of leads at a time: what replaying needs, and never all of it in memory.

Each portion is read in a transaction of its own, so that a long look at the past holds up no daemon.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.activity import Activity
from domain.first_touch import FirstTouch
from domain.handoff import Handoff
from domain.lead import Fact, Lead
from domain.stage import Transition
from domain.values import LeadId
from store import first_touches, handoffs, leads, ledger
from store.chunks import ROWS
from store.engine import Store, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """All that is kept of one lead."""

    lead: Lead
    facts: Sequence[Fact] = ()
    activities: Sequence[Activity] = ()
    handoffs: Sequence[Handoff] = ()
    transitions: Sequence[Transition] = ()
    first_touch: FirstTouch | None = None
    """Where it came from, once that is decided."""


def lives(store: Store) -> Iterator[list[Life]]:
    """Every living lead by number, in portions."""
    last = LeadId(0)
    while True:
        with store.read() as tx:
            ids = leads.after(tx, last, ROWS)
            found = of(tx, ids)
        if not ids:
            return
        last = ids[-1]
        yield found


def of(tx: Tx, ids: Sequence[LeadId]) -> list[Life]:
    """These leads, in this order; who is none any more is left out."""
    known, facts, activities = leads.get(tx, ids), ledger.facts_of(tx, ids), ledger.activities_of(tx, ids)
    passes, moves = handoffs.all_of(tx, ids), handoffs.transitions_of(tx, ids)
    came = first_touches.of_leads(tx, ids)
    return [
        Life(
            lead=known[each],
            facts=facts.get(each, ()),
            activities=activities.get(each, ()),
            handoffs=passes.get(each, ()),
            transitions=moves.get(each, ()),
            first_touch=came.get(each),
        )
        for each in ids
        if each in known
    ]
