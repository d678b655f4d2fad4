"""What marketing made and people met: a form, a page, an e-mail, a webinar, an event, a campaign, each by one name.

A page is its address without query and fragment: these differ from visit to visit, and may carry a token.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from config.conditions import Predicate, compile_condition
from config.reports import AssetRule
from domain.activity import Activity, ActivityKind
from domain.values import Value
from mapping.channels import is_touch, words_of

LONGEST = 120
"""Letters of a name that are kept: names that differ only behind them are one."""
UNNAMED = "without a name"


class AssetKind(StrEnum):
    """As it stands before the name of each; what reports.yaml names itself has no such word."""

    FORM = "Form"
    PAGE = "Page"
    EMAIL = "E-mail"
    WEBINAR = "Webinar"
    EVENT = "Event"
    CAMPAIGN = "Campaign"
    NAMED = ""


_KINDS: Mapping[ActivityKind, AssetKind] = {
    ActivityKind.FORM_SUBMITTED: AssetKind.FORM,
    ActivityKind.PAGE_VIEWED: AssetKind.PAGE,
    ActivityKind.EMAIL_SENT: AssetKind.EMAIL,
    ActivityKind.EMAIL_OPENED: AssetKind.EMAIL,
    ActivityKind.EMAIL_CLICKED: AssetKind.EMAIL,
    ActivityKind.WEBINAR_REGISTERED: AssetKind.WEBINAR,
    ActivityKind.WEBINAR_VIEWED: AssetKind.WEBINAR,
    ActivityKind.EVENT_ATTENDED: AssetKind.EVENT,
    ActivityKind.BOOTH_SCANNED: AssetKind.EVENT,
    ActivityKind.CAMPAIGN_JOINED: AssetKind.CAMPAIGN,
    ActivityKind.CAMPAIGN_RESPONDED: AssetKind.CAMPAIGN,
}
"""Without replies: these answer a rep. Of sent mail only what a machine sent is marketing's."""
_SAID: Mapping[AssetKind, Sequence[str]] = {
    AssetKind.FORM: ("form", "title", "name"),
    AssetKind.EMAIL: ("subject", "title", "name"),
    AssetKind.WEBINAR: ("webinar", "title", "name", "campaign", "subject"),
    AssetKind.EVENT: ("event", "title", "name", "campaign", "subject"),
    AssetKind.CAMPAIGN: ("campaign", "title", "name"),
}
"""Where each says what it is called: the first that is there."""
_ADDRESSES = ("url", "page")
_NUMBERED = "campaign"
_WWW = "www."


@dataclass(frozen=True, slots=True, order=True)
class Asset:
    """One thing that marketing made, the only one of its kind and name."""

    kind: AssetKind
    name: str

    @property
    def label(self) -> str:
        """`Form: Demo request`; what reports.yaml names goes by that name alone."""
        return f"{self.kind}: {self.name}" if self.kind else self.name

    def answers_to(self, name: str) -> bool:
        """Whether people mean it who write this: its label or its bare name, whatever their case."""
        return _tidy(name).casefold() in {self.label.casefold(), self.name.casefold()}


def is_met(activity: Activity) -> bool:
    """Whether somebody met what marketing made: opens are what a mailbox does."""
    return is_touch(activity) and activity.kind in _KINDS


def is_mail(activity: Activity) -> bool:
    """Whether it shows that a mail of marketing was in somebody's mailbox: sent by a machine, opened, or clicked."""
    if activity.retracted or _KINDS.get(activity.kind) is not AssetKind.EMAIL:
        return False
    return activity.kind is not ActivityKind.EMAIL_SENT or activity.automated


@dataclass(frozen=True, slots=True)
class Assets:
    """The rules of reports.yaml, ready for use."""

    rules: Sequence[tuple[str, Predicate]]

    def of(self, activity: Activity) -> Asset | None:
        """What it was that somebody met; None of what is nothing that marketing made."""
        kind = _KINDS.get(activity.kind)
        if kind is None:
            return None
        found = Asset(kind, _name_of(activity, kind))
        if not self.rules:
            return found
        values = {**words_of(activity), "asset": found.label}
        return next((Asset(AssetKind.NAMED, name) for name, fits in self.rules if fits(values)), found)


def assets_of(rules: Sequence[AssetRule]) -> Assets:
    return Assets(tuple((_tidy(each.name), compile_condition(each.when)) for each in rules))


def _name_of(activity: Activity, kind: AssetKind) -> str:
    told = activity.properties
    said = next((text for name in _SAID.get(kind, ()) if (text := _tidy(told.get(name)))), "")
    if said or kind not in {AssetKind.PAGE, AssetKind.FORM, AssetKind.EMAIL}:
        return said or UNNAMED
    if kind is AssetKind.EMAIL:
        number = _tidy(told.get(_NUMBERED))
        return f"no. {number}" if number else UNNAMED
    addresses = (place_of(told.get(name)) for name in _ADDRESSES)
    return next(filter(None, addresses), UNNAMED)


def place_of(address: Value) -> str:
    """`acme.example/pricing` of `https://www.Acme.example/pricing/?utm_source=x#top`; empty of what is no address."""
    text = _tidy(address, longest=None)
    if not text:
        return ""
    bare = text.partition("?")[0].partition("#")[0]
    try:
        parts = urlsplit(bare if "//" in bare or bare.startswith("/") else f"//{bare}")
        host = (parts.hostname or "").removeprefix(_WWW)
    except ValueError:
        return _tidy(bare)
    return _tidy(f"{host}{parts.path.rstrip('/')}" or "/")


def _tidy(value: Value, *, longest: int | None = LONGEST) -> str:
    """One line of letters that can be seen, cut where it is too long; empty of nothing."""
    if value is None or isinstance(value, bool):
        return ""
    text = " ".join("".join(each if each.isprintable() else " " for each in str(value)).split())
    return text if longest is None or len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
