"""Something that everybody goes for together for a while: how far it is, at which pace, and who brought what."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from config.reports import Counts, Drive
from reports.pages.lines import Lines, rep_labels
from reports.pages.page import Cell, Chart, Column, Figure, Missing, Page, Row, Table, Unit
from reports.pages.passes import Pass, Scope
from reports.pages.poolless import Poolless
from reports.pages.tally import Tally

NOBODY = "no rep yet"
_WORDS = {
    Counts.TOUCHED: "handoffs that were touched",
    Counts.ACCEPTED: "handoffs that were accepted",
    Counts.MEANINGFUL: "handoffs with a meaningful interaction",
    Counts.QUALIFIED: "handoffs that were qualified",
    Counts.OPPORTUNITY: "handoffs that came into a deal",
    Counts.WON: "handoffs that were won",
}
_COLUMNS = (
    Column(key="count", label="So far"),
    Column(key="week", label="In the last seven days", says="Up to now; of a drive that is over, up to its end."),
)
_PLACE = Column(key="place", label="Place")
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

    def __init__(self, most: int | None, week: datetime) -> None:
        self._all, self._week, self._since = Tally(most), Tally(most), week

    def count(self, item: tuple[Pass, datetime], /) -> None:
        each, at = item
        self._all.add(each.lead_id)
        if at >= self._since:
            self._week.add(each.lead_id)

    def cells(self) -> tuple[Cell, ...]:
        return (self._all.count(), self._week.count())


class DriveReport:
    """The page as it is counted. The window of `scope` is the drive's own days."""

    def __init__(self, scope: Scope, drive: Drive) -> None:
        self._scope, self._drive, self._reps = scope, drive, rep_labels(scope.names)
        # By the local calendar, as a drive's days are; between two times of one zone Python subtracts wall clocks.
        week = min(scope.window.until, scope.now).astimezone(scope.window.zone) - 7 * _DAY
        self._all, self._poolless = Tally(scope.most), Poolless(scope)
        self._lines = Lines[tuple[Pass, datetime]](lambda: _Line(scope.most, week))

    def count(self, each: Pass) -> None:
        at = moment_of(each, self._drive.counts)
        if at is None or not self._scope.window.covers(at):
            return
        self._all.add(each.lead_id)
        self._poolless.count(each)
        rep = self._reps.get(each.rep, each.rep) if each.rep is not None else None
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
            parts=(self._standing(), self._by()),
            missing=tuple(self._missing()),
            filters=(f"channel {drive.channel}",) if drive.channel is not None else (),
            remarks=tuple(self._remarks()),
        )

    def _by(self) -> Table:
        by = self._drive.by
        table = self._lines.table("by", f"Leaderboard, by {by}", by.capitalize(), _COLUMNS, names=by == "rep")
        return replace(table, columns=(_PLACE, *_COLUMNS), rows=tuple(_placed(table.rows)))

    def _standing(self) -> Table:
        since, until, now = (
            at.astimezone(UTC) for at in (self._scope.window.since, self._scope.window.until, self._scope.now)
        )
        gone, whole = max(timedelta(), min(now, until) - since), until - since
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
        """Local ones, today among them: on the night when clocks are moved a day is no 24 hours."""
        window = self._scope.window
        today = max(self._scope.now, window.since).astimezone(window.zone).date()
        return max(0, (window.until.astimezone(window.zone).date() - today).days)

    def _missing(self) -> Iterator[Missing]:
        if self._scope.now < self._scope.window.since:
            yield Missing(what="The drive has not begun.", mend="Look again once it has.")

    def _remarks(self) -> Iterator[str]:
        if self._scope.team is not None:
            yield f"The target is that of all teams together; what has come so far is of {self._scope.team} alone."
        if self._drive.by == "team":
            yield from self._poolless.remarks()


def _placed(rows: Sequence[Row]) -> Iterator[Row]:
    """Most first; whoever has as many shares the place, by name. Who has no rep yet takes none, nor does the sum."""
    ranked = sorted((row for row in rows if _takes_part(row)), key=lambda row: -_so_far(row))
    figures = [_so_far(row) for row in ranked]
    for row in ranked:
        yield replace(row, cells=(f"{figures.index(_so_far(row)) + 1}", *row.cells))
    for row in rows:
        if not _takes_part(row):
            yield replace(row, cells=("", *row.cells))


def _takes_part(row: Row) -> bool:
    return not row.is_total and row.label != NOBODY


def _so_far(row: Row) -> float:
    (cell, *_) = row.cells
    return (cell.value or 0) if isinstance(cell, Figure) else 0
