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
from reports.pages.bounds import bounds
from reports.pages.decided import decided, too_old
from reports.pages.follow_up import missing_channels
from reports.pages.lines import keyed
from reports.pages.page import Chart, Column, Figure, Leads, Missing, Page, Part, Row, Table, Unit
from reports.pages.passes import Pass, Scope
from reports.pages.poolless import Poolless
from reports.pages.rejects import label_of
from reports.pages.tally import middle
from reports.pages.week_counts import Group, Span
from reports.pages.window import Window, start_of
from reports.pages.wording import moment
from store.handoffs import Queued

NOBODY = "no rep yet"
_NOW, _BEFORE = "now", "before"

_GOAL = (
    Column(key="goal", label="Goal", says="Qualified leads on each working day of the team, times its working days."),
    Column(key="qualified", label="Qualified", says="Accepted, and a conversation, a meeting held or a reply."),
    Column(key="share", label="Of the goal"),
)
_SOURCES = (
    Column(key="handoffs", label="Handed over"),
    Column(key="accepted", label="Accepted", says="Of these, so far."),
    Column(key="rejected", label="Rejected", says="Of these, so far; also after they were accepted."),
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
_NONE_DUE = "no clock has come to its end yet"
_WEEK = timedelta(days=7)


class Week:
    """The page as it is counted. `before`: the week before; `queues`: who waits now; `decisions`: known in the week."""

    def __init__(
        self, scope: Scope, before: Window, queues: Sequence[Queued], decisions: Sequence[ReviewDecision] = ()
    ) -> None:
        self._scope, self._before, self._queues, self._decisions = scope, before, queues, decisions
        self._spans, self._poolless = self._empty(), Poolless(scope)
        self._teams: dict[str, dict[str, Span]] = {}
        self._channels: dict[str, Group] = {}
        self._reasons: dict[str, Group] = {}
        self._load: dict[str, Group] = {}

    def _empty(self) -> dict[str, Span]:
        windows, loaded = {_NOW: self._scope.window, _BEFORE: self._before}, self._scope.loaded_until
        return {
            name: Span(window, self._scope.most, _unknown(window, now=self._scope.now, loaded=loaded))
            for name, window in windows.items()
        }

    def count(self, each: Pass) -> None:
        """One that was in hand in either week."""
        self._poolless.count(each)
        team = each.team or NOBODY
        of_team = self._teams.setdefault(team, self._empty())
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
            remarks=tuple(self._remarks()),
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
            spans = self._teams.get(name) or self._empty()
            now, before = spans[_NOW], spans[_BEFORE]
            goal, qualified = each_day * working_days(calendars[name], self._scope.window), now.tally("qualified")
            share = Figure(value=None, unit=Unit.SHARE, why="the team had no working day")
            if goal:
                share = now.told(Figure(value=qualified.n / goal, unit=Unit.SHARE, leads=qualified.leads()))
            told = now.told(qualified.count()), share, before.told(before.tally("qualified").count())
            rows.append(Row(key=key, label=name, cells=(Figure(value=goal), *told)))
        return Table(
            key="goal",
            title="1. The goal we share",
            heads="Team",
            columns=(*_GOAL, Column(key=_BEFORE, label=f"Qualified {self._pair[1].label.lower()}")),
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

        def row(key: str, label: str, cell: Callable[[Span], Figure]) -> Row:
            return Row(key=key, label=label, cells=tuple(span.told(cell(span)) for span in spans))

        def count(key: str, label: str) -> Row:
            return row(key, label, lambda span: span.tally(key).count())

        return Table(
            key="process",
            title="2. The process",
            heads="What",
            columns=self._pair,
            rows=(
                count("handoffs", "Handed over"),
                count("asked", "of these asked to be called"),
                row("in_time", "touched in time", _in_time),
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
            Row(
                key=reason,
                label=label_of(reason, rules),
                cells=tuple(span.told(source.of(name).count()) for name, span in self._spans.items()),
            )
            for reason, source in sorted(self._reasons.items())
        ]
        return Table(
            key="rejected",
            title="Why leads were rejected",
            heads="Reason",
            columns=self._pair,
            rows=tuple(rows),
            empty="Nobody was rejected in either week.",
        )

    def _routing(self) -> Table:
        zone = self._scope.window.zone
        rows = []
        for number, each in enumerate(self._queues, 1):
            since = f"{each.since.astimezone(zone):%a %-d %b %H:%M}"
            label = f"{each.queue.value.replace('_', ' ')}: {each.cause}"
            waiting = Figure(value=each.leads, leads=Leads(n=each.leads, first=each.examples))
            rows.append(Row(key=str(number), label=label, cells=(waiting, since)))
        return Table(
            key="routing",
            title="4. Routing: who waits for a rep now, and why",
            heads="Waits for",
            columns=_QUEUES,
            rows=tuple(rows),
            says="Everybody who waits, whichever days, team and channel are asked about.",
            when=f"as of {moment(self._scope.now, zone)}",
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

    @property
    def _pair(self) -> tuple[Column, Column]:
        weeks = weeks_in(self._scope.window)
        labels = ("This week", "The week before") if weeks == 1 else ("These days", f"{weeks} weeks before")
        return Column(key=_NOW, label=labels[0]), Column(key=_BEFORE, label=labels[1])

    def _missing(self) -> Iterator[Missing]:
        yield from missing_channels(self._scope)
        yield from bounds(self._scope)
        loaded, before = self._scope.loaded_until, self._before
        if loaded is not None and before.since < loaded <= self._scope.window.since:
            part = "not known" if before.until <= loaded else "of a part of it"
            words = f"{self._pair[1].label} began before leadloop did: its figures are {part}."
            yield Missing(what=words, mend="Look again next week.")
        yield from too_old(self._scope.window, now=self._scope.now)

    def _remarks(self) -> Iterator[str]:
        yield "Qualified, accepted, rejected and won count in the week in which they came about."
        yield f"{self._pair[1].label}: {self._before.words()}."
        if self._scope.channel is not None:
            yield f"The goal is that of all channels together, not of {self._scope.channel} alone."
        yield from self._poolless.remarks()


def weeks_in(window: Window) -> int:
    """Whole weeks that have room for it, by the local calendar: so far back lies what it is held against."""
    length = window.until.astimezone(window.zone) - window.since.astimezone(window.zone)
    return max(1, -(-length // _WEEK))


def week_before(window: Window) -> Window:
    """The same days a week earlier, by the local calendar; of a longer window so many weeks that both share no day."""
    back = weeks_in(window) * _WEEK
    since, until = (at.astimezone(window.zone) - back for at in (window.since, window.until))
    return replace(window, since=since, until=until, up_to_now=False)


def _in_time(span: Span) -> Figure:
    why = _NONE_DUE if span.tally("handoffs").n else _NONE
    return span.tally("in_time").share(span.tally("judged").n, why=why)


def _unknown(window: Window, *, now: datetime, loaded: datetime | None) -> str:
    """Why nothing is known of a stretch of time."""
    if loaded is not None and window.until <= loaded:
        return "before leadloop"
    return "still to come" if window.since >= now else ""


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
