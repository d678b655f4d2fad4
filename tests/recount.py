"""Every report of an installed folder counted once more by the slow reference, and every difference by its name.

The product makes its pages as `leadloop report` does, with everybody behind each figure; the reference reads the rows
and the files itself. Two things are taken over: the moment of the look, and which figures a page shows at all. Nothing
is counted in `agreement`, which is words alone, and in `journey`, which tells one lead.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO

import pytest

from domain.counted import Counted
from leadloop.app import App, open_app
from leadloop.report_desk import Ask, desk_of
from leadloop.report_making import REPORTS
from reports.pages import telling
from reports.pages.page import Page, Table
from tests.reconciled import Totals
from tests.reference import counted, counted_figures, installed, ledger
from tests.reference import figures as slow
from tests.reference.closed import with_closed
from tests.reference.counted import World
from tests.reference.dealt import Dealt, channels, dealt
from tests.reference.driven import Effort, drive
from tests.reference.figures import Figures, Person, Sight, handed_over
from tests.reference.lifted import assets, playbook
from tests.reference.listed import Listed, listed_of, lists
from tests.reference.measured import Measured, measured_of
from tests.reference.office import Office
from tests.reference.rested import nurture
from tests.reference.trade import Trade
from tests.reference.traded import trade_of
from tests.reference.tried import interactions
from tests.reference.weekly import week
from tests.reference.windows import Look, looks, quarrels, sight_of
from tests.report_desk import differences, told

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LEFT_OUT = frozenset({("channels", "late")})
"""Tables that are not recounted: what is known of closed months since, of which a law of its own says that it makes up
the whole (tests/integration/test_channel_figures.py)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """All that the reference read of one folder, and the moment at which it is looked at."""

    office: Office
    people: list[Person]
    trade: Trade
    deals: list[Dealt]
    efforts: Mapping[str, Effort]
    world: World
    measured: Measured
    lists: Listed
    loaded: int | None
    now: int

    def expected(self, look: Look) -> tuple[Sight, Figures]:
        sight = sight_of(look, self.office, now=self.now, loaded=self.loaded)
        if look.report == "reconcile":
            return sight, self._quarrel(look, sight)
        if look.report != "drive":
            return sight, COUNTED[look.report](self, sight)
        effort = self.efforts[look.drive or ""]
        since, until = effort.span(self.office.zone)
        span = Sight(since=since, until=until)
        return span, drive(self.people, effort, self.now, self.office, team=look.team)

    def listed(self) -> Figures:
        return lists(self.lists, (each.lead for each in self.people), self.now)

    def _quarrel(self, look: Look, sight: Sight) -> Figures:
        asked = self.measured.question(look.what or "", since=sight.since, until=sight.until)
        named = ((name.split("."), each) for name, each in counted_figures.figures(self.world, asked).items())
        return {(table, row, column): each for (table, row, column), each in named}


COUNTED: Mapping[str, Callable[[Archive, Sight], Figures]] = {
    "week": lambda of, sight: week(of.people, sight, of.office),
    "funnel": lambda of, sight: slow.funnel(of.people, sight, of.office),
    "followup": lambda of, sight: slow.follow_up(handed_over(of.people, sight), of.office),
    "bands": lambda of, sight: slow.bands(handed_over(of.people, sight)),
    "rejects": lambda of, sight: slow.rejects(handed_over(of.people, sight), of.office),
    "nurture": lambda of, sight: nurture(of.people, sight, of.office) | of.listed(),
    "interactions": lambda of, sight: interactions(handed_over(of.people, sight), of.now, of.office),
    "channels": lambda of, sight: channels(of.deals, sight, of.trade, of.office),
    "assets": lambda of, sight: assets(of.people, sight, of.now, of.office),
    "playbook": lambda of, sight: playbook(of.people, sight, of.now, of.office),
}


