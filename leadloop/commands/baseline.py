"""`leadloop baseline`: how this org's leads fall into the table of first stages, and a person's word on it."""

import csv
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.lifecycle import BaselineRow
from config.yaml_file import yaml_of
from domain.errors import SettingsError
from leadloop import exits, screen
from leadloop.actor import actor
from leadloop.app import App, open_app
from leadloop.options import Form, there
from leadloop.spreadsheet import safe
from reports.going_live import Word, going_live
from store import first_stages
from store import rules as rule_store
from store.first_stages import Confirmed
from sync.firstday import went_live_at
from sync.firststage import Fallen, is_named, rows_of, table_hash, tally, unnamed

FILE = "lifecycle.yaml"
COLUMNS = (
    "status", "lifecycle", "open_deal", "customer", "converted",
    "row", "stage", "leads", "with_owner", "named", "example",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The table as the leads fall into it. `lines`: where each row stands in the file."""

    rows: Sequence[BaselineRow]
    lines: Sequence[int | None]
    fallen: Sequence[Fallen]
    word: Word
    is_draft: bool

    @property
    def unnamed(self) -> list[Fallen]:
        return unnamed(self.fallen, self.rows)

    def place(self, row: int | None) -> str:
        if row is None:
            return "no row"
        line = self.lines[row]
        return f"{FILE}:{line}" if line is not None else f"row {row + 1}"


def run(folder: Path, *, environment: str | None, form: Form, draft: bool) -> int:
    """Looks and changes nothing. `draft`: by the folder's table, before it is published."""
    with closing(open_app(folder, environment=environment)) as app:
        shown = look(app, draft=draft)
        match form:
            case Form.JSON:
                screen.document(as_data(shown))
            case Form.CSV:
                writer = csv.DictWriter(sys.stdout, fieldnames=COLUMNS)
                writer.writeheader()
                writer.writerows(
                    {key: safe(value) for key, value in _row(shown, each).items()} for each in shown.fallen
                )
            case Form.TABLE:
                _show(shown, folder)
    return exits.OK


def look(app: App, *, draft: bool = False) -> Shown:
    """Every lead by the table in force, or by the folder's."""
    now = app.clock.refresh()
    with app.store.read() as tx:
        version, rules = rule_store.current(tx), app.in_force(tx)
        sources = app.installation.sources if draft or version is None else version.sources
        table = app.installation.rules.lifecycle.baseline if draft else rules.lifecycle.baseline
        standing = going_live(tx, observe_days=app.settings.observe_days, now=now)
        return Shown(
            rows=table,
            lines=_lines(sources.get(FILE, ""), len(table)),
            fallen=tally(tx, rules, table, now=now),
            word=standing.baseline if standing else Word.NONE,
            is_draft=draft,
        )


def _lines(text: str, count: int) -> list[int | None]:
    """Where each row begins; None where the published rules came without their text."""
    places = yaml_of(text, FILE).places
    found = (places.get(("baseline", at)) for at in range(count))
    return [None if place is None else place.line for place in found]


def _row(shown: Shown, each: Fallen) -> dict[str, object]:
    seen = each.seen
    return {
        "status": seen.status,
        "lifecycle": seen.lifecycle,
        "open_deal": seen.open_deal,
        "customer": seen.customer,
        "converted": seen.converted,
        "row": shown.place(each.row),
        "stage": each.stage.value,
        "leads": each.leads,
        "with_owner": each.with_owner,
        "named": is_named(each, shown.rows),
        "example": str(each.example or ""),
    }


def as_data(shown: Shown) -> dict[str, Any]:
    rest = shown.unnamed
    return {
        "baseline": shown.word,
        "hash": table_hash(shown.rows),
        "draft": shown.is_draft,
        "leads": sum(each.leads for each in shown.fallen),
        "combinations": [_row(shown, each) for each in shown.fallen],
        "unnamed": {"combinations": len(rest), "leads": sum(each.leads for each in rest)},
    }


def _show(shown: Shown, folder: Path) -> None:
    rest = shown.unnamed
    rows = [
        (
            "" if is_named(each, shown.rows) else "!",
            each.seen.status,
            each.seen.lifecycle,
            _account(each),
            f"{each.leads:,}",
            f"{each.with_owner:,}",
            each.stage,
            shown.place(each.row),
            each.example,
        )
        for each in shown.fallen
    ]
    title = f"First stages {'by the draft' if shown.is_draft else 'by the rules in force'}: {shown.word}"
    columns = ("", "Lead.Status", "lifecyclestage", "account", "leads", "with owner", "first stage", "by", "example")
    screen.table(title, columns, rows)
    if rest:
        of_leads = f"{sum(each.leads for each in rest):,} of {sum(each.leads for each in shown.fallen):,} leads"
        screen.show(
            f"! Named by no row, or only by one that fits everybody: {len(rest)} of {len(shown.fallen)} combinations, "
            f"{of_leads}. Give them rows in {FILE}, or confirm with --rest-is-known."
        )
    if shown.word is not Word.CONFIRMED:
        screen.say(f"Next: leadloop baseline confirm{there(folder)}")


def _account(each: Fallen) -> str:
    seen = each.seen
    said = {"customer": seen.customer, "open deal": seen.open_deal, "converted": seen.converted}
    return ", ".join(name for name, is_so in said.items() if is_so)


def confirm(folder: Path, *, environment: str | None, rest_is_known: bool, as_json: bool) -> int:
    """65 while leads fall into combinations that no row names; nothing is confirmed then."""
    with closing(open_app(folder, environment=environment)) as app:
        _require_read(app)
        shown = look(app)
        if shown.unnamed and not rest_is_known:
            if as_json:
                screen.document(as_data(shown) | {"confirmed": False})
            else:
                _show(shown, folder)
                screen.say("Nothing was confirmed.")
            return exits.BAD_DATA
        word = _put(app, shown, rest_is_known=rest_is_known)
    if as_json:
        screen.document(as_data(shown) | {"baseline": Word.CONFIRMED, "confirmed": True, "by": word.by, "at": word.at})
    else:
        screen.show(
            f"Confirmed for {word.leads:,} leads: their first stages stand. Other rows apply to new leads only."
        )
    return exits.OK


def _require_read(app: App) -> None:
    with app.store.read() as tx:
        if went_live_at(tx) is None:
            raise SettingsError("not every system was read to the end yet: `leadloop run` first")


def _put(app: App, shown: Shown, *, rest_is_known: bool) -> Confirmed:
    """Confirm what was looked at, and no table that was published since."""
    word = Confirmed(
        hash=table_hash(shown.rows),
        rows=rows_of(shown.rows),
        by=actor(),
        at=app.clock.refresh(),
        leads=sum(each.leads for each in shown.fallen),
        rest_is_known=rest_is_known,
    )
    with app.store.write() as tx:
        if table_hash(app.in_force(tx).lifecycle.baseline) != word.hash:
            raise SettingsError("another table was published meanwhile: look again")
        first_stages.confirm(tx, word)
    return word
