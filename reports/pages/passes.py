"""Every handoff of a window with all that came of it: what most figures are groups of.

What belongs to which pass of a lead is told in spans.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from config.reports import Meaningful, ReportRules
from domain.activity import Activity, ActivityKind
from domain.handoff import Handoff, HandoffKind, Outcome, StepTaken, Verdict
from domain.lead import Fact
from domain.stage import Cause, Stage, Transition
from domain.values import LeadId, Value
from handoff.answers import GOOD_OUTCOMES, GOOD_VERDICTS
from handoff.deadlines import back_to
from handoff.meaningful import held_at, is_conversation, is_held
from handoff.rulebook import Rulebook
from mapping.channels import Channels
from reports import histories
from reports.first_touches import channel_of
from reports.histories import Life
from reports.pages.spans import UNCOUNTED, Span, began_at, rep_of, spans_of
from reports.pages.window import Window
from store import clock_steps, passes
from store.engine import Store, Tx

T = TypeVar("T")

PORTION = 250
"""Leads that are in memory at one time, with everything they did."""
_REJECTIONS = frozenset(Outcome) - UNCOUNTED - GOOD_OUTCOMES - {Outcome.LOST}
"""Outcomes that give a lead back to marketing, or end it. A lead whose deal was lost was good enough for one."""
_QUALIFIED = frozenset({Stage.QUALIFIED, Stage.OPPORTUNITY, Stage.CUSTOMER})
_DEAL = frozenset({Stage.OPPORTUNITY, Stage.CUSTOMER})
_WITH_A_REP = frozenset({Stage.ASSIGNED, Stage.ACCEPTED, Stage.QUALIFIED})
_WON = frozenset({Stage.CUSTOMER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a report looks at. `names`: rep's e-mail → name; `most`: leads kept behind each figure, None: all."""

    window: Window
    book: Rulebook
    rules: ReportRules
    channels: Channels
    names: Mapping[str, str]
    now: datetime
    most: int | None
    loaded_until: datetime | None = None
    """What was known by then was there before leadloop."""
    team: str | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One handoff and its fate.

    `team`: of whoever has it, or had it last; None while no rep ever did. `channel`: of the lead's first touch.
    `qualified_at`: accepted, and something meaningful had happened or the rep had said so. Whoever came farther is
    counted in every step before: nobody is won without having been accepted. `late_since`: when its time was up
    without a touch. `working_minutes`: of the team, from the handoff to the touch. `given_back_from`: where the lead
    stood when a rep last gave it back.
    """

    handoff: Handoff
    team: str | None
    channel: str
    meant_at: Sequence[datetime]
    """When something meaningful took place while it lasted, oldest first."""
    accepted_at: datetime | None
    qualified_at: datetime | None
    opportunity_at: datetime | None
    won_at: datetime | None
    late_since: datetime | None
    working_minutes: int | None
    known: Mapping[str, Value]
    """What was known of the lead at hand-over."""
    activities: Sequence[Activity]
    """What the person and the reps did while it lasted, oldest first."""
    given_back_from: Stage | None

    @property
    def lead_id(self) -> LeadId:
        return self.handoff.lead_id

    @property
    def rep(self) -> str | None:
        return rep_of(self.handoff)

    @property
    def meaningful_at(self) -> datetime | None:
        return self.meant_at[0] if self.meant_at else None

    @property
    def rejection(self) -> Outcome | Verdict | None:
        """What it ended with where that was a rep's no, or where nothing came of it. `Already working it` is a yes."""
        handoff = self.handoff
        if handoff.is_open:
            return None
        if handoff.outcome is not None:
            return handoff.outcome if handoff.outcome in _REJECTIONS else None
        return None if handoff.verdict in GOOD_VERDICTS else handoff.verdict

    @property
    def is_refused(self) -> bool:
        """Whether it ended with a rep's no."""
        return self.rejection not in {None, Outcome.WENT_QUIET}

    @property
    def is_data_wrong(self) -> bool:
        """Whether a rep gave it back for its data."""
        return back_to(self.handoff) is not None

    @property
    def is_passed_on(self) -> bool:
        """Whether a rep gave it back for somebody else to take."""
        return self.given_back_from is not None and not self.is_data_wrong

    @property
    def is_handed_back_untouched(self) -> bool:
        """Whether it waits for somebody since a rep gave it back who had not been in touch: a touch accepts."""
        return self.given_back_from is Stage.ASSIGNED and self.handoff.owner is None

    @property
    def in_time(self) -> bool | None:
        """None: no clock runs for its kind, its time is not up yet, or it was answered without a touch."""
        if self.handoff.kind is not HandoffKind.NEW_BUSINESS:
            return None
        if self.late_since is not None:
            return False
        return True if self.handoff.touched_at is not None else None


def portions(
    store: Store, find: Callable[[Tx, LeadId], Sequence[LeadId]], read: Callable[[Tx, Sequence[LeadId]], Iterable[T]]
) -> Iterator[T]:
    """What `read` makes of the leads that `find` gives above a number, until it gives none. Each portion is read in a
    transaction of its own, so that a long look holds up no daemon."""
    last = LeadId(0)
    while True:
        with store.read() as tx:
            ids = find(tx, last)
            found = list(read(tx, ids))
        if not ids:
            return
        last = ids[-1]
        yield from found


def passes_of(store: Store, scope: Scope) -> Iterator[Pass]:
    """Every pass that began in the window, by lead."""
    span = {"since": scope.window.since, "until": scope.window.until}
    found = portions(
        store,
        lambda tx, last: passes.handed_over(tx, **span, after=last, limit=PORTION),
        lambda tx, ids: _read(tx, ids, scope),
    )
    yield from (each for each in found if scope.window.covers(each.handoff.opened_at))


def passes_at_work(store: Store, scope: Scope) -> Iterator[Pass]:
    """Every pass to which anything may have come in the window, by lead: each was opened, or answered, before its end.

    What came about may lie after a pass was closed: a reply, a meeting that was agreed before, a deal.
    """
    since, until = scope.window.since, scope.window.until
    found = portions(
        store,
        lambda tx, last: passes.at_work(tx, since=since, until=until, after=last, limit=PORTION),
        lambda tx, ids: _read(tx, ids, scope),
    )
    yield from (each for each in found if began_at(each.handoff) < until)


def _read(tx: Tx, ids: Sequence[LeadId], scope: Scope) -> Iterator[Pass]:
    steps = clock_steps.of_leads(tx, ids)
    for life in histories.of(tx, ids):
        channel = channel_of(life, scope.channels)
        if scope.channel is not None and scope.channel != channel:
            continue
        for each in passes_in(life, steps.get(life.lead.id, ()), channel=channel, scope=scope):
            if scope.team in {None, each.team}:
                yield each


def passes_in(life: Life, steps: Sequence[StepTaken], *, channel: str, scope: Scope) -> Iterator[Pass]:
    """One lead's passes as they began, without those that ended with the record."""
    for span in spans_of(life.handoffs, life.transitions):
        own = [each for each in steps if each.handoff == span.handoff.number]
        yield _pass(life, span, own, channel=channel, scope=scope)


def _pass(life: Life, span: Span, steps: Sequence[StepTaken], *, channel: str, scope: Scope) -> Pass:
    handoff, moves = span.handoff, span.moves
    done = [one for one in life.activities if span.covers(one.occurred_at)]
    moments = (moment_of(one, rule=scope.rules.meaningful, now=scope.now) for one in life.activities)
    meant = sorted(at for at in moments if at is not None and span.covers(at))
    rep, touched = rep_of(handoff), handoff.touched_at
    in_deal = _first(moves, _DEAL)
    qualified = _earlier(
        _qualified_at(handoff.accepted_at, min(meant, default=None), _first(moves, _QUALIFIED)), in_deal
    )
    return Pass(
        handoff=handoff,
        team=scope.book.team_of(rep).name if rep is not None else None,
        channel=channel,
        meant_at=meant,
        accepted_at=_earlier(handoff.accepted_at, qualified),
        qualified_at=qualified,
        opportunity_at=in_deal,
        won_at=_first(moves, _WON),
        late_since=_late_since(steps, touched),
        working_minutes=None if touched is None else _minutes(scope.book, rep, handoff.opened_at, touched),
        known=as_known(life.facts, handoff.opened_at),
        activities=done,
        given_back_from=next((each.before for each in reversed(moves) if _gives_back(each, handoff)), None),
    )


def _qualified_at(accepted: datetime | None, meant: datetime | None, said: datetime | None) -> datetime | None:
    sign = _earlier(meant, said)
    return None if accepted is None or sign is None else max(accepted, sign)


def _gives_back(move: Transition, handoff: Handoff) -> bool:
    """The move that opens a handoff which follows on another one is that one's end."""
    is_opening = handoff.after is not None and move.at == handoff.opened_at
    return move.after is Stage.MQL and move.cause is Cause.PERSON and move.before in _WITH_A_REP and not is_opening


def as_known(facts: Sequence[Fact], at: datetime) -> dict[str, Value]:
    """The newest value of each property that was known by then. `facts`: of each name the oldest first."""
    return {each.name: each.value for each in facts if each.seen_at <= at and each.since <= at}


def _minutes(book: Rulebook, rep: str | None, since: datetime, until: datetime) -> int:
    return book.calendar_of(rep).working_minutes(since, until)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)


def _first(moves: Sequence[Transition], stages: frozenset[Stage]) -> datetime | None:
    return min((each.at for each in moves if each.after in stages), default=None)


def _late_since(steps: Sequence[StepTaken], touched: datetime | None) -> datetime | None:
    """A step that came due before a touch that was only read later was no breach."""
    due = min((each.due_at for each in steps if each.step.split(":")[0] == "breach"), default=None)
    return due if due is not None and (touched is None or due < touched) else None


def moment_of(activity: Activity, *, rule: Meaningful, now: datetime) -> datetime | None:
    """When a meaningful interaction took place; None of any other."""
    if activity.kind is ActivityKind.EMAIL_REPLIED:
        return activity.occurred_at if rule.reply and not activity.automated else None
    if is_held(activity, now):
        return held_at(activity) if rule.meeting_held else None
    talked = is_conversation(activity, seconds=rule.conversation_s, dispositions=rule.dispositions)
    return activity.occurred_at if talked else None
