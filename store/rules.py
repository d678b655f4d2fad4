"""Published rules: every publication is kept, the last one is in force."""

from sqlalchemy import select

from domain.run import RuleVersion
from domain.values import RuleHash
from store.columns import AnyRow
from store.engine import Tx
from store.schema import rule_version as table


def publish(tx: Tx, version: RuleVersion) -> bool:
    """Put a version in force; False, and nothing written, when these very rules are in force already."""
    now = current(tx)
    if now is not None and now.hash == version.hash:
        return False
    row = {"author": version.author, "published_at": version.published_at, "document": version.document}
    tx.execute(table.insert(), row | {"hash": version.hash})
    return True


def current(tx: Tx) -> RuleVersion | None:
    row = tx.execute(select(table).order_by(table.c.number.desc()).limit(1)).first()
    return None if row is None else _to_version(row)


def history(tx: Tx) -> list[RuleVersion]:
    """Every publication, newest first."""
    return [_to_version(row) for row in tx.execute(select(table).order_by(table.c.number.desc()))]


def by_hash(tx: Tx, rule_hash: RuleHash) -> RuleVersion | None:
    """The rules that a score, transition or assignment carries the hash of."""
    query = select(table).where(table.c.hash == rule_hash).order_by(table.c.number.desc()).limit(1)
    row = tx.execute(query).first()
    return None if row is None else _to_version(row)


def _to_version(row: AnyRow) -> RuleVersion:
    return RuleVersion(hash=RuleHash(row.hash), author=row.author, published_at=row.published_at, document=row.document)
