"""Published rules: every publication is kept, the last one is in force."""

from sqlalchemy import select, text

from domain.errors import SettingsError
from domain.run import RuleVersion
from domain.values import RuleHash
from store import audit
from store.audit import AuditEntry
from store.columns import AnyRow, AnySelect
from store.engine import Tx
from store.schema import rule_version as table

_NEWEST_HASH = select(table.c.hash).order_by(table.c.number.desc()).limit(1)


class OvertakenError(SettingsError):
    """Somebody published since these rules were taken up for editing. `now`: what is in force."""

    def __init__(self, now: RuleVersion) -> None:
        super().__init__(f"version {now.number} by {now.author} is in force: it was published meanwhile")
        self.now = now


def publish(tx: Tx, version: RuleVersion, *, base: int | None = None) -> bool:
    """Put a version in force; False, and nothing written, when these very rules are in force already.

    `base`: the number of the version that these were made from; OvertakenError when another one is in force.
    """
    if tx.dialect.name == "postgresql":  # of two publishers the second sees what the first did
        tx.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('rule_version', 71))"))
    now = current(tx)
    if now is not None and now.hash == version.hash:
        return False
    if now is not None and base is not None and now.number != base:
        raise OvertakenError(now)
    tx.execute(
        table.insert(),
        {
            "hash": version.hash,
            "author": version.author,
            "published_at": version.published_at,
            "document": version.document,
            "sources": dict(version.sources),
            "message": version.message,
        },
    )
    _audit(tx, version)
    return True


def _audit(tx: Tx, version: RuleVersion) -> None:
    published = current(tx)
    number = "" if published is None else f" {published.number}"
    act = AuditEntry(
        at=version.published_at, actor=version.author, action=f"published rules{number}", rule_hash=version.hash
    )
    audit.append(tx, [act])


def current(tx: Tx) -> RuleVersion | None:
    return _first(tx, select(table))


def hash_in_force(tx: Tx) -> RuleHash | None:
    """Of the current rules, for whoever asks often whether they are still the same."""
    found: str | None = tx.execute(_NEWEST_HASH).scalar()
    return None if found is None else RuleHash(found)


def history(tx: Tx) -> list[RuleVersion]:
    """Every publication, newest first."""
    return [_to_version(row) for row in tx.execute(select(table).order_by(table.c.number.desc()))]


def by_number(tx: Tx, number: int) -> RuleVersion | None:
    return _first(tx, select(table).where(table.c.number == number))


def by_name(tx: Tx, name: str) -> RuleVersion | None:
    """A version as a person names it: its number, or how its hash begins; of several publications the last."""
    if name.isdecimal() and (found := by_number(tx, int(name))) is not None:
        return found
    return _first(tx, select(table).where(table.c.hash.startswith(name, autoescape=True))) if len(name) >= 4 else None


def _first(tx: Tx, query: AnySelect) -> RuleVersion | None:
    row = tx.execute(query.order_by(table.c.number.desc()).limit(1)).first()
    return None if row is None else _to_version(row)


def _to_version(row: AnyRow) -> RuleVersion:
    return RuleVersion(
        hash=RuleHash(row.hash),
        author=row.author,
        published_at=row.published_at,
        document=row.document,
        sources=row.sources,
        message=row.message,
        number=row.number,
    )
