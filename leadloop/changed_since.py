"""What changed a lead's score since a moment: as data and in lines, by the rules of then and of now."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from domain.run import RuleVersion
from domain.score import POINT, Dimension, Score
from domain.values import LeadId
from scoring.changes import Changes, Moment, Part, RuleChange, changes
from scoring.changes_words import Telling, part_words, sentence, signed
from scoring.scorer import Scorer
from store import ledger
from store.engine import Tx

At = tuple[Scorer, datetime]
"""The rules, and the moment they are asked about."""

NUMBERS = (Dimension.ENGAGEMENT, Dimension.SALES, Dimension.FIT)


def changes_as_data(
    tx: Tx,
    lead: LeadId,
    *,
    then: tuple[Scorer, datetime],
    now: tuple[Scorer, datetime],
    versions: Sequence[RuleVersion],
) -> dict[str, Any]:
    """`then`, `now`: the rules and the moment. `versions`: every publication. Of each number `changes` add up to the
    difference of its totals."""
    (before, since), (after, at) = then, now
    facts = ledger.facts_of(tx, [lead]).get(lead, [])
    was = ledger.activities_of(tx, [lead], known_at=since).get(lead, [])
    has = ledger.activities_of(tx, [lead], known_at=at).get(lead, [])
    found = changes(
        Moment(scorer=before, facts=facts, activities=was, at=since),
        Moment(scorer=after, facts=facts, activities=has, at=at),
    )
    return _data(found, _telling(since, at, after.zone, versions), since)


def _telling(since: datetime, at: datetime, zone: tzinfo, versions: Sequence[RuleVersion]) -> Telling:
    published = sorted(each.published_at for each in versions if since < each.published_at <= at)
    return Telling(now=at, zone=zone, published=published)


def _data(found: Changes, telling: Telling, since: datetime) -> dict[str, Any]:
    return {
        "since": since,
        "rules_then": found.before.rule_hash,
        "rules_now": found.after.rule_hash,
        "before": _standing(found.before),
        "after": _standing(found.after),
        "totals": {
            name: {"before": before / POINT, "after": after / POINT, "change": (after - before) / POINT, "why": why}
            for name, before, after, why in _totals(found, telling)
        },
        "changes": [_line(rule, part, telling) for rule in found.rules for part in rule.parts],
    }


def _standing(score: Score) -> dict[str, Any]:
    names = ("shown", "band", "grade", "fit_percent", "excluded")
    return {name: getattr(score, name) for name in names}


def _totals(found: Changes, telling: Telling) -> Iterator[tuple[str, int, int, str]]:
    """(name, thousandths before, after, in words) of every number that either score has."""
    named = dict.fromkeys((*found.after.named, *found.before.named))
    numbers = [*((each, "") for each in NUMBERS), *((Dimension.NAMED, name) for name in named)]
    for dimension, of in numbers:
        before, after = (_sum(score, dimension, of) for score in (found.before, found.after))
        yield of or dimension.value, before, after, sentence(found, dimension, telling, of=of)


def _sum(score: Score, dimension: Dimension, of: str) -> int:
    return sum(line.points for line in score.lines if line.dimension is dimension and line.of == of)


def _line(rule: RuleChange, part: Part, telling: Telling) -> dict[str, Any]:
    return {
        "score": rule.of or rule.dimension,
        "group": rule.group,
        "rule": rule.rule,
        "cause": part.cause,
        "points": part.points / POINT,
        "events": part.events,
        "latest_at": part.latest_at,
        "facts": [{"name": each.name, "before": each.before, "after": each.after} for each in part.facts],
        "edit": part.edit,
        "what": part_words(rule, part, telling),
    }


def change_lines(told: Mapping[str, Any], since: str) -> Iterator[str]:
    """`engagement 35 → 60 (+25): +25 Demo form on Friday`, for every number that moved; else that nothing did."""
    before, after = told["before"], told["after"]
    yield f"What changed since {since}"
    if before["band"] != after["band"]:
        yield f"  band {before['band']} → {after['band']}"
    if before["fit_percent"] != after["fit_percent"]:
        yield f"  fit {_percent(before['fit_percent'])} → {_percent(after['fit_percent'])}"
    if before["excluded"] != after["excluded"]:
        yield f"  excluded: {before['excluded'] or 'no'} → {after['excluded'] or 'no'}"
    moved = {name: total for name, total in told["totals"].items() if total["why"] != "nothing changed"}
    for name, total in moved.items():
        change = signed(round(total["change"] * POINT))
        yield f"  {name} {total['before']:g} → {total['after']:g} ({change}): {total['why']}"
    if not moved:
        yield "  no rule gives more or less than it did"


def _percent(value: int | None) -> str:
    return "not known" if value is None else f"{value} %"
