"""The two clocks of a handoff: first touch, then outcome. Each step is taken once and written down.

Steps that come due together after a pause are taken as one: the last of them speaks for the others.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.handoff import Handoff, Queue
from domain.stage import Cause, Stage
from handoff.assigning import into_queue, owner_name
from handoff.deadlines import (
    WAITS,
    day_of,
    given_back,
    outcome_moment,
    outcome_step_name,
    start_of,
    step_name,
    touch_clock,
    touch_moment,
)
from handoff.draft import Draft
from handoff.notices import notify, take, tell_manager
from handoff.recycling import go_quiet
from handoff.view import SNOOZE

Act = Callable[[Draft, str], Draft]
"""What a step does, given the draft and its own name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a clock: its name, when it is taken, and what it does."""

    name: str
    """In this turn: `remind`, later `remind:2`."""
    at: datetime
    act: Act


def run_clocks(draft: Draft) -> Draft:
    """Take what is due: every due step is written down, the last one acts."""
    due = [step for step in pending(draft) if step.at <= draft.now]
    if not due:
        return draft
    for step in due:
        draft = take(draft, step.name)
    return due[-1].act(draft, due[-1].name)


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
    ladder: tuple[tuple[str, int | None, Act], ...] = (
        ("remind", clock.remind_min, _remind),
        ("manager", clock.manager_min, _escalate),
        ("release", clock.release_min, _release),
    )
    for name, minutes, act in ladder:
        at = touch_moment(handoff, minutes, draft.book)
        if at is not None:
            yield Step(name=step_name(name, handoff), at=at + delay, act=act)


def _outcome_steps(draft: Draft, handoff: Handoff) -> Iterator[Step]:
    clock = draft.book.routing.clocks.outcome
    ladder: tuple[tuple[str, int, Act], ...] = (
        ("outcome_remind", clock.remind_days, _ask_outcome),
        ("outcome_manager", clock.manager_days, _escalate_outcome),
        ("outcome_recycle", clock.recycle_days, _give_up),
    )
    until = _snoozed_until(draft)
    for name, days, act in ladder:
        at = outcome_moment(handoff, days)
        if at is not None:
            yield Step(name=outcome_step_name(name, handoff), at=max(at, until or at), act=act)


def _snoozed_until(draft: Draft) -> datetime | None:
    """The rep keeps the lead until a date: nothing about its outcome is asked before."""
    day = day_of(draft.view.values.get(SNOOZE))
    return start_of(day, draft.book.zone) if day is not None else None


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
    tried = tuple(dict.fromkeys([*handoff.tried, *([handoff.owner] if handoff.owner else [])]))
    steps = (*given_back(handoff), f"{WAITS}unassigned")
    freed = replace(into_queue(handoff, Queue.UNASSIGNED, why), tried=tried, steps=steps)
    given_up = replace(told, handoff=freed, state=draft.state.took(handoff.owner))
    return given_up.on_lead(replace(given_up.lead, owner=None)).move(Stage.MQL, Cause.TIME, why)


def _ask_outcome(draft: Draft, step: str) -> Draft:
    return _tell_rep(draft, step, f"What came of {draft.view.person}? No outcome yet")


def _escalate_outcome(draft: Draft, step: str) -> Draft:
    return _tell_boss(draft, step, f"{draft.view.person} has no outcome from {owner_name(draft)}")


def _give_up(draft: Draft, _step: str) -> Draft:
    return go_quiet(draft, f"went quiet: no outcome from {owner_name(draft)} in time")


def _tell_rep(draft: Draft, step: str, text: str) -> Draft:
    owner = draft.handoff.owner if draft.handoff is not None else None
    return notify(draft, step, owner, text) if owner is not None else draft


def _tell_boss(draft: Draft, step: str, text: str) -> Draft:
    return tell_manager(draft, step, draft.handoff.owner if draft.handoff is not None else None, text)
