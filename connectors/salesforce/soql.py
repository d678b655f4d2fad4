"""The only place that writes SOQL: names are checked, values are quoted, ids are ids."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from domain.errors import RejectedError

_ID = re.compile(r"[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)*")
_ESCAPES = {"\\": r"\\", "'": r"\'", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\b": r"\b", "\f": r"\f"}
_SPECIAL = re.compile(r"[\\'\n\r\t\b\f]")


def is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def checked_id(text: str) -> str:
    """Give back an id that may go into a URL or a query; RejectedError for anything else."""
    if not is_id(text):
        raise RejectedError("not a Salesforce id (15 or 18 letters and digits)", code="MALFORMED_ID")
    return text


def checked_name(text: str) -> str:
    """Give back the name of an object or field; RejectedError for anything else."""
    if _NAME.fullmatch(text) is None:
        raise RejectedError("not the name of a Salesforce object or field", code="INVALID_FIELD")
    return text


def quoted(text: str) -> str:
    """A text literal, whatever it contains."""
    return "'" + _SPECIAL.sub(lambda found: _ESCAPES[found[0]], text) + "'"


def moment(at: datetime) -> str:
    """A dateTime literal: whole seconds, which is all that stamps have."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def select(
    fields: Sequence[str], object_name: str, *, where: str = "", order: str = "", limit: int | None = None
) -> str:
    names = ", ".join(map(checked_name, fields))
    parts = [f"SELECT {names} FROM {checked_name(object_name)}"]  # noqa: S608  # names are checked, values quoted
    parts += [f"WHERE {where}"] if where else []
    parts += [f"ORDER BY {order}"] if order else []
    parts += [f"LIMIT {limit}"] if limit is not None else []
    return " ".join(parts)


def one_of(field: str, values: Iterable[str]) -> str:
    """`field IN (…)`; needs at least one value."""
    return f"{checked_name(field)} IN ({','.join(map(quoted, values))})"


def after(stamp: datetime | None, record_id: str) -> str:
    """What comes after a keyset position: at the very stamp only higher ids, then all later stamps.

    Without an id everything from the stamp on, so that a row that became visible late is seen.
    """
    if stamp is None:
        return ""
    if not record_id:
        return f"SystemModstamp >= {moment(stamp)}"
    at = moment(stamp)
    return f"(SystemModstamp = {at} AND Id > {quoted(checked_id(record_id))}) OR SystemModstamp > {at}"


def before(stamp: datetime | None) -> str:
    """What a window ends with: everything up to the moment, without it."""
    return "" if stamp is None else f"SystemModstamp < {moment(stamp)}"
