"""How far back a transaction may still be open: Salesforce's own word on what a reader can already rely on.

A row gets its stamp inside its transaction and shows when that commits; an import of 40 minutes outlasts any lag.
`latestDateCovered` of getUpdated is the start of the oldest transaction still open.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from connectors.salesforce.asking import Told
from connectors.salesforce.client import Client
from domain.values import from_text

COVERED = ("Lead", "Contact")
"""What imports and batch jobs write en masse, and what a lead would be lost with."""
AGAIN = timedelta(hours=1)
_SPAN = timedelta(minutes=2)
"""Ids are not wanted, only the date: the span is as short as whole minutes allow."""


class Coverage:
    """Keeps the last answer by object: a part of the joint call, or where that is refused a call of its own an hour.

    Always asked before the query it serves: one asked after it may know of a commit that the query missed.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: dict[str, datetime] = {}
        self._asked: dict[str, datetime] = {}
        self._apart: set[str] = set()

    def known(self, stream: str) -> datetime | None:
        return self._known.get(stream)

    def refresh(self, stream: str) -> None:
        """Ask by a call of its own, unless that is less than an hour ago."""
        now = self._client.now()
        if stream not in COVERED or now - self._asked.get(stream, now - AGAIN) < AGAIN:
            return
        self._take(stream, Told.of(self._client.get(_path(stream), _span(now))), now)

    def parts(self, streams: Iterable[str]) -> dict[str, str]:
        """Questions for a joint call, by name; those that Salesforce refuses there are asked apart, at once."""
        wanted = [stream for stream in COVERED if stream in streams]
        for stream in self._apart.intersection(wanted):
            self.refresh(stream)
        asked = urlencode(_span(self._client.now()))
        return {_name(stream): f"{_path(stream)}?{asked}" for stream in wanted if stream not in self._apart}

    def take(self, asked: Iterable[str], told: Mapping[str, Told], *, asked_at: datetime) -> None:
        """Keep what a joint call said; a question that it did not answer is asked apart from now on."""
        for stream in COVERED:
            name = _name(stream)
            if name in asked and not (name in told and self._take(stream, told[name], asked_at)):
                self._apart.add(stream)
                self._asked.pop(stream, None)

    def _take(self, stream: str, told: Told, asked_at: datetime) -> bool:
        self._asked[stream] = asked_at
        covered = _date(told)
        if covered is None:
            self._known.pop(stream, None)
            return False
        self._known[stream] = covered
        return True


def _date(told: Told) -> datetime | None:
    covered = told.body.get("latestDateCovered") if told.ok and isinstance(told.body, dict) else None
    try:
        return from_text(covered) if isinstance(covered, str) else None
    except ValueError:
        return None


def _name(stream: str) -> str:
    return f"{stream}_updated"


def _path(stream: str) -> str:
    return f"sobjects/{stream}/updated/"


def _span(now: datetime) -> dict[str, str]:
    end = now.replace(microsecond=0)
    return {"start": (end - _SPAN).isoformat(), "end": end.isoformat()}
