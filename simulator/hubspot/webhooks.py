"""What the portal tells an app by itself: happenings of the subscribed kinds, as HubSpot words them."""

import itertools
from collections.abc import Callable, Mapping
from typing import Any

from simulator.hubspot.courier import Courier
from simulator.hubspot.kinds import Kind
from simulator.hubspot.record import Source

Json = dict[str, Any]

EVERYTHING = (
    "contact.creation", "contact.propertyChange", "contact.deletion", "contact.privacyDeletion", "contact.restore",
    "contact.merge", "company.creation", "company.propertyChange", "company.deletion", "company.restore",
    "company.merge",
)  # fmt: skip
UNTOLD = frozenset({"num_unique_conversion_events", "hs_lastmodifieddate", "lastmodifieddate"})
"""HubSpot lets nobody subscribe to these."""


def usual() -> Json:
    """The settings before anybody changed them: no address, so nothing is told. `via`: where calls really go, as
    where a proxy stands behind the address."""
    return {
        "url": "",
        "via": "",
        "secret": "leadloop-webhook-secret",
        "app_id": "5460001",
        "subscriptions": list(EVERYTHING),
        "seed": 0,
        "duplicates_percent": 0,
        "late_percent": 0,
        "late_s": 0.5,
        "lost_percent": 0,
        "retry_s": 60.0,
    }


class Webhooks:
    """Words happenings and gives them to the courier. `settings` may be another's from the app's start on."""

    def __init__(self) -> None:
        self.settings: Mapping[str, Any] = usual()
        self.courier = Courier(lambda: self.settings)
        self._portal_id: Callable[[], str] = lambda: ""
        self._numbers = itertools.count(1)

    def begin(self, *, settings: Mapping[str, Any], portal_id: Callable[[], str], now_ms: Callable[[], int]) -> None:
        self.settings, self._portal_id = settings, portal_id
        self.courier.now_ms = now_ms

    def tell(self, what: str, kind: Kind, record_id: int, *, source: Source, at_ms: int, **more: object) -> None:
        """One happening, unless nobody subscribed to it."""
        said = f"{kind.singular}.{what}"
        if not self.settings["url"] or not self._subscribed(said, more.get("propertyName")):
            return
        number = next(self._numbers)
        self.courier.take(
            {
                "eventId": number % 97,  # not unique, as the real one
                "subscriptionId": 2_000_000 + EVERYTHING.index(said) if said in EVERYTHING else 2_999_999,
                "portalId": int(self._portal_id()),
                "appId": int(self.settings["app_id"]),
                "occurredAt": at_ms,
                "subscriptionType": said,
                "objectId": record_id,
                "changeSource": source.type.value,
                "sourceId": source.id,
                **more,
            },
            number=number,
        )

    def _subscribed(self, said: str, name: object) -> bool:
        """To the kind altogether, or to one property of it: `contact.propertyChange:jobtitle`."""
        wanted = self.settings["subscriptions"]
        return name not in UNTOLD and (said in wanted or f"{said}:{name}" in wanted)
