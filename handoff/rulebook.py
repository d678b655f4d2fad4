"""The published rules as the handoff floor uses them: compiled once, asked often."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from config.conditions import Judge, judge_for, references, why_untold
from config.lifecycle import DisqualifyRule, LifecycleRules, Road
from config.playbook import Play
from config.routing import Pool, RoutingRule, RoutingRules, Team
from config.scoring import ScoringRules
from config.territories import TerritoryTable
from domain.handoff import Outcome
from domain.rule_problem import RuleFile, RuleProblem
from domain.values import RuleHash, Value
from handoff.calendar import WorkCalendar
from handoff.territories import TerritoryMap

HARD = frozenset({"employee", "competitor", "test"})
"""Exclusions that stop even somebody who asks to be called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A rule that disqualifies, ready for use, with the properties that it asks for."""

    rule: DisqualifyRule
    meets: Judge
    asks: frozenset[str]

    def problem(self, values: Mapping[str, Value]) -> RuleProblem:
        """Why it cannot be told about a lead."""
        words = why_untold(self.rule.when, values)
        return RuleProblem(file=RuleFile.LIFECYCLE, rule=f"disqualify '{self.rule.name}'", words=words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A routing rule, ready for use."""

    rule: RoutingRule
    meets: Judge

    def problem(self, values: Mapping[str, Value]) -> RuleProblem:
        """Why it cannot be told about a lead."""
        words = why_untold(self.rule.when, values)
        return RuleProblem(file=RuleFile.ROUTING, rule=f"rule '{self.rule.name}'", words=words)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyPlay:
    """A play of the playbook, ready for use."""

    play: Play
    meets: Judge

    def problem(self, values: Mapping[str, Value]) -> RuleProblem:
        """Why it cannot be told about a lead."""
        words = why_untold(self.play.when, values)
        return RuleProblem(file=RuleFile.ROUTING, rule=f"play '{self.play.name}'", words=words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """Lifecycle, routing and the line, with their conditions and calendars ready for use."""

    lifecycle: LifecycleRules
    routing: RoutingRules
    scoring: ScoringRules
    rule_hash: RuleHash
    time_zone: str = "UTC"
    territories: TerritoryTable | None = None
    zone: ZoneInfo = field(init=False)
    ways: tuple[Way, ...] = field(init=False)
    screens: tuple[Screen, ...] = field(init=False)
    plays: tuple[ReadyPlay, ...] = field(init=False)
    calendars: Mapping[str, WorkCalendar] = field(init=False)
    pools: Mapping[str, Pool] = field(init=False)
    pool_of: Mapping[str, Pool] = field(init=False)
    """Each rep's first pool, by e-mail: its team is theirs and its limits are theirs."""
    hard_exclusions: frozenset[str] = field(init=False)
    territory_map: TerritoryMap | None = field(init=False)
    factors: tuple[str, ...] = field(init=False)
    """The properties of the scorecard."""
    lost_roads: Mapping[str, Road] = field(init=False)
    """A lost deal's reason, in small letters → where its people go."""

    def __post_init__(self) -> None:
        homes: dict[str, Pool] = {}
        for pool in self.routing.pools:
            for member in pool.members:
                homes.setdefault(member.email.casefold(), pool)
        ways = tuple(Way(rule=rule, meets=judge_for(rule.when)) for rule in self.routing.rules)
        hard = frozenset(each.name for each in self.scoring.exclusions if each.kind in HARD)
        object.__setattr__(self, "zone", ZoneInfo(self.time_zone))
        object.__setattr__(self, "ways", ways)
        screens = tuple(
            Screen(rule=rule, meets=judge_for(rule.when), asks=references(rule.when))
            for rule in self.lifecycle.disqualify
        )
        object.__setattr__(self, "screens", screens)
        plays = tuple(ReadyPlay(play=play, meets=judge_for(play.when)) for play in self.routing.playbook)
        object.__setattr__(self, "plays", plays)
        object.__setattr__(self, "calendars", {team.name: WorkCalendar(team) for team in self.routing.teams})
        object.__setattr__(self, "pools", {pool.name: pool for pool in self.routing.pools})
        object.__setattr__(self, "pool_of", homes)
        object.__setattr__(self, "hard_exclusions", hard)
        object.__setattr__(self, "territory_map", TerritoryMap(self.territories) if self.territories else None)
        object.__setattr__(self, "factors", self.scoring.scorecard.names)
        object.__setattr__(self, "lost_roads", _lost_roads(self.lifecycle.outcomes.get(Outcome.LOST)))

    def team_of(self, email: str | None) -> Team:
        """The team a rep works in; the first one for somebody who is in no pool."""
        pool = self.pool_of.get(email.casefold()) if email else None
        return self.calendar_of_pool(pool).team

    def calendar_of(self, email: str | None) -> WorkCalendar:
        return self.calendars[self.team_of(email).name]

    def calendar_of_pool(self, pool: Pool | None) -> WorkCalendar:
        first = self.routing.teams[0].name
        return self.calendars.get(pool.team if pool else first, self.calendars[first])

    def road(self, outcome: Outcome, lost_reason: str | None = None) -> Road:
        """Where an outcome leads; one that lifecycle.yaml leaves out rests where `not now` does.

        `lost_reason`: of a deal that was lost; one that nobody mapped goes the way of all lost deals.
        """
        own = self.lost_roads.get((lost_reason or "").strip().casefold()) if outcome is Outcome.LOST else None
        if own is not None:
            return own
        known = self.lifecycle.outcomes
        found = known.get(outcome) or known.get(Outcome.NOT_NOW)
        return found or Road(label=outcome.value.replace("_", " ").capitalize())

    def lists(self) -> tuple[str, ...]:
        """Every list that the loop keeps, each once, in the order of the file."""
        return self.lifecycle.lists()


def _lost_roads(road: Road | None) -> dict[str, Road]:
    if road is None:
        return {}
    return {
        reason.strip().casefold(): road.model_copy(
            update={"list": own.list, "return_days": own.return_days or road.return_days}
        )
        for reason, own in road.reasons.items()
    }
