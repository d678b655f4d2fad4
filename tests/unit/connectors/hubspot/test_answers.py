"""Every status by what happens next."""

from typing import Any

import orjson
import pytest

from connectors.http import Answer
from connectors.hubspot.answers import code_of, failure, judge, refusal, usage, window
from connectors.hubspot.paging import next_after
from domain.errors import (
    ContractError,
    CredentialsError,
    LeadloopError,
    NotAllowedError,
    RateLimitedError,
    TransientError,
)

TEN_SECONDLY = {"policyName": "TEN_SECONDLY_ROLLING", "message": "You have reached your ten_secondly_rolling limit."}
SECONDLY = {"message": "You have reached your secondly limit.", "errorType": "RATE_LIMIT"}
HTML = b"<html>\xff\xfe</html>"


def answer(status: int, body: Any = b"", **headers: str) -> Answer:
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    return Answer(status=status, headers={k.replace("_", "-"): v for k, v in headers.items()}, body=content)


@pytest.mark.parametrize("status", [200, 201, 207, 400, 403, 404, 409, 414])
def test_what_is_about_the_request_is_handed_to_the_caller(status: int) -> None:
    assert judge(answer(status, {"category": "VALIDATION_ERROR"})) is None


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (answer(401, {"category": "INVALID_AUTHENTICATION"}), CredentialsError),
        (answer(423), RateLimitedError),
        (answer(429, TEN_SECONDLY), RateLimitedError),
        (answer(477, retry_after="30"), RateLimitedError),
        (answer(500, {"message": "internal error"}), TransientError),
        (answer(502, HTML), TransientError),
        (answer(503), TransientError),
        (answer(504), TransientError),
        (answer(521), TransientError),
        (answer(523), TransientError),
        (answer(524), TransientError),
    ],
    ids=lambda told: str(told.status) if isinstance(told, Answer) else None,
)
def test_failures_of_the_whole_call(told: Answer, error: type[LeadloopError]) -> None:
    assert type(judge(told)) is error


@pytest.mark.parametrize(
    ("told", "wait_s", "daily"),
    [
        (answer(429, TEN_SECONDLY), 10.0, False),
        (answer(429, {"policyName": "ten_secondly_rolling"}), 10.0, False),
        (answer(429, SECONDLY), 1.0, False),
        (answer(429, {"policyName": "SECONDLY"}), 1.0, False),
        (answer(429, HTML), 1.0, False),
        (answer(429, TEN_SECONDLY, retry_after="3"), 3.0, False),
        (answer(429, {"policyName": "DAILY"}), 1800.0, True),
        (answer(423), 2.0, False),
        (answer(477), 60.0, False),
        (answer(423, retry_after="9"), 9.0, False),
        (answer(423, retry_after="1"), 2.0, False),
        (answer(477, retry_after="86400"), 86_400.0, False),
        (answer(477, retry_after="864000"), 86_400.0, False),
    ],
)
def test_how_long_to_wait(told: Answer, wait_s: float, daily: bool) -> None:
    error = judge(told)
    assert isinstance(error, RateLimitedError)
    assert (error.retry_after_s, error.daily) == (wait_s, daily)


def test_the_daily_figures_are_read_where_they_are_told() -> None:
    told = {"x-hubspot-ratelimit-daily": "250000", "x-hubspot-ratelimit-daily-remaining": "249900"}
    assert usage(told) == (100, 250_000)
    assert usage({}) is None
    assert usage({**told, "x-hubspot-ratelimit-daily": "many"}) is None


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"x-hubspot-ratelimit-max": "190", "x-hubspot-ratelimit-remaining": "3"}, (190, 3)),
        ({"x-hubspot-ratelimit-max": "190", "x-hubspot-ratelimit-interval-milliseconds": "10000"}, None),
        (
            {
                "x-hubspot-ratelimit-max": "190",
                "x-hubspot-ratelimit-remaining": "3",
                "x-hubspot-ratelimit-interval-milliseconds": "1000",
            },
            None,
        ),
        ({"x-hubspot-ratelimit-max": "many", "x-hubspot-ratelimit-remaining": "-1"}, None),
        ({}, None),
    ],
)
def test_the_window_of_ten_seconds_is_read_where_it_is_told(
    told: dict[str, str], expected: tuple[int, int] | None
) -> None:
    assert window(told) == expected


def test_a_scope_that_is_missing_is_named_and_leaves_the_token_as_good_as_it_was() -> None:
    context = {"requiredGranularScopes": ["crm.lists.write"]}
    error = failure(answer(403, {"category": "MISSING_SCOPES", "errors": [{"context": context}]}), "to make a list")
    assert type(error) is NotAllowedError
    assert "make a list: MISSING_SCOPES (crm.lists.write)" in str(error)


def test_a_refusal_that_quotes_half_an_emoji_is_understood() -> None:
    body = b'{"category": "VALIDATION_ERROR", "message": "caf\\ud83d is too long"}'
    assert refusal(answer(400, body)) == {"category": "VALIDATION_ERROR", "message": "caf\ufffd is too long"}


@pytest.mark.parametrize("body", [b"", HTML, b"[]", b'{"errors": "x"}', b'{"errors": [1]}'])
def test_a_refusal_without_words_is_told_by_its_status(body: bytes) -> None:
    for status in (400, 403, 404):
        error = failure(answer(status, body), "to list forms")
        assert type(error) is (NotAllowedError if status == 403 else ContractError)
        assert f"HTTP {status}" in str(error)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"category": "CONFLICT"}, "CONFLICT"),
        ({"category": "VALIDATION_ERROR", "subCategory": "ILS.X"}, "ILS.X"),
        ({"category": "VALIDATION_ERROR", "errors": [{"code": "INVALID_OPTION"}]}, "INVALID_OPTION"),
        ({"category": "VALIDATION_ERROR", "errors": []}, "VALIDATION_ERROR"),
        ({}, ""),
    ],
)
def test_the_most_telling_code_is_taken(told: dict[str, Any], code: str) -> None:
    assert code_of(told) == code


def test_the_way_to_the_next_page() -> None:
    assert next_after({"paging": {"next": {"after": 200}}}) == "200"
    ends: list[dict[str, Any]] = [{}, {"paging": None}, {"paging": {"next": None}}, {"paging": {"next": {}}}]
    for told in ends:
        assert next_after(told) is None
