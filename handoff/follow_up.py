"""Which activity is the owner's follow-up of an open handoff: the first since it was given to them, or asked for."""

from datetime import datetime, timedelta

from domain.activity import Activity
from domain.handoff import Handoff
from handoff.deadlines import GIVEN_BACK
from handoff.draft import Draft
from handoff.view import is_by, is_touch, rep_of

SKEW = timedelta(minutes=1)
"""How far a system's clock may be ahead of ours."""


def first_touch(draft: Draft, handoff: Handoff) -> Activity | None:
    """The owner's first activity since the assignment, or the request; what a sequence sent does not count."""
    rep = rep_of(handoff.owner, draft.reps)
    if rep is None or handoff.assigned_at is None:
        return None
    since = min(handoff.assigned_at, _asked_at(draft, handoff))
    return next(
        (
            each
            for each in sorted(draft.view.sales, key=lambda activity: (activity.occurred_at, activity.key))
            if is_touch(each) and is_by(each, rep) and since < each.occurred_at <= draft.now + SKEW
        ),
        None,
    )


def _asked_at(draft: Draft, handoff: Handoff) -> datetime:
    """When they asked to be called: a rep who rang before the lead was given to them has answered all the same.

    What was said in an earlier pass answers nothing in this one.
    """
    given = handoff.assigned_at or draft.now
    if not handoff.hand_raise or GIVEN_BACK in handoff.steps:
        return given
    asked = max((each.occurred_at for each in draft.view.score.hand_raises if each.occurred_at <= given), default=given)
    ended = (each.closed_at for each in (*draft.view.past, *draft.closed) if each.closed_at is not None)
    return max([asked, *ended])
