"""The score: a pure function of (facts, activities, rule version, as_of, known_at)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
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
from scoring.tally import Award, Tally, match, tally, youngest_first


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
    ) -> Score:
        """What was known at `known_at` about what had happened by `as_of`. Order and duplicates do not matter.

        `shown` is the whole number that people see at present, if any: `next_change_at`, and nothing
        else, looks for the moment at which that one is off by `showing.points`.
        """
        as_of, known_at = require_utc(as_of, "as_of"), require_utc(known_at, "known_at")
        seen = known(activities, known_at)
        present = [activity for activity in seen if activity.occurred_at <= as_of]
        met = match(present, self.book.by_kind)
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
        fading = first_change_us(engaged, self.book.total_cap, now=engagement, levels=self._levels(engagement, shown))
        coming = [self._next_activity_at(seen[len(present) :]), next_fact_at(facts, as_of=as_of, known_at=known_at)]
        return Score(
            as_of=as_of,
            rule_hash=self.rule_hash,
            engagement=engagement,
            sales=sum(line.points for line in sales_lines),
            fit_percent=fit.percent,
            grade=fit.grade,
            step=step_of(engagement, self.book.source.steps),
            lines=(*lines, *sales_lines, *fit.lines),
            hand_raises=_hand_raises(matched),
            excluded=excluded,
            last_point_at=max((award.activity.occurred_at for award in engaged if award.points > 0), default=None),
            last_fact_at=fit.last_fact_at,
            next_change_at=_earliest(as_of, fading, coming),
            problems=(*(rule.problem(each) for rule, each in met.untold.items()), *fit.problems, *barred),
        )

    def tallies(
        self, rules: Sequence[PointRule], matched: Mapping[PointRule, Sequence[Activity]], *, as_of: datetime
    ) -> list[Tally]:
        """What each of these rules counts, before any cap; rules that nothing meets are left out."""
        return [tally(rule, matched[rule], as_of=as_of, zone=self.zone) for rule in rules if rule in matched]

    def _next_activity_at(self, future: Sequence[Activity]) -> datetime | None:
        """When the next activity comes that is known already (a meeting next week) and that a rule counts."""
        return min((each[0].occurred_at for each in match(future, self.book.by_kind).by_rule.values()), default=None)

    def _levels(self, engagement: int, shown: int | None) -> set[int]:
        """Every sum of points whose crossing somebody has to hear of."""
        rules, own = self.book.source, engagement // POINT
        moved = max(1, rules.showing.points)
        if shown is None or abs(own - shown) >= moved:
            shown = own
        whole = {rules.steps.warm, rules.steps.hot, rules.line.engagement, rules.line.rearm_below}
        return {points * POINT for points in (*whole, shown - moved + 1, shown + moved)}


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
        group=rule.group,
        rule=rule.name,
        count=len(parts),
        raw=rule.raw * len(parts),
        decayed=sum(award.points for award, _ in parts),
        points=sum(points for _, points in parts),
        latest_at=parts[0][0].activity.occurred_at,
    )


def _hand_raises(matched: Mapping[PointRule, Sequence[Activity]]) -> tuple[Activity, ...]:
    """Every activity by which the lead asked to be called, newest last, whatever its points are worth by now."""
    found = {each.key: each for rule, activities in matched.items() if rule.hand_raiser for each in activities}
    return tuple(sorted(found.values(), key=lambda each: (each.occurred_at, each.key)))


def _earliest(as_of: datetime, ahead_us: int | None, coming: Sequence[datetime | None]) -> datetime | None:
    moments = [moment for moment in coming if moment is not None]
    if ahead_us is not None:
        moments.append(as_of + timedelta(microseconds=ahead_us))
    return min(moments, default=None)
