"""Who asks to be called while the team is away is due after opening, one after another in the order in which they were
given: nobody makes five calls in a minute.

All others have their working hours from opening on, which nobody's place in a line makes longer.
"""

from dataclasses import replace

from domain.handoff import Handoff, HandoffKind
from handoff.deadlines import SLOT, touch_due
from handoff.draft import Draft


def line_up(draft: Draft, handoff: Handoff) -> tuple[Draft, Handoff]:
    """Give a handoff that was just given, or asked for anew, its place in the line and its due time."""
    steps = tuple(step for step in handoff.steps if not step.startswith(SLOT))
    placed = replace(handoff, steps=steps)
    if handoff.owner is not None and handoff.hand_raise and handoff.kind is HandoffKind.NEW_BUSINESS:
        calendar = draft.book.calendar_of(handoff.owner)
        if not calendar.is_working(draft.now):
            opens = calendar.next_open(draft.now)
            ahead = draft.state.in_night(handoff.owner, opens)
            draft = replace(draft, state=draft.state.slept(handoff.owner, opens))
            placed = replace(handoff, steps=(*steps, f"{SLOT}{ahead}") if ahead else steps)
    return draft, replace(placed, touch_due_at=touch_due(placed, draft.book))
