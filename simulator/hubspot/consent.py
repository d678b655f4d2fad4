"""Who may be written to: subscription types and the unsubscribe from everything, by e-mail address."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from simulator.hubspot.stamps import iso


class Status(StrEnum):
    SUBSCRIBED = "SUBSCRIBED"
    UNSUBSCRIBED = "UNSUBSCRIBED"
    NOT_SPECIFIED = "NOT_SPECIFIED"


SUBSCRIPTIONS = {1: "Marketing Information", 2: "One to One"}


@dataclass(frozen=True, slots=True)
class Choice:
    status: Status
    at_ms: int


_NOTHING = Choice(Status.NOT_SPECIFIED, 0)


class Consent:
    """The choices of every address; an unsubscribe from all stands above the single ones."""

    def __init__(self) -> None:
        self._single: dict[tuple[str, int], Choice] = {}
        self._all: dict[str, int] = {}

    def unsubscribe_all(self, email: str, *, at_ms: int) -> None:
        self._all.setdefault(email, at_ms)

    def opted_out(self, email: str) -> bool:
        return email in self._all

    def set(self, email: str, subscription: int, status: Status, *, at_ms: int) -> None:
        self._single[email, subscription] = Choice(status, at_ms)
        if status is Status.SUBSCRIBED:
            self._all.pop(email, None)

    def choice(self, email: str, subscription: int) -> Choice:
        if email in self._all:
            return Choice(Status.UNSUBSCRIBED, self._all[email])
        return self._single.get((email, subscription), _NOTHING)

    def statuses(self, email: str) -> list[dict[str, Any]]:
        return [self._shown(email, subscription) for subscription in SUBSCRIPTIONS]

    def _shown(self, email: str, subscription: int) -> dict[str, Any]:
        choice = self.choice(email, subscription)
        return {
            "businessUnitId": 0,
            "channel": "EMAIL",
            "subscriberIdString": email,
            "subscriptionId": subscription,
            "subscriptionName": SUBSCRIPTIONS[subscription],
            "status": choice.status.value,
            "source": "Public API" if choice.at_ms else "",
            "timestamp": iso(choice.at_ms),
        }

    def wide(self, email: str) -> dict[str, Any]:
        """The answer to whether the address is out of everything."""
        out = email in self._all
        return {
            "channel": "EMAIL",
            "subscriberIdString": email,
            "wideStatusType": "PORTAL_WIDE",
            "status": "UNSUBSCRIBED" if out else "SUBSCRIBED",
            "timestamp": iso(self._all.get(email, 0)),
        }
