"""What reps' attempts lead to: meaningful interactions by way, hour of the day, attempt and channel.

An attempt is something that a rep did of themselves: a call, an e-mail, an invitation. It worked where it was a
conversation, or a meeting that was held, or where something meaningful followed within three days, and before the next
attempt.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.activity import Activity, ActivityKind
from reports.pages.bounds import bounds
from reports.pages.follow_up import NOBODY, missing_channels
from reports.pages.lines import Lines
from reports.pages.page import Cell, Chart, Column, Page, Table
from reports.pages.passes import Pass, Scope, moment_of
from reports.pages.poolless import Poolless
from reports.pages.tally import Tally

WAYS: Mapping[ActivityKind, str] = {
    ActivityKind.CALL_LOGGED: "Call",
    ActivityKind.EMAIL_SENT: "E-mail",
    ActivityKind.MEETING_BOOKED: "Meeting",
}
FOLLOWS_WITHIN = timedelta(days=3)
"""What comes later than that answers something else."""
LOGGED_WITHIN = timedelta(minutes=1)
"""Of one kind, so close together, are one attempt that two systems logged."""
FARTHEST = 6
"""Attempts that are told apart; the later ones stand together."""
_NONE = "nobody tried"
_WHAT_COUNTS = (
    "Of the handoffs that began in the window. What came of an attempt is what followed within three days and before "
    "the next one, and itself where it was a conversation or a meeting that was held."
)
_LESS_TIME = (
    "Attempts of the last three days, and meetings that are still to be held, had less time to lead to something."
)

COLUMNS = (
    Column(key="attempts", label="Attempts", says="Calls, e-mails and meetings of reps, without steps of a sequence."),
    Column(key="worked", label="Led to something", says="A conversation, a meeting held or a reply came of it."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try of a rep in a pass. `number`: its place in the pass, from 1; `hour`: of the team's own day."""

    of: Pass
    kind: ActivityKind
    at: datetime
    number: int
    hour: int
    worked: bool


def attempts_of(each: Pass, scope: Scope) -> Iterator[Attempt]:
    """A pass's attempts, oldest first; one that two systems logged within a minute is one."""
    zone = scope.book.calendar_of(each.rep).zone
    tries = list(_tries(each.activities))
    for number, one in enumerate(tries):
        after = tries[number + 1].occurred_at if number + 1 < len(tries) else None
        latest = one.occurred_at + FOLLOWS_WITHIN
        follows = any(one.occurred_at < at <= latest and (after is None or at < after) for at in each.meant_at)
        own = moment_of(one, rule=scope.rules.meaningful, now=scope.now)
        yield Attempt(
            of=each,
            kind=one.kind,
            at=one.occurred_at,
            number=number + 1,
            hour=one.occurred_at.astimezone(zone).hour,
            worked=own is not None or follows,
        )


def _tries(activities: Iterable[Activity]) -> Iterator[Activity]:
    """`activities`: oldest first. Each is held against the first log of the attempt before, not against a clock's
    minute: 10:00:59 and 10:01:01 are one."""
    latest: dict[ActivityKind, datetime] = {}
    for one in activities:
        if one.kind not in WAYS or one.actor is None or one.automated:
            continue
        if one.kind not in latest or one.occurred_at - latest[one.kind] > LOGGED_WITHIN:
            latest[one.kind] = one.occurred_at
            yield one


class AttemptLine:
    """So many attempts, and how many of them led to something."""

    def __init__(self, most: int | None) -> None:
        self._all, self._worked = Tally(most), Tally(most)

    def count(self, each: Attempt, /) -> None:
        self._all.add(each.of.lead_id)
        if each.worked:
            self._worked.add(each.of.lead_id)

    def cells(self) -> tuple[Cell, ...]:
        return (self._all.count(), self._worked.share(self._all.n, why=_NONE))


class Interactions:
    """The page as it is counted."""

    def __init__(self, scope: Scope) -> None:
        self._scope, self._poolless = scope, Poolless(scope)
        names = ("way", "hour", "number", "channel", "team")
        self._lines = {name: Lines[Attempt](lambda: AttemptLine(scope.most)) for name in names}

    def count(self, each: Attempt) -> None:
        self._poolless.count(each.of)
        self._lines["way"].count(WAYS[each.kind], each)
        self._lines["hour"].count(f"{each.hour:02}:00", each)
        self._lines["number"].count(_number(each.number), each)
        self._lines["channel"].count(each.of.channel, each)
        self._lines["team"].count(each.of.team or NOBODY, each)

    def page(self) -> Page:
        scope = self._scope
        return Page(
            name="interactions",
            title="Meaningful interactions",
            asks="Which attempts lead to a conversation, a meeting or a reply: how, when, and at which try?",
            counts="attempts",
            window=scope.window,
            seen=scope.now,
            rule_hash=scope.book.rule_hash,
            parts=tuple(self._tables()),
            missing=(*missing_channels(scope), *bounds(scope)),
            remarks=(_WHAT_COUNTS, _LESS_TIME, *self._poolless.remarks()),
        )

    def _tables(self) -> Iterator[Table]:
        yield self._lines["way"].table("way", "By way", "Way", COLUMNS, chart=Chart.BARS, charted="worked")
        says = "In the team's own time. Few attempts in an hour say little about the hour."
        yield self._lines["hour"].table(
            "hour", "By hour of the day", "Hour", COLUMNS, says=says, chart=Chart.COLUMNS, charted="worked"
        )
        order = [_number(number) for number in range(1, FARTHEST + 2)]
        yield self._lines["number"].table("number", "By attempt", "Attempt", COLUMNS, order=order)
        yield self._lines["channel"].table("channel", "By channel of the first touch", "Channel", COLUMNS)
        yield self._lines["team"].table("team", "By team", "Team", COLUMNS)


def _number(number: int) -> str:
    return f"{number}." if number <= FARTHEST else f"{FARTHEST + 1}. and later"
