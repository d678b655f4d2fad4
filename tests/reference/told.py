"""What the ledger tells of one lead: where it came from, what was known of it, what meant something.

Each is asked of the raw rows, in whatever order they come.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.reference.asked import holds
from tests.reference.ledger import Known, Row
from tests.reference.office import Office

MET_MARKETING = {
    *("form_submitted", "page_viewed", "email_clicked", "email_replied", "webinar_registered", "webinar_viewed"),
    *("event_attended", "booth_scanned", "campaign_joined", "campaign_responded"),
}
SAID = ("form", "url", "page", "referrer", "campaign", "campaign_type", "subject")
UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")


def channel_of(lead: Known, office: Office) -> str:
    """As it was decided once; else the first source that fits the first touch, and beneath it what was first known."""
    decided = [row["channel"] for row in lead.of("first_touch") if row["channel"] != "unknown"]
    if decided:
        return str(decided[0])
    touches = touches_of(lead)
    return source_of(first_values(lead) | (words_of(touches[0]) if touches else {}), office)


def source_of(asked: Mapping[str, Any], office: Office) -> str:
    return next((each.name for each in office.sources if holds(each.when, asked)), "unknown")


def touches_of(lead: Known) -> list[Row]:
    return in_order(row for row in standing(lead) if row["kind"] in MET_MARKETING and not row["automated"])


def words_of(touch: Row) -> dict[str, Any]:
    told = touch["properties"] if isinstance(touch["properties"], dict) else {}
    found = {name: told[name] for name in SAID if told.get(name)}
    query = parse_qs(urlsplit(str(told.get("url") or told.get("page") or "")).query)
    found |= {name: query[name][-1] for name in UTM if query.get(name)}
    found |= {name: told[name] for name in UTM if told.get(name)}
    return found | {"kind": touch["kind"]}


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
    """What was not taken back. One that its system attached to several records of the lead, under a key for each, is
    one, and taken back with any of them."""
    found: dict[tuple[str, str, str], list[Row]] = {}
    for row in in_order(lead.of("activity")):
        own, record = row["external_id"], row["record_id"]
        several = record is not None and own.endswith(f":{record}")
        stem = "of several:" + own[: -len(record)] if several else own
        found.setdefault((row["connection"], row["stream"], stem), []).append(row)
    return [rows[0] for rows in found.values() if all(row["retracted_at"] is None for row in rows)]


def in_order(rows: Iterable[Row]) -> list[Row]:
    """As they happened; in one moment as their systems are called."""
    return sorted(rows, key=lambda row: (row["occurred_at"], row["connection"], row["stream"], row["external_id"]))


def meant(lead: Known, now: int, office: Office) -> list[int]:
    """When something meaningful took place."""
    return [at for at in (meaning_of(row, now, office) for row in standing(lead)) if at is not None]


def meaning_of(row: Row, now: int, office: Office) -> int | None:
    told, meaning = row["properties"], office.meaning
    if row["kind"] == "email_replied":
        return row["occurred_at"] if meaning.replies and not row["automated"] else None
    if row["kind"] == "meeting_booked":
        starts = micros(told.get("starts_at"))
        missed = str(told.get("outcome") or "").lower() in ("no_show", "canceled")
        return None if starts is None or starts > now or missed or not meaning.meetings else starts
    if row["kind"] == "call_logged":
        is_long = (told.get("duration_s") or 0) >= meaning.long_call_s
        said = str(told.get("disposition") or "").strip().lower()
        return row["occurred_at"] if is_long or said in [each.lower() for each in meaning.talked] else None
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
