"""What an admin may say about a Slack workspace."""

from typing import Annotated, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr, model_validator

from config.strict import Strict
from connectors.addresses import checked_origin, is_loopback

HOSTS = ("slack.com", ".slack.com", ".slack-gov.com", "slack-gov.com")


def _origin(url: str) -> str:
    return checked_origin(url, hosts=HOSTS)


def _begins_with(prefix: str, what: str, token: SecretStr) -> SecretStr:
    if not token.get_secret_value().startswith(prefix):
        raise ValueError(f"{what} begins with {prefix}")
    return token


def _bot(token: SecretStr) -> SecretStr:
    return _begins_with("xoxb-", "a bot token", token)


def _app(token: SecretStr) -> SecretStr:
    return _begins_with("xapp-", "an app-level token", token)


def _hook(url: SecretStr) -> SecretStr:
    parts, text = urlsplit(url.get_secret_value()), url.get_secret_value()
    known = parts.scheme == "https" and (parts.hostname or "").endswith((".slack.com", ".slack-gov.com"))
    if not known and not (parts.scheme == "http" and is_loopback(text)):
        raise ValueError("an incoming webhook's address, such as https://hooks.slack.com/services/T…/B…/…")
    return url


class Settings(Strict):
    """A Slack workspace: by an app of your own, or by an incoming webhook, which knows one channel and no buttons."""

    takes_notices: ClassVar[bool] = True

    type: Literal["slack"] = "slack"
    base_url: Annotated[str, AfterValidator(_origin)] = "https://slack.com"
    """Slack's address, or a simulator on 127.0.0.1."""
    bot_token: Annotated[SecretStr, AfterValidator(_bot)] | None = None
    """The app's Bot User OAuth Token (xoxb-…)."""
    app_token: Annotated[SecretStr, AfterValidator(_app)] | None = None
    """An app-level token with connections:write (xapp-…). Without it messages have no buttons."""
    webhook_url: Annotated[SecretStr, AfterValidator(_hook)] | None = None
    """An incoming webhook instead of an app."""
    ca_file: str | None = None
    """PEM file of a private certificate authority."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.bot_token is None) == (self.webhook_url is None):
            raise ValueError("give either bot_token (an app) or webhook_url (an incoming webhook)")
        if self.app_token is not None and self.bot_token is None:
            raise ValueError("app_token: an incoming webhook has no buttons; give the app's bot_token")
        return self
