"""Who lives beside leadloop, read strictly from the setting `neighbours`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from simulator.act import ActError

CONNECTOR = "hubspot_connector"
RIVALS = "rivals"
CONNECTOR_USER = "hubspot.connector@crm.example"
_SYSTEMS = ("salesforce", "hubspot")


class Rule(StrEnum):
    """HubSpot's own words for which side wins."""

    PREFER_SALESFORCE = "Prefer Salesforce unless blank"
    ALWAYS_SALESFORCE = "Always use Salesforce"
    TWO_WAY = "Two-way"
    DONT_SYNC = "Don't sync"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One line of the connector's own mapping table."""

    salesforce: str
    hubspot: str
    rule: Rule


USUAL_PAIRS = (
    Pair(salesforce="FirstName", hubspot="firstname", rule=Rule.PREFER_SALESFORCE),
    Pair(salesforce="LastName", hubspot="lastname", rule=Rule.PREFER_SALESFORCE),
    Pair(salesforce="Company", hubspot="company", rule=Rule.PREFER_SALESFORCE),
    Pair(salesforce="Title", hubspot="jobtitle", rule=Rule.TWO_WAY),
    Pair(salesforce="Phone", hubspot="phone", rule=Rule.TWO_WAY),
    Pair(salesforce="OwnerId", hubspot="hubspot_owner_id", rule=Rule.ALWAYS_SALESFORCE),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorOrder:
    """How HubSpot's connector is set up; `user` is the one that it logs in to Salesforce as."""

    every_s: float = 900.0
    pairs: tuple[Pair, ...] = USUAL_PAIRS
    creates_leads: bool = True
    creates_contacts: bool = False
    user: str = CONNECTOR_USER


@dataclass(frozen=True, slots=True, kw_only=True)
class RivalOrder:
    """A workflow that puts `value` back `after_s` seconds after somebody else has changed `field`.

    A value with an @ in an owner field is the address of the user or owner.
    """

    name: str
    system: str
    object: str
    field: str
    value: Any
    after_s: float = 120.0


def connector_of(neighbours: Mapping[str, Any]) -> ConnectorOrder | None:
    """The connector's order (ActError for a bad one); None while it is switched off."""
    body = neighbours.get(CONNECTOR)
    if body is None:
        return None
    _only(body, {"every_s", "fields", "creates_leads", "creates_contacts", "user"}, CONNECTOR)
    usual = ConnectorOrder()
    return ConnectorOrder(
        every_s=_seconds(body.get("every_s", usual.every_s), f"{CONNECTOR}.every_s"),
        pairs=tuple(_pair(each) for each in body["fields"]) if "fields" in body else USUAL_PAIRS,
        creates_leads=_flag(body.get("creates_leads", usual.creates_leads), f"{CONNECTOR}.creates_leads"),
        creates_contacts=_flag(body.get("creates_contacts", usual.creates_contacts), f"{CONNECTOR}.creates_contacts"),
        user=str(body.get("user", usual.user)),
    )


def rivals_of(neighbours: Mapping[str, Any]) -> tuple[RivalOrder, ...]:
    """The rivals' orders (ActError for a bad one)."""
    rows = neighbours.get(RIVALS, [])
    if not isinstance(rows, list):
        raise ActError(f"{RIVALS} must be a list of objects")
    return tuple(_rival(each) for each in rows)


def checked(neighbours: Mapping[str, Any]) -> dict[str, Any]:
    """The setting as given, after everything in it was understood (ActError)."""
    _only(neighbours, {CONNECTOR, RIVALS}, "neighbours")
    connector_of(neighbours)
    rivals_of(neighbours)
    return dict(neighbours)


def _pair(body: object) -> Pair:
    row = _only(body, {"salesforce", "hubspot", "rule"}, f"{CONNECTOR}.fields")
    rule = row.get("rule", Rule.PREFER_SALESFORCE)
    if rule not in list(Rule):
        raise ActError(f"rule must be one of {', '.join(Rule)}; got {rule!r}")
    return Pair(salesforce=_text(row, "salesforce"), hubspot=_text(row, "hubspot"), rule=Rule(rule))


def _rival(body: object) -> RivalOrder:
    row = _only(body, {"name", "system", "object", "field", "value", "after_s"}, "a rival")
    system = _text(row, "system")
    if system not in _SYSTEMS:
        raise ActError(f"a rival's system must be one of {', '.join(_SYSTEMS)}; got {system!r}")
    return RivalOrder(
        name=_text(row, "name"),
        system=system,
        object=_text(row, "object"),
        field=_text(row, "field"),
        value=row.get("value"),
        after_s=_seconds(row.get("after_s", 120.0), "a rival's after_s"),
    )


def _only(body: object, allowed: set[str], what: str) -> Mapping[str, Any]:
    if not isinstance(body, Mapping):
        raise ActError(f"{what} must be an object")
    unknown = sorted(set(body) - allowed)
    if unknown:
        raise ActError(f"unknown key in {what}: {', '.join(unknown)}; known are {', '.join(sorted(allowed))}")
    return body


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value:
        raise ActError(f"{key} must be text, got {value!r}")
    return value


def _flag(value: object, key: str) -> bool:
    if not isinstance(value, bool):
        raise ActError(f"{key} must be true or false, got {value!r}")
    return value


def _seconds(value: object, key: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise ActError(f"{key} must be a number of seconds above 0, got {value!r}")
    return float(value)
