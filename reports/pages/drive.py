"""Something that everybody goes for together for a while: how far it is, at which pace, and who brought what."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from config.reports import Counts, Drive
from reports.pages.lines import Lines
from reports.pages.page import Cell, Chart, Column, Figure, Missing, Page, Row, Table, Unit
from reports.pages.passes import Pass, Scope
from reports.pages.tally import Tally

NOBODY = "no rep yet"
_WORDS = {
    Counts.TOUCHED: "handoffs that were touched",
    Counts.ACCEPTED: "handoffs that were accepted",
    Counts.MEANINGFUL: "handoffs with a meaningful interaction",
    Counts.QUALIFIED: "leads that were qualified",
    Counts.OPPORTUNITY: "leads that came into a deal",
    Counts.WON: "leads that were won",
}
_COLUMNS = (Column(key="count", label="So far"), Column(key="week", label="In the last seven days"))
_DAY = timedelta(days=1)


def moment_of(each: Pass, counts: Counts) -> datetime | None:
    """When a pass came to what is counted; None where it has not."""
    return {
        Counts.TOUCHED: each.handoff.touched_at,
        Counts.ACCEPTED: each.accepted_at,
        Counts.MEANINGFUL: each.meaningful_at,
        Counts.QUALIFIED: each.qualified_at,
        Counts.OPPORTUNITY: each.opportunity_at,
        Counts.WON: each.won_at,
    }[counts]


class _Line:
    """One team's, or one rep's."""

    def __init__(self, most: int | None, latest: datetime) -> None:
        self._all, self._week, self._latest = Tally(most), Tally(most), latest

    def count(self, item: tuple[Pass, datetime], /) -> None:
        each, at = item
        self._all.add(each.lead_id)
        if at >= self._latest - 7 * _DAY:
            self._week.add(each.lead_id)

    def cells(self) -> tuple[Cell, ...]:
        return (self._all.count(), self._week.count())


class DriveReport:
    """The page as it is counted. The window of `scope` is the drive's own days."""

    def __init__(self, scope: Scope, drive: Drive) -> None:
        self._scope, self._drive = scope, drive
        latest = min(scope.window.until, scope.now)
        self._all = Tally(scope.most)
        self._lines = Lines[tuple[Pass, datetime]](lambda: _Line(scope.most, latest))

    def count(self, each: Pass) -> None:
        at = moment_of(each, self._drive.counts)
        if at is None or not self._scope.window.covers(at):
            return
        self._all.add(each.lead_id)
        rep = self._scope.names.get(each.rep, each.rep) if each.rep is not None else None
        self._lines.count((rep if self._drive.by == "rep" else each.team) or NOBODY, (each, at))

    def page(self) -> Page:
        scope, drive = self._scope, self._drive
        return Page(
            name="drive",
            subject=drive.name,
            title=drive.name,
            asks=f"How near are we to {drive.target:,} {_WORDS[drive.counts]}?",
            counts="handoffs",
            window=scope.window,
            seen=scope.now,
            rule_hash=scope.book.rule_hash,
            parts=(self._standing(), self._lines.table("by", f"By {drive.by}", drive.by.capitalize(), _COLUMNS)),
            missing=tuple(self._missing()),
            remarks=("Lines stand by name, not by figure: this is for going together.",),
        )

    def _standing(self) -> Table:
        window, now = self._scope.window, self._scope.now
        gone = max(timedelta(), min(now, window.until) - window.since)
        whole = window.until - window.since
        expected = self._drive.target * (gone / whole)
        share = Figure(value=self._all.n / self._drive.target, unit=Unit.SHARE, leads=self._all.leads())
        rows = (
            Row(key="target", label="Target", cells=(Figure(value=self._drive.target),)),
            Row(key="reached", label="So far", cells=(self._all.count(),)),
            Row(key="share", label="Of the target", cells=(share,)),
            Row(key="pace", label="At an even pace it would be by now", cells=(Figure(value=round(expected)),)),
            Row(key="left", label="Days left", cells=(Figure(value=self._days_left(), unit=Unit.COUNT),)),
        )
        return Table(
            key="standing",
            title="Where we are",
            heads="",
            columns=(Column(key="figure", label="Figure"),),
            rows=rows,
            chart=Chart.NONE,
        )

    def _days_left(self) -> int:
        left = self._scope.window.until - max(self._scope.now, self._scope.window.since)
        return max(0, -(-left // _DAY))

    def _missing(self) -> Iterator[Missing]:
        if self._scope.now < self._scope.window.since:
            yield Missing(what="The drive has not begun.", mend="Look again once it has.")
