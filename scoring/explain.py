"""Why this score, as plain data: the waterfall of every rule that counted, and the rules that nearly did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.conditions import explain_condition
from domain.activity import Activity
from domain.lead import Fact
from domain.score import Dimension, Line, Score
from domain.values import Value, require_utc
from scoring.book import PENALTIES, PointRule, TraitRule
from scoring.ledger import known, standing
from scoring.scanners import machine_made
from scoring.scans import Scan, scans_of
from scoring.scorer import Scorer
from scoring.tally import match


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One rule of the waterfall; thousandths. `events` meet the rule, `counted` of them give points."""

    dimension: Dimension
    group: str
    rule: str
    events: int
    counted: int
    raw: int
    decayed: int
    after_cap: int
    latest_at: datetime | None
    of: str = ""
    """Of a named score's row: its property."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """A rule that one condition keeps from giving `points` thousandths. `missing` holds values: never log it."""

    dimension: Dimension
    group: str
    rule: str
    points: int
    missing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """`rows` add up to the score's engagement, sales, named and fit points."""

    score: Score
    rows: tuple[Row, ...]
    near_misses: tuple[NearMiss, ...]
    scans: tuple[Scan, ...] = ()
    """What mail scanners did in this person's name: it gives nothing."""


def explain(
    scorer: Scorer, facts: Sequence[Fact], activities: Sequence[Activity], *, as_of: datetime, known_at: datetime
) -> Explanation:
    """Score a lead and say where every point comes from."""
    as_of, known_at = require_utc(as_of, "as_of"), require_utc(known_at, "known_at")
    score = scorer.score(facts, activities, as_of=as_of, known_at=known_at)
    happened = [each for each in known(activities, known_at) if each.occurred_at <= as_of]
    scanners = scorer.book.source.scanners
    present = [each for each in happened if each.key not in score.machine_made]
    matched = {rule.name: each for rule, each in match(present, scorer.book.by_kind).by_rule.items()}
    values = {name: fact.value for name, fact in standing(facts, as_of=as_of, known_at=known_at).items()}
    return Explanation(
        score=score,
        rows=tuple(_row(line, len(matched.get(line.rule, ())) or line.count) for line in score.lines),
        near_misses=(*_near_activities(scorer, present, matched), *_near_traits(scorer, values)),
        scans=scans_of(machine_made(happened, scanners, known_at=known_at).values(), scanners),
    )


def _row(line: Line, events: int) -> Row:
    return Row(
        dimension=line.dimension,
        group=line.group,
        rule=line.rule,
        events=events,
        counted=line.count,
        raw=line.raw,
        decayed=line.decayed,
        after_cap=line.points,
        latest_at=line.latest_at,
        of=line.of,
    )


def _near_activities(
    scorer: Scorer, present: Sequence[Activity], matched: Mapping[str, Sequence[Activity]]
) -> list[NearMiss]:
    found: list[NearMiss] = []
    for rule in scorer.book.points:
        missing = _missing_repeat(rule, len(matched[rule.name])) if rule.name in matched else _missing(rule, present)
        if missing and rule.raw > 0:
            found.append(_near(rule.dimension, rule.group, rule.name, rule.raw, missing))
    return found


def _missing_repeat(rule: PointRule, events: int) -> str | None:
    if rule.repeat.policy == "nth" and rule.repeat.n == events + 1:
        return f"happened {events}×, counts the {rule.repeat.n}. time"
    return None


def _missing(rule: PointRule, present: Sequence[Activity]) -> str | None:
    """What keeps the youngest activity of the right kind that is one condition away."""
    for activity in reversed(present):
        if activity.kind in rule.kinds:
            said = explain_condition(rule.source.where, activity.properties, subject="activity")
            if len(said) == 1:
                return said[0]
    return None


def _near_traits(scorer: Scorer, values: Mapping[str, Value]) -> list[NearMiss]:
    rules = [(group.name, rule) for group in scorer.book.fit for rule in group.rules]
    rules += [(PENALTIES, rule) for rule in scorer.book.penalties]
    return [near for group, rule in rules if (near := _near_trait(group, rule, values)) is not None]


def _near_trait(group: str, rule: TraitRule, values: Mapping[str, Value]) -> NearMiss | None:
    said = explain_condition(rule.source.when, values)
    return _near(Dimension.FIT, group, rule.name, rule.raw, said[0]) if len(said) == 1 and rule.raw > 0 else None


def _near(dimension: Dimension, group: str, rule: str, points: int, missing: str) -> NearMiss:
    return NearMiss(dimension=dimension, group=group, rule=rule, points=points, missing=missing)
