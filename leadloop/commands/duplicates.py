"""`leadloop duplicates`: several records of one person, as of the last pull, before anything is written."""

import csv
import sys
from collections.abc import Iterator
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Any

from leadloop import exits, screen
from leadloop.app import open_app
from mapping.compiled import FieldMap
from reports.duplicates import Duplicates, Group, find
from store import leads

COLUMNS = ("group", "bond", "one_lead", "lead_ids", "system", "object", "id", "head", "because")
_SHOWN = 50
"""Groups on the screen; `--json` and `--csv` give all."""


class Form(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def run(folder: Path, *, environment: str | None, form: Form) -> int:
    with closing(open_app(folder, environment=environment)) as app:
        fields = FieldMap(app.installation.rules.mapping, app.types)
        with app.store.read() as tx:
            found, is_new = find(tx, fields), not leads.count(tx)
    if is_new:
        screen.say("! Nothing was read yet: run `leadloop plan --pull` first.")
    match form:
        case Form.JSON:
            screen.document(as_data(found))
        case Form.CSV:
            _write_csv(found)
        case Form.TABLE:
            show(found)
    return exits.OK


def show(found: Duplicates) -> None:
    counts = found.counts()
    screen.show(f"People with several records in one system: {counts['one_lead']}. One lead, one score, one handoff.")
    screen.show(f"Likely one person: {counts['likely']}. Only reported, each stays a lead of its own.")
    screen.show(f"Records that are read and never written to: {counts['never_written']}.")
    if not found.names_known:
        screen.say("! mapping.yaml has no properties first_name and last_name: nobody was compared by name.")
    rows = [row for number, group in enumerate(found.groups[:_SHOWN], start=1) for row in _rows(number, group)]
    if rows:
        screen.table("", COLUMNS, rows)
    if len(found.groups) > _SHOWN:
        screen.say(f"{len(found.groups) - _SHOWN} more groups: `leadloop duplicates --csv`.")
    if counts["one_lead"] or counts["likely"]:
        screen.say("Merge them in Salesforce or HubSpot where they are one person: leadloop follows, and never merges.")


def _rows(number: int, group: Group) -> Iterator[tuple[str, ...]]:
    heads = {head.record.ref: head.reason for head in group.heads}
    leads = " ".join(map(str, group.leads))
    one = "yes" if group.is_one_lead else "no"
    for ref in group.records:
        because = str(heads.get(ref, ""))
        mark = "yes" if ref in heads else "no"
        yield str(number), group.bond, one, leads, ref.connection, ref.object, ref.id, mark, because


def _write_csv(found: Duplicates) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    for number, group in enumerate(found.groups, start=1):
        writer.writerows(_rows(number, group))


def as_data(found: Duplicates) -> dict[str, Any]:
    return {
        "counts": found.counts(),
        "names_known": found.names_known,
        "groups": [
            {
                "bond": group.bond,
                "shapes": group.shapes,
                "one_lead": group.is_one_lead,
                "leads": group.leads,
                "records": [{"system": ref.connection, "object": ref.object, "id": ref.id} for ref in group.records],
                "heads": [
                    {
                        "system": head.record.ref.connection,
                        "object": head.record.ref.object,
                        "id": head.record.ref.id,
                        "because": head.reason,
                    }
                    for head in group.heads
                ],
            }
            for group in found.groups
        ],
    }
