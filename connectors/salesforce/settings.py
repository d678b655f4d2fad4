"""What an admin may say about a Salesforce connection."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from config.strict import Strict
from connectors.addresses import checked_origin

HOSTS = (".salesforce.com",)

Readable = Literal["Lead", "Contact", "Account", "Opportunity", "Task", "Event", "CampaignMember", "User", "Group"]
AroundDeals = Literal["OpportunityContactRole", "Campaign", "CurrencyType"]


class Auth(StrEnum):
    """How we log in. Both first ways need no refresh token, so nothing single-use can be lost in a crash."""

    CLIENT_CREDENTIALS = "client_credentials"
    JWT_BEARER = "jwt_bearer"
    REFRESH_TOKEN = "refresh_token"  # noqa: S105  # a way to log in, not a token
    SESSION_ID = "session_id"


def _origin(url: str) -> str:
    return checked_origin(url, hosts=HOSTS)


class Settings(Strict):
    """A Salesforce connection."""

    type: Literal["salesforce"] = "salesforce"
    login_url: Annotated[str, AfterValidator(_origin)] = "https://login.salesforce.com"
    """Where to log in: the org's My Domain (needed for client_credentials), or a simulator on 127.0.0.1."""
    auth: Auth = Auth.CLIENT_CREDENTIALS
    client_id: str | None = None
    """Consumer key of the External Client App."""
    client_secret: SecretStr | None = None
    """Consumer secret; for client_credentials, and for refresh_token where the app asks for it."""
    private_key: SecretStr | None = None
    """PEM private key (RSA, without a passphrase) whose certificate the app holds, as in `${file:salesforce.pem}`."""
    refresh_token: SecretStr | None = None
    """What the web-server flow gave; refresh_token only. Salesforce may replace it at each use: the newest is kept
    encrypted, so this one only begins the chain, and a new value here begins another."""
    username: str | None = None
    """The integration user; jwt_bearer only."""
    session_id: SecretStr | None = None
    """A session somebody else opened, for tests: it cannot be renewed."""
    jwt_audience: str | None = None
    """The `aud` of the assertion when it is not `login_url` (https://test.salesforce.com for a test org)."""
    api_version: Annotated[str, Field(pattern=r"^\d{2,3}\.0$")] = "62.0"
    hot: Annotated[tuple[Readable, ...], Field(max_length=5)] = ("Lead", "Contact", "Task", "Event", "CampaignMember")
    """Objects read in every cycle, together in one call (at most five fit)."""
    slow: tuple[Readable | AroundDeals, ...] = (
        "Account", "Opportunity", "User", "Group", "OpportunityContactRole", "Campaign", "CurrencyType",
    )  # fmt: skip
    """Objects read every 30 minutes; Group is read for its queues. The last three are read where `mapping.yaml` names
    them: who stands in a deal, what campaigns cost, and the rates of an org with several currencies. What the
    integration user may not see rests and is asked for again once a day."""
    nightly: tuple[Literal["deletions", "role_deletions"], ...] = ("deletions", "role_deletions")
    """Looked at once a night; deletions: leads and contacts that were deleted for good, and ids compared weekly;
    role_deletions: the same of people who were taken off a deal, which no query shows."""
    assign_new_leads: bool = False
    """Let the org's assignment rule give a Lead we create to somebody; off: it keeps the owner we send."""
    duplicate_rule: Literal["allow_save", "respect"] = "allow_save"
    """allow_save: duplicate rules that only alert do not stop a write (blocking ones always do)."""
    page_size: Annotated[int, Field(ge=200, le=2000)] = 2000
    """Rows per page of a query; Salesforce may give fewer."""
    lag_minutes: Annotated[int, Field(ge=0, le=120)] = 10
    """How far the saved cursor stays behind Salesforce's now: rows become visible after their stamp."""
    bulk_rows: Annotated[int, Field(ge=0)] = 50_000
    """Read by a Bulk job what is more rows than this; 0: never. Below, pages are faster: a job takes 10 to 20 s."""
    bulk_writes: Annotated[int, Field(ge=0)] = 2_000
    """Write by a Bulk job when more changes than this of one object wait in the background; 0: never."""
    calls_per_10_s: Annotated[int, Field(ge=1, le=1000)] = 500
    """Our own speed limit; Salesforce counts days, not seconds."""
    ca_file: str | None = None
    """PEM file of a private certificate authority."""
    proxy: str | None = None
    """https proxy to go through; the environment's is not used."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needed = {
            Auth.CLIENT_CREDENTIALS: ("client_id", "client_secret"),
            Auth.JWT_BEARER: ("client_id", "private_key", "username"),
            Auth.REFRESH_TOKEN: ("client_id", "refresh_token"),
            Auth.SESSION_ID: ("session_id",),
        }[self.auth]
        missing = [name for name in needed if getattr(self, name) is None]
        if missing:
            raise ValueError(f"auth: {self.auth} needs {', '.join(missing)}")
        return self
