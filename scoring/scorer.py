"""The score: a pure function of (facts, activities, rule version, as_of, known_at)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from config.scoring import ScoringRules, Steps
from domain.activity import Activity
from domain.lead import Fact
from domain.score import POINT, Line, Score, Step
from domain.values import RuleHash, require_utc
from scoring.book import Book, Named, PointRule
from scoring.caps import share
from scoring.fit import fit_of
from scoring.ledger import known, next_fact_at, standing
from scoring.outlook import first_change_us
from scoring.scanners import machine_keys, next_word_at
from scoring.tally import Award, Tally, match, tally, youngest_first

NONE_SHOWN: Mapping[str, int] = MappingProxyType({})

_Matched = Mapping[PointRule, Sequence[Activity]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _NamedPoints:
    """What one named score came to, and in how many microseconds it may be worth showing anew."""

    property: str
    points: int
    lines: tuple[Line, ...]
    changes_us: int | None


class Scorer:
    """One version of the rules in one time zone. Compiles its conditions once; keeps nothing about any lead."""

    def __init__(self, rules: ScoringRules, rule_hash: RuleHash, time_zone: str) -> None:
        self.book = Book(rules)
        self.rule_hash = rule_hash
        self.zone = ZoneInfo(time_zone)

    def score(
        self,
        facts: Sequence[Fact],
        activities: Sequence[Activity],
        *,
        as_of: datetime,
        known_at: datetime,
        shown: int | None = None,
        shown_named: Mapping[str, int] = NONE_SHOWN,
        is_overdue: bool = False,
    ) -> Score:
        """What was known at `known_at` about what had happened by `as_of`. Order and duplicates do not matter.

        `shown` is the whole number that people see at present, if any, `shown_named` those of named scores, 0 where
        there is none: `next_change_at`, and nothing else, looks for the moment at which one is off by
        `showing.points`; by one point where `is_overdue` says that `shown` has stood for `showing.days`.
        """
        as_of, known_at = require_utc(as_of, "as_of"), require_utc(known_at, "known_at")
        seen = known(activities, known_at)
        present = [activity for activity in seen if activity.occurred_at <= as_of]
        machines = machine_keys(present, self.book.source.scanners, known_at=known_at)
        human = [each for each in present if each.key not in machines] if machines else present
        met = match(human, self.book.by_kind)
        matched = met.by_rule
        held = standing(facts, as_of=as_of, known_at=known_at)
        values = {name: fact.value for name, fact in held.items()}
        engaged = youngest_first(self.tallies(self.book.engagement, matched, as_of=as_of))
        sold = youngest_first(self.tallies(self.book.sales, matched, as_of=as_of))
        lines = lines_of(self.book.engagement, engaged, share(engaged, self.book.total_cap))
        sales_lines = lines_of(self.book.sales, sold, share(sold, None))
        engagement = sum(line.points for line in lines)
        fit = fit_of(held, values, self.book)
        excluded, barred = self.book.excluded(values)
        levels = self._levels(engagement, shown, is_overdue=is_overdue)
        fading = first_change_us(engaged, self.book.total_cap, now=engagement, levels=levels)
        named = [self._named(each, matched, shown_named.get(each.property, 0), as_of=as_of) for each in self.book.named]
        coming = [self._next_activity_at(seen[len(present) :]), next_fact_at(facts, as_of=as_of, known_at=known_at)]
        coming.append(next_word_at(present, seen[len(present) :]))
        return Score(
            as_of=as_of,
            rule_hash=self.rule_hash,
            engagement=engagement,
            sales=sum(line.points for line in sales_lines),
            fit_percent=fit.percent,
            grade=fit.grade,
            step=step_of(engagement, self.book.source.steps),
            lines=(*lines, *sales_lines, *(line for each in named for line in each.lines), *fit.lines),
            named={each.property: each.points for each in named},
            hand_raises=_hand_raises(matched),
            machine_made=machines,
            excluded=excluded,
            last_point_at=max((award.activity.occurred_at for award in engaged if award.points > 0), default=None),
            last_fact_at=fit.last_fact_at,
            next_change_at=_earliest(as_of, [fading, *(each.changes_us for each in named)], coming),
            problems=(*(rule.problem(each) for rule, each in met.untold.items()), *fit.problems, *barred),
        )

    def _named(self, score: Named, matched: _Matched, shown: int, *, as_of: datetime) -> "_NamedPoints":
        """One named score: counted and capped by itself."""
        awards = youngest_first(self.tallies(score.rules, matched, as_of=as_of))
        lines = lines_of(score.rules, awards, share(awards, score.cap))
        points = sum(line.points for line in lines)
        changes_us = first_change_us(awards, score.cap, now=points, levels=self._moves(points, shown))
        return _NamedPoints(property=score.property, points=points, lines=lines, changes_us=changes_us)

    def tallies(self, rules: Sequence[PointRule], matched: _Matched, *, as_of: datetime) -> list[Tally]:
        """What each of these rules counts, before any cap; rules that nothing meets are left out."""
        return [tally(rule, matched[rule], as_of=as_of, zone=self.zone) for rule in rules if rule in matched]

    def _next_activity_at(self, future: Sequence[Activity]) -> datetime | None:
        """When the next activity comes that is known already (a meeting next week) and that a rule counts."""
        return min((each[0].occurred_at for each in match(future, self.book.by_kind).by_rule.values()), default=None)

    def _levels(self, engagement: int, shown: int | None, *, is_overdue: bool) -> set[int]:
        """Every sum of points whose crossing somebody has to hear of."""
        rules = self.book.source
        whole = {rules.steps.warm, rules.steps.hot, rules.line.engagement, rules.line.rearm_below}
        return {points * POINT for points in whole} | self._moves(engagement, shown, is_overdue=is_overdue)

    def _moves(self, points: int, shown: int | None, *, is_overdue: bool = False) -> set[int]:
        """The sums from which on the number that people see is off by enough to be written.

        A band or a handoff may have the present number written however little it moved, so it may be either.
        """
        own = points // POINT
        moved = 1 if is_overdue and own == shown else max(1, self.book.source.showing.points)
        seen = {own} if shown is None or abs(own - shown) >= moved else {own, shown}
        return {level * POINT for each in seen for level in (each - moved + 1, each + moved)}


def step_of(engagement: int, steps: Steps) -> Step:
    """How warm a lead with so many thousandths is."""
    if engagement >= steps.hot * POINT:
        return Step.HOT
    return Step.WARM if engagement >= steps.warm * POINT else Step.COLD


def lines_of(rules: Sequence[PointRule], awards: Sequence[Award], kept: Sequence[int]) -> tuple[Line, ...]:
    """One line per rule that gives or takes points, in the order of the rules."""
    by_rule: dict[PointRule, list[tuple[Award, int]]] = {}
    for award, points in zip(awards, kept, strict=True):
        by_rule.setdefault(award.rule, []).append((award, points))
    return tuple(_line(rule, by_rule[rule]) for rule in rules if rule in by_rule)


def _line(rule: PointRule, parts: Sequence[tuple[Award, int]]) -> Line:
    """`parts` come youngest first."""
    return Line(
        dimension=rule.dimension,
        of=rule.of,
        group=rule.group,
        rule=rule.name,
        count=len(parts),
        raw=rule.raw * len(parts),
        decayed=sum(award.points for award, _ in parts),
        points=sum(points for _, points in parts),
        latest_at=parts[0][0].activity.occurred_at,
    )


def _hand_raises(matched: _Matched) -> tuple[Activity, ...]:
    """Every activity by which the lead asked to be called, newest last, whatever its points are worth by now."""
    found = {each.key: each for rule, activities in matched.items() if rule.hand_raiser for each in activities}
    return tuple(sorted(found.values(), key=lambda each: (each.occurred_at, each.key)))


def _earliest(as_of: datetime, ahead_us: Sequence[int | None], coming: Sequence[datetime | None]) -> datetime | None:
    moments = [moment for moment in coming if moment is not None]
    moments += [as_of + timedelta(microseconds=ahead) for ahead in ahead_us if ahead is not None]
    return min(moments, default=None)
