"""What was met and sent, of the raw rows: names, what led up to each handoff, and who then said no to mail."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.reference.handed import Handed
from tests.reference.ledger import Known, Row
from tests.reference.told import MET_MARKETING, in_order, standing

GROUPS = (("Pricing", "/pricing"), ("Shared", "newsletter"))
"""An asset's name in reports.yaml, and what its own name has in it; in order."""
FORM_POINTS, PAGE_POINTS = "Some form", "Some page"
FIT = "Is retail"
WEEK = 7 * 86_400_000_000
KINDS = {
    "form_submitted": "Form",
    "page_viewed": "Page",
    "email_sent": "E-mail",
    "email_opened": "E-mail",
    "email_clicked": "E-mail",
    "webinar_registered": "Webinar",
    "webinar_viewed": "Webinar",
    "event_attended": "Event",
    "booth_scanned": "Event",
    "campaign_joined": "Campaign",
    "campaign_responded": "Campaign",
}
CALLED = {
    "Form": ("form", "title", "name"),
    "Page": (),
    "E-mail": ("subject", "title", "name"),
    "Webinar": ("webinar", "title", "name", "campaign", "subject"),
    "Event": ("event", "title", "name", "campaign", "subject"),
    "Campaign": ("campaign", "title", "name"),
}


def label_of(row: Row) -> str:
    """`Form: Demo request`, or what reports.yaml calls it."""
    kind = KINDS[row["kind"]]
    own = f"{kind}: {_called(kind, row['properties'])}"
    return next((name for name, part in GROUPS if part in own.lower()), own)


def _called(kind: str, told: dict[str, Any]) -> str:
    for name in CALLED[kind]:
        if told.get(name) is not None and plain(told[name]):
            return plain(told[name])
    if kind in ("Page", "Form"):
        for name in ("url", "page"):
            if told.get(name) is not None and page(str(told[name])):
                return page(str(told[name]))
    if kind == "E-mail" and plain(told.get("campaign") or ""):
        return "no. " + plain(told["campaign"])
    return "without a name"


def plain(text: Any) -> str:
    """What can be seen of it, on one line, 120 letters of it at most."""
    seen = re.sub(r"\s+", " ", "".join(each if each.isprintable() else " " for each in str(text))).strip()
    return seen if len(seen) <= 120 else seen[:119].rstrip() + "…"


def page(address: str) -> str:
    bare = re.split(r"[?#]", plain_all(address))[0]
    if not bare:
        return "/" if plain_all(address) else ""
    found = re.fullmatch(r"(?:(?:[a-z]+:)?//)?(?:[^/@]*@)?([^/:]*)(?::\d*)?(/.*)?", bare, re.IGNORECASE)
    if found is None:
        return plain(bare)
    host, path = found[1].lower(), (found[2] or "").rstrip("/")
    return plain(host.removeprefix("www.") + path) or "/"


def plain_all(text: str) -> str:
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def met_by(lead: Known) -> list[Row]:
    """What its person met, oldest first: no replies, nothing that a machine did."""
    rows = [row for row in standing(lead) if row["kind"] in MET_MARKETING and row["kind"] in KINDS]
    return in_order(row for row in rows if not row["automated"] and not row["properties"].get("filtered"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LedUp:
    """One handoff; `met`: names of what was met before it, oldest first."""

    of: Handed
    met: list[str]
    rules: set[str]
    card: str


def led_up(lead: Known, passes: Sequence[Handed]) -> list[LedUp]:
    """`passes`: all of one lead that count, as they began."""
    rows = {(row["number"]): row for row in lead.of("handoff")}
    found = []
    for place, each in enumerate(passes):
        before = passes[place - 1] if place else None
        since = None if before is None else before.opened if before.closed is None else before.closed
        met = [row for row in met_by(lead) if row["occurred_at"] <= each.opened]
        met = [row for row in met if since is None or row["occurred_at"] > since]
        (own,) = (row for row in rows.values() if row["opened_at"] == each.opened and _is(row, each))
        found.append(
            LedUp(
                of=each,
                met=[label_of(row) for row in met],
                rules=scored(lead, each.opened),
                card=_card(own["scorecard"]),
            )
        )
    return found


def _is(row: Row, each: Handed) -> bool:
    same = row["closed_at"] == each.closed and row["touched_at"] == each.touched and row["band"] == each.band
    return same and row["outcome"] not in ("merged", "erased") and row["hand_raise"] == each.asked


def _card(answers: Any) -> str:
    """Four factors of 1 to 5: full ones of 12 or more without a 1 qualify."""
    told = {name: value for name, value in dict(answers).items() if isinstance(value, int) and 1 <= value <= 5}
    if set(told) < {"interest", "budget", "timing", "understanding"}:
        return "not yet"
    return "yes" if sum(told.values()) >= 12 and min(told.values()) > 1 else "no"


def scored(lead: Known, at: int) -> set[str]:
    """Rules without a limit and without decay: whatever was seen and had happened by then gave points."""
    done = [row["kind"] for row in standing(lead) if row["seen_at"] <= at and row["occurred_at"] <= at]
    found = {name for name, kind in ((FORM_POINTS, "form_submitted"), (PAGE_POINTS, "page_viewed")) if kind in done}
    industry = [row for row in lead.of("fact") if row["name"] == "industry"]
    known = [row for row in industry if row["seen_at"] <= at and row["since"] <= at]
    held = max(known, key=lambda row: (row["since"], row["seen_at"], repr(row["value"])), default=None)
    if held is not None and str(held["value"]).lower() == "retail":
        found.add(FIT)
    return found


def mails_of(lead: Known) -> list[Row]:
    rows = [row for row in standing(lead) if row["kind"] in ("email_sent", "email_opened", "email_clicked")]
    return in_order(row for row in rows if row["kind"] != "email_sent" or row["automated"])


def noes_of(lead: Known) -> list[int]:
    """When its person came to say no to mail."""
    rows = sorted((row for row in lead.of("fact") if row["name"] == "opted_out"), key=lambda row: row["number"])
    rows.sort(key=lambda row: (row["seen_at"], row["number"]))
    found = []
    for place, row in enumerate(rows):
        before = rows[place - 1] if place else None
        is_news = row["seen_at"] > lead.created_at if before is None else not _no(before["value"])
        if _no(row["value"]) and is_news:
            found.append(int(row["since"]))
    return found


def _no(value: Any) -> bool:
    return str(value).strip().lower() in ("true", "yes", "1")
