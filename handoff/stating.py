"""Answers by a button: no system shows them yet, so the handoff keeps them and the systems are told.

What the CRM says later counts more: the rep changed their mind where everybody sees it.
"""

from dataclasses import replace
from datetime import datetime

from domain.handoff import Handoff
from domain.stage import SignalKind
from domain.values import from_text, to_text
from handoff.deadlines import SNOOZED, STALE_SNOOZE
from handoff.draft import Draft
from handoff.view import SNOOZE, VERDICT

PRESSED = "pressed:"
"""The step of a handoff that names the verdict given by a button: `pressed:accept`."""


def hear_buttons(draft: Draft) -> Draft:
    """Note what was pressed, once the verdict was heard; a day is waited for in this decision and in later ones."""
    kept = _noted(draft)
    day = snoozed_by_button(kept)
    if day is None:
        return kept
    return replace(kept, view=replace(kept.view, values={**kept.view.values, SNOOZE: day}))


def _noted(draft: Draft) -> Draft:
    signals = [each for each in draft.view.signals if each.by_button]
    handoff = draft.handoff
    if handoff is None or not signals:
        return draft
    steps = list(handoff.steps)
    for signal in sorted(signals, key=lambda each: each.at):
        if signal.kind is SignalKind.SNOOZE:
            steps = [step for step in steps if not step.startswith((SNOOZED, STALE_SNOOZE))]
            steps.append(f"{SNOOZED}{signal.value}@{to_text(signal.at)}")
        elif handoff.verdict is not None and (step := f"{PRESSED}{handoff.verdict}") not in steps:
            steps.append(step)
    return draft.on_handoff(replace(handoff, steps=tuple(steps)))


def stated(draft: Draft) -> frozenset[str]:
    """The answers that the systems are to show."""
    handoff = draft.handoff
    if handoff is None:
        return frozenset()
    verdict = {VERDICT} if handoff.verdict is not None and f"{PRESSED}{handoff.verdict}" in handoff.steps else set()
    return frozenset(verdict | ({SNOOZE} if snoozed_by_button(draft) is not None else set()))


def snoozed_by_button(draft: Draft) -> str | None:
    """The day that counts, None where the CRM's own does."""
    found = _kept(draft.handoff)
    if found is None:
        return None
    day, at = found
    changed_at = draft.view.changed_at.get(SNOOZE)
    overruled = changed_at is not None and changed_at > at and draft.view.values.get(SNOOZE) != day
    return None if overruled else day


def _kept(handoff: Handoff | None) -> tuple[str, datetime] | None:
    steps = handoff.steps if handoff is not None else ()
    last = next((step for step in reversed(steps) if step.startswith(SNOOZED)), None)
    if last is None:
        return None
    day, _, at = last.removeprefix(SNOOZED).partition("@")
    return day, from_text(at)
