"""What kind of portal this is: hub tier, limits, time zone. Changed by the `edit` act on the id `settings`."""

from dataclasses import dataclass, field
from enum import StrEnum


class Tier(StrEnum):
    FREE = "FREE"
    STARTER = "STARTER"
    PROFESSIONAL = "PROFESSIONAL"
    ENTERPRISE = "ENTERPRISE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """While a contact's `when` is `is_`, its `needs` must be filled."""

    when: str
    is_: str
    needs: str


@dataclass(slots=True)
class PortalSettings:
    """The three dictionaries are the kernel's own once the app is made, so a change there shows here."""

    tier: Tier = Tier.ENTERPRISE
    """Below ENTERPRISE the web-activity endpoints answer 403, below PROFESSIONAL the leads object does."""
    rules: list["Rule"] = field(default_factory=list)
    """What an administrator demands of records, and HubSpot enforces on every write through the API."""
    account_type: str = "STANDARD"
    """As account-info tells it: STANDARD, SANDBOX, DEVELOPER_TEST, APP_DEVELOPER."""
    time_zone: str = "America/New_York"
    """The daily limit starts anew at midnight here."""
    burst_per_10_s: int = 190
    oauth_burst_per_10_s: int = 110
    association_per_10_s: int | None = None
    """None: as the subscription has it, see `associations`."""
    association_daily: int = 500_000
    search_per_s: int = 5
    search_shuffled: bool = False
    """Whether the index lag differs from write to write, so that search shows changes out of order."""
    retry_after: bool = False
    """Whether a 429 carries Retry-After, which HubSpot does not promise."""
    lag_s: dict[str, float] = field(default_factory=lambda: {"hubspot": 0.0})
    daily_calls: dict[str, int] = field(default_factory=lambda: {"hubspot": 1_000_000})
    home_currency: str = "EUR"
    rates: dict[str, float] = field(default_factory=lambda: {"USD": 0.8, "GBP": 1.2})
    """What one of each is worth in the home currency."""
    org: dict[str, str] = field(default_factory=lambda: {"hubspot": "24600001"})

    @property
    def associations(self) -> int:
        """In ten seconds and per app: the association endpoints kept the older limits, packs do not raise them."""
        if self.association_per_10_s is not None:
            return self.association_per_10_s
        return 100 if self.tier in (Tier.FREE, Tier.STARTER) else 150

    @property
    def portal_id(self) -> str:
        return self.org["hubspot"]
