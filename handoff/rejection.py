"""The roads of a rejection. In the same decision the lead is in exactly one place: with another rep or in the
unassigned queue, in the queue for missing data, at rest with its list, or disqualified.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from domain.handoff import Outcome, Queue, Verdict
from domain.stage import Cause, Stage
from handoff.adoption import adopt
from handoff.answers import Answer
from handoff.assigning import find_rep, into_queue, owner_name
from handoff.chains import give_back, gives_back
from handoff.credit import give_turn_back
from handoff.deadlines import given_back
from handoff.draft import Draft
from handoff.hand_raise import spent_until
from handoff.needs_data import call_wrong
from handoff.recycling import recycle


def reject(draft: Draft, answer: Answer) -> Draft:
    """Take the road that a rejection leads to."""
    stage, outcome = draft.lead.stage, answer.ends_as
    if stage is Stage.DISQUALIFIED or (outcome is None and stage is Stage.RECYCLED):
        return draft
    marked = replace(draft, rejected=True)
    if answer.verdict is not None:
        marked = give_turn_back(marked, answer.verdict, answer.at)
    if gives_back(marked, answer.verdict):
        return give_back(marked, answer)
    if stage is Stage.RECYCLED and outcome is not None:
        return _correct(marked, answer, outcome)
    return (
        _to_somebody_else(marked, answer)
        if outcome is None
        else _end(_answered(adopt(marked), answer), answer, outcome)
    )


def _to_somebody_else(marked: Draft, answer: Answer) -> Draft:
    """The pass goes on: with another rep, or once the data are mended."""
    if marked.lead.stage is Stage.CUSTOMER:
        return marked.note(f"{answer.verdict} for a customer: the lead stays where it is")
    if answer.verdict is Verdict.WRONG_PERSON:
        return _wrong_person(adopt(marked), answer)
    return call_wrong(adopt(marked), beside=answer.beside)


def disqualify(draft: Draft, outcome: Outcome | None, *, why: str, at: datetime, cause: Cause = Cause.PERSON) -> Draft:
    """Out of the loop with a reason of its own, until somebody takes it back or it asks to be called."""
    ended = draft.close(outcome, armed_at=min(at, draft.now)).move(Stage.DISQUALIFIED, cause, why)
    recycled_as = outcome.value if outcome is not None else None
    return ended.on_lead(
        replace(ended.lead, mql_since=None, return_at=None, nurture_withheld=None, recycled_as=recycled_as)
    )


def _answered(draft: Draft, answer: Answer) -> Draft:
    """Keep the verdict on the handoff that it ends."""
    handoff = draft.handoff
    if handoff is None or answer.verdict is None:
        return draft
    return draft.on_handoff(replace(handoff, verdict=answer.verdict))


def _end(draft: Draft, answer: Answer, outcome: Outcome) -> Draft:
    """To rest, or out of the loop."""
    road = draft.book.road(outcome)
    why = f"{owner_name(draft)}: {road.label}{answer.beside}"
    at = spent_until(draft, answer.at)
    if road.disqualifies:
        return disqualify(draft, outcome, why=why, at=at)
    return recycle(draft, outcome, cause=Cause.PERSON, why=why, at=at)


def _correct(draft: Draft, answer: Answer, outcome: Outcome) -> Draft:
    """A rep changes the reason of a lead that rests already: another list, another date."""
    road = draft.book.road(outcome)
    if outcome.value == draft.lead.recycled_as:
        return draft
    if road.disqualifies:
        return disqualify(draft, outcome, why=f"corrected to {road.label}", at=answer.at)
    days = road.return_days
    return_at = draft.lead.stage_since + timedelta(days=days) if days is not None else None
    return draft.on_lead(replace(draft.lead, recycled_as=outcome.value, return_at=return_at))


def _wrong_person(draft: Draft, answer: Answer) -> Draft:
    """Road a: to somebody else, never back to whoever was tried."""
    handoff = draft.handoff
    if handoff is None:
        return draft
    why = f"{owner_name(draft)}: wrong person{answer.beside}"
    tried = tuple(dict.fromkeys([*handoff.tried, *([handoff.owner] if handoff.owner else [])]))
    freed = into_queue(replace(handoff, tried=tried, steps=given_back(handoff)), Queue.UNASSIGNED, why)
    given_up = replace(draft, handoff=freed, state=draft.state.took(handoff.owner))
    ownerless = given_up.on_lead(replace(draft.lead, owner=None))
    return find_rep(ownerless.move(Stage.MQL, Cause.PERSON, why))
