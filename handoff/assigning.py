"""Opening a handoff and giving it to somebody, or to a visible queue with the cause."""

from collections.abc import Sequence
from dataclasses import replace

from domain.decision import BlastClass
from domain.handoff import Assignment, Handoff, HandoffKind, Outcome, Queue, Rep
from domain.stage import Cause, Stage
from handoff.credit import turn_back_on, turn_step, without_turn
from handoff.deadlines import (
    SNOOZED,
    STALE_SNOOZE,
    WAITS,
    link_of,
    returned_to,
    step_name,
    waiting_step_name,
    without_waits,
)
from handoff.draft import Draft, worse
from handoff.follow_up import first_touch
from handoff.night import line_up
from handoff.notices import name_of, notify, take, tell_manager
from handoff.routing import Ask, Link, Routed, route
from handoff.tasks import give_task, reason
from handoff.view import RENEWAL_DATE, RETURN_DATE, SNOOZE, LeadView
from handoff.vouching import vouch

HAD_DEAL = "had:deal"
WAS_CONVERTED = "had:conversion"
WAS_CUSTOMER = "had:customer"
WAS_LOST = "had:loss"
STALE_DATE = "date:"
STALE_RENEWAL = "renewal:"
"""Steps that say how things stood when the handoff opened: only what is new since then is news."""
QUEUED = "queued"
"""The step of a handoff whose manager was told that it waits for a rep."""
LACKING = "lacking"
"""The step of a handoff whose manager was told that it waits for data."""
HELD = "held"
"""The step of a handoff that was opened or sent on while the lead was held, until somebody gets it."""


def kind_of(view: LeadView) -> HandoffKind:
    """Tell whose business a lead is: a deal's or an account's owner comes before the pool."""
    if view.has_open_deal:
        return HandoffKind.OPEN_DEAL
    if view.is_partner:
        return HandoffKind.PARTNER
    is_customer = view.is_customer or view.lead.stage is Stage.CUSTOMER
    return HandoffKind.CUSTOMER if is_customer else HandoffKind.NEW_BUSINESS


def start_handoff(draft: Draft, *, why: str, cause: Cause, asked: tuple[str, ...] = ()) -> Draft:
    """Open the next handoff and make the lead an MQL; it stands in the queue until somebody is found.

    `asked`: the steps of the requests to be called that it answers.
    """
    view, lead, hand_raise = draft.view, draft.lead, bool(asked)
    handoff = Handoff(
        lead_id=lead.id,
        number=draft.next_number,
        kind=kind_of(view),
        opened_at=draft.now,
        why=view.words or why,
        hand_raise=hand_raise,
        score=view.score.engagement,
        band=view.score.band,
        queue=Queue.UNASSIGNED,
        queue_cause="just opened",
        steps=(*circumstances(view), *asked),
        scorecard=tuple((name, None) for name in sorted(draft.book.factors) if view.values.get(name) is not None),
    )
    if asked or cause is Cause.PERSON:
        handoff = vouch(handoff, draft.now)
    fresh = replace(lead, mql_since=draft.now, return_at=None, recycled_as=None, nurture_withheld=None, left_lists=())
    opened = replace(
        draft,
        lead=fresh,
        handoff=handoff,
        hand_raise=draft.hand_raise or hand_raise,
        blast=draft.blast if view.held else worse(draft.blast, BlastClass.HANDOFF),
    )
    return opened.move(Stage.MQL, cause, why)


def open_handoff(draft: Draft, *, why: str, cause: Cause = Cause.RULE, asked: tuple[str, ...] = ()) -> Draft:
    """Open the next handoff and look for a rep at once."""
    return find_rep(start_handoff(draft, why=why, cause=cause, asked=asked))


def circumstances(view: LeadView) -> tuple[str, ...]:
    """How things stand before a handoff, as its first steps."""
    stands = (
        (view.has_open_deal, HAD_DEAL),
        (view.converted, WAS_CONVERTED),
        (view.is_customer, WAS_CUSTOMER),
        (view.lead.recycled_as == Outcome.LOST.value, WAS_LOST),
    )
    dates = ((STALE_DATE, view.text(RETURN_DATE)), (STALE_RENEWAL, view.text(RENEWAL_DATE)))
    return (*(step for holds, step in stands if holds), *(f"{kind}{date}" for kind, date in dates if date))


