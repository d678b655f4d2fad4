"""`leadloop export`: one view from end to end, as it was at one moment, into a file or to standard output.

It is read in one transaction: portions with one of their own would miss whoever is united with a lead that was read
already. While it lasts nobody waits, but SQLite's log of writes grows; so --out is for whoever reads slowly.
"""

import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from config.words import did_you_mean
from domain.errors import UsageError
from leadloop import exits, parquet, screen
from leadloop.app import App, open_app
from leadloop.exporting import Format, write_csv, write_jsonl
from leadloop.whole_files import whole
from reports.pages.window import start_of
from store.views.promised import VIEWS
from store.views.reading import rows
from store.views.view import View

_SEE = "see `leadloop export --help`"
_WRITERS = {Format.CSV: write_csv, Format.JSONL: write_jsonl, Format.PARQUET: parquet.write}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """As it was typed. `since` and `until`: days, both inside, or times."""

    what: str
    since: date | None = None
    until: date | None = None
    form: str | None = None
    out: Path | None = None


def run(folder: Path, ask: Ask, *, environment: str | None) -> int:
    """UsageError for what cannot be meant, before anything is opened."""
    view, form = view_of(ask.what), format_of(ask.form, ask.out)
    if form is Format.PARQUET:
        parquet.require_extra()
        if ask.out is None:
            raise UsageError("--format parquet needs --out FILE: it cannot be written piece by piece to a terminal.")
    with closing(open_app(folder, environment=environment)) as app:
        since, until = span_of(ask, ZoneInfo(app.settings.time_zone))
        if ask.out is None:
            _write(app, view, form, sys.stdout.buffer, since=since, until=until)
            sys.stdout.buffer.flush()
            return exits.OK
        with whole(ask.out) as file:
            written = _write(app, view, form, file, since=since, until=until)
    screen.say(f"Written: {ask.out}, {written:,} rows of {view.called}.")
    return exits.OK


def view_of(what: str) -> View:
    """By its name, with or without the prefix."""
    known = {each.name: each for each in VIEWS}
    found = known.get(what.removeprefix("ll_"))
    if found is None:
        raise UsageError(f"There is nothing called {what!r} to export: {did_you_mean(what, known) or _SEE}")
    return found


def format_of(form: str | None, out: Path | None) -> Format:
    """As asked for; else as the file's name ends; else CSV."""
    if form is None:
        ending = "" if out is None else out.suffix.removeprefix(".").lower()
        return Format(ending) if ending in set(Format) else Format.CSV
    if form not in set(Format):
        raise UsageError(f"There is no format {form!r}: {did_you_mean(form, set(Format)) or _SEE}")
    return Format(form)


def span_of(ask: Ask, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """From when up to, and without, when. UsageError where that is no time at all."""
    since, until = _moment(ask.since, zone), _moment(ask.until, zone, more=1)
    if since is not None and until is not None and since >= until:
        raise UsageError(f"--until has to be later than --since: {since:%Y-%m-%d %H:%M} is not before the end.")
    return since, until


def _moment(given: date | None, zone: ZoneInfo, *, more: int = 0) -> datetime | None:
    if given is None or isinstance(given, datetime):
        return given
    return start_of(given + timedelta(days=more), zone)


def _write(
    app: App, view: View, form: Format, file: BinaryIO, *, since: datetime | None, until: datetime | None
) -> int:
    """How many rows there were."""
    written = 0

    def counted(found: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        nonlocal written
        for written, row in enumerate(found, start=1):  # noqa: B007 - it is told in the end
            yield row

    with app.store.read() as tx:
        _WRITERS[form](file, view.columns, counted(rows(tx, view, since=since, until=until)))
    return written
