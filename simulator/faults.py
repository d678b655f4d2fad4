"""Faults on demand: what goes wrong with the next calls that match."""

import re
import threading
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

FaultKind = Literal[
    "rate_limit",  # 429 (HubSpot) or 403 REQUEST_LIMIT_EXCEEDED (Salesforce), vendor's headers and body
    "daily_limit",
    "server_error",  # 500 in the vendor's own shape
    "bad_gateway",  # 502 with an HTML body, bytes that are not UTF-8
    "slow",  # `seconds` before the answer
    "reply_lost",  # handled (after_commit) or not, then the connection drops without an answer
    "truncated",  # the answer breaks off in the middle of its JSON
    "not_utf8",  # the answer is complete, but its first text is not UTF-8
    "expired_session",  # 401 in the vendor's shape; the token is dead from here on
    "search_lag",  # a read does not show changes of the last `seconds`
    "nothing_found",  # a query, search or listing answers 200 and finds nothing
    "partial_failure",  # the first item of the next batch is refused
    "row_lock",  # UNABLE_TO_LOCK_ROW / 423
    "bulk_failed",  # Salesforce: there is no Bulk job to be had, or it ends Failed after so many rows
    "query_refused",  # Salesforce: a query is refused, or only one that finds more than so many rows
]
KINDS: tuple[str, ...] = get_args(FaultKind)
_WIRE = ("slow", "reply_lost", "truncated", "not_utf8", "bad_gateway")
_LOGIN = re.compile(r"/oauth")
# Where a kind strikes when the order names no path: a fault spent on a call that cannot show it would be lost.
_USUAL_PATHS = {
    "partial_failure": re.compile(r"/composite/sobjects|/batch/(?!read)"),
    "row_lock": re.compile(r"/sobjects|/objects/(?!.*(?:/search|/batch/read))"),
    "search_lag": re.compile(r"/query|/search|/updated|/deleted|/composite/?$"),
    "nothing_found": re.compile(r"/query|/search|/updated|/deleted|/composite/?$|/objects/[^/]+$|/memberships"),
    "bulk_failed": re.compile(r"/jobs/"),
    "query_refused": re.compile(r"(?<!/jobs)/query|/composite/?$"),
}


@dataclass
class Fault:
    """One order: `kind` for the next `times` calls whose method and path match (None: until removed)."""

    kind: FaultKind
    system: str | None = None
    method: str | None = None
    path: re.Pattern[str] | None = None
    times: int | None = 1
    after_commit: bool = False
    seconds: float = 1.0
    status: int | None = None
    fields: dict[str, Any] = field(default_factory=dict)

    def matches(self, system: str, method: str, path: str) -> bool:
        return self.system in (None, system) and self.method in (None, method) and self._strikes(method, path)

    def _strikes(self, method: str, path: str) -> bool:
        """Without a path of its own, a fault waits for a call where its kind shows."""
        if self.path is not None:
            return self.path.search(path) is not None
        if self.kind == "row_lock" and method == "GET":
            return False
        usual = _USUAL_PATHS.get(self.kind)
        if usual is not None:
            return usual.search(path) is not None
        return self.kind in _WIRE or _LOGIN.search(path) is None


class Faults:
    """The orders still open, oldest first."""

    def __init__(self) -> None:
        self._open: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._open.append(fault)

    def clear(self) -> int:
        """Drop every order; returns how many stood."""
        with self._lock:
            count = len(self._open)
            self._open.clear()
            return count

    def take(self, system: str, method: str, path: str) -> Fault | None:
        """Take the first order that matches this call and count it down."""
        with self._lock:
            for fault in self._open:
                if fault.matches(system, method, path):
                    if fault.times is not None:
                        fault.times -= 1
                        if fault.times <= 0:
                            self._open.remove(fault)
                    return fault
        return None

    def listing(self) -> list[dict[str, Any]]:
        with self._lock:
            return [
                {
                    "kind": f.kind,
                    "system": f.system,
                    "method": f.method,
                    "path": f.path and f.path.pattern,
                    "times": f.times,
                }
                for f in self._open
            ]
