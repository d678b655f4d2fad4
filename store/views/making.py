"""Drops the views and makes them: before and after the steps of a migration, in its own transaction.

A step may rebuild or take away a table that a view reads, so none is there meanwhile. On PostgreSQL whoever was granted
a view has it afterwards as before.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Dialect, bindparam, make_url, text

from domain.errors import StoreError
from store.views.edition import MARK, NAMES
from store.views.promised import VIEWS
from store.views.view import View

_EDITION = "EDITION"
_GRANTS = text(
    "SELECT c.relname, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END "
    "FROM pg_class c, LATERAL aclexplode(c.relacl) a WHERE c.relkind = 'v' AND c.relname IN :names "
    "AND c.relnamespace = current_schema()::regnamespace AND a.privilege_type = 'SELECT' AND a.grantee <> c.relowner "
    "ORDER BY 1, 2"
).bindparams(bindparam("names", expanding=True))
_LEANING = text(
    "SELECT DISTINCT r.ev_class::regclass::text FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid "
    "JOIN pg_class c ON c.oid = d.refobjid WHERE d.classid = 'pg_rewrite'::regclass AND c.relkind = 'v' "
    "AND c.relnamespace = current_schema()::regnamespace AND c.relname IN :names AND r.ev_class <> c.oid ORDER BY 1"
).bindparams(bindparam("names", expanding=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Who may read which view; `to` is quoted as PostgreSQL wants it."""

    view: str
    to: str


def drop(tx: Connection) -> tuple[Grant, ...]:
    """Take the views away; returns who could read them. StoreError when something of the users' reads from one."""
    kept = readers(tx)
    for name in reversed(NAMES):
        tx.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")
    return kept


def make(tx: Connection, kept: Sequence[Grant] = ()) -> None:
    """Make the views, for whoever could read them before."""
    for statement in statements(tx.dialect, mark=MARK):
        tx.exec_driver_sql(statement)
    grant(tx, kept)


def readers(tx: Connection) -> tuple[Grant, ...]:
    """Who may read which view, before it goes; nobody in particular on SQLite, where a file is read or is not.

    StoreError when something of the users' reads from one.
    """
    if tx.dialect.name != "postgresql":
        return ()
    _require_nothing_leans(tx)
    return tuple(Grant(view=row[0], to=row[1]) for row in tx.execute(_GRANTS, {"names": NAMES}))


def grant(tx: Connection, kept: Sequence[Grant]) -> None:
    for each in kept:
        tx.exec_driver_sql(f"GRANT SELECT ON {each.view} TO {each.to}")


def edition() -> str:
    """A hash of everything that is said to either database."""
    dialects = [make_url(f"{name}://").get_dialect()() for name in ("sqlite", "postgresql")]
    told = [each for dialect in dialects for each in statements(dialect, mark=_EDITION)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:12]


def statements(dialect: Dialect, *, mark: str) -> Iterator[str]:
    for view in VIEWS:
        query = view.query().compile(dialect=dialect, compile_kwargs={"literal_binds": True})
        if dialect.name == "sqlite":
            yield f"CREATE VIEW {view.called} AS /* {mark} */ {query}"
        else:
            yield f"CREATE VIEW {view.called} AS {query}"
            yield from _comments(view, mark)


def _comments(view: View, mark: str) -> Iterator[str]:
    """What most tools show beside a name."""
    yield f"COMMENT ON VIEW {view.called} IS {_quoted(f'{view.says} [{mark}]')}"
    for each in view.columns:
        yield f"COMMENT ON COLUMN {view.called}.{each.name} IS {_quoted(each.says)}"


def _quoted(words: str) -> str:
    return "'" + words.replace("'", "''").replace("`", "") + "'"


def _require_nothing_leans(tx: Connection) -> None:
    """What reads from a view would have to go with it, and is not ours to take."""
    leaning = [str(each) for each in tx.execute(_LEANING, {"names": NAMES}).scalars()]
    if leaning:
        raise StoreError(
            f"The database has views of yours that read from leadloop's: {', '.join(leaning)}. Drop them, do this "
            "once more so that leadloop's are made anew, and make yours again. Nothing was changed."
        )
