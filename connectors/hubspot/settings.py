"""What an admin may say about a HubSpot connection."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from config.strict import Strict
from connectors.addresses import checked_origin

OAUTH_CALLS_PER_10_S = 110
"""What HubSpot allows an OAuth app per portal, whatever the subscription."""
HOSTS = ("api.hubapi.com", ".hubapi.com")

Readable = Literal[
    "contacts", "contacts_archived", "companies", "companies_archived", "deals", "deals_archived", "forms",
    "email_events", "page_views", "calls", "emails", "meetings", "tasks", "leads", "lists", "owners",
]  # fmt: skip


class Auth(StrEnum):
    """How we log in. A service key has no session; an OAuth app has a refresh token."""

    ACCESS_TOKEN = "access_token"  # noqa: S105  # a way to log in, not a token
    OAUTH = "oauth"


def _origin(url: str) -> str:
    return checked_origin(url, hosts=HOSTS)


def _number(text: str) -> str:
    if not (text.isascii() and text.isdigit()):
        raise ValueError('the app\'s number, in quotes, such as "1234567"')
    return text


class Settings(Strict):
    """A HubSpot connection."""

    type: Literal["hubspot"] = "hubspot"
    base_url: Annotated[str, AfterValidator(_origin)] = "https://api.hubapi.com"
    """The API's address, or a simulator on 127.0.0.1."""
    auth: Auth = Auth.ACCESS_TOKEN
    access_token: Annotated[SecretStr, Field(min_length=1)] | None = None
    """A service key, or the token of a private app."""
    client_id: str | None = None
    """Client id of the app; oauth only."""
    client_secret: Annotated[SecretStr, Field(min_length=1)] | None = None
    """Client secret of the app; oauth only."""
    refresh_token: Annotated[SecretStr, Field(min_length=1)] | None = None
    """What the portal gave when the app was installed; oauth only. Should HubSpot replace it, the newest is kept."""
    api_generation: Literal["v3", "2026-03"] = "v3"
    """Which paths are called. `v3` is supported until September 2027."""
    streams: tuple[Readable, ...] = (
        "contacts", "contacts_archived", "companies", "companies_archived", "forms", "email_events", "page_views",
        "calls", "emails", "meetings", "tasks", "lists", "owners",
    )  # fmt: skip
    """What is read. Each engagement stream costs a search a cycle. Page views need Marketing Hub Enterprise and
    `leads` (the Sales Hub's own) Sales Hub Professional: refused, they rest and are asked for again once a day.
    `deals` and `deals_archived` are of use where `mapping.yaml` names them."""
    page_size: Annotated[int, Field(ge=10, le=100)] = 100
    """Rows per page of a listing; a search gives twice as many."""
    lag_minutes: Annotated[int, Field(ge=0, le=120)] = 15
    """How far the saved cursor stays behind: search shows changes late and out of order."""
    late_minutes: Annotated[int, Field(ge=0, le=1440)] = 70
    """A second pass reads once more what is at least this old: search is at times an hour behind."""
    searches_per_second: Annotated[int, Field(ge=1, le=20)] = 4
    """HubSpot allows five for the whole portal, all its apps together: one is left to the others."""
    calls_per_10_s: Annotated[int, Field(ge=1, le=1000)] = 100
    """100 on Free and Starter, 190 on Professional and Enterprise."""
    members_per_call: Annotated[int, Field(ge=1, le=100_000)] = 500
    """Records added to or taken off a list in one call; HubSpot names no limit."""
    lifecycle_steps_back: bool = False
    """Whether a lifecycle stage may be set back, which HubSpot takes only after it was cleared: clear, look, set, look.
    Automation of the portal sees each step. The property must not stand under `forward_only` in mapping.yaml then."""
    webhook_secret: Annotated[SecretStr, Field(min_length=1)] | None = None
    """The client secret of the app whose webhooks are received: it tells HubSpot's calls from forged ones."""
    app_id: Annotated[str, AfterValidator(_number)] | None = None
    """The number of that app, where leadloop writes with the app's own token: its own changes are not told it again."""
    ca_file: str | None = None
    """PEM file of a private certificate authority."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needed = {
            Auth.ACCESS_TOKEN: ("access_token",),
            Auth.OAUTH: ("client_id", "client_secret", "refresh_token"),
        }[self.auth]
        missing = [name for name in needed if getattr(self, name) is None]
        if missing:
            raise ValueError(f"auth: {self.auth} needs {', '.join(missing)}")
        if self.auth is Auth.OAUTH and self.calls_per_10_s > OAUTH_CALLS_PER_10_S:
            raise ValueError(f"calls_per_10_s: HubSpot allows an OAuth app {OAUTH_CALLS_PER_10_S}")
        return self
