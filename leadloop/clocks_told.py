"""How the clocks stand, in words: for `status` and `doctor`."""

from datetime import datetime, timedelta
from typing import Any

from config.load import Rules
from config.settings import Settings
from domain.coverage import Coverage
from domain.run import RuleVersion
from handoff.rulebook import Rulebook
from leadloop import screen
from reports.clocks import ClocksStanding, TeamClock, Unheard, clocks_standing
from reports.standing import ago
from store.engine import Store

WORTH_A_WORD = timedelta(minutes=15)


def clocks_of(store: Store, rules: Rules, settings: Settings, *, version: RuleVersion, now: datetime) -> ClocksStanding:
    """As things stand under the rules in force."""
    book = Rulebook(
        lifecycle=rules.lifecycle,
        routing=rules.routing,
        scoring=rules.scoring,
        rule_hash=version.hash,
        time_zone=settings.time_zone,
    )
    patience = max(WORTH_A_WORD, 3 * timedelta(minutes=settings.schedule.cycle_minutes))
    with store.read() as tx:
        return clocks_standing(tx, book, rules.mapping, patience=patience, now=now)


def told(coverage: Coverage) -> str:
    """`72 % of 25`; `-` where there is nothing to go by."""
    return f"{coverage.percent} % of {coverage.worked:,}" if coverage.worked else "-"


def force_word(team: TeamClock) -> str:
    return f"{team.footing.force.value.replace('_', ' ')}: {team.footing.why}"


def waits_word(one: Unheard, *, now: datetime) -> str:
    """`Clocks wait for salesforce: …`"""
    read = f"last read to the end {ago(now - one.since)} ago" if one.since is not None else "never read to the end yet"
    leads = f"; {one.leads:,} leads came due since and nobody is blamed for them yet" if one.leads else ""
    return f"Clocks wait for {one.connection}: what reps do there was {read}{leads}"


def show_clocks(found: ClocksStanding, *, now: datetime) -> None:
    for one in found.unheard:
        screen.show(f"\n! {waits_word(one, now=now)}")
    if any(team.own.worked or not team.footing.acts for team in found.teams):
        screen.table(
            "\nTouch coverage and clocks (`leadloop doctor`)",
            ("team", "touches logged", "touch clock"),
            [(team.team, told(team.own), force_word(team)) for team in found.teams],
        )
    if found.breaches:
        screen.table(
            "\nNot touched in time, 28 days",
            ("rep", "leads", "only counted"),
            [(each.owner, each.all, each.counted) for each in found.breaches],
        )
    if found.resting:
        screen.table("\nRest", ("rep", "until"), [(email, f"{at:%Y-%m-%d %H:%M} UTC") for email, at in found.resting])


def clocks_as_data(found: ClocksStanding) -> dict[str, Any]:
    return {
        "counted_at": found.at,
        "teams": [
            {
                "team": team.team,
                "mode": team.footing.force,
                "why": team.footing.why,
                **_figures(team.own),
                "reps": [{"rep": email, **_figures(each)} for email, each in team.reps],
            }
            for team in found.teams
        ],
        "waiting_for": [
            {"connection": one.connection, "heard_until": one.since, "leads": one.leads} for one in found.unheard
        ],
        "breaches": [{"rep": each.owner, "leads": each.all, "only_counted": each.counted} for each in found.breaches],
        "resting": [{"rep": email, "until": at} for email, at in found.resting],
    }


def _figures(coverage: Coverage) -> dict[str, Any]:
    return {"worked": coverage.worked, "logged": coverage.logged, "percent": coverage.percent}
