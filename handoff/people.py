"""What people change by hand: the owner, the stage, a list. Their change stands and the lead follows it."""

from dataclasses import replace

from domain.handoff import Handoff, Outcome, Rep, Verdict
from domain.stage import Cause, Signal, SignalKind, Stage
from handoff.adoption import adopt_owned
from handoff.answers import answers_in, deciding
from handoff.assigning import assign, give_by_hand, open_handoff, start_handoff, tell_owner
from handoff.chains import chain_from, gives_back
from handoff.draft import Draft, Named
from handoff.lifecycle import IN_HANDOFF, allows
from handoff.recycling import recycle
from handoff.rejection import disqualify
from handoff.statuses import means_touch, stage_of
from handoff.tasks import give_task
from handoff.touch import accept
from handoff.view import present_owner, rep_of

BY_STAGE_OUTCOME = Outcome.NOT_NOW
"""The reason of a lead that a person sets to rest by its status alone."""


def _of(draft: Draft, kind: SignalKind) -> list[Signal]:
    return sorted(
        (each for each in draft.view.signals if each.kind is kind), key=lambda each: (each.at, each.connection)
    )


def hear_lists(draft: Draft) -> Draft:
    """Remember what a person took the lead off: it does not go there again in this handoff."""
    names = [each.property for each in _of(draft, SignalKind.LEFT_LIST)]
    left = tuple(dict.fromkeys([*draft.lead.left_lists, *names]))
    return draft if left == draft.lead.left_lists else draft.on_lead(replace(draft.lead, left_lists=left))


def hear_owners(draft: Draft) -> Draft:
    """The last owner that a person set: the lead, its handoff and its task follow."""
    signals = [each for each in _of(draft, SignalKind.OWNER) if each.value not in {None, ""}]
    if not signals:
        return draft
    signal = signals[-1]
    rep = rep_of(signal.value, draft.reps)
    if rep is None:
        return draft.note(f"the owner set in {signal.connection} is no user that both sides know: not followed")
    if not rep.active:
        draft = draft.note(f"the owner set in {signal.connection} is inactive there: give the lead to somebody else")
    named = Named(rep=rep, why=f"owner set to {rep.name} by a person in {signal.connection}")
    return replace(draft, named=named) if _sends_on(draft, rep, signal) else _follow(draft, named)


def _sends_on(draft: Draft, rep: Rep, named: Signal) -> bool:
    """Whether whoever has the lead answers so that it leaves them: then it was not the new owner who said so, and the
    lead goes on to them."""
    handoff = draft.handoff
    if handoff is None or handoff.owner is None or handoff.owner == rep.email:
        return False
    heard = answers_in(draft.view.signals, draft.book)
    theirs = [each for signal, each in heard if each is not None and (signal.by_button or signal.at <= named.at)]
    rejection = deciding(theirs, draft.book)
    if rejection is not None:
        return rejection.verdict is not Verdict.DATA_WRONG or gives_back(draft, rejection.verdict)
    outcomes = (each.outcome for each in theirs if each.outcome is not None)
    if any(chain_from(replace(handoff, outcome=outcome), draft.book) is not None for outcome in outcomes):
        return True
    return any(_ends_pass(draft, each) for each in _of(draft, SignalKind.STAGE) if each.at <= named.at)


def _ends_pass(draft: Draft, signal: Signal) -> bool:
    stage = stage_of(signal.value, draft.book)
    return stage is not None and stage not in IN_HANDOFF and allows(draft.lead.stage, stage, Cause.PERSON)


def follow_named(draft: Draft) -> Draft:
    """The new owner has what the answer left of the lead, unless it went on to them already."""
    return _follow(replace(draft, named=None), draft.named) if draft.named is not None else draft


def _follow(draft: Draft, named: Named) -> Draft:
    handoff, rep, why = draft.handoff, named.rep, named.why
    if handoff is None:
        return draft.on_lead(replace(draft.lead, owner=rep.email))
    if handoff.owner == rep.email:
        return draft
    day = draft.book.calendar_of(rep.email).local_date(draft.now)
    moved = replace(draft, state=draft.state.took(handoff.owner).holds(rep.email, day))
    if draft.lead.stage in {Stage.ACCEPTED, Stage.QUALIFIED}:
        return _inherit(moved, handoff, rep)
    return assign(moved, rep, rule="person", why=why, trace=(why,), cause=Cause.PERSON)


