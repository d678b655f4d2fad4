"""The names under the agreement, each with the words that it stands for. A newer one of a side takes its place."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select, text

from domain.signing import Clause, Side, Signature
from store import audit
from store.audit import AuditEntry
from store.columns import AnyRow
from store.engine import Tx
from store.schema import agreement_signature as table


def lock(tx: Tx) -> None:
    """Of two who sign at once the second sees what the first did; SQLite has one writer anyway."""
    if tx.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('agreement_signature', 71))"))


def add(tx: Tx, signature: Signature) -> None:
    row = {
        "side": signature.side.value,
        "name": signature.name,
        "signed_at": signature.signed_at,
        "login": signature.login,
        "clauses": [_plain(each) for each in signature.clauses],
    }
    tx.execute(table.insert(), row)
    action = f"signed agreement {signature.fingerprint[:8]} for {signature.side}"
    audit.append(tx, [AuditEntry(at=signature.signed_at, actor=signature.login, action=action)])


def latest(tx: Tx) -> Mapping[Side, Signature]:
    """The last of each side; a side that never signed is left out."""
    newest = select(func.max(table.c.number)).group_by(table.c.side)
    rows = tx.execute(select(table).where(table.c.number.in_(newest)).order_by(table.c.number))
    return {found.side: found for found in map(_to_signature, rows)}


def _plain(clause: Clause) -> dict[str, Any]:
    return {"key": clause.key, "title": clause.title, "lines": list(clause.lines)}


def _to_signature(row: AnyRow) -> Signature:
    clauses = (Clause(key=each["key"], title=each["title"], lines=tuple(each["lines"])) for each in row.clauses)
    return Signature(
        side=Side(row.side), name=row.name, signed_at=row.signed_at, login=row.login, clauses=tuple(clauses)
    )