def find_rep(draft: Draft, *, back_to: str | None = None, cause: Cause = Cause.RULE) -> Draft:
    """Route the open handoff: to a rep, or to a queue. `cause`: of the move; a person's where a chain hands on."""
    handoff = draft.handoff
    if handoff is None:
        return draft
    if draft.named is not None:
        return give_by_hand(replace(draft, named=None), draft.named.rep, draft.named.why)
    if draft.view.held:
        return _await_word(draft, handoff)
    if draft.view.lacks or draft.view.barred:
        return _await_data(draft, handoff)
    routed = route(ask_for(draft, handoff, back_to), book=draft.book, state=draft.state, reps=draft.reps)
    draft = replace(draft.untold(routed.problems), has_routed=True)
    if routed.owner is None:
        return _wait(draft, handoff, routed)
    pool, state = routed.pool, routed.state
    if routed.owner.email == back_to and pool is None:
        pool, state = turn_back_on(state, handoff, back_to)
    steps = without_turn(handoff.steps)
    taken = replace(handoff, steps=(*steps, turn_step(routed.owner.email, pool)) if pool else steps)
    return assign(
        replace(draft, state=state, handoff=taken),
        routed.owner,
        rule=routed.rule,
        why=routed.why,
        trace=routed.trace,
        cause=cause,
    )


def give_by_hand(draft: Draft, rep: Rep, why: str) -> Draft:
    """A person said whose the lead is: it is nobody's turn, and no rule is asked."""
    day = draft.book.calendar_of(rep.email).local_date(draft.now)
    held = replace(draft, state=draft.state.holds(rep.email, day))
    return assign(held, rep, rule="person", why=why, trace=(why,), cause=Cause.PERSON)


def ask_for(draft: Draft, handoff: Handoff, back_to: str | None = None) -> Ask:
    """What routing is asked: the rules, or the chain whose link this is; first of all who handed it on and has it
    back."""
    returned, name = returned_to(handoff), link_of(handoff)
    chain = next((each for each in draft.book.routing.chains if each.name == name), None)
    before = next((each.owner for each in (*draft.view.past, *draft.closed) if each.number == handoff.after), None)
    ask = Ask(
        view=draft.view,
        kind=handoff.kind,
        hand_raise=handoff.hand_raise,
        now=draft.now,
        tried=handoff.tried,
        back_to=back_to,
        link=Link(chain=chain.name, to=chain.to, before=before) if chain is not None else None,
    )
    if returned is None or back_to is not None:
        return ask
    return replace(ask, back_to=returned, back_why="handed it on", returns=True)


def assign(draft: Draft, rep: Rep, *, rule: str, why: str, trace: Sequence[str], cause: Cause) -> Draft:
    """Give the open handoff to a rep whose load is already counted: clock, task, and a notice for a hand-raise.

    A rep who has answered the request already is asked for nothing.
    """
    handoff = draft.handoff
    if handoff is None:
        return draft
    given = replace(
        handoff,
        owner=rep.email,
        queue=None,
        queue_cause=None,
        assigned_at=draft.now,
        touched_at=None,
        accepted_at=None,
        accepted_by=None,
        outcome_due_at=None,
        verdict=None,
        outcome=None,
        scorecard=handoff.asked_anew if handoff.owner is not None else handoff.scorecard,
        steps=_begun_anew(draft, handoff),
    )
    draft, given = line_up(draft, given)
    if cause is Cause.PERSON:
        given = vouch(given, draft.now)
    assignment = Assignment(
        lead_id=draft.lead.id,
        handoff=handoff.number,
        owner=rep.email,
        at=draft.now,
        rule=rule,
        why=why,
        trace=tuple(trace),
        rule_hash=draft.book.rule_hash,
    )
    blast = _blast(draft, handoff, rep) if cause is Cause.RULE else None
    owned = replace(draft, assignment=assignment, blast=worse(draft.blast, blast))
    moved = owned.on_lead(replace(draft.lead, owner=rep.email)).move(Stage.ASSIGNED, cause, why)
    if first_touch(draft, given) is not None:
        return moved.on_handoff(given)
    return tell_owner(give_task(moved, given), rep)


