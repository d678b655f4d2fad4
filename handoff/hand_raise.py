"""Requests to be called: they go through everything, and reach whoever looks after the person.

Somebody free gets a handoff. Somebody in a handoff is heard in it. Somebody whom sales had before
leadloop came gets the pass written down and a task for their rep; a customer, or whoever is in a deal,
a task for the account's owner without any handoff.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from domain.activity import Activity
from domain.decision import BlastClass
from domain.handoff import Handoff
from domain.lead import Lead
from domain.stage import Cause, Stage
from handoff.adoption import adopt
from handoff.assigning import find_rep, open_handoff
from handoff.deadlines import ASKED, RAISE, back_to, step_name
from handoff.draft import Draft, worse
from handoff.lifecycle import AT_WORK
from handoff.night import line_up
from handoff.notices import notify
from handoff.tasks import give_signal, give_task, has_task, reason
from handoff.view import present_owner, rep_of
from handoff.vouching import vouch

WITHOUT_HANDOFF = frozenset({Stage.OPPORTUNITY, Stage.CUSTOMER})
"""Stages whose requests go to the account's owner: there is no new business to hand over."""

LATE = timedelta(days=7)
"""How old a request that we saw only after the lead was armed may be. Forms arrive within minutes; a week covers a
system that was away over a long weekend, and what is older comes with a back-fill: history, which only scores."""


def fresh_raises(draft: Draft) -> Sequence[Activity]:
    """Requests to be called that nobody has answered yet, oldest first; hard exclusions hear none.

    The steps of the open handoff say what was answered in it, whenever it was asked; `armed_at` stands for
    everything before.
    """
    if draft.view.score.excluded in draft.book.hard_exclusions:
        return ()
    answered = set(draft.handoff.steps) if draft.handoff is not None else set()
    heard = {step for each in (*draft.view.past, *draft.closed) for step in each.steps}
    fresh = [
        each
        for each in draft.view.score.hand_raises
        if each.occurred_at <= draft.now
        and answered.isdisjoint(_marks(each))
        and (each.occurred_at > draft.lead.armed_at or (_is_late(each, draft.lead) and heard.isdisjoint(_marks(each))))
    ]
    return sorted(fresh, key=lambda each: (each.occurred_at, each.key))


def _is_late(activity: Activity, lead: Lead) -> bool:
    """Whether it happened shortly before the lead was armed and we saw it only after."""
    seen_at = activity.seen_at
    return seen_at is not None and seen_at > lead.armed_at and activity.occurred_at >= lead.armed_at - LATE


def spent_until(draft: Draft, at: datetime) -> datetime:
    """Until when everything is spent with a pass that ends `at`: a request that nobody was told of outlives it."""
    return min([at, *(each.occurred_at - timedelta(microseconds=1) for each in fresh_raises(draft))])


def raise_step(activity: Activity) -> str:
    """The step that marks a hand-raise as answered in a handoff, or without one."""
    return f"{RAISE}:{':'.join(activity.key)}"


def asked_step(activity: Activity) -> str:
    """The step that marks a hand-raise as what a handoff was opened for."""
    return f"{ASKED}:{':'.join(activity.key)}"


def _marks(activity: Activity) -> set[str]:
    return {raise_step(activity), asked_step(activity)}


def hear(draft: Draft, raises: Sequence[Activity]) -> Draft:
    """Answer requests that are fresh; `raises` oldest first and not empty."""
    if draft.handoff is not None:
        return _again(draft, draft.handoff, raises)
    if draft.lead.stage in WITHOUT_HANDOFF:
        return _signal(draft, raises)
    if draft.lead.stage in AT_WORK:
        return _adopted(draft, raises)
    return open_handoff(draft, why="asked to be called", asked=tuple(asked_step(each) for each in raises))


def _again(draft: Draft, handoff: Handoff, raises: Sequence[Activity]) -> Draft:
    """They ask while a handoff is open: tell the owner, begin the promise anew while untouched, empty a queue.

    Whoever took a lead that nobody gave them has no task for it yet.
    """
    raised, heard = _noted(draft, handoff, raises)
    owner = rep_of(heard.owner, draft.reps)
    if owner is None or not owner.active:
        return _to_somebody(raised, heard)
    text = f"{draft.view.person} asks to be called{' again' if handoff.hand_raise else ''}: {reason(heard)}"
    told = notify(raised, step_name("notify", heard), owner.email, text)
    return told if has_task(heard) else give_task(told, heard)


def _noted(draft: Draft, handoff: Handoff, raises: Sequence[Activity]) -> tuple[Draft, Handoff]:
    steps = (*handoff.steps, *(raise_step(each) for each in raises))
    heard = replace(handoff, steps=steps, hand_raise=True, why=draft.view.words or handoff.why)
    if draft.lead.stage is Stage.ASSIGNED and handoff.touched_at is None and handoff.owner is not None:
        draft, heard = line_up(draft, replace(heard, assigned_at=draft.now))
    heard = vouch(heard, draft.now)
    return replace(draft, hand_raise=True).on_handoff(heard), heard


def _to_somebody(draft: Draft, handoff: Handoff) -> Draft:
    """Nobody has them, or somebody who left: out of the queue, or off that desk, to a rep who is there."""
    freed = replace(draft, state=draft.state.took(handoff.owner))
    waiting = freed.move(Stage.MQL, Cause.RULE, "asks to be called and no rep has the lead")
    return find_rep(waiting, back_to=back_to(handoff))


def _adopted(draft: Draft, raises: Sequence[Activity]) -> Draft:
    """Worked by sales since before go-live: their rep gets what every owner of a hand-raiser gets."""
    adopted = adopt(replace(draft, blast=worse(draft.blast, BlastClass.HANDOFF)))
    if adopted.handoff is None:
        return adopted
    raised, heard = _noted(adopted, adopted.handoff, raises)
    owner = rep_of(heard.owner, draft.reps)
    if owner is None or not owner.active:
        return _to_somebody(raised, heard)
    text = f"{draft.view.person} asks to be called: {reason(heard)}"
    return give_task(notify(raised, step_name("notify", heard), owner.email, text), heard)


def _signal(draft: Draft, raises: Sequence[Activity]) -> Draft:
    """No new handoff: a task and a word for whoever looks after them; while there is nobody it stays unheard."""
    to = _keeper(draft)
    if to is None:
        return draft.note("somebody with sales asked to be called and nobody is named who could be told")
    lead = replace(draft.lead, armed_at=max(_spent_with(each) for each in raises))
    told = replace(draft, lead=lead, hand_raise=True, blast=worse(draft.blast, BlastClass.HANDOFF))
    text = f"{draft.view.person} ({lead.stage}) asks to be called: {draft.view.words}".rstrip(": ")
    step = raise_step(raises[-1])
    return give_signal(notify(told, step, to, text), step, to)


def _spent_with(activity: Activity) -> datetime:
    """From when on it is neither young nor late any more."""
    return max(activity.occurred_at, activity.seen_at or activity.occurred_at)


def is_unheard(draft: Draft) -> bool:
    """Whether somebody without a handoff asked and nobody could be told so far."""
    return draft.handoff is None and draft.lead.stage in WITHOUT_HANDOFF and bool(fresh_raises(draft))


def _keeper(draft: Draft) -> str | None:
    """Whoever looks after them: the account's owner, the lead's, else the first team's manager."""
    account = draft.view.sure_account
    of_account = rep_of(account.owner, draft.reps) if account is not None else None
    for rep in (of_account, present_owner(draft.view, draft.reps)):
        if rep is not None and rep.active:
            return rep.email
    return draft.book.team_of(None).manager
