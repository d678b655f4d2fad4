"""Hearing the reps: the rejection wins over whatever else they said at the same time."""

from dataclasses import replace

from domain.handoff import Outcome
from domain.stage import Cause, Signal, SignalKind, Stage
from handoff.adoption import adopt_owned
from handoff.answers import GOOD_OUTCOMES, Answer, answers_in, deciding
from handoff.assigning import owner_name
from handoff.deadlines import REOPENED, day_of, named_now
from handoff.draft import Draft
from handoff.rejection import reject
from handoff.touch import BEYOND, accept, start_outcome_clock


def hear_answers(draft: Draft) -> Draft:
    """Apply what was answered since the last decision."""
    answers: list[Answer] = []
    for signal, answer in answers_in(draft.view.signals, draft.book):
        if answer is not None:
            answers.append(answer)
        else:
            draft = _unread(draft, signal)
    rejection = deciding(answers, draft.book)
    if rejection is not None:
        told = draft.note(f"{rejection.told}{rejection.beside}") if rejection.beside else draft
        return reject(told, rejection)
    for answer in answers:
        draft = _agree(draft, answer)
    return draft


def _unread(draft: Draft, signal: Signal) -> Draft:
    """A cleared answer is no answer any more, though what it brought about stands; a strange one is a finding."""
    if signal.value not in {None, ""}:
        return draft.note(f"{signal.kind} {signal.value!r} in {signal.connection} is not in lifecycle.yaml")
    handoff = draft.handoff
    if handoff is None:
        return draft
    if signal.kind is SignalKind.VERDICT:
        return draft.on_handoff(replace(handoff, verdict=None))
    steps = (*handoff.steps, f"{REOPENED}{draft.now.isoformat()}")
    return draft.on_handoff(start_outcome_clock(replace(handoff, outcome=None, steps=steps), draft.book))


def _agree(draft: Draft, answer: Answer) -> Draft:
    """A rep takes it, says that they work it already, or how far it went."""
    if draft.handoff is None and draft.lead.stage in {Stage.OPPORTUNITY, Stage.CUSTOMER}:
        return draft
    adopted = adopt_owned(draft)
    if answer.outcome is not None:
        return _succeed(adopted, answer, answer.outcome)
    taken = accept(adopted, by="verdict", at=answer.at, why=f"{owner_name(adopted)} accepts")
    handoff = taken.handoff
    if handoff is None or handoff.owner is None:
        return taken
    return taken.on_handoff(replace(handoff, verdict=answer.verdict))


def hear_snooze(draft: Draft) -> Draft:
    """Whoever keeps a lead for a later day has taken it: in the CRM as by a button."""
    handoff = draft.handoff
    named = [each for each in draft.view.signals if each.kind is SignalKind.SNOOZE and not each.by_button]
    if draft.rejected or handoff is None or handoff.owner is None or not named:
        return draft
    heard, day = draft.on_handoff(named_now(handoff)), day_of(named[-1].value)
    today = draft.book.calendar_of(handoff.owner).local_date(draft.now)
    if day is None or day <= today or draft.lead.stage is not Stage.ASSIGNED:
        return heard
    return accept(heard, by="verdict", at=named[-1].at, why=f"{owner_name(draft)} keeps it until {day:%-d %b %Y}")


def _succeed(draft: Draft, answer: Answer, outcome: Outcome) -> Draft:
    """A meeting or more qualifies; any other outcome that is no rejection says that it was taken."""
    why = f"{owner_name(draft)}: {draft.book.road(outcome).label}"
    taken = accept(draft, by="verdict", at=answer.at, why=why)
    handoff = taken.handoff
    if handoff is not None and handoff.owner is None:
        return taken
    if handoff is not None:
        taken = taken.on_handoff(replace(handoff, outcome=outcome, outcome_due_at=None))
    if outcome not in GOOD_OUTCOMES or taken.lead.stage in BEYOND - {Stage.ACCEPTED}:
        return taken
    return taken.move(Stage.QUALIFIED, Cause.PERSON, why)
