"""The number and its reasons. Points are integers in thousandths: 74.25 points are 74_250."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.activity import Activity
from domain.rule_problem import RuleProblem
from domain.values import RuleHash

POINT = 1000
"""One point in the unit that everything is counted in."""


class Dimension(StrEnum):
    ENGAGEMENT = "engagement"
    FIT = "fit"
    SALES = "sales"
    NAMED = "named"


class Grade(StrEnum):
    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    UNKNOWN = "?"

    def at_least(self, other: "Grade") -> bool:
        """A is the best; an unknown grade is at least nothing but itself."""
        if Grade.UNKNOWN in (self, other):
            return self is other
        return self.value <= other.value


class Step(StrEnum):
    """How warm the engagement is."""

    COLD = "cold"
    WARM = "warm"
    HOT = "hot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one rule gave: thousandths before decay (`raw`), after it, and after every cap (`points`)."""

    dimension: Dimension
    group: str
    rule: str
    count: int
    raw: int
    decayed: int
    points: int
    latest_at: datetime | None = None
    of: str = ""
    """Of a named score's line: the property that shows the score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A pure function of (facts, activities, rule version, as_of, known_at).

    `engagement`, `sales`, and each of the `named` scores by its property: thousandths, the sum of their lines.
    `fit_percent`: 0 to 100, None when
    less than half of what could be known is known. `last_point_at`: when the youngest activity that
    gave points happened; `last_fact_at`: since when the youngest fact that counted holds.
    `next_change_at`: a lower bound for the next moment at which time alone moves step or band.
    """

    as_of: datetime
    rule_hash: RuleHash
    engagement: int
    sales: int
    fit_percent: int | None
    grade: Grade
    step: Step
    lines: tuple[Line, ...]
    named: Mapping[str, int] = field(default_factory=dict)
    hand_raises: tuple[Activity, ...] = ()
    machine_made: frozenset[tuple[str, str, str]] = frozenset()
    """The keys of what mail scanners did in this person's name: it gave nothing."""
    excluded: str | None = None
    last_point_at: datetime | None = None
    last_fact_at: datetime | None = None
    next_change_at: datetime | None = None
    problems: tuple[RuleProblem, ...] = ()
    """Rules that could not be told about this lead; they count as not met."""

    @property
    def band(self) -> str:
        """Grade and step, as people read it: `B hot`."""
        return f"{self.grade} {self.step}"

    @property
    def shown(self) -> int:
        """The number people see: whole points, rounded down."""
        return self.engagement // POINT
