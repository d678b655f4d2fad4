"""A row of a file becomes a record or an activity, keyed by what it says: the same row twice is one row."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.files.settings import ActivityFile, LeadFile
from connectors.files.table import Row
from domain.activity import Activity
from domain.record import Record
from domain.values import RecordRef

LEADS, ACTIVITIES = "leads", "activities"
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]+")
_FUTURE = timedelta(days=1)


class BadRowError(Exception):
    """This row cannot be used; the text says why without repeating what stands in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a row does not say itself."""

    connection: str
    written_at: datetime
    """When the file was last written: the nearest thing to a modification time of its rows."""
    now: datetime


def lead_fields(header: list[str], rules: LeadFile) -> list[str]:
    return [rules.columns.get(name, name) for name in header]


def activity_properties(header: list[str], rules: ActivityFile) -> dict[str, str]:
    """Column → property."""
    return rules.properties or {name: name for name in header if name not in (rules.email, rules.at)}


def record_of(row: Row, rules: LeadFile, context: Context) -> Record:
    _refuse_unreadable(row)
    values = {rules.columns.get(name, name): cell or None for name, cell in row.cells.items()}
    key = values.get(rules.key)
    if not key:
        raise BadRowError(f"column for {rules.key!r} is empty, so nobody knows whose row this is")
    return Record(
        ref=RecordRef(connection=context.connection, object=LEADS, id=key.lower()),
        values=values,
        modified_at=context.written_at,
    )


def activity_of(row: Row, rules: ActivityFile, context: Context) -> Activity:
    _refuse_unreadable(row)
    email = row.cells[rules.email].lower()
    if _EMAIL.fullmatch(email) is None:
        raise BadRowError(f"column {rules.email!r} holds no e-mail address")
    at = _moment(row.cells[rules.at], rules)
    if at > context.now + _FUTURE:
        raise BadRowError(f"column {rules.at!r} lies in the future")
    properties = activity_properties(list(row.cells), rules)
    return Activity(
        connection=context.connection,
        stream=ACTIVITIES,
        external_id=_content_key(row, rules),
        kind=rules.kind,
        occurred_at=at,
        email=email,
        properties={name: row.cells[column] for column, name in properties.items() if row.cells.get(column)},
    )


def _refuse_unreadable(row: Row) -> None:
    if row.problem:
        raise BadRowError(row.problem)


def _content_key(row: Row, rules: ActivityFile) -> str:
    told = "\x1f".join([rules.kind, *(f"{name}\x1e{cell}" for name, cell in sorted(row.cells.items()))])
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _moment(text: str, rules: ActivityFile) -> datetime:
    try:
        told = _read_time(text, rules.time_format)
        at = told if told.tzinfo else told.replace(tzinfo=ZoneInfo(rules.time_zone))
        return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        expected = rules.time_format or "ISO 8601, as in 2026-11-22 14:05"
        raise BadRowError(f"column {rules.at!r} holds no time of the form {expected}") from error


def _read_time(text: str, time_format: str | None) -> datetime:
    """In the given form or else ISO 8601, which is how a real date of a workbook arrives."""
    if time_format is not None:
        try:
            return datetime.strptime(text, time_format)  # noqa: DTZ007  # the caller adds the zone
        except ValueError:
            pass
    return datetime.fromisoformat(text)
