"""What a rep made of a lead after the first conversation, factor by factor, and what marketing had made of it."""

from dataclasses import dataclass
from enum import StrEnum

from domain.rule_problem import RuleProblem
from domain.values import Value


class Qualifies(StrEnum):
    YES = "yes"
    NO = "no"
    NOT_YET = "not_yet"
    """Not every factor has an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One factor. `value` is None where nobody answered; `problem` says why an answer counts for none."""

    name: str
    label: str
    value: int | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """`answers` as they were read, by factor; `most`: what all factors can add up to; `why`: what `qualifies` rests
    on, empty for a yes.
    """

    marks: tuple[Mark, ...]
    answers: tuple[tuple[str, Value], ...]
    most: int
    qualifies: Qualifies
    why: str

    @property
    def total(self) -> int:
        return sum(mark.value for mark in self.marks if mark.value is not None)

    @property
    def answered(self) -> frozenset[str]:
        """The factors with an answer that counts."""
        return frozenset(mark.name for mark in self.marks if mark.value is not None)

    @property
    def is_begun(self) -> bool:
        """Whether anybody wrote anything in it, sensible or not."""
        return any(mark.value is not None or mark.problem for mark in self.marks)

    @property
    def words(self) -> str:
        """`scorecard 14 of 20: Interest 4, Budget 3, Timing 4, Understanding 3`."""
        parts = (f"{mark.label} {'?' if mark.value is None else mark.value}" for mark in self.marks)
        return f"scorecard {self.total} of {self.most}: {', '.join(parts)}"

    @property
    def summary(self) -> str:
        """What stands beside the rep's fields: `14 of 20, qualifies`."""
        match self.qualifies:
            case Qualifies.YES:
                return f"{self.total} of {self.most}, qualifies"
            case Qualifies.NO:
                return f"{self.total} of {self.most}, does not qualify: {self.why}"
        return "; ".join((f"{self.total} so far", *self.problems, *([self.why] if self.why else [])))

    @property
    def problems(self) -> tuple[str, ...]:
        return tuple(mark.problem for mark in self.marks if mark.problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Valuation:
    """Marketing's own values at hand-over, by factor; None where it says nothing. `problems`: steps nobody can tell."""

    values: tuple[tuple[str, int | None], ...]
    problems: tuple[RuleProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One factor as both sides saw it."""

    name: str
    label: str
    sales: int | None
    marketing: int | None

    @property
    def gap(self) -> int | None:
        """Sales less marketing: above zero sales saw more. None unless both told."""
        return None if self.sales is None or self.marketing is None else self.sales - self.marketing
