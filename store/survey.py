"""The last survey of every connection, so that publishing can ask it without asking the systems again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select

from domain.survey import (
    Author,
    Automation,
    AutomationKind,
    Neighbour,
    Requirement,
    Survey,
    Unseen,
    Written,
)
from domain.values import from_text
from store.engine import Tx
from store.schema import survey as table
from store.upserts import upsert_one

_STAMPS = select(table.c.connection, table.c.surveyed_at)


def save(tx: Tx, survey: Survey) -> None:
    """Keep it in place of the connection's last one."""
    found = orjson.loads(orjson.dumps(survey, option=orjson.OPT_UTC_Z))
    upsert_one(tx, table, {"connection": survey.connection, "surveyed_at": survey.at, "found": found})


def latest(tx: Tx) -> dict[str, Survey]:
    """By connection; those never surveyed are missing."""
    return {row.connection: _read(row.found) for row in tx.execute(table.select().order_by(table.c.connection))}


def stamps(tx: Tx) -> dict[str, datetime]:
    """When each connection was last surveyed."""
    return {row.connection: row.surveyed_at for row in tx.execute(_STAMPS)}


def _read(found: Mapping[str, Any]) -> Survey:
    return Survey(
        connection=found["connection"],
        at=from_text(found["at"]),
        since=from_text(found["since"]),
        sampled=found["sampled"],
        untracked={name: tuple(fields) for name, fields in found["untracked"].items()},
        written=tuple(_written(row) for row in found["written"]),
        automations=tuple(
            Automation(**{**row, "kind": AutomationKind(row["kind"]), "fields": tuple(row["fields"])})
            for row in found["automations"]
        ),
        requirements=tuple(Requirement(**row) for row in found["requirements"]),
        neighbours=tuple(Neighbour(**{**row, "evidence": tuple(row["evidence"])}) for row in found["neighbours"]),
        unseen=tuple(Unseen(**row) for row in found["unseen"]),
    )


def _written(row: Mapping[str, Any]) -> Written:
    return Written(**{**row, "author": Author(row["author"]), "last_at": from_text(row["last_at"])})
