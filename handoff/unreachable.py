"""Nobody answers: after enough tries over enough days the rep is offered *unreachable*. It is theirs to say.

Only what they did in this pass counts, and only until anything comes back.
"""

from datetime import datetime

from domain.activity import Activity, ActivityKind
from domain.stage import Stage
from handoff.deadlines import step_name
from handoff.draft import Draft
from handoff.meaningful import is_conversation, is_held
from handoff.notices import notify, take
from handoff.rulebook import Rulebook
from handoff.view import is_by, is_touch, rep_of

OFFER = "unreachable"
OFFERED = "unreachable_offered"
OPEN_STAGES = frozenset({Stage.ASSIGNED, Stage.ACCEPTED})


def offer_unreachable(draft: Draft) -> Draft:
    """Tell the rep once in each turn that the outcome may be *unreachable*."""
    handoff = draft.handoff
    if handoff is None or handoff.owner is None or not is_offered(draft):
        return draft
    step = step_name(OFFER, handoff)
    if step in handoff.steps:
        return draft
    return take(notify(draft, step, handoff.owner, f"{words(draft)}. Is the outcome *unreachable*?"), step)


def is_offered(draft: Draft) -> bool:
    """Whether the rep may give up on them by now."""
    at = _offered_at(draft)
    return at is not None and at <= draft.now


def next_offer(draft: Draft) -> datetime | None:
    """When, if nothing comes back, the tries have lasted long enough."""
    return _offered_at(draft) if not draft.view.held else None


def words(draft: Draft) -> str:
    """`Ana Ruiz did not answer 6 tries by phone and e-mail since 2 Nov`; for whoever is offered the outcome."""
    tries = _tries(draft)
    ways = sorted({_WAYS[each.kind] for each in tries})
    told = ", ".join(ways[:-1]) + " and " + ways[-1] if len(ways) > 1 else "".join(ways)
    zone = draft.book.calendar_of(draft.handoff.owner if draft.handoff else None).zone
    since = f" since {tries[0].occurred_at.astimezone(zone):%-d %b}" if tries else ""
    return f"{draft.view.person} did not answer {len(tries)} tries by {told}{since}"


_WAYS = {
    ActivityKind.CALL_LOGGED: "phone",
    ActivityKind.EMAIL_SENT: "e-mail",
    ActivityKind.MEETING_BOOKED: "invitation",
}


def _offered_at(draft: Draft) -> datetime | None:
    rule, handoff = draft.book.lifecycle.offer_unreachable, draft.handoff
    if rule is None or handoff is None or handoff.outcome is not None or draft.lead.stage not in OPEN_STAGES:
        return None
    tries = _tries(draft)
    if len(tries) < rule.touches or len({each.kind for each in tries}) < rule.channels:
        return None
    if _came_back(draft, since=min(handoff.opened_at, tries[0].occurred_at)):
        return None
    return draft.book.calendar_of(handoff.owner).after_working_days(tries[0].occurred_at, rule.working_days)


def _tries(draft: Draft) -> list[Activity]:
    """The owner's touches in this turn, oldest first; one that two systems logged within a minute is one."""
    handoff = draft.handoff
    rep = rep_of(handoff.owner, draft.reps) if handoff is not None else None
    if handoff is None or handoff.assigned_at is None or rep is None:
        return []
    since = min(handoff.assigned_at, handoff.touched_at or handoff.assigned_at)
    found: dict[tuple[ActivityKind, datetime], Activity] = {}
    for each in draft.view.sales:
        if is_touch(each) and is_by(each, rep) and since <= each.occurred_at <= draft.now:
            found.setdefault((each.kind, each.occurred_at.replace(second=0, microsecond=0)), each)
    return sorted(found.values(), key=lambda each: each.occurred_at)


def _came_back(draft: Draft, *, since: datetime) -> bool:
    """Anything that shows that they can be reached: a mail or a form of theirs, a meeting that took place, a talk."""
    if any(each.occurred_at > since for each in draft.view.replies):
        return True
    asked = (each.occurred_at for each in draft.view.score.hand_raises)
    if any(at > since for at in asked):
        return True
    return any(
        is_held(each, draft.now) or _is_talk(each, draft.book)
        for each in draft.view.sales
        if each.occurred_at > since and not each.retracted
    )


def _is_talk(activity: Activity, book: Rulebook) -> bool:
    rule = book.lifecycle.offer_unreachable
    return rule is not None and is_conversation(activity, seconds=rule.conversation_s, dispositions=rule.dispositions)
