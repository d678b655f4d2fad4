"""What operators ask of the daemon that holds the lead: filed by anyone, answered by the leader."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from store.columns import AnyRow
from store.engine import Tx
from store.schema import request as table


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`result` is None until it was answered."""

    id: int
    kind: str
    payload: dict[str, Any]
    filed_at: datetime
    answered_at: datetime | None
    result: dict[str, Any] | None


def file(tx: Tx, kind: str, payload: Mapping[str, Any], *, now: datetime) -> int:
    """File a request; returns its number."""
    row = {"kind": kind, "payload": dict(payload), "filed_at": now}
    number: int = tx.execute(table.insert().returning(table.c.id), row).scalar_one()
    return number


def open(tx: Tx) -> list[Request]:
    """What waits for an answer, oldest first."""
    rows = tx.execute(select(table).where(table.c.answered_at.is_(None)).order_by(table.c.id))
    return [_to_request(row) for row in rows]


def answer(tx: Tx, request_id: int, result: Mapping[str, Any], *, now: datetime) -> None:
    """Answer once: a second answer changes nothing."""
    tx.execute(
        update(table)
        .where(table.c.id == request_id, table.c.answered_at.is_(None))
        .values(answered_at=now, result=dict(result))
    )


def get(tx: Tx, request_id: int) -> Request | None:
    row = tx.execute(select(table).where(table.c.id == request_id)).first()
    return None if row is None else _to_request(row)


def _to_request(row: AnyRow) -> Request:
    return Request(
        id=row.id,
        kind=row.kind,
        payload=row.payload,
        filed_at=row.filed_at,
        answered_at=row.answered_at,
        result=row.result,
    )
