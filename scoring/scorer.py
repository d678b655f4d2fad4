"""The score: a pure function of (facts, activities, rule version, as_of, known_at)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from config.scoring import ScoringRules, Steps
from domain.activity import Activity
from domain.lead import Fact
from domain.score import POINT, Line, Score, Step
from domain.values import RuleHash, require_utc
from scoring.book import Book, PointRule
from scoring.caps import share
from scoring.fit import fit_of
from scoring.ledger import known, next_fact_at, standing
from scoring.outlook import first_change_us
from scoring.scanners import machine_keys, next_word_at
from scoring.tally import Award, Tally, match, tally, youngest_first

NONE_SHOWN: Mapping[str, int] = MappingProxyType({})

_Matched = Mapping[PointRule, Sequence[Activity]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Number:
    """What one sum of points came to, in thousandths, line by line, and the awards that it is made of."""

    awards: Sequence[Award]
    cap: int | None
    lines: tuple[Line, ...]
    points: int

    @property
    def last_point_at(self) -> datetime | None:
        """When the youngest activity happened that gave points."""
        return max((award.activity.occurred_at for award in self.awards if award.points > 0), default=None)

    def changes_us(self, levels: Collection[int]) -> int | None:
        """In how many microseconds time alone may take it over one of the levels."""
        return first_change_us(self.awards, self.cap, now=self.points, levels=levels)


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

        Only `next_change_at` heeds the whole numbers that people see, `shown` and `shown_named` (0 where there is
        none): one may be off by `showing.points`, or by one where `is_overdue`: `shown` has stood for `showing.days`.
        """
        as_of, known_at = require_utc(as_of, "as_of"), require_utc(known_at, "known_at")
        seen = known(activities, known_at)
        present = [activity for activity in seen if activity.occurred_at <= as_of]
        machines = machine_keys(present, self.book.source.scanners, known_at=known_at)
        met = match([each for each in present if each.key not in machines] if machines else present, self.book.by_kind)
        held = standing(facts, as_of=as_of, known_at=known_at)
        engaged = self._number(self.book.engagement, met.by_rule, self.book.total_cap, as_of=as_of)
        sold = self._number(self.book.sales, met.by_rule, None, as_of=as_of)
        named = self._named(met.by_rule, as_of=as_of)
        values = {name: fact.value for name, fact in held.items()}
        fit = fit_of(held, values, self.book)
        excluded, barred = self.book.excluded(values)
        fading = [engaged.changes_us(self._levels(engaged.points, shown, is_overdue=is_overdue))]
        fading += [each.changes_us(self._moves(each.points, shown_named.get(name, 0))) for name, each in named.items()]
        future = seen[len(present) :]
        coming = [self._next_activity_at(future), next_fact_at(facts, as_of=as_of, known_at=known_at)]
        return Score(
            as_of=as_of,
            rule_hash=self.rule_hash,
            engagement=engaged.points,
            sales=sold.points,
            fit_percent=fit.percent,
            grade=fit.grade,
            step=step_of(engaged.points, self.book.source.steps),
            lines=(*(line for each in (engaged, sold, *named.values()) for line in each.lines), *fit.lines),
            named={name: each.points for name, each in named.items()},
            hand_raises=_hand_raises(met.by_rule),
            machine_made=machines,
            excluded=excluded,
            last_point_at=engaged.last_point_at,
            last_fact_at=fit.last_fact_at,
            next_change_at=_earliest(as_of, fading, [*coming, next_word_at(present, future)]),
            problems=(*(rule.problem(each) for rule, each in met.untold.items()), *fit.problems, *barred),
        )

    def _named(self, matched: _Matched, *, as_of: datetime) -> dict[str, "_Number"]:
        """The named scores by their properties."""
        return {each.property: self._number(each.rules, matched, each.cap, as_of=as_of) for each in self.book.named}

    def _number(self, rules: Sequence[PointRule], matched: _Matched, cap: int | None, *, as_of: datetime) -> "_Number":
        """One sum of points, counted and capped by itself."""
        awards = youngest_first(self.tallies(rules, matched, as_of=as_of))
        lines = lines_of(rules, awards, share(awards, cap))
        return _Number(awards=awards, cap=cap, lines=lines, points=sum(line.points for line in lines))

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
