"""What the two vendors and the side door share: one clock, one log, one list of faults, one set of settings."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from simulator.act import World
from simulator.clock import Clock
from simulator.faults import Faults
from simulator.hubspot.webhooks import usual
from simulator.log import Log
from simulator.slack.world import SlackWorld

SYSTEMS = ("salesforce", "hubspot")
PLACES = (*SYSTEMS, "slack")
"""Where people act: the two that hold leads, and the one in which they are told of them."""


@dataclass(slots=True, kw_only=True)
class Settings:
    """What a test rig may change while the simulator runs (`POST /_simulator/settings`)."""

    lag_s: dict[str, float] = field(default_factory=lambda: dict.fromkeys(SYSTEMS, 0.0))
    """Simulated seconds until a query or search shows a change, per system."""
    daily_calls: dict[str, int] = field(default_factory=lambda: {"salesforce": 100_000, "hubspot": 1_000_000})
    """API calls allowed in 24 simulated hours, per system."""
    token_life_s: float = 7_200.0
    """Simulated seconds that an issued Salesforce session lives."""
    locator_life_s: float = 172_800.0
    """Simulated seconds that a Salesforce query locator lives."""
    page_rows: int = 2_000
    """Most rows of a Salesforce query's page, whatever was asked for: there are fewer where rows are wide."""
    bulk_s: float = 0.0
    """Simulated seconds that Salesforce takes for a Bulk job."""
    bulk_query_jobs: int = 10_000
    """Bulk query jobs allowed in 24 simulated hours."""
    auto_assign_to: str | None = None
    """User or queue id that Salesforce's active assignment rule gives leads to; none: no active rule."""
    clients: dict[str, str] = field(default_factory=lambda: {"leadloop": "leadloop-secret"})
    """Consumer key to consumer secret of the known Salesforce External Client Apps."""
    refresh_token: str = "simulator-refresh"  # noqa: S105  # a token of a simulator opens nothing
    """What a person was last given who authorised Salesforce's web-server flow; another one: authorised anew."""
    rotate_refresh_tokens: bool = False
    """Whether a Salesforce refresh token is good for one use, and one that was used revokes all that came of it."""
    sandbox: bool = True
    """Whether the Salesforce org is a sandbox; otherwise it calls itself an Enterprise Edition."""
    jwt_public_key: str | None = None
    """PEM key that signs JWT bearer assertions; none: any well-formed assertion of a known client passes."""
    org: dict[str, str] = field(default_factory=lambda: {"salesforce": "00D5e0000000001EAA", "hubspot": "24600001"})
    """Organization id and portal id; change one to see what a swapped login does."""
    webhooks: dict[str, Any] = field(default_factory=usual)
    """Where and how HubSpot tells an app of changes by itself; no `url`: not at all."""
    provisioned: bool = True
    """Whether both systems have leadloop's own fields; false: as their vendors deliver them."""
    may_customize: bool = True
    """Whether the Salesforce integration user may change the org's Setup."""
    neighbours: dict[str, Any] = field(default_factory=lambda: {"hubspot_connector": None, "rivals": []})
    """Who else writes in both systems while time passes: HubSpot's own Salesforce connector, rival workflows."""


class Neighbours(Protocol):
    """Who acts while time passes."""

    def settle_in(self) -> None:
        """Be as the settings have it from now on."""
        ...

    def pass_time(self, seconds: float) -> None:
        """Advance the clock, and let everybody act at their moments on the way."""
        ...


@dataclass(slots=True, kw_only=True)
class Kernel:
    """Handed to both vendors' apps and to the side door."""

    clock: Clock
    log: Log
    faults: Faults
    salesforce: World
    hubspot: World
    settings: Settings = field(default_factory=Settings)
    api_calls: Counter[str] = field(default_factory=Counter)
    """Requests per system since the start; token requests are not calls."""
    neighbours: Neighbours | None = None
    slack: SlackWorld = field(default_factory=SlackWorld)

    def now(self) -> datetime:
        return self.clock.now()

    def pass_time(self, seconds: float) -> None:
        """Jump ahead (ValueError below zero); neighbours act on the way."""
        if self.neighbours is None:
            self.clock.advance(seconds)
        else:
            self.neighbours.pass_time(seconds)

    def world(self, system: str) -> World:
        """The vendor's world (KeyError for an unknown system)."""
        worlds: dict[str, World] = {"salesforce": self.salesforce, "hubspot": self.hubspot, "slack": self.slack}
        return worlds[system]
