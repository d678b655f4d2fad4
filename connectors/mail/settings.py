"""What an admin may say about an SMTP server."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from config.strict import Strict
from connectors.addresses import LOOPBACK


class Security(StrEnum):
    """How the wire is kept secret."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


def _address(text: str) -> str:
    mailbox = text.rpartition("<")[2].removesuffix(">").strip()
    if mailbox.count("@") != 1 or any(sign in text for sign in "\r\n") or mailbox.startswith("@"):
        raise ValueError("an address such as leadloop@acme.example, or `leadloop <leadloop@acme.example>`")
    return text


class Settings(Strict):
    """An SMTP server that takes our mail."""

    takes_notices: ClassVar[bool] = True

    type: Literal["mail"] = "mail"
    host: str = Field(min_length=1)
    """The server's name."""
    port: int | None = Field(default=None, ge=1, le=65535)
    """587 for starttls, 465 for tls, 25 for none, unless it is named."""
    security: Security = Security.STARTTLS
    """`none` sends everything in the clear, and is refused together with a login unless the server is this machine."""
    user: str | None = None
    """Who logs in; nobody without it."""
    password: Annotated[SecretStr, Field(min_length=1)] | None = None
    """Of the user."""
    sender: Annotated[str, AfterValidator(_address)]
    """Whom mails come from."""
    ca_file: str | None = None
    """PEM file of a private certificate authority."""

    @property
    def at_port(self) -> int:
        return self.port or {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}[self.security]

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password belong together")
        if self.user is not None and self.security is Security.NONE and self.host not in LOOPBACK:
            raise ValueError("security: none would send the password in the clear; use starttls or tls")
        return self
