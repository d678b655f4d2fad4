"""The weekly review that marketing and sales hold together, in the order of its agenda.

First the goal they share, then the process, then content and offers, then routing, and people last: most of what looks
like somebody's fault is explained by what stands before. Each figure stands beside that of the week before. What was
decided closes it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from domain.review import ReviewDecision
from handoff.calendar import WorkCalendar
from reports.pages.decided import decided, too_old
from reports.pages.follow_up import missing_channels
from reports.pages.lines import keyed
from reports.pages.page import Cell, Chart, Column, Figure, Missing, Page, Part, Row, Table, Unit
from reports.pages.passes import Pass, Scope
from reports.pages.rejects import label_of
from reports.pages.tally import Tally, middle
from reports.pages.week_counts import Group, Span
from reports.pages.window import Window, start_of
from store.handoffs import Queued

NOBODY = "no rep yet"
_NOW, _BEFORE = "now", "before"

_GOAL = (
    Column(key="goal", label="Goal", says="Qualified leads on each working day of the team, times its working days."),
    Column(key="qualified", label="Qualified", says="Accepted, and a conversation, a meeting held or a reply."),
    Column(key="share", label="Of the goal"),
    Column(key="before", label="Qualified the week before"),
)
_PAIR = (Column(key="now", label="This week"), Column(key="before", label="The week before"))
_SOURCES = (
    Column(key="handoffs", label="Handed over"),
    Column(key="accepted", label="Accepted", says="Of these, so far."),
    Column(key="rejected", label="Rejected", says="Of these, so far."),
    Column(key="qualified", label="Qualified in the week", says="Whenever they were handed over."),
)
_QUEUES = (
    Column(key="leads", label="Leads"),
    Column(key="since", label="The oldest since"),
)
_LOAD = (
    Column(key="open", label="In hand at the end", says="Handoffs that were not over."),
    Column(key="untouched", label="Not touched by then"),
    Column(key="away", label="Away", says="Days that reps of the team were away in the week."),
)
_NONE = "nobody was handed over"


class Week:
    """The page as it is counted. `before`: the week before; `queues`: who waits now; `decisions`: known in the week."""

    def __init__(
        self, scope: Scope, before: Window, queues: Sequence[Queued], decisions: Sequence[ReviewDecision] = ()
    ) -> None:
        self._scope, self._before, self._queues, self._decisions = scope, before, queues, decisions
        self._spans = {_NOW: Span(scope.window, scope.most), _BEFORE: Span(before, scope.most)}
        self._teams: dict[str, dict[str, Span]] = {}
        self._channels: dict[str, Group] = {}
        self._reasons: dict[str, Group] = {}
        self._load: dict[str, Group] = {}

    def count(self, each: Pass) -> None:
        """One that was in hand in either week."""
        team = each.team or NOBODY
        of_team = self._teams.setdefault(
            team, {name: Span(span.window, span.most) for name, span in self._spans.items()}
        )
        for spans in (self._spans, of_team):
            for span in spans.values():
                span.count(each)
        self._count_source(each)
        self._count_load(each, team)

    def _count_source(self, each: Pass) -> None:
        source, window = self._group(self._channels, each.channel), self._scope.window
        if window.covers(each.handoff.opened_at):
            source.add("handoffs", each)
            if each.accepted_at is not None:
                source.add("accepted", each)
            if each.rejection is not None:
                source.add("rejected", each)
        if window.covers(each.qualified_at):
            source.add("qualified", each)
        for name, span in self._spans.items():
            if each.rejection is not None and span.window.covers(each.handoff.closed_at):
                self._group(self._reasons, each.rejection.value).add(name, each)

    def _group(self, groups: dict[str, Group], name: str) -> Group:
        return groups.setdefault(name, Group(self._scope.most))

    def _count_load(self, each: Pass, team: str) -> None:
        handoff, ends = each.handoff, self._scope.window.until
        if handoff.opened_at < ends and (handoff.closed_at is None or handoff.closed_at >= ends):
            load = self._group(self._load, team)
            load.add("open", each)
            if handoff.touched_at is None or handoff.touched_at >= ends:
                load.add("untouched", each)

    def page(self) -> Page:
        scope = self._scope
        return Page(
            name="week",
            title="The week together",
            asks="Where do we stand against the goal we share, and what do we change next week?",
            counts="handoffs",
            window=scope.window,
            seen=scope.now,
            rule_hash=scope.book.rule_hash,
            parts=tuple(self._parts()),
            missing=tuple(self._missing()),
            remarks=("Qualified, accepted, rejected and won count in the week in which they came about.",),
        )

    def _parts(self) -> Iterator[Part]:
        yield self._goal()
        yield self._process()
        yield self._content()
        yield self._given_back()
        yield self._routing()
        yield self._people()
        yield decided(self._decisions, self._scope.window, now=self._scope.now)

    def _goal(self) -> Table:
        rows = []
        each_day = self._scope.rules.goal.qualified_per_team_and_day
        calendars = dict(self._calendars())
        for key, name in keyed(list(calendars)):
            spans, calendar = self._teams.get(name, {}), calendars[name]
            days = working_days(calendar, self._scope.window)
            now, before = (spans[span].tally("qualified") if spans else Tally() for span in (_NOW, _BEFORE))
            goal = each_day * days
            share = Figure(value=None, unit=Unit.SHARE, why="the team had no working day")
            if goal:
                share = Figure(value=now.n / goal, unit=Unit.SHARE, leads=now.leads())
            cells: tuple[Cell, ...] = (Figure(value=goal), now.count(), share, before.count())
            rows.append(Row(key=key, label=name, cells=cells))
        return Table(
            key="goal",
            title="1. The goal we share",
            heads="Team",
            columns=_GOAL,
            rows=tuple(rows),
            says=f"Agreed: {each_day:g} qualified a working day for each team.",
            chart=Chart.BARS,
            charted="share",
            line=(1.0, "the goal"),
            empty="routing.yaml has no team.",
        )

    def _calendars(self) -> list[tuple[str, WorkCalendar]]:
        found = self._scope.book.calendars.items()
        return [(name, calendar) for name, calendar in found if self._scope.team in {None, name}]

    def _process(self) -> Table:
        spans = [self._spans[_NOW], self._spans[_BEFORE]]

        def row(key: str, label: str, cell: Callable[[Span], Cell]) -> Row:
            return Row(key=key, label=label, cells=tuple(cell(span) for span in spans))

        def count(key: str, label: str) -> Row:
            return row(key, label, lambda span: span.tally(key).count())

        return Table(
            key="process",
            title="2. The process",
            heads="What",
            columns=_PAIR,
            rows=(
                count("handoffs", "Handed over"),
                count("asked", "of these asked to be called"),
                row(
                    "in_time",
                    "touched in time",
                    lambda span: span.tally("in_time").share(span.tally("judged").n, why=_NONE),
                ),
                row(
                    "median",
                    "half touched within",
                    lambda span: middle(span.minutes, Unit.MINUTES, of=span.tally("touched"), why="nobody was touched"),
                ),
                count("never", "never touched"),
                count("accepted", "Accepted"),
                count("rejected", "Rejected"),
                count("qualified", "Qualified"),
                count("opportunity", "In a deal"),
                count("won", "Won"),
            ),
        )

    def _content(self) -> Table:
        rows = []
        for key, name in keyed(sorted(self._channels, key=str.casefold)):
            source = self._channels[name]
            handed = source.of("handoffs")
            if not handed.n and not source.of("qualified").n:
                continue
            shares = (source.of(step).share(handed.n, why=_NONE) for step in ("accepted", "rejected"))
            cells = (handed.count(), *shares, source.of("qualified").count())
            rows.append(Row(key=key, label=name, cells=cells))
        return Table(
            key="content",
            title="3. Content and offers: by channel of the first touch",
            heads="Channel",
            columns=_SOURCES,
            rows=tuple(rows),
        )

    def _given_back(self) -> Table:
        rules = self._scope.book.lifecycle
        rows = [
            Row(key=reason, label=label_of(reason, rules), cells=(source.of(_NOW).count(), source.of(_BEFORE).count()))
            for reason, source in sorted(self._reasons.items())
        ]
        return Table(
            key="rejected",
            title="Why leads were rejected",
            heads="Reason",
            columns=_PAIR,
            rows=tuple(rows),
            empty="Nobody was rejected in either week.",
        )

    def _routing(self) -> Table:
        zone = self._scope.window.zone
        rows = []
        for number, each in enumerate(self._queues, 1):
            since = f"{each.since.astimezone(zone):%a %-d %b %H:%M}"
            label = f"{each.queue.value.replace('_', ' ')}: {each.cause}"
            rows.append(Row(key=str(number), label=label, cells=(Figure(value=each.leads), since)))
        return Table(
            key="routing",
            title="4. Routing: who waits for a rep now, and why",
            heads="Waits for",
            columns=_QUEUES,
            rows=tuple(rows),
            empty="Nobody waits: every handed-over lead has a rep.",
        )

    def _people(self) -> Table:
        names = [name for name, _ in self._calendars()]
        rows = []
        for key, name in keyed([*names, *sorted(self._load.keys() - set(names))]):
            load = self._load.get(name, Group(self._scope.most))
            away = self._days_away(name)
            cells = (
                load.of("open").count(),
                load.of("untouched").count(),
                Figure(value=away) if away is not None else "",
            )
            rows.append(Row(key=key, label=name, cells=cells))
        return Table(
            key="people",
            title="5. People: what each team had in hand",
            heads="Team",
            columns=_LOAD,
            rows=tuple(rows),
            says="Whoever has too much in hand needs help. By rep, for their managers: `report followup --people`.",
        )

    def _days_away(self, team: str) -> int | None:
        calendar = self._scope.book.calendars.get(team)
        if calendar is None:
            return None
        days = [day for day in days_of(self._scope.window, calendar) if calendar.works_on(day)]
        # Two absences of one rep may share a day.
        away = {(each.email.casefold(), day) for each in calendar.team.absences for day in days if each.covers(day)}
        return len(away)

    def _missing(self) -> Iterator[Missing]:
        yield from missing_channels(self._scope)
        if self._scope.loaded_until is not None:
            yield from self._before_us(self._scope.loaded_until)
        yield from too_old(self._scope.window, now=self._scope.now)

    def _before_us(self, began: datetime) -> Iterator[Missing]:
        """What is counted of days that nobody here saw looks like a bad week."""
        window, mend = self._scope.window, "Look again next week."
        first, day = (at.astimezone(window.zone).date() for at in (window.since, began))
        if first < day:
            which = "All of these days lie" if window.until <= began else f"The days up to {day:%-d %b %Y} lie"
            yield Missing(what=f"{which} before leadloop began: nothing of them is in the figures.", mend=mend)
        if self._before.until <= began:
            yield Missing(what="The week before lies before leadloop began: its figures are not known.", mend=mend)


def week_before(window: Window) -> Window:
    """The same days a week earlier, by the local calendar."""
    week = timedelta(days=7)
    since, until = (at.astimezone(window.zone) - week for at in (window.since, window.until))
    return replace(window, since=since, until=until)


def days_of(window: Window, calendar: WorkCalendar) -> list[date]:
    """The team's own days that begin in the window."""
    first, last = (_first_day(at, calendar) for at in (window.since, window.until))
    return [first + timedelta(days=number) for number in range((last - first).days)]


def _first_day(at: datetime, calendar: WorkCalendar) -> date:
    """The team's first day that begins at a moment or after it: where it works elsewhere, one may be half over."""
    day = calendar.local_date(at)
    return day if start_of(day, calendar.zone) >= at else day + timedelta(days=1)


def working_days(calendar: WorkCalendar, window: Window) -> int:
    return sum(calendar.works_on(day) for day in days_of(window, calendar))
