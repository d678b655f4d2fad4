"""What each rule counts of a lead's activities, before any cap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import NamedTuple

from domain.activity import Activity, ActivityKind
from scoring.book import PointRule
from scoring.decay import fade
from scoring.ledger import in_time
from scoring.repeat import counted

HOUR_US = 3_600_000_000


class Award(NamedTuple):
    """What one activity earned under one rule: thousandths after decay. A tuple: one is made per activity."""

    rule: PointRule
    activity: Activity
    age_us: int
    day: date | None
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One rule with the activities that meet it (oldest first) and what of them still counts."""

    rule: PointRule
    matched: Sequence[Activity]
    awards: Sequence[Award]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """Activities under the rules that they meet, and of each rule that cannot be told about some the first of those."""

    by_rule: dict[PointRule, list[Activity]]
    untold: dict[PointRule, Activity]


def match(present: Sequence[Activity], by_kind: Mapping[ActivityKind, Sequence[PointRule]]) -> Matched:
    """Lay every activity (oldest first) under each rule that it meets."""
    found: dict[PointRule, list[Activity]] = {}
    untold: dict[PointRule, Activity] = {}
    for activity in present:
        for rule in by_kind[activity.kind]:
            met = rule.matches(activity.properties)
            if met:
                found.setdefault(rule, []).append(activity)
            elif met is None:
                untold.setdefault(rule, activity)
    return Matched(by_rule=found, untold=untold)


def tally(rule: PointRule, matched: Sequence[Activity], *, as_of: datetime, zone: tzinfo) -> Tally:
    """Count what the rule's repeat policy lets count and let it fade."""
    awards = [_award(rule, activity, as_of, zone) for activity in counted(matched, rule.repeat)]
    return Tally(rule=rule, matched=matched, awards=[award for award in awards if award.points])


def youngest_first(tallies: Sequence[Tally]) -> list[Award]:
    """The awards of all rules in the order in which caps let them in; of equals the earlier rule first."""
    awards = [award for each in tallies for award in each.awards]
    return sorted(awards, key=lambda award: in_time(award.activity), reverse=True)


def _award(rule: PointRule, activity: Activity, as_of: datetime, zone: tzinfo) -> Award:
    age = as_of - activity.occurred_at
    age_us = (age.days * 86_400 + age.seconds) * 1_000_000 + age.microseconds
    day = None if rule.cap_per_day is None else activity.occurred_at.astimezone(zone).date()
    return Award(rule, activity, age_us, day, fade(rule.raw, rule.fading.factor(age_us // HOUR_US)))
