"""Salesforce's written times: fixed width and UTC, so that rows keep them as shown and they sort as text."""

from datetime import UTC, date, datetime
from functools import lru_cache


@lru_cache(maxsize=1_000)
def stamp(moment: datetime) -> str:
    """Seconds are the finest that Salesforce's stamps show."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def precise(moment: datetime) -> str:
    """For dateTime fields that a caller wrote: milliseconds are kept."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"


def read_datetime(text: str) -> datetime:
    """ISO 8601 with an offset (ValueError otherwise)."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"no offset in {text!r}")
    return moment.astimezone(UTC)


def read_date(text: str) -> date:
    """A plain date; the date part of a time is taken, as Salesforce does."""
    return date.fromisoformat(text[:10])
