"""A report made for sending: the page of a due time, in a few lines and as a whole, naming nobody."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import orjson

from config.deliver import Report
from config.load import load_reports
from connectors.abilities import Carries
from leadloop.app import App
from leadloop.commands.report import unread
from leadloop.report_desk import Ask, desk_of
from leadloop.report_making import REPORTS
from reports.pages.brief import brief_of, unnamed
from reports.pages.data import as_data
from reports.pages.html import harmless, html_of
from reports.pages.page import Page
from sync.report_telling import Made

WEEKLY = frozenset({Report.WEEK})


def page_of(app: App, report: Report, *, drive: str | None, at: datetime | None) -> Page:
    """The page as it was to be seen at a moment, by reports.yaml as it stands now; None: now."""
    fresh = replace(app, installation=replace(app.installation, reports=load_reports(app.installation.folder)))
    desk = desk_of(fresh, Ask(drive=drive, weekly=report in WEEKLY, at=at))
    page = REPORTS[report.value](replace(desk, scope=replace(desk.scope, most=0)))
    return replace(page, missing=(*unread(desk, page), *page.missing))


def made_of(app: App, report: Report, *, drive: str | None = None, at: datetime | None = None) -> Made:
    page = page_of(app, report, drive=drive, at=at)
    command = page.dated_command
    bare = unnamed(page, command)
    return Made(
        title=harmless(page.title),
        window=page.window.words(),
        lines=tuple(harmless(line) for line in brief_of(page)),
        see=f"The page with the names behind its figures: `{command} --html {page.name}.html`",
        file_name=f"{page.name}-{page.window.since.astimezone(page.window.zone):%Y-%m-%d}.html",
        pages=_pages(bare),
    )


def _pages(page: Page) -> Mapping[Carries, str]:
    data = orjson.dumps(as_data(page), option=orjson.OPT_UTC_Z).decode()
    return {Carries.FILE: html_of(page, {}), Carries.DATA: data}
