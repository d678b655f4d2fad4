"""How far people come who became known in one stretch of time: step by step, by cohort, by channel."""

from array import array
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from config.reports import Targets
from reports.pages.bounds import bounds
from reports.pages.follow_up import missing_channels
from reports.pages.lines import Lines
from reports.pages.lives import Way
from reports.pages.outcomes import COLUMNS, OutcomeLine
from reports.pages.page import Cell, Chart, Column, Missing, Page, Row, Table, Unit
from reports.pages.passes import Scope
from reports.pages.tally import Tally, middle

STEPS = ("Known", "Handed over", "Accepted", "Qualified", "In a deal", "Won")
KEYS = ("known", "handoff", "accepted", "qualified", "opportunity", "won")
_DAY_S = 86_400
WEEKLY_UP_TO_DAYS = 92
"""A window up to so long is cut into weeks, a longer one into months."""

_STEP_COLUMNS = (
    Column(key="leads", label="Leads", says="Leads that came at least so far."),
    Column(key="of_all", label="Of all", says="Of everybody who became known in the window."),
    Column(key="of_before", label="Of the step before", says="Of everybody who came to the step before."),
    Column(key="days", label="Half took at most", says="Days from the step before, for those who came."),
)
_GROUP_COLUMNS = (
    Column(key="known", label="Known", says="Leads that became known in the window."),
    Column(key="handoff", label="Handed over", says="Of these."),
    Column(key="accepted", label="Accepted", says="Of those handed over."),
    Column(key="qualified", label="Qualified", says="Of those handed over."),
    Column(key="won", label="Won", says="Of those handed over, so far."),
)
_OLDER_COLUMNS = (
    Column(key="handoffs", label="Handed over", says="Leads that were handed over for the first time in the window."),
    *COLUMNS[1:],
)
_NOBODY = "nobody came so far"


class _Steps:
    """Everybody, step by step."""

    def __init__(self, most: int | None) -> None:
        self.tallies = tuple(Tally(most) for _ in STEPS)
        self.days: tuple[array[float], ...] = tuple(array("d") for _ in STEPS)

    def count(self, way: Way) -> None:
        before: datetime | None = None
        for at, tally, days in zip(way.moments, self.tallies, self.days, strict=True):
            if at is None:
                return
            tally.add(way.lead_id)
            if before is not None:
                days.append(max((at - before).total_seconds(), 0) / _DAY_S)
            before = at

    def rows(self) -> Iterator[Row]:
        first = self.tallies[0].n
        for place, (key, label) in enumerate(zip(KEYS, STEPS, strict=True)):
            own = self.tallies[place]
            shares: tuple[Cell, ...] = ("", "", "")
            if place:
                shares = (
                    own.share(first, why=_NOBODY),
                    own.share(self.tallies[place - 1].n, why=_NOBODY),
                    middle(self.days[place], Unit.DAYS, of=own, why=_NOBODY),
                )
            yield Row(key=key, label=label, cells=(own.count(), *shares))


class _GroupLine:
    """One cohort or channel."""

    def __init__(self, most: int | None) -> None:
        self._known, self._handed, self._accepted, self._qualified, self._won = (Tally(most) for _ in range(5))

    def count(self, way: Way, /) -> None:
        self._known.add(way.lead_id)
        for tally, at in (
            (self._handed, way.handed_over_at),
            (self._accepted, way.accepted_at),
            (self._qualified, way.qualified_at),
            (self._won, way.won_at),
        ):
            if at is not None:
                tally.add(way.lead_id)

    def cells(self) -> tuple[Cell, ...]:
        handed = self._handed.n
        return (
            self._known.count(),
            self._handed.share(self._known.n, why=_NOBODY),
            *(
                each.share(handed, why="nobody was handed over")
                for each in (self._accepted, self._qualified, self._won)
            ),
        )


