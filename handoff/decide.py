"""What becomes of one lead now: small steps in a fixed order over one draft.

People come first (what they changed stands), then what happened, then what time brings. Deciding
again with the outcome and nothing new changes nothing.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from domain.decision import Decision
from domain.handoff import Rep
from domain.stage import Stage
from handoff.baseline import begin
from handoff.chains import hand_on, note_chain
from handoff.clocks import pending, run_clocks
from handoff.crossing import cross, is_unarmed, rearm
from handoff.deals import follow_deals
from handoff.draft import Draft
from handoff.listening import listen_again
from handoff.memberships import memberships
from handoff.needs_data import mend
from handoff.people import follow_named, hear_lists, hear_owners, hear_stages
from handoff.recycling import keep_rest, next_return_at, rests_until
from handoff.rotation import RoutingState
from handoff.rulebook import Rulebook
from handoff.scorecard import hear_scorecard, note_scorecard
from handoff.screening import screen
from handoff.shown import properties
from handoff.silence import note_silence, silent_from
from handoff.stating import hear_buttons, stated
from handoff.stay import end_stay, follow_warmth, next_try, stay_ends_at, try_again
from handoff.touch import hear_touches
from handoff.unreachable import next_offer, offer_unreachable
from handoff.verdict import hear_answers, hear_snooze
from handoff.view import LeadView

__all__ = ["Rulebook", "decide"]

# Touches are heard twice: of those who had the lead before, and of whoever gets it in this very decision.
STEPS: tuple[Callable[[Draft], Draft], ...] = (
    begin,
    hear_lists,
    hear_owners,
    note_scorecard,
    hear_answers,
    hear_snooze,
    hear_buttons,
    hear_stages,
    hear_touches,
    hear_scorecard,
    note_chain,
    follow_deals,
    hand_on,
    follow_named,
    mend,
    rearm,
    cross,
    screen,
    try_again,
    hear_touches,
    run_clocks,
    offer_unreachable,
    end_stay,
    keep_rest,
    note_silence,
    follow_warmth,
)

BY_RULE_OR_TIME = frozenset({hand_on, mend, cross, screen, try_again, run_clocks, offer_unreachable, end_stay})
"""Steps that nobody asked for: they wait while a lead is held. How warm it is follows the score all the same."""


def decide(
    view: LeadView, book: Rulebook, state: RoutingState, reps: Mapping[str, Rep], *, now: datetime
) -> tuple[Decision, RoutingState]:
    """Decide about one lead; the routing state moves on when somebody's desk changed.

    A lead that is held follows what people say and do and what its score says, and nothing else: its
    decision has no blast and uses nobody's turn.
    """
    draft = Draft(view=view, book=book, reps=reps, now=now, state=state, lead=view.lead, handoff=view.handoff)
    for step in STEPS:
        if not (view.held and step in BY_RULE_OR_TIME):
            draft = step(draft)
    return conclude(draft), draft.state


def conclude(draft: Draft) -> Decision:
    """Put a finished draft into the form that is saved."""
    open_now = (draft.handoff,) if draft.handoff is not None else ()
    return Decision(
        lead=draft.lead,
        transitions=draft.transitions,
        handoffs=(*draft.closed, *open_now),
        assignment=draft.assignment,
        properties=properties(draft),
        stated=stated(draft),
        memberships=memberships(draft),
        intents=draft.intents,
        blast=draft.blast,
        hand_raise=draft.hand_raise,
        unarmed=is_unarmed(draft),
        wake_at=wake_at(draft),
        notes=draft.notes,
        problems=draft.problems,
        has_routed=draft.has_routed,
        steps=draft.taken,
    )


def wake_at(draft: Draft) -> datetime | None:
    """The next moment at which time alone may change something; what lies behind was dealt with."""
    moments = [
        draft.view.score.next_change_at,
        *(step.at for step in pending(draft)),
        rests_until(draft.lead, draft.book) if draft.lead.stage is Stage.RECYCLED else None,
        stay_ends_at(draft),
        next_try(draft),
        next_return_at(draft),
        listen_again(draft),
        next_offer(draft),
        silent_from(draft),
        draft.view.account.cover_turns_at if draft.view.account is not None else None,
    ]
    return min((each for each in moments if each is not None and each > draft.now), default=None)
