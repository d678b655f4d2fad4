"""What was to be seen of a lead at a moment, in the words of the rules: how often each of them counted, and the facts.

A rule's *times* are what its points are multiplied by: after repeat policy, fading and the rule's own caps, as the
score counts them. So new points for a rule need nothing but another factor, and every answer can be a scoring.yaml.
"""

from collections.abc import Container, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from domain.activity import MARKETING_KINDS, Activity, ActivityKind
from domain.lead import Fact
from domain.score import POINT
from domain.values import Value
from scoring.book import Book, PointRule
from scoring.decay import fade
from scoring.ledger import known, standing
from scoring.past.knowable import Loaded, activities_knowable, facts_knowable, held_always
from scoring.past.occasion import History
from scoring.repeat import counted
from scoring.tally import match

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """How to look: since when leadloop looks itself, which facts were so all along, whether what reps did counts."""

    zone: tzinfo
    loaded: Loaded = field(default_factory=Loaded)
    timeless: Container[str] = frozenset()
    with_sales: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Visible:
    """What could be known at `moment`; nothing in it happened, held or was seen later."""

    moment: datetime
    facts: Sequence[Fact] = ()
    activities: Sequence[Activity] = ()
    hidden: frozenset[str] = frozenset()
    """Facts that are known by now and were not then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """`times`: activity rule → what its points are multiplied by; `fits`: fit rules that were met;
    `unruled`: kinds of activity that no rule counts; `values`: the facts."""

    times: Mapping[str, float] = field(default_factory=dict)
    fits: frozenset[str] = frozenset()
    unruled: frozenset[ActivityKind] = frozenset()
    values: Mapping[str, Value] = field(default_factory=dict)


def visible_at(history: History, moment: datetime, lens: Lens) -> Visible:
    """The guard against leakage: all that follows gets to see this and nothing else."""
    facts = facts_knowable(held_always(history.facts, lens.timeless), lens.loaded)
    seen = [each for each in facts if each.since <= moment and each.seen_at <= moment]
    told = activities_knowable(history.activities, lens.loaded)
    did = [each for each in told if each.occurred_at <= moment and (each.seen_at or moment) <= moment]
    hidden = {each.name for each in facts} - {each.name for each in seen}
    return Visible(moment=moment, facts=seen, activities=did, hidden=frozenset(hidden))


def sight_of(visible: Visible, book: Book, lens: Lens) -> Sight:
    """Look at it through the rules."""
    held = standing(visible.facts, as_of=visible.moment, known_at=visible.moment)
    values = {name: fact.value for name, fact in held.items()}
    seen = known(visible.activities, visible.moment)
    met = match(seen, book.by_kind).by_rule
    rules = (*book.engagement, *book.sales) if lens.with_sales else book.engagement
    found = {rule.name: _times(rule, met[rule], visible.moment, lens.zone) for rule in rules if rule in met}
    traits = (*(rule for group in book.fit for rule in group.rules), *book.penalties)
    return Sight(
        times={name: times for name, times in found.items() if times},
        fits=frozenset(rule.name for rule in traits if rule.matches(values)),
        unruled=frozenset(_unruled(seen, met.values(), with_sales=lens.with_sales)),
        values=values,
    )


def _times(rule: PointRule, matched: Sequence[Activity], moment: datetime, zone: tzinfo) -> float:
    by_day: dict[object, float] = {}
    for each in counted(matched, rule.repeat):
        left = fade(POINT, rule.fading.factor((moment - each.occurred_at) // HOUR)) / POINT
        day = each.occurred_at.astimezone(zone).date() if rule.cap_per_day is not None else None
        by_day[day] = by_day.get(day, 0.0) + left
    return _capped(sum(_capped(times, rule.cap_per_day, rule) for times in by_day.values()), rule.cap, rule)


def _capped(times: float, cap: int | None, rule: PointRule) -> float:
    return times if cap is None or not rule.raw else min(times, cap / abs(rule.raw))


def _unruled(seen: Iterable[Activity], met: Iterable[Sequence[Activity]], *, with_sales: bool) -> Set[ActivityKind]:
    ruled = {each.key for some in met for each in some}
    kinds = {each.kind for each in seen if each.key not in ruled}
    return kinds if with_sales else kinds & MARKETING_KINDS
