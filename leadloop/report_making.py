"""What a report is made from, and how each is made: read portion by portion, and counted once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from config.mapping import MappingRules
from config.words import did_you_mean
from domain.deal import Campaign
from domain.errors import UsageError
from domain.values import RecordRef
from leadloop.app import App
from leadloop.commands.plan import in_force, names_of
from leadloop.companies import companies_of
from mapping.channels import channels_of
from reports.lists import look_at_lists
from reports.pages.agreement import Agreement
from reports.pages.bands import Bands
from reports.pages.channels import ChannelsReport, campaigns_of
from reports.pages.deal_stories import deal_connection, stories_of
from reports.pages.drive import DriveReport
from reports.pages.follow_up import FollowUp
from reports.pages.funnel import Funnel
from reports.pages.interactions import Interactions, attempts_of
from reports.pages.lives import older_ways_of, ways_of
from reports.pages.nurture import Nurture
from reports.pages.page import Missing, Page
from reports.pages.passes import Pass, Scope, passes_at_work, passes_of
from reports.pages.rejects import Rejects
from reports.pages.rests import rests_of
from reports.pages.tally import SHOWN
from reports.pages.week import Week, week_before
from reports.pages.window import window_of
from store import deals
from store.engine import Store
from store.handoffs import queued
from sync.firstday import went_live_at
from sync.loop import InForce
from sync.material import users


class Form(StrEnum):
    """How a page is told."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    HTML = "html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is wanted. `behind`: the name of the figure whose leads are wanted instead of the page; `people`: with what
    only managers are to see."""

    since: date | None = None
    until: date | None = None
    team: str | None = None
    channel: str | None = None
    form: Form = Form.TABLE
    html: Path | None = None
    behind: str | None = None
    people: bool = False
    drive: str | None = None
    weekly: bool = False
    """Whether the window is the last whole week where none is named."""
    at: datetime | None = None
    """At which moment the window is chosen where none is named; None: now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a page is made from."""

    app: App
    rules: InForce
    scope: Scope
    ask: Ask


def desk_of(app: App, ask: Ask) -> Desk:
    now = app.clock.refresh()
    with app.store.read() as tx:
        rules, loaded_until = in_force(app, tx), went_live_at(tx)
        known = users(tx, rules.mapping)
    reports, book = app.installation.reports, rules.book
    _require(ask.team, [each.name for each in rules.rules.routing.teams], "team", "routing.yaml")
    channels = [*dict.fromkeys(each.name for each in reports.channels), "unknown"]
    _require(ask.channel, channels, "channel", "reports.yaml")
    scope = Scope(
        window=window_of(since=ask.since, until=ask.until, zone=book.zone, now=ask.at or now, weekly=ask.weekly),
        book=book,
        rules=reports,
        channels=channels_of(reports.channels),
        names={email: rep.name for email, rep in known.reps.items()},
        now=now,
        most=None if ask.behind is not None else SHOWN,
        loaded_until=loaded_until,
        team=ask.team,
        channel=ask.channel,
    )
    return Desk(app=app, rules=rules, scope=scope, ask=ask)


def _require(word: str | None, known: Sequence[str], what: str, file: str) -> None:
    if word is None or word in known:
        return
    hint = did_you_mean(word, known)
    raise UsageError(f"{file} has no {what} {word!r}" + (f": {hint}" if hint else "."))


class _OfPasses(Protocol):
    """A report that is counted from the handoffs of its window."""

    def count(self, each: Pass) -> None: ...
    def page(self) -> Page: ...


def _counted(desk: Desk, report: _OfPasses) -> Page:
    for each in passes_of(desk.app.store, desk.scope):
        report.count(each)
    return report.page()


def _followup(desk: Desk) -> Page:
    return _counted(desk, FollowUp(desk.scope, people=desk.ask.people))


def _bands(desk: Desk) -> Page:
    return _counted(desk, Bands(desk.scope))


def _rejects(desk: Desk) -> Page:
    return _counted(desk, Rejects(desk.scope, desk.rules.mapping))


def _funnel(desk: Desk) -> Page:
    report = Funnel(desk.scope)
    for each in ways_of(desk.app.store, desk.scope):
        report.count(each)
    for older in older_ways_of(desk.app.store, desk.scope):
        report.count_older(older)
    return report.page()


def _interactions(desk: Desk) -> Page:
    report = Interactions(desk.scope)
    for each in passes_of(desk.app.store, desk.scope):
        for attempt in attempts_of(each, desk.scope):
            report.count(attempt)
    return report.page()


def _nurture(desk: Desk) -> Page:
    with desk.app.store.read() as tx:
        lists = look_at_lists(tx, desk.rules.mapping, desk.rules.lifecycle, now=desk.scope.now)
    report = Nurture(desk.scope, lists)
    for each in rests_of(desk.app.store, desk.scope):
        report.count(each)
    return report.page()


def _week(desk: Desk) -> Page:
    before = week_before(desk.scope.window)
    with desk.app.store.read() as tx:
        report = Week(desk.scope, before, queued(tx))
    both = replace(desk.scope, window=replace(before, until=desk.scope.window.until))
    for each in passes_at_work(desk.app.store, both):
        report.count(each)
    return report.page()


def _agreement(desk: Desk) -> Page:
    report = Agreement(desk.scope, desk.rules.mapping)
    for each in passes_of(desk.app.store, desk.scope):
        report.count(each)
    with desk.app.store.read() as tx:
        names = names_of(tx, report.shown)
    return report.page({lead: name.split("  ")[0] for lead, name in names.items()})


def _drive(desk: Desk) -> Page:
    drives = desk.scope.rules.drives
    drive = next((each for each in drives if each.name == desk.ask.drive), None)
    if drive is None:
        hint = did_you_mean(desk.ask.drive or "", [each.name for each in drives])
        raise UsageError(f"reports.yaml has no drive {desk.ask.drive!r}" + (f": {hint}" if hint else "."))
    window = window_of(since=drive.first, until=drive.last, zone=desk.scope.book.zone, now=desk.scope.now)
    scope = replace(desk.scope, window=window, channel=drive.channel or desk.scope.channel)
    report = DriveReport(scope, drive)
    for each in passes_at_work(desk.app.store, scope):
        report.count(each)
    return report.page()


def _channels(desk: Desk) -> Page:
    store, mapping = desk.app.store, desk.rules.mapping
    connection = deal_connection(mapping, desk.scope.rules.attribution.connection)
    with store.read() as tx:
        rates, companies = deals.rates(tx, mapping), companies_of(tx, desk.rules)
    currency = rates[connection].corporate if connection in rates else None
    report = ChannelsReport(desk.scope, campaigns_of(_campaigns(store, mapping), rates), currency=currency or "")
    if connection is not None:
        for each in stories_of(store, desk.scope, mapping, companies, connection=connection):
            report.count(each)
    page = report.page()
    return page if connection is not None else replace(page, missing=(_NO_DEALS, *page.missing))


_NO_DEALS = Missing(
    what="No system tells of deals, so that there is neither pipeline nor revenue.",
    mend="Map `deals` of a system in mapping.yaml; `attribution.connection` in reports.yaml names one that has them.",
)


def _campaigns(store: Store, mapping: MappingRules) -> Iterator[Campaign]:
    last: RecordRef | None = None
    while True:
        with store.read() as tx:
            found = deals.campaigns(tx, mapping, after=last)
        if not found:
            return
        last = found[-1].ref
        yield from found


REPORTS: Mapping[str, Callable[[Desk], Page]] = {
    "week": _week,
    "funnel": _funnel,
    "followup": _followup,
    "bands": _bands,
    "rejects": _rejects,
    "nurture": _nurture,
    "interactions": _interactions,
    "channels": _channels,
    "agreement": _agreement,
    "drive": _drive,
}
