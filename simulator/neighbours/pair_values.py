"""One pair of fields on one person: read on both sides as the same text, so that the sides can be compared."""

from typing import Any

from simulator.hubspot.portal import Portal
from simulator.hubspot.record import Record
from simulator.neighbours.orders import Pair, Rule
from simulator.salesforce.org import Org
from simulator.salesforce.schema import NUMBERS, Field, Kind
from simulator.salesforce.table import Row

SALESFORCE_OWNER, HUBSPOT_OWNER = "OwnerId", "hubspot_owner_id"
Sides = tuple[str | None, str | None]
"""What Salesforce and HubSpot show."""


class PairValues:
    """Reads and writes the two sides of a pair; owners are the same person by their e-mail address."""

    def __init__(self, org: Org, portal: Portal) -> None:
        self._org, self._portal = org, portal

    def sides(self, pair: Pair, row: Row, contact: Record) -> Sides:
        here, there = row.get(pair.salesforce), contact.values.get(pair.hubspot)
        if pair.salesforce == SALESFORCE_OWNER:
            return self._user_email(str(here)), self._owner_email(there)
        return _as_text(here), there

    def _user_email(self, user_id: str) -> str | None:
        """None for queues and for users whom HubSpot does not know: the connector has nobody to name."""
        user = self._org.row(user_id)
        email = str((user or {}).get("Email") or "").lower()
        return email if email and self._portal.owners.find(email) is not None else None

    def _owner_email(self, owner_id: str | None) -> str | None:
        owner = self._portal.owners.get(owner_id) if owner_id else None
        return owner.email if owner is not None else None

    def for_salesforce(self, pair: Pair, text: str | None, field: Field) -> Any:
        """As Salesforce takes it; None for an owner nobody knows there."""
        if pair.salesforce == SALESFORCE_OWNER:
            found = self._org.table("User").with_value("Email", text or "")
            return next(iter(found), None)
        if field.kind is Kind.BOOLEAN:
            return text == "true"
        if field.kind in NUMBERS and text is not None:
            return float(text)
        return text

    def for_hubspot(self, pair: Pair, text: str | None) -> str | None:
        """As HubSpot takes it."""
        if pair.hubspot == HUBSPOT_OWNER:
            owner = self._portal.owners.find(text) if text else None
            return str(owner.id) if owner is not None else None
        return text


def agreed(rule: Rule, now: Sides, before: Sides | None, *, salesforce_is_newer: bool) -> str | None:
    """What both sides should show."""
    here, there = now
    if rule is Rule.ALWAYS_SALESFORCE:
        return here
    if rule is Rule.TWO_WAY and before is not None:
        moved_here, moved_there = here != before[0], there != before[1]
        if moved_here or moved_there:
            return here if moved_here and (salesforce_is_newer or not moved_there) else there
    return here if here is not None else there


def _as_text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