def _inherit(draft: Draft, handoff: Handoff, rep: Rep) -> Draft:
    """Work in progress changes hands: accepted stays accepted, the new owner gets a task of their own and hears of
    it."""
    passed = replace(handoff, owner=rep.email, assigned_at=draft.now)
    return tell_owner(give_task(draft.on_lead(replace(draft.lead, owner=rep.email)), passed), rep)


def hear_stages(draft: Draft) -> Draft:
    """The statuses that people set, in order; after a rejection they say nothing new."""
    for signal in _of(draft, SignalKind.STAGE):
        if not draft.rejected:
            draft = _set_stage(draft, signal)
    return draft


def _set_stage(draft: Draft, signal: Signal) -> Draft:
    why = f"set to {signal.value} by a person in {signal.connection}"
    if means_touch(signal.value, draft.book):
        return _work(draft, signal, why)
    stage = stage_of(signal.value, draft.book)
    if stage is None:
        return draft if signal.value in {None, ""} else draft.note(f"{signal.property} {signal.value!r} means no stage")
    if stage is draft.lead.stage:
        return draft
    if not allows(draft.lead.stage, stage, Cause.PERSON):
        return draft.note(f"{signal.property} {signal.value!r} in {signal.connection}: no way from {draft.lead.stage}")
    return _go(draft, stage, signal, why)


def _work(draft: Draft, signal: Signal, why: str) -> Draft:
    if draft.lead.stage in {Stage.QUALIFIED, Stage.OPPORTUNITY, Stage.CUSTOMER}:
        return draft
    return accept(adopt_owned(draft), by="status", at=signal.at, why=why)


def _go(draft: Draft, stage: Stage, signal: Signal, why: str) -> Draft:
    if stage is Stage.RECYCLED:
        return recycle(draft, BY_STAGE_OUTCOME, cause=Cause.PERSON, why=why, at=signal.at)
    if stage is Stage.DISQUALIFIED:
        return disqualify(draft, None, why=why, at=signal.at)
    if stage in {Stage.MQL, Stage.ASSIGNED}:
        return _hand_over(draft, stage, why)
    if stage in {Stage.ACCEPTED, Stage.QUALIFIED}:
        return _progress(draft, stage, signal, why)
    return _leave(draft, stage, signal, why)


def _hand_over(draft: Draft, stage: Stage, why: str) -> Draft:
    """A person flags the lead, or gives it out: with a handoff under way it is started anew for its owner."""
    if draft.handoff is None:
        owner = present_owner(draft.view, draft.reps)
        if stage is Stage.MQL or owner is None:
            return open_handoff(draft, why=why, cause=Cause.PERSON)
        started = start_handoff(draft, why=why, cause=Cause.PERSON)
        return give_by_hand(started, owner, why)
    owner = rep_of(draft.handoff.owner, draft.reps)
    if draft.lead.stage is Stage.ASSIGNED or owner is None:
        return draft.note(f"{why}: it stays {draft.lead.stage}, its handoff is under way")
    freed = replace(draft, state=draft.state.took(owner.email))
    return give_by_hand(freed, owner, why)


def _progress(draft: Draft, stage: Stage, signal: Signal, why: str) -> Draft:
    taken = accept(adopt_owned(draft), by="status", at=signal.at, why=why)
    handoff = taken.handoff
    if handoff is not None and handoff.owner is None:
        return taken
    if stage is Stage.QUALIFIED and handoff is not None:
        taken = taken.on_handoff(replace(handoff, outcome=handoff.outcome or Outcome.QUALIFIED, outcome_due_at=None))
    return taken.move(stage, Cause.PERSON, why)


def _leave(draft: Draft, stage: Stage, signal: Signal, why: str) -> Draft:
    """Back to marketing without a rejection, or on to a deal: the pass is over."""
    won = stage in {Stage.OPPORTUNITY, Stage.CUSTOMER}
    ended = draft.close(Outcome.QUALIFIED if won else None, armed_at=min(signal.at, draft.now))
    rested = replace(ended.lead, return_at=None, recycled_as=None, nurture_withheld=None)
    return ended.on_lead(rested).move(stage, Cause.PERSON, why)
