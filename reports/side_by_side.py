"""One lead under two versions of the rules, line by line: what differs adds up to how far the numbers are apart."""

from collections.abc import Sequence
from dataclasses import dataclass

from config.scoring import ScoringRules
from domain.score import POINT, Dimension, Grade, Score
from scoring.explain import Explanation, Row

Key = tuple[Dimension, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What one rule gives by either version, in thousandths; None where it has no such rule, or nothing met it."""

    dimension: Dimension
    of: str
    rule: str
    groups: tuple[str, ...]
    before: int | None
    after: int | None

    @property
    def change(self) -> int:
        return (self.after or 0) - (self.before or 0)


def pairs(before: Explanation, after: Explanation) -> list[Pair]:
    """Rules by name, in the order of the second version; those of the first alone stand last."""
    was, now = _by_rule(before.rows), _by_rule(after.rows)
    return [_pair(key, was.get(key), now.get(key)) for key in dict.fromkeys((*now, *was))]


def _by_rule(rows: Sequence[Row]) -> dict[Key, Row]:
    return {(row.dimension, row.of, row.rule): row for row in rows}


def _pair(key: Key, before: Row | None, after: Row | None) -> Pair:
    groups = dict.fromkeys(row.group for row in (before, after) if row is not None)
    return Pair(
        dimension=key[0],
        of=key[1],
        rule=key[2],
        groups=tuple(groups),
        before=None if before is None else before.after_cap,
        after=None if after is None else after.after_cap,
    )


def groups(several: Sequence[Pair]) -> dict[tuple[Dimension, str], tuple[int, int]]:
    """What each group gives by either version; a rule that moved counts in the group it is in."""
    found: dict[tuple[Dimension, str], tuple[int, int]] = {}
    for each in several:
        for name, before, after in (
            (each.groups[0], each.before or 0, 0),
            (each.groups[-1], 0, each.after or 0),
        ):
            was, now = found.get((each.dimension, name), (0, 0))
            found[each.dimension, name] = was + before, now + after
    return found


def misses(score: Score, rules: ScoringRules) -> list[str]:
    """What keeps a lead below the line; empty when nothing does."""
    line = rules.line
    said = [f"excluded: {score.excluded}"] if score.excluded else []
    if score.engagement < line.engagement * POINT:
        said.append(f"engagement {score.shown} of {line.engagement}")
    if not score.grade.at_least(line.fit):
        known = "too little is known of the fit" if score.grade is Grade.UNKNOWN else f"fit {score.grade}"
        said.append(f"{known}, the line asks for {line.fit}")
    return said
