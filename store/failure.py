"""What a database's error means to the person who has to mend it, without quoting anybody's data."""

import re

from sqlalchemy.exc import DBAPIError

from domain.errors import StoreAwayError, StoreError

_REPEATED_STATES = frozenset({"40001", "40P01", "55P03", "57014"})
"""PostgreSQL: serialization failure, deadlock, lock not available, statement timeout.

(SQLite has one writer at a time, for whom the driver waits.)"""

_SQLITE_WORDS = (
    (
        "readonly",
        "The database is read-only. Give the user that runs leadloop the right to write the file and its folder.",
    ),
    ("is full", "The disk under the database is full. Free some space; leadloop goes on by itself."),
    ("disk i/o error", "The disk under the database is full or broken. Free some space; leadloop goes on by itself."),
    ("malformed", "The database file is damaged. Restore the last backup; nothing was written."),
    ("not a database", "The database file is not an SQLite database. Check database_url, or restore the last backup."),
    ("is locked", "Another program keeps the database locked. Find it, or try again in a minute."),
    ("unable to open", "The database file cannot be opened. Check that its folder exists and may be written."),
    ("no such table", "The database has no leadloop tables of this version. Start the daemon or run `leadloop init`."),
)
_POSTGRES_WORDS = {
    "40P01": "PostgreSQL ended a deadlock by undoing this transaction. leadloop tries again in the next cycle.",
    "40001": "PostgreSQL undid this transaction for the sake of another. leadloop tries again in the next cycle.",
    "53100": "The disk under PostgreSQL is full. Free some space; leadloop goes on by itself.",
    "25006": "The database is read-only (a standby?). Point database_url at the primary server.",
    "28P01": "PostgreSQL refused the password of database_url.",
    "28000": "PostgreSQL refused the user of database_url.",
    "3D000": "The database named in database_url does not exist. Create it first.",
    "42501": "The database user may not do this. Make it the owner of leadloop's tables.",
    "42P01": "The database has no leadloop tables of this version. Start the daemon or run `leadloop init`.",
    "55P03": "Another program keeps rows of leadloop's locked. leadloop tries again in the next cycle.",
    "57014": "A statement took longer than statement_timeout allows. leadloop tries again in the next cycle.",
}
_AWAY = "PostgreSQL does not answer. Check that it runs and that database_url is right."
_AWAY_WORDS = {
    "53300": "PostgreSQL has no free connection. Raise max_connections or close other programs.",
    "57P01": "PostgreSQL is shutting down, or somebody ended our session. A daemon waits for it.",
    "57P02": "PostgreSQL is recovering from a crash. A daemon waits for it.",
    "57P03": "PostgreSQL is starting up. A daemon waits for it.",
}
_REFUSALS = (
    (re.compile("too many (connections|clients)|connection slots are reserved"), "53300"),
    (re.compile("password authentication failed"), "28P01"),
    (re.compile('role ".*" (does not exist|is not permitted to log in)|no pg_hba.conf entry'), "28000"),
    (re.compile('database ".*" does not exist'), "3D000"),
    (re.compile("the database system is starting up"), "57P03"),
    (re.compile("the database system is shutting down"), "57P01"),
    (re.compile("the database system is in recovery"), "57P02"),
)
"""Who is refused before they are logged in hears no code from libpq, only a sentence; a server that speaks another
language than English is told of in general words."""
_CONNECTION_STATES = "08"
"""The class of states that tell of a connection that failed."""
_STATEMENT_POOLING = "statement pooling mode"
"""What pgbouncer says, in that class too, where it lets no transaction be begun: waiting would not help."""


def is_worth_repeating(error: DBAPIError) -> bool:
    """Whether the same transaction, begun again, has a fair chance."""
    return _state(error) in _REPEATED_STATES


def to_store_error(error: DBAPIError) -> StoreError:
    """The error in words. Only codes and names of tables and constraints are carried over."""
    state = _state(error)
    if _STATEMENT_POOLING in str(error.orig):
        return StoreError(
            "A pooler before PostgreSQL lets no transaction through. Point database_url at PostgreSQL itself."
        )
    if state is not None and (state in _AWAY_WORDS or state.startswith(_CONNECTION_STATES)):
        return StoreAwayError(_AWAY_WORDS.get(state, _AWAY))
    if state is not None:
        constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
        where = f", constraint {constraint}" if constraint else ""
        return StoreError(_POSTGRES_WORDS.get(state, f"PostgreSQL refused a statement (code {state}{where})."))
    said = str(error.orig).lower()
    if type(error.orig).__module__.startswith("psycopg"):
        return StoreAwayError(_refused(str(error.orig)))
    found = next((words for sign, words in _SQLITE_WORDS if sign in said), None)
    return StoreError(found or f"The database refused a statement ({type(error.orig).__name__}: {error.orig}).")


def _refused(said: str) -> str:
    """What a connection that did not come about is told of in."""
    state = next((state for sign, state in _REFUSALS if sign.search(said)), "")
    return _AWAY_WORDS.get(state) or _POSTGRES_WORDS.get(state, _AWAY)


def _state(error: DBAPIError) -> str | None:
    state = getattr(error.orig, "sqlstate", None)
    return state if isinstance(state, str) else None
