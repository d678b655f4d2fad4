"""What may be said about a HubSpot connection."""

import pytest
from pydantic import ValidationError

from connectors.hubspot.connector import Settings


@pytest.mark.parametrize("address", ["https://api.hubapi.com", "https://api-eu1.hubapi.com", "http://127.0.0.1:8912"])
def test_hubspots_hosts_and_a_simulator_are_trusted(address: str) -> None:
    assert Settings.model_validate({"access_token": "pat", "base_url": address}).base_url == address


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"access_token": ""},
        {"access_token": "pat", "base_url": "https://hubapi.com.attacker.example"},
        {"access_token": "pat", "base_url": "http://api.hubapi.com"},
        {"access_token": "pat", "api_generation": "v4"},
        {"access_token": "pat", "streams": ["quotes"]},
        {"access_token": "pat", "page_size": 101},
        {"access_token": "pat", "acess_token": "typo"},
        {"access_token": "pat", "auth": "oauth"},
        {"auth": "oauth", "client_id": "id", "client_secret": "word"},
        {"auth": "oauth", "client_id": "id", "client_secret": "word", "refresh_token": "r", "calls_per_10_s": 111},
    ],
    ids=[
        "no token",
        "blank token",
        "another host",
        "no TLS",
        "generation",
        "stream",
        "page",
        "typo",
        "no app",
        "no refresh token",
        "fast",
    ],
)
def test_anything_else_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(wrong)


@pytest.mark.parametrize("number", ["abc", "", "12 34", "٣"])
def test_an_app_s_number_is_a_number_and_said_in_words(number: str) -> None:
    with pytest.raises(ValidationError, match="the app's number, in quotes, such as"):
        Settings.model_validate({"access_token": "pat", "app_id": number})


def test_one_search_a_second_is_left_to_the_other_apps_of_the_portal() -> None:
    assert Settings.model_validate({"access_token": "pat"}).searches_per_second == 4


def test_the_token_is_not_shown() -> None:
    assert "pat-secret" not in repr(Settings.model_validate({"access_token": "pat-secret"}))
    app = {"auth": "oauth", "client_id": "id", "client_secret": "s3cret-word", "refresh_token": "s3cret-refresh"}
    assert "s3cret" not in repr(Settings.model_validate(app))
