"""Where a token may come from and go to."""

from typing import Any

import pytest

from connectors.http import Answer, Call
from connectors.salesforce.login import Login
from connectors.salesforce.settings import Settings
from connectors.testing import failure_of
from domain.errors import ContractError, CredentialsError, LeadloopError, SettingsError
from tests.rig import FixedClock, MemoryTokens, surroundings
from tests.unit.connectors.salesforce.org import NOW, reply

GIVEN = {"login_url": "https://acme.my.salesforce.com", "client_id": "key", "client_secret": "s3cret-word"}


def login(
    answer: Any, status: int = 200, tokens: MemoryTokens | None = None, **more: object
) -> tuple[Login, list[Call]]:
    asked: list[Call] = []

    def post(call: Call) -> Answer:
        asked.append(call)
        _, _, body = reply(answer, status)
        return Answer(status=status, headers={}, body=body)

    settings = Settings.model_validate(GIVEN | more)
    return Login(settings, surroundings("crm", FixedClock(NOW), tokens=tokens), post), asked


def token(instance: str = "https://acme.my.salesforce.com") -> dict[str, str]:
    return {"access_token": "t0ken", "instance_url": instance}


def test_client_credentials_go_in_the_body_of_a_post_that_costs_no_call() -> None:
    it, asked = login(token())
    assert it.session().token == "t0ken"
    (call,) = asked
    assert (call.method, call.calls, call.url) == ("POST", 0, "https://acme.my.salesforce.com/services/oauth2/token")
    assert call.body == b"grant_type=client_credentials&client_id=key&client_secret=s3cret-word"


def test_one_login_serves_until_it_is_refused() -> None:
    it, asked = login(token())
    session = it.session()
    assert it.session() is session
    assert len(asked) == 1


def test_a_session_that_another_thread_renewed_is_taken_over() -> None:
    tokens = MemoryTokens()
    first, asked_first = login(token(), tokens=tokens)
    refused = first.session()
    tokens.save("crm", '{"token": "newer", "instance_url": "https://acme.my.salesforce.com"}')
    assert first.renew(refused).token == "newer"
    assert len(asked_first) == 1


@pytest.mark.parametrize(
    "kept", ["", "no json", "[]", '{"token": "t"}', '{"token": "t", "instance_url": "https://evil.example"}']
)
def test_a_kept_token_that_cannot_be_used_is_replaced(kept: str) -> None:
    it, asked = login(token(), tokens=MemoryTokens(kept={"crm": kept}))
    assert it.session().token == "t0ken"
    assert len(asked) == 1


@pytest.mark.parametrize(
    "instance",
    [
        "https://evil.example",
        "http://acme.my.salesforce.com",
        "http://127.0.0.1:9",
        "https://salesforce.com.evil.example",
    ],
)
def test_a_token_for_another_host_is_not_used(instance: str) -> None:
    tokens = MemoryTokens()
    it, _ = login(token(instance), tokens=tokens)
    failure_of(ContractError, it.session)
    assert tokens.kept == {}


def test_a_simulator_may_not_send_us_elsewhere() -> None:
    for instance in ("https://acme.my.salesforce.com", "http://127.0.0.1:8912"):
        it, _ = login(token(instance), login_url="http://127.0.0.1:8911")
        failure_of(ContractError, it.session)


@pytest.mark.parametrize(
    ("answer", "status", "expected", "said"),
    [
        (
            {"error": "invalid_client", "error_description": "s3cret-word is wrong"},
            400,
            CredentialsError,
            "invalid_client",
        ),
        ({"error": "invalid_grant"}, 400, CredentialsError, "invalid_grant"),
        (["x"], 401, CredentialsError, "HTTP 401"),
        ({"access_token": ""}, 200, ContractError, "access_token"),
        (["x"], 200, ContractError, "access_token"),
    ],
)
def test_a_refused_login_says_how_to_mend_it_and_no_secret(
    answer: Any, status: int, expected: type[LeadloopError], said: str
) -> None:
    it, _ = login(answer, status)
    error = failure_of(expected, it.session)
    assert said in str(error)
    assert "'crm'" in str(error)
    assert "s3cret-word" not in str(error)


def test_a_key_that_is_none_is_named() -> None:
    it, _ = login(token(), auth="jwt_bearer", private_key="no pem", username="user@leadloop.example")
    error = failure_of(SettingsError, it.session)
    assert "private_key" in str(error)
    assert "no pem" not in str(error)


def test_a_session_shows_no_token() -> None:
    it, _ = login(token())
    assert "t0ken" not in repr(it.session())
