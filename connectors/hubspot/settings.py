"""What an admin may say about a HubSpot connection."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from config.strict import Strict
from connectors.addresses import checked_origin

HOSTS = ("api.hubapi.com", ".hubapi.com")

Readable = Literal[
    "contacts", "contacts_archived", "companies", "forms", "email_events", "page_views",
    "calls", "emails", "meetings", "tasks", "lists", "owners",
]  # fmt: skip


def _origin(url: str) -> str:
    return checked_origin(url, hosts=HOSTS)


class Settings(Strict):
    """A HubSpot connection."""

    type: Literal["hubspot"] = "hubspot"
    base_url: Annotated[str, AfterValidator(_origin)] = "https://api.hubapi.com"
    """The API's address, or a simulator on 127.0.0.1."""
    access_token: Annotated[SecretStr, Field(min_length=1)]
    """A service key, or the token of a private app."""
    api_generation: Literal["v3", "2026-03"] = "v3"
    """Which paths are called. `v3` is supported until September 2027."""
    streams: tuple[Readable, ...] = (
        "contacts", "contacts_archived", "companies", "forms", "email_events", "page_views",
        "calls", "emails", "meetings", "tasks", "lists", "owners",
    )  # fmt: skip
    """What is read. Each engagement stream costs a search a cycle; page views need Marketing Hub Enterprise."""
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
    ca_file: str | None = None
    """PEM file of a private certificate authority."""
