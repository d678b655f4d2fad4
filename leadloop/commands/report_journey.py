"""`leadloop report journey LEAD`: everything about one lead on one page, for marketing and sales together."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from domain.run import RuleVersion
from domain.values import LeadId, RecordRef, RuleHash
from leadloop import exits, report_desk, screen, spreadsheet
from leadloop.app import App, open_app
from leadloop.badge import show_badge
from leadloop.commands import report
from leadloop.finding import find_lead, is_number, unknown
from leadloop.noted import stays_until
from leadloop.people_told import people_of
from leadloop.record_links import Linker
from leadloop.report_desk import Desk, Form, desk_of
from leadloop.report_told import show
from reports.pages.data import as_data
from reports.pages.dossier import Dossier, dossier_of
from reports.pages.html import html_of
from reports.pages.journey import journey
from reports.pages.journey_parts import Look
from reports.pages.moments import Cast
from reports.pages.page import Figure, Page
from reports.pages.timeline import COLUMNS, KEY, MOST
from reports.pages.wording import words
from scoring.scorer import Scorer
from store import leads
from store import rules as rule_store
from store.engine import Tx
from sync.loop import compile_version
from sync.material import users

MOST_DIGITS = 19
"""Of a number in 63 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is wanted. `everything`: the timeline from its very beginning, however long it is."""

    form: Form = Form.TABLE
    html: Path | None = None
    everything: bool = False


class PastRules:
    """The scoring of each published version, compiled once; before the first publication, the first."""

    def __init__(self, app: App, tx: Tx) -> None:
        self._app = app
        self._history = rule_store.history(tx)
        self._scorers: dict[RuleHash, Scorer] = {}

    def at(self, moment: datetime) -> Scorer:
        version = self._version(moment)
        if version.hash not in self._scorers:
            compiled = compile_version(version, types=self._app.types, time_zone=self._app.settings.time_zone)
            self._scorers[version.hash] = compiled.scorer
        return self._scorers[version.hash]

    def _version(self, moment: datetime) -> RuleVersion:
        return next((each for each in self._history if each.published_at <= moment), self._history[-1])


def run(folder: Path, lead: str, ask: Ask, *, environment: str | None) -> int:
    """Look and change nothing."""
    with closing(open_app(folder, environment=environment)) as app:
        desk = desk_of(app, report_desk.Ask(form=ask.form, html=ask.html))
        found = _page(desk, lead, ask)
        if found is None:
            screen.say(unknown(lead))
            return exits.BAD_DATA
        number, page = found[0], replace(found[1], missing=(*report.unread(desk, found[1]), *found[1].missing))
        match ask.form:
            case Form.JSON:
                screen.document({"lead": number, **as_data(page)})
            case Form.CSV:
                spreadsheet.write(("lead", "at", *(column.key for column in COLUMNS)), _moments(number, page))
            case Form.HTML:
                report.write_html(ask.html, html_of(page, people_of(app, desk.rules.mapping, [number])))
            case Form.TABLE:
                show_badge(app)
                show(page)
    return exits.OK


def _page(desk: Desk, text: str, ask: Ask) -> tuple[LeadId, Page] | None:
    """None where nobody is known by this; read in one transaction, so that nothing is told from two moments."""
    app, now = desk.app, desk.scope.now
    linker = Linker(app, desk.rules.mapping)
    with app.store.read() as tx:
        lead = find_lead(tx, text) or _numbered(text)
        dossier = None if lead is None else dossier_of(tx, lead, scorer_at=PastRules(app, tx).at, now=now)
        if lead is None or dossier is None:
            return None
        look = Look(
            scope=desk.scope,
            cast=_cast(desk, tx),
            zone=desk.rules.book.zone,
            links=_links(linker, dossier),
            systems=sorted(desk.rules.mapping.systems),
            workplaces=desk.rules.mapping.workplaces,
            stays_until=stays_until(tx, lead, desk.rules, now=now) if dossier.erasure is None else None,
            asked=_asked(tx, text, lead),
            most=None if ask.everything else MOST,
        )
    return lead, journey(dossier, look)


def _numbered(text: str) -> LeadId | None:
    """Our own number, of somebody who may have been erased."""
    wanted = text.strip()
    number = LeadId(int(wanted)) if wanted.isdecimal() and len(wanted) <= MOST_DIGITS else LeadId(0)
    return number if is_number(number) else None


def _asked(tx: Tx, text: str, found: LeadId) -> LeadId | None:
    """The number that was asked for, by itself or by our key, where it is another one's part by now."""
    known = leads.by_key(tx, [text.strip()]).get(text.strip())
    number = known.id if known is not None else _numbered(text)
    return number if number is not None and leads.survivor(tx, number) == found != number else None


def _cast(desk: Desk, tx: Tx) -> Cast:
    return Cast(names=desk.scope.names, users=users(tx, desk.rules.mapping).emails)


def _links(linker: Linker, dossier: Dossier) -> Mapping[RecordRef, str]:
    found = ((each.ref, linker.link(each.ref)) for each in dossier.records)
    return {ref: link[1] for ref, link in found if link is not None}


def _moments(lead: LeadId, page: Page) -> Iterator[tuple[object, ...]]:
    """The timeline: a line for each moment, with its time in UTC."""
    for table in page.tables():
        if table.key == KEY:
            for row in table.rows:
                cells = (words(cell) if isinstance(cell, Figure) else cell for cell in row.cells)
                yield lead, row.at.isoformat() if row.at is not None else "", *cells
