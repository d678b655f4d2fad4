"""When somebody who is handed off is created in a system: at once, or after a neighbour had its time to do it."""

from datetime import datetime, timedelta

from config.mapping import MappingRules, System
from domain.decision import Decision
from domain.handoff import Handoff


def creation_at(handoff: Handoff, system: System) -> datetime:
    """From when on we create the person there ourselves."""
    return handoff.opened_at + timedelta(minutes=system.create_after_minutes)


def due_at(decision: Decision, rules: MappingRules, *, now: datetime) -> datetime | None:
    """The next moment at which a wait for a neighbour is over; None where nothing is waited for."""
    handoff = next((each for each in decision.handoffs if each.is_open), None)
    if handoff is None:
        return None
    waits = [creation_at(handoff, system) for system in rules.systems.values() if system.create_after_minutes]
    return min((at for at in waits if at > now), default=None)
