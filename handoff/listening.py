"""When to look again at a lead whose time is up while its rep's system could not be read."""

from datetime import datetime, timedelta

from handoff.clocks import pending
from handoff.draft import Draft
from handoff.stay import stay_ends_at

SOON, LATER = timedelta(minutes=1), timedelta(minutes=5)
OUTAGE = timedelta(minutes=15)
"""After so long without a word a system is away, and nobody need look every minute."""


def listen_again(draft: Draft) -> datetime | None:
    """A moment from now while something waits to be heard; None where nothing does."""
    heard = draft.view.earshot.heard_until
    if heard is None or heard >= draft.now or draft.handoff is None or draft.view.held:
        return None
    ends = stay_ends_at(draft)
    moments = [*(step.at for step in pending(draft)), *([ends] if ends is not None else [])]
    if not any(heard < at <= draft.now for at in moments):
        return None
    return draft.now + (SOON if draft.now - heard < OUTAGE else LATER)
