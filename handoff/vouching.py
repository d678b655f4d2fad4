"""When somebody last spoke for a lead in its pass: a rule outweighs that only by what is younger.

People speak by their word (a verdict, a status, an owner), the prospect by asking to be called. A touch
says that somebody rang, not what they think.
"""

from dataclasses import replace
from datetime import datetime

from domain.handoff import Handoff
from domain.values import from_text, to_text

WORD = "word:"
"""The step that holds the time."""


def vouch(handoff: Handoff, at: datetime) -> Handoff:
    """Write down that somebody spoke for the lead; the newest time stands."""
    newest = max(at, vouched_at(handoff) or at)
    kept = (step for step in handoff.steps if not step.startswith(WORD))
    return replace(handoff, steps=(*kept, f"{WORD}{to_text(newest)}"))


def vouched_at(handoff: Handoff | None) -> datetime | None:
    steps = handoff.steps if handoff is not None else ()
    return next((from_text(step.removeprefix(WORD)) for step in steps if step.startswith(WORD)), None)
