"""Who the lead is: points of what could be known, as a percentage and a grade."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from config.scoring import Grades
from domain.lead import Fact
from domain.rule_problem import RuleProblem
from domain.score import Dimension, Grade, Line
from domain.values import Value
from scoring.book import PENALTIES, Book, TraitGroup, TraitRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """`points` in thousandths, the sum of the lines; `percent` of the limit of the groups that are known."""

    lines: tuple[Line, ...]
    points: int
    percent: int | None
    grade: Grade
    last_fact_at: datetime | None
    problems: tuple[RuleProblem, ...] = ()


def fit_of(facts: Mapping[str, Fact], values: Mapping[str, Value], book: Book) -> Fit:
    """Percent rounds down and stays within 0 and 100; it is None when under half of the limits is known."""
    rules = (*(rule for group in book.fit for rule in group.rules), *book.penalties)
    told = [(rule, rule.matches(values)) for rule in rules]
    met = {rule for rule, is_met in told if is_met}
    lines = [line for group in book.fit for line in _group_lines(group, facts, met)]
    lines += [_line(rule, PENALTIES, facts, rule.raw) for rule in book.penalties if rule.raw and rule in met]
    points = sum(line.points for line in lines)
    percent = _percent(points, book.fit, values)
    return Fit(
        lines=tuple(lines),
        points=points,
        percent=percent,
        grade=grade_of(percent, book.source.grades),
        last_fact_at=_last_fact_at(rules, facts, met),
        problems=tuple(rule.problem(values) for rule, is_met in told if is_met is None),
    )


def grade_of(percent: int | None, grades: Grades) -> Grade:
    """The letter of a percentage; `?` when there is none."""
    if percent is None:
        return Grade.UNKNOWN
    lowest = ((Grade.A, grades.A), (Grade.B, grades.B), (Grade.C, grades.C), (Grade.D, grades.D))
    return next((grade for grade, least in lowest if percent >= least), Grade.E)


def is_blank(value: Value) -> bool:
    """Nothing, or text of nothing but spaces."""
    return value is None or (isinstance(value, str) and not value.strip())


def _percent(points: int, groups: Sequence[TraitGroup], values: Mapping[str, Value]) -> int | None:
    possible = sum(group.limit for group in groups)
    known = sum(group.limit for group in groups if _is_known(group, values))
    if known == 0 or known * 2 < possible:
        return None
    return max(0, min(100, 100 * points // known))


def _is_known(group: TraitGroup, values: Mapping[str, Value]) -> bool:
    return any(not is_blank(values.get(name)) for name in group.asks)


def _group_lines(group: TraitGroup, facts: Mapping[str, Fact], all_met: Set[TraitRule]) -> list[Line]:
    """The lines of a group; over its limit the last rules give less."""
    met = [rule for rule in group.rules if rule.raw and rule in all_met]
    room = group.limit - sum(rule.raw for rule in met if rule.raw < 0)
    lines: list[Line] = []
    for rule in met:
        points = min(rule.raw, room) if rule.raw > 0 else rule.raw
        room -= max(0, points)
        lines.append(_line(rule, group.name, facts, points))
    return lines


def _line(rule: TraitRule, group: str, facts: Mapping[str, Fact], points: int) -> Line:
    return Line(
        dimension=Dimension.FIT,
        group=group,
        rule=rule.name,
        count=1,
        raw=rule.raw,
        decayed=rule.raw,
        points=points,
        latest_at=_latest(rule, facts),
    )


def _last_fact_at(rules: Sequence[TraitRule], facts: Mapping[str, Fact], met: Set[TraitRule]) -> datetime | None:
    """Youngest fact behind points that were given or a deduction that no longer applies."""
    took_part = [rule for rule in rules if rule.raw and (rule in met) == (rule.raw > 0)]
    return max((at for rule in took_part if (at := _latest(rule, facts)) is not None), default=None)


def _latest(rule: TraitRule, facts: Mapping[str, Fact]) -> datetime | None:
    return max((facts[name].since for name in rule.asks if name in facts), default=None)
