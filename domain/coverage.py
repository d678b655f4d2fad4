"""How much of what reps do can be seen: of the leads they visibly worked, how many have a logged touch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """`worked`: handoffs whose rep took them or said what came of them; `logged`: those with a touch of theirs."""

    worked: int = 0
    logged: int = 0

    @property
    def percent(self) -> int | None:
        """Rounded down; None while there is nothing to go by."""
        return self.logged * 100 // self.worked if self.worked else None

    def __add__(self, other: Self) -> Self:
        return type(self)(worked=self.worked + other.worked, logged=self.logged + other.logged)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageByRep:
    """As counted `at` a moment; reps by e-mail, those without any handoff are missing."""

    at: datetime | None = None
    reps: Mapping[str, Coverage] = field(default_factory=dict)

    @property
    def all(self) -> Coverage:
        return sum(self.reps.values(), Coverage())
