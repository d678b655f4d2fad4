"""The views of handoffs: what came of each, counted as the reports count it (reports/pages/passes.py and spans.py).

A test holds both against each other over crowds of people. What only the rules can say is in neither view: the
channel, the team, working time, and whether anything meaningful happened.
"""

from typing import Any

from sqlalchemy import Select, and_, case, exists, func, literal, literal_column, or_, select

from domain.handoff import HandoffKind, Outcome, Queue, Verdict
from domain.stage import Cause, Stage
from store.schema import clock_step, handoff, transition
from store.views.terms import (
    AnyColumn,
    earlier,
    holds,
    is_living,
    last_item,
    last_named,
    length,
)
from store.views.view import View, in_points, number, text, time, yes_no

_UNCOUNTED = (Outcome.MERGED, Outcome.ERASED)
_GOOD_OUTCOMES = (Outcome.MEETING, Outcome.QUALIFIED, Outcome.LOST)
_GOOD_VERDICTS = (Verdict.ACCEPT, Verdict.ALREADY_WORKING)
_DEAL = (Stage.OPPORTUNITY, Stage.CUSTOMER)
_WITH_A_REP = (Stage.ASSIGNED, Stage.ACCEPTED, Stage.QUALIFIED)

_TAKEN = (
    "lead_id", "number", "kind", "opened_at", "hand_raise", "score", "band", "owner", "queue", "assigned_at",
    "touch_due_at", "touched_at", "accepted_at", "accepted_by", "outcome_due_at", "verdict", "outcome", "closed_at",
    "tried", "steps", "after",
)  # fmt: skip
"""By name: a column that is new in the table changes no view."""

_own = handoff.alias("own")
_later = handoff.alias("later")
_named = handoff.alias("named")


def _is_counted(outcome: AnyColumn) -> AnyColumn:
    """Whether it did not end because its record went."""
    return or_(outcome.is_(None), outcome.not_in(_UNCOUNTED))


def _began(opened: AnyColumn, touched: AnyColumn) -> AnyColumn:
    """When it was opened, or when a rep rang who answered the request before it was."""
    return case((touched < opened, touched), else_=opened)


def _is_over_by(at: AnyColumn) -> AnyColumn:
    """Whether another handoff of the lead, one that began later, had begun by then."""
    began, own_began = _began(_later.c.opened_at, _later.c.touched_at), _began(_own.c.opened_at, _own.c.touched_at)
    is_later = or_(began > own_began, and_(began == own_began, _later.c.number > _own.c.number))
    same = _later.c.lead_id == _own.c.lead_id
    return exists(_one().where(same, _is_counted(_later.c.outcome), is_later, began <= at).correlate(_own, transition))


def _is_move_of_it() -> AnyColumn:
    """A move belongs to the handoff that it names; where it names none that counts, by its moment."""
    by_name = and_(_named.c.lead_id == transition.c.lead_id, _named.c.number == transition.c.handoff)
    names_one = exists(_one().where(by_name, _is_counted(_named.c.outcome)).correlate(transition))
    at = transition.c.at
    in_time = and_(_began(_own.c.opened_at, _own.c.touched_at) <= at, ~_is_over_by(at))
    return and_(
        transition.c.lead_id == _own.c.lead_id,
        transition.c.cause != Cause.BASELINE,
        or_(and_(names_one, transition.c.handoff == _own.c.number), and_(~names_one, in_time)),
    )


def _first(*stages: Stage) -> AnyColumn:
    found = select(func.min(transition.c.at)).where(_is_move_of_it(), transition.c.after.in_(stages))
    return found.correlate(_own).scalar_subquery()


def _given_back_from() -> AnyColumn:
    """Where the lead stood when a rep last gave it back; the move that opens a follow-on handoff is no such one."""
    opens = and_(_own.c.after.is_not(None), transition.c.at == _own.c.opened_at)
    back = and_(transition.c.after == Stage.MQL, transition.c.cause == Cause.PERSON)
    found = select(transition.c.before).where(_is_move_of_it(), back, transition.c.before.in_(_WITH_A_REP), ~opens)
    latest = found.order_by(transition.c.at.desc(), transition.c.id.desc()).limit(1)
    return latest.correlate(_own).scalar_subquery()


def _breach_due() -> AnyColumn:
    """When its time was up, by the step that says so, in whichever turn."""
    step = clock_step.c.step
    is_breach = or_(step == "breach", func.substr(step, 1, 7) == "breach:")
    own = and_(clock_step.c.lead_id == _own.c.lead_id, clock_step.c.handoff == _own.c.number)
    return select(func.min(clock_step.c.due_at)).where(own, is_breach).correlate(_own).scalar_subquery()


def _one() -> Select[Any]:
    return select(literal_column("1"))


