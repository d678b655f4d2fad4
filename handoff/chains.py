"""Chains: what one team qualifies goes on to the next one as a handoff of its own, and has a road back.

The handoff ends with its outcome and the next one follows on it: no new MQL and no new crossing, with an
acceptance, clocks and a task of its own.
"""

from dataclasses import replace

from config.routing import Chain
from domain.decision import BlastClass
from domain.handoff import Handoff, Queue, Verdict
from domain.stage import Cause, Stage
from handoff.answers import Answer
from handoff.assigning import circumstances, find_rep, owner_name
from handoff.deadlines import ASKED, LINK, RAISE, RETURNED, link_of
from handoff.draft import Draft, Named, worse
from handoff.rulebook import Rulebook
from handoff.view import rep_of

PASSES = "passes:"
"""The step that names the chain by which the handoff goes on, from the outcome until it does."""


def note_chain(draft: Draft) -> Draft:
    """Write down that an outcome just given passes the lead on. Leads that had theirs before there was a chain stay."""
    handoff, before = draft.handoff, draft.view.handoff
    if handoff is None or handoff.owner is None or handoff.outcome is None:
        return draft
    if before is not None and before.number == handoff.number and before.outcome is handoff.outcome:
        return draft
    chain = chain_from(handoff, draft.book)
    kept = tuple(step for step in handoff.steps if not step.startswith(PASSES))
    passes = (f"{PASSES}{chain.name}",) if chain is not None else ()
    return draft.on_handoff(replace(handoff, steps=(*kept, *passes)))


def chain_from(handoff: Handoff, book: Rulebook) -> Chain | None:
    """The first chain that its owner's pool and its outcome begin."""
    owner = (handoff.owner or "").casefold()
    pools = {pool.name for pool in book.routing.pools for member in pool.members if member.email.casefold() == owner}
    return next(
        (each for each in book.routing.chains if handoff.outcome in each.on and not pools.isdisjoint(each.pools)), None
    )


def hand_on(draft: Draft) -> Draft:
    """End the handoff with its outcome and open the next one for whom the chain names."""
    handoff = draft.handoff
    marks = [step.removeprefix(PASSES) for step in handoff.steps if step.startswith(PASSES)] if handoff else []
    chain = next((each for each in draft.book.routing.chains if each.name in marks), None)
    if handoff is None or chain is None or handoff.outcome not in chain.on:
        return draft
    why = f"{owner_name(draft)}: {draft.book.road(handoff.outcome).label}, on by chain '{chain.name}'"
    ended = draft.close(handoff.outcome, armed_at=draft.lead.armed_at)
    following = follow(ended, handoff, steps=(f"{LINK}{chain.name}", *_heard(handoff)))
    kept = replace(
        following, named=draft.named or _moved_to(draft, handoff), blast=worse(draft.blast, BlastClass.HANDOFF)
    )
    found = find_rep(kept, cause=Cause.PERSON)
    return found if found.lead.stage is Stage.ASSIGNED else found.move(Stage.MQL, Cause.PERSON, why)


def _moved_to(draft: Draft, handoff: Handoff) -> Named | None:
    """Whom a person gave the lead to while it was held: it goes on to them."""
    rep, given, taken = rep_of(handoff.owner, draft.reps), handoff.assigned_at, handoff.accepted_at
    has_moved = given is not None and taken is not None and given >= taken
    if rep is None or not has_moved or chain_from(handoff, draft.book) is not None:
        return None
    return Named(rep=rep, why=f"given to {rep.name} by a person already")


def follow(draft: Draft, before: Handoff, *, steps: tuple[str, ...], tried: tuple[str, ...] = ()) -> Draft:
    """Open the handoff that follows on another one; it stands in the queue until somebody is found."""
    view = draft.view
    following = Handoff(
        lead_id=draft.lead.id,
        number=draft.next_number,
        after=before.number,
        kind=before.kind,
        opened_at=draft.now,
        why=view.words or before.why,
        hand_raise=False,
        score=view.score.engagement,
        band=view.score.band,
        queue=Queue.UNASSIGNED,
        queue_cause="just opened",
        steps=(*circumstances(view), *steps),
        scorecard=tuple((name, None) for name in sorted(draft.book.factors) if view.values.get(name) is not None),
        tried=tried,
    )
    return replace(draft, handoff=following)


def gives_back(draft: Draft, verdict: Verdict | None) -> bool:
    """Whether this verdict of the open handoff's owner sends it back to whoever handed it on."""
    handoff = draft.handoff
    chain = chain_of(handoff, draft.book) if handoff is not None else None
    before = before_of(draft, handoff) if handoff is not None else None
    if chain is None or handoff is None or before is None or verdict not in chain.gives_back:
        return False
    return handoff.owner is not None and handoff.owner != before.owner


def give_back(draft: Draft, answer: Answer) -> Draft:
    """The rep of the pass before has it again, with the reason: an own handoff, whose clocks begin anew."""
    handoff = draft.handoff
    before = before_of(draft, handoff) if handoff is not None else None
    if handoff is None or before is None or answer.verdict is None:
        return draft
    label = draft.book.lifecycle.verdicts.get(answer.verdict, answer.verdict.value)
    why = f"{owner_name(draft)}: {label}, back to whoever handed it on"
    ended = draft.on_handoff(replace(handoff, verdict=answer.verdict)).close(None, armed_at=draft.lead.armed_at)
    tried = (handoff.owner,) if handoff.owner is not None else ()
    back = f"{RETURNED}{before.owner or ''}"
    following = follow(ended, handoff, steps=(back, *_heard(handoff)), tried=tried)
    ownerless = following.on_lead(replace(following.lead, owner=None))
    return find_rep(ownerless.move(Stage.MQL, Cause.PERSON, why))


def before_of(draft: Draft, handoff: Handoff) -> Handoff | None:
    """The pass that a handoff follows on."""
    passes = (*draft.view.past, *draft.closed)
    return next((each for each in passes if handoff.after is not None and each.number == handoff.after), None)


def chain_of(handoff: Handoff, book: Rulebook) -> Chain | None:
    """The chain whose link this handoff is, while the rules still know it."""
    name = link_of(handoff)
    return next((each for each in book.routing.chains if each.name == name), None)


def _heard(handoff: Handoff) -> tuple[str, ...]:
    """The requests to be called that were answered in the pass before are no news in this one."""
    answered = (step.partition(":") for step in handoff.steps)
    return tuple(f"{ASKED}:{key}" for kind, _, key in answered if kind in {ASKED, RAISE})
