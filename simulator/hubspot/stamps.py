"""Moments the way HubSpot keeps and prints them: whole milliseconds since 1970, shown like Java's Instant."""

from datetime import UTC, datetime

DAY_MS = 86_400_000


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970; a naive moment is refused."""
    if moment.tzinfo is None:
        raise ValueError(f"a time without zone: {moment.isoformat()}")
    return round(moment.timestamp() * 1000)


def iso(ms: int) -> str:
    """The text HubSpot shows: no fraction on a full second, three digits otherwise."""
    moment = datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = ms % 1000
    return f"{moment}.{fraction:03d}Z" if fraction else f"{moment}Z"


def parse_ms(text: str) -> int:
    """Read what clients send: milliseconds in digits, a day, or ISO 8601 (ValueError otherwise)."""
    if text.lstrip("-").isdigit():
        return int(text)
    moment = datetime.fromisoformat(text)
    return to_ms(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
