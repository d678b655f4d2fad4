"""Settings of the portal that a test rig changes with the `edit` act on the id `settings`."""

from typing import Any

from simulator.act import ActError, Row
from simulator.hubspot.portal import Portal
from simulator.hubspot.redefining import redefine
from simulator.hubspot.settings import Rule, Tier

_NUMBERS = ("burst_per_10_s", "oauth_burst_per_10_s", "search_per_s", "association_per_10_s", "association_daily")
_FLAGS = ("search_shuffled", "retry_after")
KNOWN = (
    *("tier", "account_type", "time_zone", *_NUMBERS, *_FLAGS),
    *("token", "scopes", "revoke", "refresh_token", "rules", "properties"),
)


def tune(portal: Portal, fields: Row) -> dict[str, Any]:
    """Set what is named. `token` with `scopes` adds a service key or changes its scopes; `revoke` forgets one.

    `refresh_token` is what an OAuth app was given when somebody installed it; it may be revoked as well.
    `rules` (`[{when, is, needs}]`) are what an administrator demands of contacts. `properties` (`{"contacts.phone":
    {archived, read_only, type, options}}`) changes definitions, as the portal's screens do.
    """
    unknown = sorted(set(fields) - set(KNOWN))
    if unknown:
        raise ActError(f"unknown HubSpot setting {', '.join(unknown)}; known are {', '.join(KNOWN)}")
    settings = portal.settings
    if "tier" in fields:
        settings.tier = _tier(fields["tier"])
    if "account_type" in fields:
        settings.account_type = str(fields["account_type"])
    if "time_zone" in fields:
        settings.time_zone = str(fields["time_zone"])
    for name in _NUMBERS:
        if name in fields:
            setattr(settings, name, int(fields[name]))
    for name in _FLAGS:
        if name in fields:
            setattr(settings, name, fields[name] is True)
    if "token" in fields:
        given = {"scopes": [str(one) for one in fields["scopes"]]} if "scopes" in fields else {}
        portal.tokens.allow(str(fields["token"]), **given)
    if "rules" in fields:
        settings.rules[:] = [Rule(when=one["when"], is_=one["is"], needs=one["needs"]) for one in fields["rules"]]
    for place, wanted in (fields.get("properties") or {}).items():
        redefine(portal.schema, str(place), wanted)
    if "refresh_token" in fields:
        portal.tokens.authorise(str(fields["refresh_token"]))
    if "revoke" in fields:
        portal.tokens.forget(str(fields["revoke"]))
    return {"id": "settings"}


def _tier(value: object) -> Tier:
    try:
        return Tier(str(value).upper())
    except ValueError as error:
        raise ActError(f"tier must be one of {', '.join(Tier)}; got {value!r}") from error
