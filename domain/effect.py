"""What other rules would do to the leads there are: counted before they are put in force."""

from collections import Counter
from dataclasses import dataclass, field

from domain.gate import Way
from domain.rule_problem import RuleProblem
from domain.values import LeadId

Move = tuple[str, str]
"""(before, after)."""
Column = tuple[str, str, str]
"""(connection, object, field)."""
Gate = tuple[str, Way]
"""(connection, way)."""


@dataclass(slots=True, kw_only=True)
class TeamEffect:
    """What changes for the leads whose owner belongs to one team."""

    leads: int = 0
    up: int = 0
    down: int = 0
    bands: Counter[Move] = field(default_factory=Counter)
    undecided: int = 0
    """Leads of which something newly waits for a person's word."""
    settled: int = 0


@dataclass(slots=True, kw_only=True)
class Effect:
    """Of `total` leads `looked_at` were computed under both sets of rules, at the same moment.

    `up`, `down`: leads whose shown number moves. `newly_above`: who stands above the line only by the new rules.
    `values`: leads per field whose value would be another one. `failed`: leads for which the new rules fail.
    """

    total: int = 0
    looked_at: int = 0
    up: int = 0
    down: int = 0
    bands: Counter[Move] = field(default_factory=Counter)
    stages: Counter[Move] = field(default_factory=Counter)
    newly_above: list[LeadId] = field(default_factory=list)
    no_longer_above: int = 0
    values: Counter[Column] = field(default_factory=Counter)
    undecided: Counter[str] = field(default_factory=Counter)
    """Property → leads on which the systems would newly wait for a person's word; `settled`: those that no longer
    would."""
    settled: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    unjudged: dict[RuleProblem, set[LeadId]] = field(default_factory=dict)
    """Whom rules of the new ones could not be told about; routing rules are not asked here."""
    taken_out: Counter[Gate] = field(default_factory=Counter)
    """Gate → leads that would pass it no more; `let_in`: those that newly would."""
    let_in: Counter[Gate] = field(default_factory=Counter)
    teams: dict[str, TeamEffect] = field(default_factory=dict)

    @property
    def is_sample(self) -> bool:
        return self.looked_at < self.total
