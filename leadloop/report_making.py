"""How each report is made: read portion by portion, and counted once."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from config.words import did_you_mean
from domain.counted import Counted
from domain.errors import UsageError
from leadloop.came_from import counted_otherwise, other_channels
from leadloop.costing import costs_for
from leadloop.deal_source import books_for, deal_source
from leadloop.people_told import people_of
from leadloop.report_desk import Desk
from mapping.assets import assets_of
from reports.lists import look_at_lists, people_on_lists
from reports.never_met import never_met
from reports.pages.agreement import Agreement
from reports.pages.approaches import Gauge, approaches_of
from reports.pages.assets import AssetsReport
from reports.pages.bands import Bands
from reports.pages.channels import ChannelsReport
from reports.pages.drive import DriveReport
from reports.pages.evidence import around
from reports.pages.follow_up import FollowUp
from reports.pages.funnel import Funnel
from reports.pages.interactions import Interactions, attempts_of
from reports.pages.lives import older_ways_of, ways_of
from reports.pages.nurture import Nurture
from reports.pages.opt_outs import mailed_in
from reports.pages.page import Missing, Page
from reports.pages.passes import Pass, passes_at_work, passes_of
from reports.pages.playbook import PlaybookReport, standing_of
from reports.pages.promises import promises_of
from reports.pages.reconcile import Reconcile
from reports.pages.reconciling import Look, lines_of
from reports.pages.rejects import Rejects
from reports.pages.rests import rests_of
from reports.pages.week import Week, week_before
from reports.pages.window import month_of, window_of
from reports.pages.yardsticks import STAGES, yardsticks
from store import review, signatures
from store.handoffs import queued
from sync.firstday import step_in_force


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
        named = desk.scope.most != 0  # a page that goes out by itself names nobody
        people = people_on_lists(tx, desk.rules.lifecycle, now=desk.scope.now) if named else {}
    report = Nurture(desk.scope, lists, people)
    for each in rests_of(desk.app.store, desk.scope):
        report.count(each)
    return report.page()


def _week(desk: Desk) -> Page:
    before = week_before(desk.scope.window)
    with desk.app.store.read() as tx:
        decisions = review.known_in(tx, desk.scope.window.since, desk.scope.window.until)
        report = Week(desk.scope, before, queued(tx, most=desk.scope.most), decisions)
    both = replace(desk.scope, window=replace(before, until=desk.scope.window.until))
    for each in passes_at_work(desk.app.store, both):
        report.count(each)
    return report.page()


def _agreement(desk: Desk) -> Page:
    with desk.app.store.read() as tx:
        signed = signatures.latest(tx)
    clauses = promises_of(desk.rules.rules, desk.scope.rules)
    report = Agreement(desk.scope, clauses, signed)
    for each in passes_of(desk.app.store, desk.scope):
        report.count(each)
    people = people_of(desk.app, desk.rules.mapping, report.shown)
    return report.page({lead: person.name for lead, person in people.items() if person.name})


def _gauge(desk: Desk) -> Gauge:
    return Gauge(assets=assets_of(desk.scope.rules.assets), scorer=desk.rules.scorer)


def _assets(desk: Desk) -> Page:
    store, report, gauge = desk.app.store, AssetsReport(desk.scope), _gauge(desk)
    for approach in approaches_of(store, desk.scope, gauge):
        report.count(approach)
    if desk.scope.team is None:  # mails are of no team
        for mailed in mailed_in(store, desk.scope, gauge):
            report.count_mail(mailed)
    return report.page()


def _playbook(desk: Desk) -> Page:
    store, gauge = desk.app.store, _gauge(desk)
    report = PlaybookReport(desk.scope)
    for approach in approaches_of(store, desk.scope, gauge):
        report.count(approach)
    for each in standing_of(store, desk.scope):
        report.count_standing(each)
    return report.page(unmet=never_met(store, gauge.assets, report.unseen))


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
    source = deal_source(desk.app.store, desk.rules, desk.scope)
    known = costs_for(desk.app.installation, source, desk.scope.channels)
    books = books_for(desk.app.store, desk.scope.window, source.connection)
    report = ChannelsReport(desk.scope, known, currency=source.currency, books=books)
    for story in source.stories(desk.scope):
        report.note_times(story.deal)
        for each in source.counted(story):
            report.count(each)
    page, otherwise = report.page(), counted_otherwise(desk.app.store, desk.scope.channels, now=desk.scope.now)
    lacks = [] if source.connection is not None else [_NO_DEALS]
    lacks += [other_channels(otherwise)] if otherwise else []
    return replace(page, missing=(*lacks, *page.missing))


_NO_DEALS = Missing(
    what="No system tells of deals, so that there is neither pipeline nor revenue.",
    mend="Map `deals` of a system in mapping.yaml; `attribution.connection` in reports.yaml names one that has them.",
)


def _reconcile(desk: Desk) -> Page:
    what, app = desk.ask.what or Counted.MQL, desk.app
    window = month_of(
        since=desk.ask.since, until=desk.ask.until, zone=desk.scope.window.zone, now=desk.ask.at or desk.scope.now
    )
    yards = yardsticks(desk.rules.fields, desk.scope.rules.counted, what, window.zone)
    with app.store.read() as tx:
        beside = around(tx, desk.rules.fields, step_in_force(tx, app.settings.go_live))
    look = Look(stage=STAGES[what], window=window, yards=[yard for yard in yards if yard.counts], around=beside)
    report = Reconcile(replace(desk.scope, window=window), what, yards, look, behind=desk.ask.behind)
    for each in lines_of(app.store, look):
        report.count(each)
    return report.page()


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
    "assets": _assets,
    "playbook": _playbook,
    "drive": _drive,
    "reconcile": _reconcile,
}
