"""Deals as closed months keep them: facts of the ledger, whatever the systems and the rules say of them by now.

A deal that stands in a closed month, as opened or as won, counts so and there; one that came later counts nowhere.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection

from tests.reference.dealt import Dealt
from tests.reference.ledger import Row


def with_closed(tx: Connection, deals: Iterable[Dealt]) -> list[Dealt]:
    """Each side that is kept as a deal of its own, and of the others what is known now."""
    months = [row for row in _rows(tx, "closed_month") if row["closed_at"] is not None]
    kept = list(_kept(tx))
    opened = {each.key for each in kept if each.won is None}
    won = {each.key for each in kept if each.won is not None}
    found = []
    for each in deals:
        is_late = each.opened is not None and any(row["since"] <= each.opened < row["until"] for row in months)
        is_over = each.won is not None and f"{each.won:%Y-%m}" in [row["month"] for row in months]
        found.append(
            replace(
                each,
                opened=None if is_late or each.key in opened else each.opened,
                won=None if is_over or each.key in won else each.won,
            )
        )
    return [*found, *kept]


def _kept(tx: Connection) -> Iterator[Dealt]:
    people = _rows(tx, "closed_deal_lead")
    for row in _rows(tx, "closed_deal"):
        parts: dict[str, Any] = json.loads(row["ways"]) | {"campaign": json.loads(row["campaigns"])}
        yield Dealt(
            name=row["name"] or row["record_id"],
            key=row["record_id"],
            opened=row["at"] if row["side"] == "opened" else None,
            won=date.fromisoformat(row["day"]) if row["side"] == "won" else None,
            worth=None if row["worth"] is None else Fraction(row["worth"]),
            leads=tuple(dict.fromkeys(each["lead_id"] for each in people if each["deal"] == row["id"])),
            origin=row["origin"],
            parts={way: _shares(said) for way, said in parts.items()},
        )


def _shares(said: Mapping[str, str]) -> Mapping[str, Fraction]:
    return {name: Fraction(share) for name, share in said.items()}


def _rows(tx: Connection, table: str) -> Sequence[Row]:
    return [dict(each._mapping) for each in tx.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1")]
