"""Where a person came from: the first thing they did, and what was first known of them, asked rule by rule.

Only what is first counts, so that the answer does not move with what becomes known later.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from config.conditions import Predicate, compile_condition, references
from config.reports import UNKNOWN, Channel
from domain.activity import MARKETING_KINDS, Activity, ActivityKind
from domain.lead import Fact
from domain.values import Value

_NO_TOUCH = frozenset({ActivityKind.EMAIL_BOUNCED, ActivityKind.EMAIL_OPENED})
"""What a mailbox does, or a machine."""
TOUCHES = MARKETING_KINDS - _NO_TOUCH
_SAME = ("form", "url", "page", "referrer", "campaign", "campaign_type", "subject")
_UTM = tuple(f"utm_{name}" for name in ("source", "medium", "campaign", "content", "term"))


def is_touch(activity: Activity) -> bool:
    """Whether a person met marketing in it."""
    return activity.kind in TOUCHES and not activity.automated and not activity.retracted


def words_of(activity: Activity) -> dict[str, Value]:
    """What a channel's condition may ask of a touch. UTM values stand in the address where nothing else names them."""
    told = activity.properties
    found: dict[str, Value] = {"kind": activity.kind.value}
    found |= {name: told[name] for name in _SAME if told.get(name) not in (None, "")}
    found |= _utm_of(told.get("url") or told.get("page"))
    found |= {name: told[name] for name in _UTM if told.get(name) not in (None, "")}
    return found


def _utm_of(address: Value) -> dict[str, Value]:
    if not isinstance(address, str) or "utm_" not in address:
        return {}
    try:
        pairs = parse_qsl(urlsplit(address).query)
    except ValueError:
        return {}
    return {name: value for name, value in pairs if name in _UTM and value}


@dataclass(frozen=True, slots=True)
class Channels:
    """The rules of reports.yaml, ready for use."""

    rules: Sequence[tuple[str, Predicate]]
    asks: frozenset[str]
    """Every word and property that they ask for."""
    hash: str = ""
    """By which it is known again which rules decided."""

    def of_touch(self, touch: Activity | None, known: Mapping[str, Value]) -> str:
        """`known`: the lead's properties as they were first known; what the touch says comes before."""
        values = {**known, **(words_of(touch) if touch is not None else {})}
        return next((name for name, fits in self.rules if fits(values)), UNKNOWN)

    def of_lead(self, activities: Iterable[Activity], facts: Iterable[Fact]) -> str:
        """Where somebody came from, by their first touch. `activities`: oldest first."""
        if not self.rules:
            return UNKNOWN
        return self.of_touch(next(filter(is_touch, activities), None), first_known(facts))


def channels_of(rules: Sequence[Channel]) -> Channels:
    asked = [references(each.when) for each in rules]
    compiled = tuple((each.name, compile_condition(each.when)) for each in rules)
    return Channels(compiled, frozenset().union(*asked), _hash_of(rules))


def _hash_of(rules: Sequence[Channel]) -> str:
    told = json.dumps([each.model_dump(mode="json") for each in rules], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def first_known(facts: Iterable[Fact]) -> dict[str, Value]:
    """The first value of each property that was any. `facts`: of each name the oldest first."""
    found: dict[str, Value] = {}
    for each in facts:
        if each.value not in (None, ""):
            found.setdefault(each.name, each.value)
    return found
