"""Where a token may come from and go to."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from jwt.types import Options

from connectors.http import Answer, Call
from connectors.salesforce.login import Login
from connectors.salesforce.settings import Settings
from connectors.testing import failure_of
from domain.errors import (
    ContractError,
    CredentialsError,
    LeadloopError,
    RateLimitedError,
    SettingsError,
    TransientError,
    WrongAccountError,
)
from tests.rig import FixedClock, MemoryTokens, surroundings
from tests.unit.connectors.salesforce.org import NOW, reply

GIVEN = {"login_url": "https://acme.my.salesforce.com", "client_id": "key", "client_secret": "s3cret-word"}


UNCHECKED: Options = {"verify_aud": False, "verify_exp": False}


class Pins:
    """The org that the connection was set up with."""

    def check(self, connection: str, account_id: str) -> None:
        if account_id != "00D000000000001":
            raise WrongAccountError(account_id)


def login(
    answer: Any,
    status: int = 200,
    tokens: MemoryTokens | None = None,
    *,
    pins: Pins | None = None,
    **more: object,
) -> tuple[Login, list[Call]]:
    asked: list[Call] = []

    def post(call: Call) -> Answer:
        asked.append(call)
        _, _, body = reply(answer, status)
        return Answer(status=status, headers={}, body=body)

    settings = Settings.model_validate(GIVEN | more)
    return Login(settings, surroundings("crm", FixedClock(NOW), tokens=tokens, pins=pins), post), asked


def token(instance: str = "https://acme.my.salesforce.com") -> dict[str, str]:
    return {"access_token": "t0ken", "instance_url": instance}


def renewed_elsewhere(tokens: MemoryTokens) -> None:
    """Another process has kept a newer token of the same credentials."""
    tokens.save("crm", tokens.kept["crm"].replace("t0ken", "newer"))


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
    renewed_elsewhere(tokens)
    taken, is_new = first.renew(refused)
    assert (taken.token, is_new, len(asked_first)) == ("newer", False, 1)
    assert first.renew(taken)[1] is True


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


def test_an_assertion_is_for_three_minutes_and_for_the_audience_that_is_set() -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    user = "user@leadloop.example"
    claims = []
    for audience in (None, "https://test.salesforce.com"):
        it, asked = login(token(), auth="jwt_bearer", private_key=pem, username=user, jwt_audience=audience)
        it.session()
        (assertion,) = parse_qs((asked[0].body or b"").decode())["assertion"]
        claims.append(jwt.decode(assertion, private.public_key(), algorithms=["RS256"], options=UNCHECKED))
    ends = int((NOW + timedelta(minutes=3)).timestamp())
    expected = {"iss": "key", "sub": "user@leadloop.example", "exp": ends}
    assert claims == [
        expected | {"aud": "https://acme.my.salesforce.com"},
        expected | {"aud": "https://test.salesforce.com"},
    ]


def test_a_key_with_a_passphrase_says_how_to_take_it_off() -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"s3cret-word")).decode()
    it, _ = login(token(), auth="jwt_bearer", private_key=pem, username="user@leadloop.example")
    assert "openssl rsa" in str(failure_of(SettingsError, it.session))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"error": "unknown_error", "error_description": "retry your request"}, TransientError),
        ({"error": "invalid_grant", "error_description": "login rate exceeded"}, RateLimitedError),
    ],
)
def test_a_login_that_may_pass_by_itself_suspends_nothing(body: Any, expected: type[LeadloopError]) -> None:
    it, _ = login(body, 400)
    failure_of(expected, it.session)


def test_a_refresh_token_goes_without_a_secret_where_the_app_has_none() -> None:
    it, asked = login(token(), auth="refresh_token", client_secret=None, refresh_token="r0")
    assert it.session().token == "t0ken"
    assert asked[0].body == b"grant_type=refresh_token&client_id=key&refresh_token=r0"


@pytest.mark.parametrize(
    ("identity", "refused"),
    [
        ("https://login.salesforce.com/id/00D000000000001EAA/005000000000001AAA", False),
        ("https://login.salesforce.com/id/00D000000000002EAA/005000000000001AAA", True),
        ("no address", False),
        (None, False),
    ],
)
def test_the_org_in_the_token_answer_is_compared_with_the_pinned_one(identity: object, refused: bool) -> None:
    tokens = MemoryTokens()
    it, _ = login(token() | {"id": identity}, tokens=tokens, pins=Pins())
    if refused:
        failure_of(WrongAccountError, it.session)
        assert "t0ken" not in tokens.kept["crm"]
    else:
        assert it.session().token == "t0ken"