_passes = (
    select(
        *(_own.c[name] for name in _TAKEN),
        _first(*_DEAL).label("in_deal_at"),
        _first(Stage.CUSTOMER).label("won_at"),
        _given_back_from().label("given_back_from"),
        _breach_due().label("breach_due_at"),
    )
    .where(_is_counted(_own.c.outcome), is_living(_own.c.lead_id))
    .subquery("pass")
)
_it = _passes.c
_is_open = _it.closed_at.is_(None)
_late_since = case((or_(_it.touched_at.is_(None), _it.breach_due_at < _it.touched_at), _it.breach_due_at))
_reason = case(
    (_is_open, None),
    (_it.outcome.in_(_GOOD_OUTCOMES), None),
    (_it.outcome.is_not(None), _it.outcome),
    (_it.verdict.in_(_GOOD_VERDICTS), None),
    else_=_it.verdict,
)
_is_data_wrong = holds(_it.steps, '"back:')
_is_refused = and_(_reason.is_not(None), _reason != Outcome.WENT_QUIET)
_is_left_untouched = and_(func.coalesce(_it.given_back_from, "") == Stage.ASSIGNED, _it.owner.is_(None))
_fate = case(
    (_it.touched_at.is_not(None), "touched"),
    (or_(_is_refused, _is_left_untouched), "answered"),
    (and_(_late_since.is_(None), _is_open), "waiting"),
    else_="never",
)
_in_time = case(
    (_it.kind != HandoffKind.NEW_BUSINESS, None),
    (_late_since.is_not(None), literal(value=False)),
    (_it.touched_at.is_not(None), literal(value=True)),
    else_=None,
)

HANDOFFS = View(
    name="handoffs",
    says="Every handoff with what came of it; without those that ended because their record went.",
    at="opened_at",
    rows=_passes,
    order=(_it.lead_id, _it.number),
    columns=(
        number("lead_id", _it.lead_id, "Whose it is: `ll_leads`."),
        number("handoff_number", _it.number, "Which of the lead's, from 1; with lead_id the key."),
        text("kind", _it.kind, "`new_business`, or `open_deal`, `customer`, `partner`, for which no clock runs."),
        time("opened_at", _it.opened_at, "When it was handed over."),
        yes_no("is_hand_raise", _it.hand_raise, "They asked to be called."),
        in_points("marketing_points", _it.score, "Marketing's own number at hand-over."),
        text("band", _it.band, "Grade and engagement step at hand-over: `B hot`."),
        text("grade", func.substr(_it.band, 1, 1), "Fit at hand-over, `A` to `E`; `?` where too little was known."),
        text("engagement_step", func.substr(_it.band, 3), "`cold`, `warm` or `hot` at hand-over."),
        number("follows_on", _it.after, "The handoff_number that it follows on, in a chain.", may_be_empty=True),
        text("waits_in", _it.queue, "The queue in which it waits: `unassigned`, `needs_data`.", may_be_empty=True),
        time("assigned_at", _it.assigned_at, "When the rep got it who has it now.", may_be_empty=True),
        time("touch_due_at", _it.touch_due_at, "By when they are to be in touch.", may_be_empty=True),
        time("touched_at", _it.touched_at, "A rep's first touch.", may_be_empty=True),
        time("late_since", _late_since, "When its time was up without a touch.", may_be_empty=True),
        yes_no(
            "is_in_time",
            _in_time,
            "Touched before its time was up. Empty while that is open, where nobody had to be in touch, and where "
            "no clock runs.",
            may_be_empty=True,
        ),
        text(
            "follow_up",
            _fate,
            "`touched`; `answered`: rejected or given back without a touch; `waiting`: still in time; `never`.",
        ),
        time(
            "accepted_at",
            earlier(_it.accepted_at, _it.in_deal_at),
            "When a rep took it; at the latest when a deal was opened.",
            may_be_empty=True,
        ),
        text(
            "accepted_by",
            _it.accepted_by,
            "By what: `touch`, `verdict`, `status`, `scorecard`. Empty for who came to a deal without.",
            may_be_empty=True,
        ),
        time("in_deal_at", _it.in_deal_at, "When the lead came to stage opportunity or customer.", may_be_empty=True),
        time("won_at", _it.won_at, "When the lead became a customer.", may_be_empty=True),
        text("verdict", _it.verdict, "The rep's answer to *take it?*: `accept`, `wrong_person` ...", may_be_empty=True),
        text("outcome", _it.outcome, "What came of it: `meeting`, `no_budget`, `went_quiet` ...", may_be_empty=True),
        time("outcome_due_at", _it.outcome_due_at, "By when the rep is to say.", may_be_empty=True),
        time("closed_at", _it.closed_at, "When it ended.", may_be_empty=True),
        yes_no("is_open", _is_open, "It has not ended."),
        text(
            "rejected_because",
            _reason,
            "The rep's no, or `went_quiet`, that it ended with. Empty where it did not end so; a lost deal is no "
            "rejection.",
            may_be_empty=True,
        ),
        yes_no("is_data_wrong", _is_data_wrong, "A rep gave it back for its data; it went on."),
        yes_no(
            "is_passed_on",
            and_(_it.given_back_from.is_not(None), ~_is_data_wrong),
            "A rep gave it back for somebody else to take; it went on.",
        ),
    ),
)

_has_returned = holds(_it.steps, '"returned:')
_had_before = case((length(_it.tried) > case((_has_returned, 1), else_=0), last_item(_it.tried)))
_back_to = last_named(_it.steps, "back:")
_rep = func.coalesce(_it.owner, case((_it.queue == Queue.NEEDS_DATA, _back_to)), _had_before, _back_to)

HANDOFFS_WITH_REPS = View(
    name="handoffs_with_reps",
    says="Who of ours has each handoff, or had it last, by e-mail. For managers: grant it to nobody else.",
    at="opened_at",
    rows=_passes,
    order=(_it.lead_id, _it.number),
    columns=(
        number("lead_id", _it.lead_id, "With handoff_number the handoff: `ll_handoffs`."),
        number("handoff_number", _it.number, "Which of the lead's."),
        time("opened_at", _it.opened_at, "When it was handed over."),
        text("rep", _rep, "The rep's e-mail. Empty while no rep ever had it.", may_be_empty=True),
    ),
)
