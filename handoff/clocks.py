"""The two clocks of a handoff: first touch, then outcome. Each step is taken once and written down.

Steps that come due together after a pause are taken as one: the last of them speaks for the others. None is taken
before the systems in which reps work were read again, and where little is logged those of the first clock only count.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.handoff import Handoff, Queue, StepTaken
from domain.stage import Cause, Stage
from handoff.assigning import into_queue, owner_name
from handoff.deadlines import (
    WAITS,
    given_back,
    outcome_moment,
    outcome_step_name,
    snoozed_until,
    step_name,
    touch_clock,
    touch_moment,
)
from handoff.draft import Draft
from handoff.earshot import footing
from handoff.notices import notify, take, tell_manager
from handoff.reassigning import may_reassign, reassign, tried_by
from handoff.recycling import go_quiet
from handoff.unreachable import is_offered, words

BREACH = "breach"
"""The step at which a lead was due to be touched and was not: nobody is told by it, it is what reports count."""

Act = Callable[[Draft, str], Draft]
"""What a step does, given the draft and its own name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a clock: its name, when it is taken, and what it does."""

    name: str
    """In this turn: `remind`, later `remind:2`."""
    at: datetime
    act: Act | None


def run_clocks(draft: Draft) -> Draft:
    """Take what is due: every due step is written down, the last one that does anything acts."""
    due = [step for step in pending(draft) if step.at <= draft.now and draft.view.earshot.has_heard(step.at)]
    if not due or draft.handoff is None:
        return draft
    owner, book = draft.handoff.owner, draft.book
    is_touch_clock = draft.lead.stage is Stage.ASSIGNED
    acts = not is_touch_clock or footing(book, draft.view.earshot.coverage, book.team_of(owner).name).acts
    for step in due:
        draft = _write_down(draft, step, enforced=acts)
    speaking = [step for step in due if step.act is not None]
    act = speaking[-1].act if speaking and acts else None
    return act(draft, speaking[-1].name) if act is not None else draft


def _write_down(draft: Draft, step: Step, *, enforced: bool) -> Draft:
    handoff = draft.handoff
    if handoff is None or handoff.owner is None:
        return draft
    taken = StepTaken(
        lead_id=handoff.lead_id,
        handoff=handoff.number,
        step=step.name,
        owner=handoff.owner,
        due_at=step.at,
        at=draft.now,
        enforced=enforced,
    )
    noted = replace(take(draft, step.name), taken=(*draft.taken, taken))
    rest = draft.book.routing.clocks.rest
    if rest is None or not enforced or step.name.split(":")[0] != BREACH:
        return noted
    return replace(noted, state=noted.state.missed(handoff.owner, step.at))


def pending(draft: Draft) -> list[Step]:
    """The steps of the running clock that were not taken in this turn, earliest first."""
    handoff = draft.handoff
    if handoff is None or handoff.owner is None:
        return []
    if draft.lead.stage is Stage.ASSIGNED and handoff.touched_at is None:
        steps = _touch_steps(draft, handoff)
    elif draft.lead.stage is Stage.ACCEPTED:
        steps = _outcome_steps(draft, handoff)
    else:
        return []
    return sorted((step for step in steps if step.name not in handoff.steps), key=lambda step: step.at)


def _touch_steps(draft: Draft, handoff: Handoff) -> Iterator[Step]:
    """No step is taken before a call made in time would have shown up."""
    clock = touch_clock(handoff, draft.book)
    delay = timedelta(minutes=draft.book.routing.clocks.logging_delay_min)
    ladder: tuple[tuple[str, int | None, Act | None], ...] = (
        (BREACH, clock.due_min, None),
        ("remind", clock.remind_min, _remind),
        ("manager", clock.manager_min, _escalate),
        ("reassign", clock.reassign_min if may_reassign(handoff, draft.book) else None, reassign),
        ("release", clock.release_min, _release),
    )
    for name, minutes, act in ladder:
        at = touch_moment(handoff, minutes, draft.book)
        if at is not None:
            yield Step(name=step_name(name, handoff), at=at + delay, act=act)


def _outcome_steps(draft: Draft, handoff: Handoff) -> Iterator[Step]:
    """Whoever named a day is asked on that day, and the rest of the ladder follows from there."""
    clock = draft.book.routing.clocks.outcome
    ladder: tuple[tuple[str, int, Act], ...] = (
        ("outcome_remind", clock.remind_days, _ask_outcome),
        ("outcome_manager", clock.manager_days, _escalate_outcome),
        ("outcome_recycle", clock.recycle_days, _give_up),
    )
    until = snoozed_until(draft.view.values, handoff, draft.book)
    for name, days, act in ladder:
        at = outcome_moment(handoff, days)
        if at is not None:
            asked = until + timedelta(days=days - clock.remind_days) if until is not None else at
            yield Step(name=outcome_step_name(name, handoff), at=max(at, asked), act=act)


def _remind(draft: Draft, step: str) -> Draft:
    return _tell_rep(draft, step, f"{draft.view.person} still waits for a first touch")


def _escalate(draft: Draft, step: str) -> Draft:
    return _tell_boss(draft, step, f"{draft.view.person} has not been touched by {owner_name(draft)}")


def _release(draft: Draft, step: str) -> Draft:
    """Back to the visible queue, where a person takes it: nobody is punished by a machine."""
    handoff = draft.handoff
    if handoff is None:
        return draft
    name = owner_name(draft)
    told = _tell_boss(draft, step, f"{draft.view.person} is back in the queue: not touched by {name}")
    why = f"not touched by {name} in time"
    steps = (*given_back(handoff), f"{WAITS}unassigned")
    freed = replace(into_queue(handoff, Queue.UNASSIGNED, why), tried=tried_by(handoff), steps=steps)
    given_up = replace(told, handoff=freed, state=draft.state.took(handoff.owner))
    return given_up.on_lead(replace(given_up.lead, owner=None)).move(Stage.MQL, Cause.TIME, why)


def _ask_outcome(draft: Draft, step: str) -> Draft:
    hint = f". {words(draft)}: it may be *unreachable*" if is_offered(draft) else ""
    return _tell_rep(draft, step, f"What came of {draft.view.person}? No outcome yet{hint}")


def _escalate_outcome(draft: Draft, step: str) -> Draft:
    return _tell_boss(draft, step, f"{draft.view.person} has no outcome from {owner_name(draft)}")


def _give_up(draft: Draft, _step: str) -> Draft:
    return go_quiet(draft, f"went quiet: no outcome from {owner_name(draft)} in time")


def _tell_rep(draft: Draft, step: str, text: str) -> Draft:
    owner = draft.handoff.owner if draft.handoff is not None else None
    return notify(draft, step, owner, text) if owner is not None else draft


def _tell_boss(draft: Draft, step: str, text: str) -> Draft:
    return tell_manager(draft, step, draft.handoff.owner if draft.handoff is not None else None, text)
