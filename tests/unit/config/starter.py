"""Connection settings as the starter writes them; the connectors' own are tested against the starter elsewhere."""

from typing import Literal

from pydantic import BaseModel, SecretStr

from config.strict import Strict


class Salesforce(Strict):
    type: Literal["salesforce"]
    login_url: str
    auth: Literal["client_credentials", "jwt_bearer"]
    client_id: str
    client_secret: SecretStr | None = None
    username: str | None = None
    private_key: SecretStr | None = None
    api_version: str


class HubSpot(Strict):
    type: Literal["hubspot"]
    base_url: str
    access_token: SecretStr
    api_generation: Literal["v3", "2026-03"]


STARTER_TYPES: dict[str, type[BaseModel]] = {"salesforce": Salesforce, "hubspot": HubSpot}