class Funnel:
    """The page as it is counted."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._steps, self._beside = _Steps(scope.most), Tally(scope.most)
        self._cohorts = Lines[Way](lambda: _GroupLine(scope.most))
        self._channels = Lines[Way](lambda: _GroupLine(scope.most))
        self._older = Lines[Way](lambda: OutcomeLine(scope.most))
        self._is_weekly = scope.window.days <= WEEKLY_UP_TO_DAYS

    def count(self, way: Way) -> None:
        self._steps.count(way)
        if way.is_customer and way.won_at is None:
            self._beside.add(way.lead_id)
        self._cohorts.count(cohort_of(way.known_at, self._scope.window.zone, weekly=self._is_weekly), way)
        self._channels.count(way.channel, way)

    def count_older(self, way: Way) -> None:
        """One who was there before leadloop."""
        self._older.count(way.channel, way)

    def page(self) -> Page:
        scope = self._scope
        return Page(
            name="funnel",
            title="Funnel",
            asks="How far do the people come who became known to us, and how long does each step take?",
            counts="leads",
            window=scope.window,
            seen=scope.now,
            rule_hash=scope.book.rule_hash,
            parts=tuple(self._tables()),
            missing=tuple(self._missing()),
            remarks=tuple(self._remarks()),
        )

    def _tables(self) -> Iterator[Table]:
        yield Table(
            key="step",
            title="Step by step",
            heads="Step",
            columns=_STEP_COLUMNS,
            rows=tuple(self._steps.rows()) if self._steps.tallies[0].n else (),
            chart=Chart.STEPS,
            charted="leads",
        )
        if self._beside.n:
            yield self._beside_the_steps()
        span = "week" if self._is_weekly else "month"
        yield self._cohorts.table(
            "cohort",
            f"By the {span} in which they became known",
            span.capitalize(),
            _GROUP_COLUMNS,
            says="The last lines have had less time: compare their first columns only.",
            chart=Chart.COLUMNS,
            charted="accepted",
            line=_target(self._scope.rules.targets),
        )
        yield self._channels.table("channel", "By channel of the first touch", "Channel", _GROUP_COLUMNS)
        if self._scope.loaded_until is not None:
            title = "Who was there before leadloop, since their first handoff"
            yield self._older.table("older", title, "Channel", _OLDER_COLUMNS)

    def _beside_the_steps(self) -> Table:
        """Who is missing among the won: the systems show more customers than came of handoffs."""
        label = "Became customers, but not by a handoff"
        row = Row(key="customer", label=label, cells=(self._beside.count(),))
        return Table(
            key="beside",
            title="Beside the steps",
            heads="Who",
            columns=(Column(key="leads", label="Leads", says="Customers by a deal or a word of a system's own."),),
            rows=(row,),
        )

    def _missing(self) -> Iterator[Missing]:
        yield from missing_channels(self._scope)
        yield from bounds(self._scope)
        if self._scope.rules.targets.accepted_percent is None:
            yield Missing(what="No target is agreed, so that no line is drawn.", mend="Add `targets` to reports.yaml.")

    def _remarks(self) -> Iterator[str]:
        yield "Who came back after a rejection counts once, with the farthest that they came."
        if self._scope.loaded_until is not None:
            began = self._scope.loaded_until.astimezone(self._scope.window.zone)
            yield f"Whom leadloop found on {began:%-d %b %Y} was known before, nobody knows since when: they are apart."


def _target(targets: Targets) -> tuple[float, str] | None:
    if targets.accepted_percent is None:
        return None
    return targets.accepted_percent / 100, f"agreed: {targets.accepted_percent} %"


def cohort_of(at: datetime, zone: ZoneInfo, *, weekly: bool) -> str:
    """`2026-11`, or `2026-W47` after ISO 8601: names that sort by time."""
    local = at.astimezone(zone)
    if not weekly:
        return f"{local:%Y-%m}"
    year, week, _ = local.isocalendar()
    return f"{year}-W{week:02}"
