"""Every handoff of a window with all that came of it: what most figures are groups of.

A pass lasts until the next one of the same lead begins: what came later belongs to that one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.reports import Meaningful, ReportRules
from domain.activity import Activity, ActivityKind
from domain.handoff import Handoff, HandoffKind, Outcome, StepTaken
from domain.stage import Cause, Stage, Transition
from domain.values import LeadId
from handoff.meaningful import held_at, is_conversation, is_held
from handoff.rulebook import Rulebook
from mapping.channels import Channels
from reports import histories
from reports.histories import Life
from reports.pages.window import Window
from store import clock_steps, passes
from store.engine import Store, Tx

PORTION = 250
"""Leads that are in memory at one time, with everything they did."""
UNCOUNTED = frozenset({Outcome.MERGED, Outcome.ERASED})
"""Passes that ended because a record went, not because of anything that marketing or sales did."""
_QUALIFIED = frozenset({Stage.QUALIFIED, Stage.OPPORTUNITY, Stage.CUSTOMER})
_DEAL = frozenset({Stage.OPPORTUNITY, Stage.CUSTOMER})


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
    team: str | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One handoff and its fate.

    `team`: of whoever has it, or had it last; None while no rep ever did. `channel`: of the lead's first touch.
    `qualified_at`: accepted, and something meaningful had happened or the rep had said so. `late_since`: when its time
    was up without a touch. `working_minutes`: of the team, from the handoff to the touch.
    """

    handoff: Handoff
    team: str | None
    channel: str
    meaningful_at: datetime | None
    qualified_at: datetime | None
    opportunity_at: datetime | None
    won_at: datetime | None
    late_since: datetime | None
    working_minutes: int | None

    @property
    def lead_id(self) -> LeadId:
        return self.handoff.lead_id

    @property
    def rep(self) -> str | None:
        """Whoever has it, or had it last."""
        return self.handoff.owner or (self.handoff.tried[-1] if self.handoff.tried else None)

    @property
    def is_accepted(self) -> bool:
        return self.handoff.accepted_at is not None

    @property
    def in_time(self) -> bool | None:
        """None: no clock runs for its kind, its time is not up yet, or it was answered without a touch."""
        if self.handoff.kind is not HandoffKind.NEW_BUSINESS:
            return None
        if self.late_since is not None:
            return False
        return True if self.handoff.touched_at is not None else None


def passes_of(store: Store, scope: Scope) -> Iterator[Pass]:
    """Every pass that began in the window, by lead; each portion is read in a transaction of its own."""
    last = LeadId(0)
    while True:
        with store.read() as tx:
            ids = passes.handed_over(tx, since=scope.window.since, until=scope.window.until, after=last, limit=PORTION)
            found = list(_read(tx, ids, scope))
        if not ids:
            return
        last = ids[-1]
        yield from found


def _read(tx: Tx, ids: Sequence[LeadId], scope: Scope) -> Iterator[Pass]:
    steps = clock_steps.of_leads(tx, ids)
    for life in histories.of(tx, ids):
        channel = scope.channels.of_lead(life.activities, life.facts)
        if scope.channel is not None and scope.channel != channel:
            continue
        for each in passes_in(life, steps.get(life.lead.id, ()), channel=channel, scope=scope):
            if scope.team is None or scope.team == each.team:
                yield each


def passes_in(life: Life, steps: Sequence[StepTaken], *, channel: str, scope: Scope) -> Iterator[Pass]:
    """One lead's passes that began in the window, without those that ended with the record."""
    ends = [each.opened_at for each in life.handoffs[1:]]
    for handoff, end in zip(life.handoffs, [*ends, None], strict=True):
        if scope.window.covers(handoff.opened_at) and handoff.outcome not in UNCOUNTED:
            yield _pass(life, handoff, end, [each for each in steps if each.handoff == handoff.number], channel, scope)


def _pass(
    life: Life, handoff: Handoff, end: datetime | None, steps: Sequence[StepTaken], channel: str, scope: Scope
) -> Pass:
    moves = [each for each in life.transitions if each.cause is not Cause.BASELINE and _lies(each.at, handoff, end)]
    meant = meaningful_at(life.activities, handoff.opened_at, end, rule=scope.rules.meaningful, now=scope.now)
    said = _first(moves, _QUALIFIED)
    signs = [at for at in (meant, said) if at is not None]
    accepted, rep = handoff.accepted_at, handoff.owner or (handoff.tried[-1] if handoff.tried else None)
    calendar = scope.book.calendar_of(rep)
    touched = handoff.touched_at
    return Pass(
        handoff=handoff,
        team=scope.book.team_of(rep).name if rep is not None else None,
        channel=channel,
        meaningful_at=meant,
        qualified_at=max(accepted, min(signs)) if accepted is not None and signs else None,
        opportunity_at=_first(moves, _DEAL),
        won_at=_first(moves, frozenset({Stage.CUSTOMER})),
        late_since=_late_since(steps, touched),
        working_minutes=None if touched is None else calendar.working_minutes(handoff.opened_at, touched),
    )


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
