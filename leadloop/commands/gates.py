"""`leadloop gates`: whom each connection is for, and how many leads that is just now."""

from contextlib import closing
from pathlib import Path
from typing import Any

from domain.errors import SettingsError
from leadloop import exits, screen
from leadloop.app import App, open_app
from reports.gates import GateReport, gate_reports
from store import leads

CAUSES = 4
"""So many stand in a line; `--json` has all."""


def run(folder: Path, connection: str | None, *, environment: str | None, as_json: bool) -> int:
    with closing(open_app(folder, environment=environment)) as app:
        found, waiting = counted(app, connection)
    if as_json:
        screen.document({"gates": [_as_data(each) for each in found], "not_judged_yet": waiting})
        return exits.OK
    for each in found:
        screen.show(_line(each))
        if each.kept_from_reps:
            screen.show(f"  ! {each.kept_from_reps:,} wait for a rep because of it: see `leadloop why-not LEAD`")
    if not found:
        where = f"`systems.{connection or 'NAME'}.gates` in mapping.yaml"
        screen.show(f"No gate is closed to anybody: there is none in force ({where}).")
    elif waiting:
        screen.say(f"{waiting:,} leads have news and are judged in the next cycle.")
    return exits.OK


def counted(app: App, connection: str | None = None) -> tuple[list[GateReport], int]:
    """The gates in force, of one connection or of all, and how many leads have news."""
    now = app.clock.refresh()
    with app.store.read() as tx:
        rules = app.in_force(tx)
        if connection is not None and connection not in rules.mapping.systems:
            known = ", ".join(sorted(rules.mapping.systems))
            raise SettingsError(f"mapping.yaml knows no system {connection!r}; known: {known}")
        found = [each for each in gate_reports(tx, rules.fields.gates) if connection in {None, each.connection}]
        return found, leads.count_due(tx, now=now)


def _line(each: GateReport) -> str:
    """`salesforce write  12,410 pass · 677 do not: country in (CU, IR) 402, score below 5 275`."""
    passing = f"{each.connection} {each.way}  {each.passing:,} pass"
    if not each.causes:
        return passing
    named = [f"{words} {count:,}" for words, count in list(each.causes.items())[:CAUSES]]
    rest = sum(list(each.causes.values())[CAUSES:])
    return f"{passing} · {each.closed:,} do not: {', '.join([*named, *([f'others {rest:,}'] if rest else [])])}"


def _as_data(each: GateReport) -> dict[str, Any]:
    return {
        "connection": each.connection,
        "gate": each.way,
        "pass": each.passing,
        "do_not": each.closed,
        "causes": [{"what": words, "leads": count} for words, count in each.causes.items()],
        "could_not_be_told": each.errs,
        "kept_from_reps": each.kept_from_reps,
    }
