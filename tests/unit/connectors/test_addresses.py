"""Tokens go to the vendor's own hosts, or to a loopback address that an admin wrote out."""

import pytest

from connectors.addresses import checked_origin, is_loopback
from connectors.testing import failure_of

HOSTS = (".salesforce.com", "api.hubapi.com")


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://login.salesforce.com", "https://login.salesforce.com"),
        ("https://Acme--Dev.sandbox.my.salesforce.com/", "https://acme--dev.sandbox.my.salesforce.com"),
        ("https://api.hubapi.com", "https://api.hubapi.com"),
        ("http://127.0.0.1:8911", "http://127.0.0.1:8911"),
        ("https://localhost:8911", "https://localhost:8911"),
        ("http://[::1]:8911", "http://[::1]:8911"),
    ],
)
def test_a_trusted_address_is_given_back_as_an_origin(url: str, origin: str) -> None:
    assert checked_origin(url, hosts=HOSTS) == origin


@pytest.mark.parametrize(
    "url",
    [
        "http://login.salesforce.com",
        "https://salesforce.com.evil.example",
        "https://evilsalesforce.com",
        "https://xapi.hubapi.com",
        "https://169.254.169.254",
        "http://169.254.169.254",
        "http://10.0.0.1",
        "http://127.0.0.2",
        "https://user:secret@login.salesforce.com",
        "https://login.salesforce.com/services",
        "https://login.salesforce.com?x=1",
        "https://login.salesforce.com#x",
        "ftp://127.0.0.1",
        "login.salesforce.com",
        "",
    ],
)
def test_any_other_address_is_refused(url: str) -> None:
    failure_of(ValueError, lambda: checked_origin(url, hosts=HOSTS))


@pytest.mark.parametrize(("url", "expected"), [("http://127.0.0.1:1", True), ("https://login.salesforce.com", False)])
def test_loopback_is_told_apart(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected
