"""Every handoff of a window with all that came of it: what most figures are groups of.

A pass lasts until the next one of the same lead begins: what came later belongs to that one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import TypeVar

from config.reports import Meaningful, ReportRules
from domain.activity import Activity, ActivityKind
from domain.handoff import Handoff, HandoffKind, Outcome, StepTaken
from domain.lead import Fact
from domain.stage import Cause, Stage, Transition
from domain.values import LeadId, Value
from handoff.deadlines import back_to
from handoff.meaningful import held_at, is_conversation, is_held
from handoff.rulebook import Rulebook
from mapping.channels import Channels
from reports import histories
from reports.histories import Life
from reports.pages.window import Window
from store import clock_steps, passes
from store.engine import Store, Tx

T = TypeVar("T")

PORTION = 250
"""Leads that are in memory at one time, with everything they did."""
UNCOUNTED = frozenset({Outcome.MERGED, Outcome.ERASED})
"""Passes that ended because a record went, not because of anything that marketing or sales did."""
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
    without a touch. `working_minutes`: of the team, from the handoff to the touch.
    """

    handoff: Handoff
    team: str | None
    channel: str
    meaningful_at: datetime | None
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
    is_passed_on: bool
    """Whether a rep gave it back for somebody else to take."""

    @property
    def lead_id(self) -> LeadId:
        return self.handoff.lead_id

    @property
    def rep(self) -> str | None:
        """Whoever has it, or had it last."""
        return self.handoff.owner or (self.handoff.tried[-1] if self.handoff.tried else None)

    @property
    def is_data_wrong(self) -> bool:
        """Whether a rep gave it back for its data."""
        return back_to(self.handoff) is not None

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


def passes_in_hand(store: Store, scope: Scope) -> Iterator[Pass]:
    """Every pass that had begun by the end of the window and was not over before its beginning, by lead."""
    since, until = scope.window.since, scope.window.until
    found = portions(
        store,
        lambda tx, last: passes.in_hand(tx, since=since, until=until, after=last, limit=PORTION),
        lambda tx, ids: _read(tx, ids, scope),
    )
    for each in found:
        closed = each.handoff.closed_at
        if each.handoff.opened_at < until and (closed is None or closed >= since):
            yield each


def _read(tx: Tx, ids: Sequence[LeadId], scope: Scope) -> Iterator[Pass]:
    steps = clock_steps.of_leads(tx, ids)
    for life in histories.of(tx, ids):
        channel = scope.channels.of_lead(life.activities, life.facts)
        if scope.channel is not None and scope.channel != channel:
            continue
        for each in passes_in(life, steps.get(life.lead.id, ()), channel=channel, scope=scope):
            if scope.team in {None, each.team}:
                yield each


def passes_in(life: Life, steps: Sequence[StepTaken], *, channel: str, scope: Scope) -> Iterator[Pass]:
    """One lead's passes, without those that ended with the record."""
    ends = [each.opened_at for each in life.handoffs[1:]]
    for handoff, end in zip_longest(life.handoffs, ends):
        if handoff.outcome not in UNCOUNTED:
            own = [each for each in steps if each.handoff == handoff.number]
            yield _pass(life, handoff, own, end=end, channel=channel, scope=scope)


def _pass(
    life: Life, handoff: Handoff, steps: Sequence[StepTaken], *, end: datetime | None, channel: str, scope: Scope
) -> Pass:
    moves = [each for each in life.transitions if each.cause is not Cause.BASELINE and _lies(each.at, handoff, end)]
    done = [each for each in life.activities if _lies(each.occurred_at, handoff, end)]
    meant = meaningful_at(life.activities, handoff.opened_at, end, rule=scope.rules.meaningful, now=scope.now)
    rep, touched = handoff.owner or (handoff.tried[-1] if handoff.tried else None), handoff.touched_at
    won, in_deal = _first(moves, _WON), _first(moves, _DEAL)
    signs = [at for at in (meant, _first(moves, _QUALIFIED)) if at is not None]
    accepted = handoff.accepted_at
    qualified = max(accepted, min(signs)) if accepted is not None and signs else None
    qualified = _earlier(qualified, in_deal)
    return Pass(
        handoff=handoff,
        team=scope.book.team_of(rep).name if rep is not None else None,
        channel=channel,
        meaningful_at=meant,
        accepted_at=_earlier(accepted, qualified),
        qualified_at=qualified,
        opportunity_at=in_deal,
        won_at=won,
        late_since=_late_since(steps, touched),
        working_minutes=None if touched is None else _minutes(scope.book, rep, handoff.opened_at, touched),
        known=as_known(life.facts, handoff.opened_at),
        activities=done,
        is_passed_on=back_to(handoff) is None and any(_gives_back(each) for each in moves),
    )


def _gives_back(move: Transition) -> bool:
    return move.after is Stage.MQL and move.cause is Cause.PERSON and move.before in _WITH_A_REP


def as_known(facts: Sequence[Fact], at: datetime) -> dict[str, Value]:
    """The newest value of each property that was known by then. `facts`: of each name the oldest first."""
    return {each.name: each.value for each in facts if each.seen_at <= at and each.since <= at}


def _minutes(book: Rulebook, rep: str | None, since: datetime, until: datetime) -> int:
    return book.calendar_of(rep).working_minutes(since, until)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)


def _lies(at: datetime, handoff: Handoff, end: datetime | None) -> bool:
    return handoff.opened_at <= at and (end is None or at < end)


def _first(moves: Sequence[Transition], stages: frozenset[Stage]) -> datetime | None:
    return min((each.at for each in moves if each.after in stages), default=None)


def _late_since(steps: Sequence[StepTaken], touched: datetime | None) -> datetime | None:
    """A step that came due before a touch that was only read later was no breach."""
    due = min((each.due_at for each in steps if each.step.split(":")[0] == "breach"), default=None)
    return due if due is not None and (touched is None or due < touched) else None


def meaningful_at(
    activities: Sequence[Activity], since: datetime, until: datetime | None, *, rule: Meaningful, now: datetime
) -> datetime | None:
    """When the first meaningful interaction of a stretch of time took place; None without one."""
    moments = (moment_of(each, rule=rule, now=now) for each in activities)
    return min((at for at in moments if at is not None and since <= at and (until is None or at < until)), default=None)


def moment_of(activity: Activity, *, rule: Meaningful, now: datetime) -> datetime | None:
    """When a meaningful interaction took place; None of any other."""
    if activity.kind is ActivityKind.EMAIL_REPLIED:
        return activity.occurred_at if rule.reply and not activity.automated else None
    if is_held(activity, now):
        return held_at(activity) if rule.meeting_held else None
    talked = is_conversation(activity, seconds=rule.conversation_s, dispositions=rule.dispositions)
    return activity.occurred_at if talked else None
