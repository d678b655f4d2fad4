"""What the ledger tells of one lead: where it came from, what was known of it, what meant something.

Each is asked of the raw rows, in whatever order they come.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.reference.ledger import Known, Row
from tests.reference.office import LONG_CALL_S, SOURCES, TALKED, Source

MET_MARKETING = {
    *("form_submitted", "page_viewed", "email_clicked", "email_replied", "webinar_registered", "webinar_viewed"),
    *("event_attended", "booth_scanned", "campaign_joined", "campaign_responded"),
}
SAID = ("form", "url", "page", "referrer", "campaign", "campaign_type", "subject")
UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")


def channel_of(lead: Known) -> str:
    """The first source whose condition fits the first touch, and beneath it what was first known."""
    touches = in_order(row for row in standing(lead) if row["kind"] in MET_MARKETING and not row["automated"])
    asked = first_values(lead) | (words_of(touches[0]) if touches else {})
    for source in SOURCES:
        if fits(source, asked.get(source.property)):
            return source.name
    return "unknown"


def words_of(touch: Row) -> dict[str, Any]:
    told = touch["properties"] if isinstance(touch["properties"], dict) else {}
    found = {name: told[name] for name in SAID if told.get(name)}
    query = parse_qs(urlsplit(str(told.get("url") or told.get("page") or "")).query)
    found |= {name: query[name][-1] for name in UTM if query.get(name)}
    found |= {name: told[name] for name in UTM if told.get(name)}
    return found | {"kind": touch["kind"]}


def fits(source: Source, value: Any) -> bool:
    if value is None or value == "":
        return False
    said, wanted = str(value).lower(), source.value.lower()
    match source.operator:
        case "equals":
            return said == wanted
        case "starts_with":
            return said.startswith(wanted)
        case _:
            return wanted in said


def first_values(lead: Known) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for row in sorted(lead.of("fact"), key=lambda row: (row["seen_at"], row["number"])):
        if row["value"] not in (None, "") and row["name"] not in found:
            found[row["name"]] = row["value"]
    return found


def known_by(lead: Known, moment: int) -> dict[str, Any]:
    """The value of each property that was seen last by then, of those that held by then."""
    found: dict[str, Any] = {}
    for row in sorted(lead.of("fact"), key=lambda row: (row["seen_at"], row["number"])):
        if row["seen_at"] <= moment and row["since"] <= moment:
            found[row["name"]] = row["value"]
    return found


def standing(lead: Known) -> list[Row]:
    return [row for row in lead.of("activity") if row["retracted_at"] is None]


def in_order(rows: Iterable[Row]) -> list[Row]:
    """As they happened; in one moment as their systems are called."""
    return sorted(rows, key=lambda row: (row["occurred_at"], row["connection"], row["stream"], row["external_id"]))


def meant(lead: Known, now: int) -> list[int]:
    """When something meaningful took place."""
    return [at for at in (meaning_of(row, now) for row in standing(lead)) if at is not None]


def meaning_of(row: Row, now: int) -> int | None:
    told = row["properties"]
    if row["kind"] == "email_replied":
        return None if row["automated"] else row["occurred_at"]
    if row["kind"] == "meeting_booked":
        starts = micros(told.get("starts_at"))
        missed = str(told.get("outcome") or "").lower() in ("no_show", "canceled")
        return None if starts is None or starts > now or missed else starts
    if row["kind"] == "call_logged":
        is_long = (told.get("duration_s") or 0) >= LONG_CALL_S
        said = str(told.get("disposition") or "").strip().lower()
        return row["occurred_at"] if is_long or said in [each.lower() for each in TALKED] else None
    return None


def micros(text: Any) -> int | None:
    """A stamp with a zone, in microseconds since 1970."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        return None
    since = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def earliest(moments: Iterable[int | None]) -> int | None:
    found = [each for each in moments if each is not None]
    return min(found) if found else None
