"""A page as one file for a browser: it needs no network, no script and nothing beside it, on a screen or on paper.

Jinja2's one door. Whatever people called themselves comes out as words: everything is escaped on its way into a
template, and characters that would turn or break the text around them are taken out.
"""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from domain.values import LeadId
from reports.pages import wording
from reports.pages.drawing import NARROW, WIDE, column_of, drawing_of, has_spread
from reports.pages.page import Column, Figure, Leads, Page, Part, Table, Unit
from reports.pages.sheet import Drawing
from reports.pages.tally import SHOWN

_TEMPLATES = Path(__file__).parent / "templates"
_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # what no text holds
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # what turns the writing of its neighbours around
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]"  # halves of characters, and none
)
_CODE = re.compile("`([^`]+)`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who a lead is to readers. `links`: a system's name and the address of the person's record there."""

    name: str
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Behind:
    """The list behind one figure. `when`: of which time it is; `causes`: what is said of each person, where anything
    is; `told`: what of it is listed; `command`: where the rest is."""

    name: str
    row: str
    column: str
    said: str
    when: str
    people: tuple[Person, ...]
    causes: tuple[str, ...]
    told: str
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """A part as it is laid out. `wordy`: columns of words; `is_new`: explains what no table before it does."""

    part: Part
    wide: Drawing | None = None
    narrow: Drawing | None = None
    wordy: frozenset[str] = frozenset()
    says: tuple[Column, ...] = ()
    is_new: bool = False


def html_of(page: Page, people: Mapping[LeadId, Person]) -> str:
    """The whole file. `people`: those of whom something is known; the others stand there by their number."""
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(
            page=page,
            shown=list(_shown(page)),
            behind=list(_behind(page, people)),
            has_few=any(wording.is_few(each) for each in _figures(page)),
            has_range=any(wording.interval(each) for each in _figures(page)),
            has_unknown=any(not wording.is_known(each) for each in _figures(page)),
        )
    )


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finished,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(coded=_coded, anchor=_anchor, fragment=_fragment)
    made.globals.update(
        short=wording.short,
        words=wording.words,
        base_of=wording.base_of,
        interval=wording.interval,
        is_few=wording.is_few,
        is_known=wording.is_known,
        moment=wording.moment,
        name_of=wording.name_of,
        has_list=_has_list,
        has_spread=has_spread,
        column_of=column_of,
        is_web=_is_web,
        is_figure=lambda cell: isinstance(cell, Figure),
        is_table=lambda part: isinstance(part, Table),
    )
    return made


def _finished(value: object) -> object:
    """Whatever a template puts out, before it is escaped; what is markup has been through here."""
    return harmless(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def harmless(text: str) -> str:
    """Without what is no character, and without what changes how other words are read."""
    return _UNFIT.sub("", text)


def _coded(text: str) -> Markup:
    """What stands in `backticks` is to be typed."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(harmless(text)))))  # noqa: S704 - escaped before


def _anchor(name: str) -> str:
    """As an id: any characters but blanks."""
    return re.sub(r"\s+", "-", harmless(name))


def _fragment(name: str) -> str:
    """The same in an address."""
    return "#" + quote(_anchor(name))


def _is_web(address: str) -> bool:
    """No other kind of address is a link: `javascript:` would be one."""
    return harmless(address).lower().startswith(("https://", "http://"))


def _figures(page: Page) -> Iterator[Figure]:
    yield from (figure for table in page.tables() for *_, figure in table.figures())


def _has_list(figure: Figure) -> bool:
    """Records of nobody are counted, and nobody stands behind them."""
    return wording.is_known(figure) and figure.leads is not None and bool(figure.leads.first)


def _shown(page: Page) -> Iterator[_Shown]:
    explained: set[tuple[Column, ...]] = set()
    for part in page.parts:
        if not isinstance(part, Table):
            yield _Shown(part=part)
            continue
        says = tuple(each for each in part.columns if each.says)
        yield _Shown(
            part=part,
            wide=drawing_of(part, width=WIDE),
            narrow=drawing_of(part, width=NARROW),
            wordy=frozenset(each.key for at, each in enumerate(part.columns) if _is_wordy(part, at)),
            says=says,
            is_new=says not in explained,
        )
        explained.add(says)


def _is_wordy(table: Table, at: int) -> bool:
    """Whether it is read as a line of words: a figure among many of them stands where they do."""
    cells = [row.cells[at] for row in table.rows]
    figures = sum(isinstance(each, Figure) for each in cells)
    return not figures or sum(isinstance(each, str) and each != "" for each in cells) > figures


def _behind(page: Page, people: Mapping[LeadId, Person]) -> Iterator[_Behind]:
    for table in page.tables():
        for name, row, column, figure in table.figures():
            if figure.leads is None or not _has_list(figure):
                continue
            counts = page.counts_in(table, column)
            yield _Behind(
                name=name,
                row=wording.name_of(row.label),
                column=column.label,
                said=_said(figure, counts),
                when=page.when_of(table, column),
                people=tuple(_person(lead, people) for lead in figure.leads.first),
                causes=figure.leads.told,
                told=_told(figure.leads, counts),
                command=f"{page.command} --behind {shlex.quote(harmless(name))}",
            )


def _said(figure: Figure, counts: str) -> str:
    """A bare number says of what it is."""
    is_bare = figure.unit is Unit.COUNT
    return wording.counted(figure.value or 0.0, counts) if is_bare else wording.words(figure)


def _person(lead: LeadId, people: Mapping[LeadId, Person]) -> Person:
    """A lead that nobody knows by name keeps its number."""
    known = people.get(lead)
    return (
        known
        if known is not None and harmless(known.name).strip()
        else Person(name=f"lead {lead}", links=known.links if known is not None else ())
    )


def _told(leads: Leads, counts: str) -> str:
    """What of a list is not there; empty where it is whole."""
    listed = len(leads.first)
    if listed == leads.n:
        return ""
    return (
        f"The first {listed} of {leads.n:,}"
        if listed >= SHOWN
        else f"{listed} leads for {wording.counted(leads.n, counts)}"
    )
