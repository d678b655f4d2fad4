"""`leadloop report …`: the pages that both sides read, on a terminal, as CSV or JSON, or as a file for a browser."""

import csv
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import chain
from pathlib import Path

from config.words import did_you_mean
from domain.errors import UsageError
from domain.values import LeadId
from leadloop import exits, screen
from leadloop.app import App, open_app
from leadloop.badge import show_badge
from leadloop.commands.plan import in_force, names_of
from leadloop.people_told import people_of
from leadloop.report_told import show
from leadloop.spreadsheet import safe
from mapping.channels import channels_of
from reports.lists import look_at_lists
from reports.pages.agreement import Agreement
from reports.pages.bands import Bands
from reports.pages.data import COLUMNS, as_data, as_rows
from reports.pages.drive import DriveReport
from reports.pages.follow_up import FollowUp
from reports.pages.funnel import Funnel
from reports.pages.html import html_of
from reports.pages.interactions import Interactions, attempts_of
from reports.pages.lives import older_ways_of, ways_of
from reports.pages.nurture import Nurture
from reports.pages.page import Leads, Missing, Page
from reports.pages.passes import Scope, passes_at_work, passes_of
from reports.pages.rejects import Rejects
from reports.pages.rests import rests_of
from reports.pages.tally import SHOWN
from reports.pages.week import Week, week_before
from reports.pages.window import window_of
from store import heard
from store.handoffs import queued
from sync.firstday import went_live_at
from sync.loop import InForce
from sync.material import users

BEHIND = ("lead", "name")
FRESH = timedelta(hours=6)
"""What was read so lately is as good as new."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a page is made from."""

    app: App
    rules: InForce
    scope: Scope
    ask: Ask


def _followup(desk: Desk) -> Page:
    report = FollowUp(desk.scope, people=desk.ask.people)
    for each in passes_of(desk.app.store, desk.scope):
        report.count(each)
    return report.page()


def _bands(desk: Desk) -> Page:
    report = Bands(desk.scope)
    for each in passes_of(desk.app.store, desk.scope):
        report.count(each)
    return report.page()


def _rejects(desk: Desk) -> Page:
    report = Rejects(desk.scope, desk.rules.mapping)
    for each in passes_of(desk.app.store, desk.scope):
        report.count(each)
    return report.page()


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


REPORTS: Mapping[str, Callable[[Desk], Page]] = {
    "week": _week,
    "funnel": _funnel,
    "followup": _followup,
    "bands": _bands,
    "rejects": _rejects,
    "nurture": _nurture,
    "interactions": _interactions,
    "agreement": _agreement,
    "drive": _drive,
}


def form_of(html: Path | None, *, csv: bool, json: bool) -> Form:
    """UsageError where more than one is asked for."""
    chosen = [form for form, asked in ((Form.HTML, html is not None), (Form.CSV, csv), (Form.JSON, json)) if asked]
    if len(chosen) > 1:
        raise UsageError("Choose one of --html, --csv and --json.")
    return chosen[0] if chosen else Form.TABLE


def run(folder: Path, name: str, ask: Ask, *, environment: str | None) -> int:
    """Look and change nothing; the leads' names are read only for what is shown."""
    with closing(open_app(folder, environment=environment)) as app:
        desk = desk_of(app, ask)
        page = REPORTS[name](desk)
        page = replace(page, filters=tuple(_filters(ask)), missing=(*unread(desk, page), *page.missing))
        if ask.behind is not None:
            return _tell_behind(desk, page, ask.behind)
        match ask.form:
            case Form.JSON:
                screen.document(as_data(page))
            case Form.CSV:
                _write_csv(page)
            case Form.HTML:
                write_html(ask.html, html_of(page, people_of(app, desk.rules.mapping, _shown(page))))
            case Form.TABLE:
                show_badge(app)
                show(page)
    return exits.OK


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
        window=window_of(since=ask.since, until=ask.until, zone=book.zone, now=now, weekly=ask.weekly),
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


def unread(desk: Desk, page: Page) -> Iterable[Missing]:
    """Systems in which reps work that were not read to the end of the window: what came after is not in the figures."""
    zone, needed = page.window.zone, min(page.window.until, page.seen) - FRESH
    with desk.app.store.read() as tx:
        read = heard.until(tx, desk.rules.mapping.workplaces)
    for name, until in sorted(read.items()):
        if until == heard.NEVER:
            yield Missing(what=f"{name} was never read to its end.", mend="Start `leadloop serve`, or `leadloop run`.")
        elif until < needed:
            words = (
                f"{name} was last read to its end {until.astimezone(zone):%a %-d %b %Y %H:%M}: nothing later is in it."
            )
            yield Missing(what=words, mend="Start `leadloop serve`, or `leadloop run`.")


def _require(word: str | None, known: Sequence[str], what: str, file: str) -> None:
    if word is None or word in known:
        return
    hint = did_you_mean(word, known)
    raise UsageError(f"{file} has no {what} {word!r}" + (f": {hint}" if hint else "."))


def _filters(ask: Ask) -> Iterable[str]:
    if ask.team is not None:
        yield f"team {ask.team}"
    if ask.channel is not None:
        yield f"channel {ask.channel}"


def _tell_behind(desk: Desk, page: Page, name: str) -> int:
    """The leads behind one figure, all of them."""
    known = [key for table in page.tables() for key, _, _, figure in table.figures() if figure.leads is not None]
    figure = page.figure(name)
    if figure is None or figure.leads is None:
        hint = did_you_mean(name, known)
        raise UsageError(f"This page has no figure {name!r} with leads behind it" + (f": {hint}" if hint else "."))
    with desk.app.store.read() as tx:
        names = names_of(tx, figure.leads.first)
    rows = [(lead, names.get(lead, f"lead {lead}")) for lead in figure.leads.first]
    match desk.ask.form:
        case Form.JSON:
            told = [{"lead": lead, "name": shown} for lead, shown in rows]
            screen.document({"report": page.name, "figure": name, "n": figure.leads.n, "leads": told})
        case Form.CSV:
            writer = csv.writer(sys.stdout)
            writer.writerow(BEHIND)
            writer.writerows((lead, safe(shown)) for lead, shown in rows)
        case _:
            screen.table(f"{name}: {figure.leads.n:,} {page.counts}, {len(rows):,} leads", BEHIND, rows)
    return exits.OK


def _write_csv(page: Page) -> None:
    writer = csv.DictWriter(sys.stdout, fieldnames=COLUMNS)
    writer.writeheader()
    for row in as_rows(page):
        writer.writerow({key: safe(value) for key, value in row.items()})


def _shown(page: Page) -> list[LeadId]:
    """Everybody whom a page lists behind any figure, each once."""
    lists: Iterable[Leads] = (
        figure.leads for table in page.tables() for *_, figure in table.figures() if figure.leads is not None
    )
    return list(dict.fromkeys(chain.from_iterable(each.first for each in lists)))


def write_html(path: Path | None, text: str) -> None:
    """One file that nobody else on the machine may read: it names people. All of it or nothing."""
    if path is None:
        raise UsageError("--html needs the name of a file.")
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
    screen.say(f"Written: {path}. It names people: send it to nobody who may not see them.")
