"""What time it is for the person: by a time zone that is known of them, else by their country and state."""

from collections.abc import Mapping
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from domain.values import Value
from handoff.zones import zones_in

TIME_ZONE, COUNTRY, STATE = "time_zone", "country", "state"


def zones_of(values: Mapping[str, Value]) -> tuple[ZoneInfo, ...]:
    """The zones the person may be in; several where their country has several, none where nothing is known."""
    named = _by_name().get(_key(_text(values, TIME_ZONE)))
    if named is not None:
        return (ZoneInfo(named),)
    return tuple(map(ZoneInfo, zones_in(_text(values, COUNTRY).upper(), _text(values, STATE).upper())))


def _text(values: Mapping[str, Value], name: str) -> str:
    value = values.get(name)
    return value.strip() if isinstance(value, str) else ""


def _key(name: str) -> str:
    """HubSpot writes `us_slash_eastern` where others write `US/Eastern`, and people write spaces."""
    return name.casefold().replace("_slash_", "/").replace(" ", "_")


@cache
def _by_name() -> Mapping[str, str]:
    return {_key(name): name for name in available_timezones()}
