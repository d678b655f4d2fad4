"""What was met and sent, of the raw rows: names, what led up to each handoff, and who then said no to mail."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.reference.asked import holds
from tests.reference.handed import Handed
from tests.reference.ledger import Known, Row
from tests.reference.machines import made
from tests.reference.office import Office
from tests.reference.points import rules_with_points
from tests.reference.told import MET_MARKETING, in_order, standing, words_of

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
FACTORS = ["interest", "budget", "timing", "understanding"]
CALLED = {
    "Form": ("form", "title", "name"),
    "Page": (),
    "E-mail": ("subject", "title", "name"),
    "Webinar": ("webinar", "title", "name", "campaign", "subject"),
    "Event": ("event", "title", "name", "campaign", "subject"),
    "Campaign": ("campaign", "title", "name"),
}


def label_of(row: Row, office: Office) -> str:
    """`Form: Demo request`, or what reports.yaml calls it."""
    kind = KINDS[row["kind"]]
    own = f"{kind}: {_called(kind, row['properties'])}"
    asked = words_of(row) | {"asset": own}
    return next((each.name for each in office.assets if holds(each.when, asked)), own)


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


def met_by(lead: Known, office: Office) -> list[Row]:
    """What its person met, oldest first: no replies, nothing that a machine did."""
    rows = in_order(standing(lead))
    machines = made(rows, office)
    theirs = [row for place, row in enumerate(rows) if place not in machines and not row["automated"]]
    return [row for row in theirs if row["kind"] in MET_MARKETING and row["kind"] in KINDS]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedUp:
    """One handoff; `met`: names of what was met before it, oldest first."""

    of: Handed
    met: list[str]
    rules: set[str]
    card: str


def led_up(lead: Known, passes: Sequence[Handed], office: Office) -> list[LedUp]:
    """`passes`: all of one lead that count, as they began."""
    rows = {(row["number"]): row for row in lead.of("handoff")}
    found, every = [], met_by(lead, office)
    for place, each in enumerate(passes):
        before = passes[place - 1] if place else None
        since = None if before is None else before.opened if before.closed is None else before.closed
        met = [row for row in every if row["occurred_at"] <= each.opened]
        met = [row for row in met if since is None or row["occurred_at"] > since]
        (own,) = (row for row in rows.values() if row["opened_at"] == each.opened and _is(row, each))
        found.append(
            LedUp(
                of=each,
                met=[label_of(row, office) for row in met],
                rules=rules_with_points(lead, each.opened, office),
                card=_card(own["scorecard"], office.scoring.get("scorecard", {})),
            )
        )
    return found


def _is(row: Row, each: Handed) -> bool:
    same = row["closed_at"] == each.closed and row["touched_at"] == each.touched and row["band"] == each.band
    return same and row["outcome"] not in ("merged", "erased") and row["hand_raise"] == each.asked


def _card(answers: Any, rules: Mapping[str, Any]) -> str:
    """Factors of 1 to 5: full ones of 12 or more without a 1 qualify, where the file says nothing else."""
    names = [each["name"] for each in rules["factors"]] if "factors" in rules else FACTORS
    low, high = rules.get("lowest", 1), rules.get("highest", 5)
    read = {name: _whole(value) for name, value in dict(answers).items() if name in names}
    told = {name: value for name, value in read.items() if value is not None and low <= value <= high}
    if not names or set(told) < set(names):
        return "not yet"
    none_at = rules.get("none_at", 1)
    is_enough = sum(told.values()) >= rules.get("qualifies_at", 12)
    return "yes" if is_enough and (none_at is None or min(told.values()) > none_at) else "no"


def _whole(answer: Any) -> int | None:
    """4, 4.0 and `4` are the same."""
    found = re.fullmatch(r"\s*(\d{1,3})(\.0+)?\s*", str(answer))
    return int(found[1]) if found else None


def mails_of(lead: Known) -> list[Row]:
    rows = [row for row in standing(lead) if row["kind"] in ("email_sent", "email_opened", "email_clicked")]
    return in_order(row for row in rows if row["kind"] != "email_sent" or row["automated"])


def noes_of(lead: Known, office: Office) -> list[int]:
    """When its person came to say no to mail."""
    rows = sorted((row for row in lead.of("fact") if row["name"] == office.no_mail), key=lambda row: row["number"])
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
