"""What in the routing will not work as people are now: a fallback that leads to nobody, days away that are over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from config.routing import Pool, RoutingRules
from config.territories import TerritoryTable
from domain.handoff import Rep

MOST_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingTrouble:
    """`is_error`: leads wait for nobody because of it."""

    what: str
    mend: str
    is_error: bool


def routing_troubles(
    rules: RoutingRules, reps: Mapping[str, Rep], *, now: datetime, territories: TerritoryTable | None = None
) -> Iterator[RoutingTrouble]:
    """As of the last pull: errors first."""
    nobody = [pool for pool in rules.pools if not any(_works(each.email, reps) for each in pool.members)]
    for pool in nobody:
        yield RoutingTrouble(
            what=f"pool {pool.name} has no active member{_named_by(pool, rules, territories)}",
            mend="Edit routing.yaml: give it somebody, or send its leads elsewhere.",
            is_error=True,
        )
    target = rules.fallback
    if target.pool in {pool.name for pool in nobody} or (target.user is not None and not _works(target.user, reps)):
        words = f"the fallback leads to nobody ({target.pool or target.user}): whoever no rule takes stays in the queue"
        yield RoutingTrouble(
            what=words,
            mend="Name a pool with somebody in it, or a queue that people look at.",
            is_error=True,
        )
    yield from _over(rules, now=now)


def _works(email: str, reps: Mapping[str, Rep]) -> bool:
    rep = reps.get(email.casefold())
    return rep is not None and rep.active and not rep.lacks


def _named_by(pool: Pool, rules: RoutingRules, territories: TerritoryTable | None) -> str:
    """Who would send leads there."""
    rows = [f"rule '{rule.name}'" for rule in rules.rules if rule.to.pool == pool.name]
    rows += [f"chain '{chain.name}'" for chain in rules.chains if chain.to.pool == pool.name]
    held = [name for name, entries in territories.rows.items() if pool.name in entries.values()] if territories else []
    rows += [f"territory '{name}'" for name in held[:MOST_NAMED]]
    rows += [f"{len(held) - MOST_NAMED} territories more"] if len(held) > MOST_NAMED else []
    return f" (named by {', '.join(rows)})" if rows else ""


def _over(rules: RoutingRules, *, now: datetime) -> Iterator[RoutingTrouble]:
    for team in rules.teams:
        today = now.astimezone(ZoneInfo(team.time_zone)).date()
        past = [each for each in team.absences if each.last < today]
        if past:
            latest = max(past, key=lambda each: each.last)
            count = f"{len(past)} of {len(team.absences)} absences"
            yield RoutingTrouble(
                what=f"team {team.name}: {count} are over, the last on {latest.last}",
                mend="They do nothing any more: take them out of routing.yaml when you next edit it.",
                is_error=False,
            )