def _begun_anew(draft: Draft, handoff: Handoff) -> tuple[str, ...]:
    """Its steps for whoever is given it now: no day that somebody else named is theirs."""
    over = (SNOOZED, STALE_SNOOZE)
    steps = (each for each in without_waits(handoff.steps) if each != HELD and not each.startswith(over))
    named = draft.view.text(SNOOZE)
    return (*steps, f"{STALE_SNOOZE}{named}") if named else tuple(steps)


def _blast(draft: Draft, handoff: Handoff, rep: Rep) -> BlastClass | None:
    """How dangerous it is that we chose this rep: the opening has had its room unless it was held."""
    if _replaces_a_choice(draft, rep):
        return BlastClass.DESTRUCTIVE
    return BlastClass.HANDOFF if HELD in handoff.steps else None


def _replaces_a_choice(draft: Draft, rep: Rep) -> bool:
    """Whether a person had given the lead to somebody else, whom we never chose ourselves."""
    before = draft.lead.owner
    ours = {each.owner for each in (*draft.view.past, *draft.closed)}
    return before is not None and before != rep.email and before not in ours


def tell_owner(draft: Draft, rep: Rep) -> Draft:
    """That they have a lead; of a hand-raiser it is a step of the clock, by which the promise began."""
    handoff = draft.handoff
    if handoff is None:
        return draft
    text = f"{draft.view.person}: {reason(handoff)}"
    if not handoff.hand_raise:
        return notify(draft, step_name("given", handoff), rep.email, text)
    step = step_name("notify", handoff)
    return take(notify(draft, step, rep.email, text), step)


def _wait(draft: Draft, handoff: Handoff, routed: Routed) -> Draft:
    """Into the unassigned queue. The manager hears of it the first time, and when they ask to be called meanwhile,
    unless a rule meant that queue."""
    step = waiting_step_name(QUEUED, handoff)
    waits = (f"{WAITS}{routed.queue}",) if routed.named else ()
    waiting = replace(into_queue(handoff, Queue.UNASSIGNED, routed.why), steps=(*without_waits(handoff.steps), *waits))
    placed = replace(draft, handoff=waiting, lead=replace(draft.lead, owner=None))
    if step in handoff.steps or routed.named:
        return placed
    text = f"{draft.view.person} waits for a rep: {routed.why}"
    return take(tell_manager(placed, step, None, text), step)


def _await_data(draft: Draft, handoff: Handoff) -> Draft:
    """Into the queue for missing data: a rep could not work a lead that cannot be created, or that is kept out of where
    reps work. The manager hears of it."""
    missing = ", ".join(draft.view.lacks) or draft.view.barred
    cause = f"cannot be created in the CRM yet, missing: {missing}" if draft.view.lacks else missing
    waiting = into_queue(handoff, Queue.NEEDS_DATA, cause)
    waiting = replace(waiting, steps=without_waits(handoff.steps))
    placed = replace(draft, handoff=waiting, lead=replace(draft.lead, owner=None))
    if LACKING in handoff.steps:
        return placed
    return take(tell_manager(placed, LACKING, None, f"{draft.view.person} waits for data: {missing}"), LACKING)


def _await_word(draft: Draft, handoff: Handoff) -> Draft:
    """A person opened it or sent it on while the lead is held: giving it out will need room of its own."""
    steps = (*(step for step in without_waits(handoff.steps) if step != HELD), HELD)
    waiting = replace(
        into_queue(handoff, Queue.UNASSIGNED, "held: giving it out waits for a person's word"), steps=steps
    )
    return replace(draft, handoff=waiting, lead=replace(draft.lead, owner=None))


def into_queue(handoff: Handoff, queue: Queue, cause: str) -> Handoff:
    """The handoff without an owner and without a running clock, in a queue with the cause."""
    return replace(
        handoff,
        owner=None,
        queue=queue,
        queue_cause=cause,
        assigned_at=None,
        touch_due_at=None,
        touched_at=None,
        accepted_at=None,
        accepted_by=None,
        outcome_due_at=None,
        verdict=None,
        outcome=None,
        scorecard=handoff.asked_anew,
    )


def owner_name(draft: Draft) -> str:
    return name_of(draft, draft.handoff.owner if draft.handoff else None)
