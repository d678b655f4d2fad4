"""`leadloop report …`: the pages that both sides read, on a terminal, as CSV or JSON, or as a file for a browser."""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from itertools import chain
from pathlib import Path

from config.words import did_you_mean
from domain.errors import UsageError
from domain.values import LeadId
from leadloop import exits, screen, spreadsheet
from leadloop.app import open_app
from leadloop.badge import show_badge
from leadloop.finding import names_of
from leadloop.people_told import people_of
from leadloop.report_desk import Ask, Desk, Form, desk_of
from leadloop.report_making import REPORTS
from leadloop.report_told import show
from leadloop.whole_files import whole
from reports.pages.data import COLUMNS, as_data, as_rows
from reports.pages.html import html_of
from reports.pages.page import Leads, Missing, Page
from reports.pages.wording import stale
from store import heard

BEHIND = ("lead", "name", "why")
"""`why` only where the page says it of each lead."""


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
        page = replace(
            page,
            filters=(*page.filters, *_filters(ask)),
            options=tuple(_options(ask)),
            missing=(*unread(desk, page), *page.missing),
        )
        if ask.behind is not None:
            return _tell_behind(desk, page, ask.behind)
        match ask.form:
            case Form.JSON:
                screen.document(as_data(page))
            case Form.CSV:
                rows = list(as_rows(page))
                spreadsheet.write_named(COLUMNS, rows)
                if not rows:
                    screen.say("There is no figure on this page: --json and --html have its words.")
            case Form.HTML:
                write_html(ask.html, html_of(page, people_of(app, desk.rules.mapping, _shown(page))))
            case Form.TABLE:
                show_badge(app)
                show(page)
    return exits.OK


def unread(desk: Desk, page: Page) -> Iterable[Missing]:
    """Systems in which reps work that were not read to the end of the window: what came after is not in the figures."""
    zone, needed = page.window.zone, min(page.window.until, page.seen)
    with desk.app.store.read() as tx:
        read = heard.until(tx, desk.rules.mapping.workplaces)
    for name, until in sorted(read.items()):
        if until == heard.NEVER:
            yield Missing(what=f"{name} was never read to its end.", mend="Start `leadloop serve`, or `leadloop run`.")
        elif (words := stale(name, until, needed=needed, zone=zone)) is not None:
            yield Missing(what=words, mend="Start `leadloop serve`, or `leadloop run`.")


def _filters(ask: Ask) -> Iterable[str]:
    if ask.team is not None:
        yield f"team {ask.team}"
    if ask.channel is not None:
        yield f"channel {ask.channel}"


def _options(ask: Ask) -> Iterable[str]:
    if ask.team is not None:
        yield from ("--team", ask.team)
    if ask.channel is not None:
        yield from ("--channel", ask.channel)
    if ask.people:
        yield "--people"
    if ask.what is not None:
        yield from ("--what", ask.what.value)


def _tell_behind(desk: Desk, page: Page, name: str) -> int:
    """The leads behind one figure, all of them."""
    known = [key for table in page.tables() for key, _, _, figure in table.figures() if figure.leads is not None]
    figure = page.figure(name)
    if figure is None or figure.leads is None:
        hint = did_you_mean(name, known)
        raise UsageError(f"This page has no figure {name!r} with leads behind it" + (f": {hint}" if hint else "."))
    with desk.app.store.read() as tx:
        names = names_of(tx, figure.leads.first)
    heads = BEHIND if figure.leads.told else BEHIND[:2]
    rows = [
        (lead, names.get(lead, f"lead {lead}"), *told)
        for lead, *told in zip(figure.leads.first, *([figure.leads.told] if figure.leads.told else []), strict=True)
    ]
    match desk.ask.form:
        case Form.JSON:
            told = [dict(zip(heads, row, strict=True)) for row in rows]
            screen.document({"report": page.name, "figure": name, "n": figure.leads.n, "leads": told})
        case Form.CSV:
            spreadsheet.write(heads, rows)
        case _:
            screen.table(f"{name}: {figure.leads.n:,} {page.counts_of(name)}, {len(rows):,} leads", heads, rows)
    return exits.OK


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
    with whole(path) as file:
        file.write(text.encode())
    screen.say(f"Written: {path}. It names people: send it to nobody who may not see them.")
