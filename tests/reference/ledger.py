"""The raw rows of the ledger, lead by lead, as the database has them: times are microseconds since 1970."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

Row = dict[str, Any]
TABLES = ("lead", "handoff", "transition", "clock_step", "activity", "fact", "first_touch")
_JSON = {
    "handoff": ("tried", "steps", "scorecard"),
    "activity": ("properties",),
    "fact": ("value",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One living lead and all of its rows."""

    id: int
    created_at: int
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def of(self, table: str) -> list[Row]:
        return self.rows.get(table, [])


def read(tx: Connection) -> list[Known]:
    """Everybody who was not merged into somebody else."""
    found = {table: _rows(tx, table) for table in TABLES}
    theirs: dict[int, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for table in TABLES[1:]:
        for row in found[table]:
            theirs[row["lead_id"]][table].append(row)
    for row in found["lead"]:
        theirs[row["id"]]["lead"].append(row)
    living = (row for row in found["lead"] if row["merged_into"] is None)
    return [Known(id=row["id"], created_at=row["created_at"], rows=dict(theirs[row["id"]])) for row in living]


def _rows(tx: Connection, table: str) -> list[Row]:
    rows = [dict(each._mapping) for each in tx.exec_driver_sql(f"SELECT * FROM {table}").all()]
    for row in rows:
        for column in _JSON.get(table, ()):
            row[column] = json.loads(row[column])
    return rows