@dataclass(slots=True)
class Recount:
    """`compared`: report → figures that were held against each other; `left_out`: those that were not."""

    compared: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)
    totals: Totals = field(default_factory=Totals)

    def hold(self, look: Look, page: Page, sight: Sight, expected: Figures) -> None:
        begins, ends = ((at - EPOCH) // MICROSECOND for at in (page.window.since, page.window.until))
        if (begins, ends) != (sight.since, sight.until):
            self.differences.append(f"{look.words}: the window is {page.window.words()}, reference {sight}")
        page = _by_keys(page) if look.report == "reconcile" else page
        bare = _only(page, [each for each in page.tables() if (page.name, each.key) not in LEFT_OUT])
        self.totals.note(look, page)
        self.left_out[look.report] += len(told(page)) - len(told(bare))
        self.compared[look.report] += len(told(bare).keys() & expected.keys())
        self.differences += [f"{look.words}: {each}" for each in differences(bare, expected)]


def _only(page: Page, tables: list[Table]) -> Page:
    return replace(page, parts=tuple(tables))


def _by_keys(page: Page) -> Page:
    """Lines go by their keys where the reference knows no words for them."""
    rows = ((each, tuple(replace(row, label=row.key) for row in each.rows)) for each in page.tables())
    return _only(page, [replace(each, rows=keyed) for each, keyed in rows])


def recount(folder: Path, say: Callable[[str], None] = lambda _: None, *, only: str | None = None) -> Recount:
    """`only`: one report, for a folder whose clock goes on, so that no window may end now."""
    found = Recount()
    with closing(open_app(folder)) as app:
        now = desk_of(app, Ask()).scope.now
        archive = read(app, folder, (now - EPOCH) // MICROSECOND)
        for look in (each for each in asked(archive) if only in (None, each.report)):
            page = page_of(app, look)
            found.hold(look, page, *archive.expected(look))
            say(f"{look.words}: {found.compared[look.report]:,} figures, {len(found.differences)} differences")
    found.differences += found.totals.differences()
    return found


def assert_counted(folder: Path, least: Mapping[str, int], *, only: str | None = None) -> None:
    """No difference, and so many figures of each report at least that were held against the reference's."""
    found = recount(folder, only=only)
    assert found.differences == []
    assert [report for report, n in least.items() if found.compared[report] < n] == [], found.compared


def read(app: App, folder: Path, now: int) -> Archive:
    with app.store.read() as tx:
        everybody, office, trade = ledger.read(tx), installed.office_of(folder, tx), trade_of(folder, tx)
        return Archive(
            office=office,
            people=slow.people_of(everybody, now, office),
            trade=trade,
            deals=with_closed(tx, dealt(tx, everybody, trade, office)),
            efforts={name: Effort(**said) for name, said in installed.drives_of(folder)},
            world=counted.read(tx),
            measured=measured_of(folder, tx),
            lists=listed_of(folder, tx),
            loaded=installed.went_live(tx),
            now=now,
        )


def asked(archive: Archive) -> Iterator[Look]:
    yield from looks(archive.office, _two_channels(archive), now=archive.now)
    for name in archive.efforts:
        yield Look(report="drive", drive=name)
        yield Look(report="drive", drive=name, team=archive.office.crews[-1].name)
    yield from quarrels(archive.office, now=archive.now)


def _two_channels(archive: Archive) -> list[str]:
    """The largest one, and those who came from nowhere."""
    sizes = Counter(each.channel for each in archive.people if each.channel != "unknown")
    return [*(name for name, _ in sizes.most_common(1)), "unknown"]


def page_of(app: App, look: Look) -> Page:
    """With everybody behind each figure, as `--behind` names those of one."""
    with pytest.MonkeyPatch.context() as limits:
        limits.setattr(telling, "SHOWN", None)
        return REPORTS[look.report](desk_of(app, _ask(look)))


def _ask(look: Look) -> Ask:
    return Ask(
        since=look.since,
        until=look.until,
        team=look.team,
        channel=look.channel,
        drive=look.drive,
        what=Counted(look.what) if look.what is not None else None,
        people=True,
        weekly=look.report == "week",
        behind=None if look.report == "reconcile" else "",
    )


def main(folder: Path) -> int:
    """Every difference on standard output, what was asked on the other one."""
    found = recount(folder, say=lambda words: _say(words, sys.stderr))
    for each in (*found.differences, *_summary(found)):
        _say(each, sys.stdout)
    return 1 if found.differences else 0


def _say(words: str, stream: TextIO) -> None:
    stream.write(f"{words}\n")


def _summary(found: Recount) -> Iterator[str]:
    for report, n in found.compared.items():
        beside = f", {found.left_out[report]:,} left out" if found.left_out[report] else ""
        yield f"{report}: {n:,} figures recounted{beside}"
    yield f"{sum(map(len, found.totals.sums.values())):,} totals held against each other"
    yield "Nothing is counted in `agreement`, which is words alone, and in `journey`, which tells one lead."
    yield f"{len(found.differences):,} differences."
