"""Reads an installation's folder and asks the floors that will work with its rules whether they can.

`config/` knows shapes and names; what a transform takes, or whose holidays are known, only its user can say.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import product
from pathlib import Path
from string import ascii_uppercase

from config import load as reading
from config.load import Further, Installation
from config.routing import RoutingRules
from config.routing_sense import doubts
from config.words import Finding
from domain.errors import SettingsError
from handoff.calendar import is_holiday
from leadloop.registry import settings_types
from mapping.compiled import findings
from mapping.places import country_code

_ANY_DAY = date(2026, 1, 1)


def load(folder: Path, environment: str | None = None) -> Installation:
    """As `config.load`, with every mistake that would stop the next run."""
    further: Mapping[str, Further] = {"mapping": findings, "routing": _about_routing}
    return reading.load(folder, settings_types(), environment, further=further)


def _about_routing(rules: RoutingRules, types: Mapping[str, str]) -> Iterator[Finding]:
    yield from _unknown_holidays(rules, types)
    yield from doubts(rules)


def _unknown_holidays(rules: RoutingRules, _types: Mapping[str, str]) -> Iterator[Finding]:
    for at, team in enumerate(rules.teams):
        if team.holidays is not None and not _is_known(team.holidays):
            words = f"no public holidays are known for `{team.holidays}`"
            yield Finding(("teams", at, "holidays"), words, _hint(team.holidays))


def _is_known(place: str) -> bool:
    try:
        is_holiday(place, _ANY_DAY)
    except SettingsError:
        return False
    return True


def _hint(place: str) -> str | None:
    near = next((each for each in _candidates(place) if _is_known(each)), None)
    return f"did you mean `{near}`?" if near else None


def _candidates(place: str) -> Iterator[str]:
    """Without its part, with its letters swapped, then every country, the most alike first."""
    country = place.partition("-")[0]
    yield from (country, country[::-1])
    codes = [code for code in map("".join, product(ascii_uppercase, repeat=2)) if country_code(code) == code]
    yield from sorted(codes, key=lambda code: (code[0] != country[0], code[1] != country[1], code))
