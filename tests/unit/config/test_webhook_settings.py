"""The address that signatures are made for is taken exactly, or not at all."""

import pytest
from pydantic import ValidationError

from config.settings import Settings, Webhooks


def test_webhooks_are_off_until_there_is_an_address() -> None:
    webhooks = Settings().webhooks
    assert (webhooks.public_url, webhooks.host, webhooks.port) == (None, "127.0.0.1", 8322)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://hooks.acme.example", "https://hooks.acme.example"),
        ("https://hooks.acme.example/", "https://hooks.acme.example"),
        ("https://acme.example:8443/leadloop/", "https://acme.example:8443/leadloop"),
        ("http://127.0.0.1:8322", "http://127.0.0.1:8322"),
    ],
)
def test_an_address_is_kept_without_its_last_stroke(given: str, kept: str) -> None:
    assert Webhooks(public_url=given).public_url == kept


@pytest.mark.parametrize(
    "given",
    [
        "http://hooks.acme.example",
        "hooks.acme.example",
        "https://",
        "https://hooks.acme.example/?a=b",
        "https://hooks.acme.example/#here",
        "https://me:secret@hooks.acme.example",
    ],
)
def test_what_no_system_would_call_is_refused(given: str) -> None:
    with pytest.raises(ValidationError):
        Webhooks(public_url=given)
