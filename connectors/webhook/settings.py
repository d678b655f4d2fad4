"""What an admin may say about a plain webhook."""

from typing import Annotated, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from config.strict import Strict
from connectors.addresses import is_loopback


def _address(url: SecretStr) -> SecretStr:
    parts = urlsplit(url.get_secret_value())
    if not parts.hostname or parts.username or parts.fragment:
        raise ValueError("an address such as https://hooks.acme.example/leadloop")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(url.get_secret_value())):
        raise ValueError("must begin with https:// (plain http is for 127.0.0.1 only)")
    return url


class Settings(Strict):
    """An address that takes notices as JSON."""

    takes_notices: ClassVar[bool] = True

    type: Literal["webhook"] = "webhook"
    url: Annotated[SecretStr, AfterValidator(_address)]
    """Where notices are posted. It may hold a token, and is shown nowhere."""
    secret: Annotated[SecretStr, Field(min_length=16)] | None = None
    """Signs each call, so that the receiver can tell ours from forged ones."""
    ca_file: str | None = None
    """PEM file of a private certificate authority."""
