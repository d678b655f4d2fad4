"""Salesforce's refusals, one by one, become what happens next."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.http import Answer
from connectors.salesforce.answers import Refusal, failure, judge, refusals, usage
from domain.errors import ContractError, CredentialsError, LeadloopError, RateLimitedError, TransientError


def answer(status: int, *codes: tuple[str, str], body: bytes | None = None) -> Answer:
    told = json.dumps([{"errorCode": code, "message": message} for code, message in codes]).encode()
    return Answer(status=status, headers={}, body=told if body is None else body)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (answer(403, ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")), RateLimitedError),
        (answer(403, ("REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded.")), RateLimitedError),
        (answer(403, ("API_DISABLED_FOR_ORG", "API is disabled for this org")), CredentialsError),
        (answer(420, body=b"<html>\xff</html>"), TransientError),
        (answer(406, body=b""), TransientError),
        (answer(500, ("UNKNOWN_EXCEPTION", "")), TransientError),
        (answer(503, ("SERVER_UNAVAILABLE", "")), TransientError),
        (answer(400, ("UNABLE_TO_LOCK_ROW", "")), TransientError),
        (answer(200, body=b"<html>login</html>"), TransientError),
        (answer(302, body=b""), ContractError),
        (answer(410, body=b""), ContractError),
        (answer(404, body=b"<h1>gone</h1>"), ContractError),
    ],
)
def test_a_failure_of_the_whole_call_has_its_reaction(given: Answer, expected: type[LeadloopError]) -> None:
    assert type(judge(given)) is expected


@pytest.mark.parametrize(
    "given",
    [
        answer(200, body=b'{"records":[]}'),
        answer(204, body=b""),
        answer(401, ("INVALID_SESSION_ID", "Session expired or invalid")),
        answer(401, body=b"<html>"),
        answer(400, ("INVALID_FIELD", "No such column 'x'")),
        answer(400, body=b'[{"success":false,"errors":[]}]'),
        answer(404, ("NOT_FOUND", "")),
        answer(403, ("INSUFFICIENT_ACCESS", "")),
        answer(400, ("QUERY_TIMEOUT", "")),
    ],
)
def test_what_the_caller_can_use_is_handed_on(given: Answer) -> None:
    assert judge(given) is None


def test_only_the_total_limit_fills_the_day() -> None:
    total = judge(answer(403, ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")))
    concurrent = judge(answer(403, ("REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded.")))
    assert isinstance(total, RateLimitedError)
    assert isinstance(concurrent, RateLimitedError)
    assert (total.daily, concurrent.daily) == (True, False)


@pytest.mark.parametrize(
    "code", ["INSUFFICIENT_ACCESS", "INSUFFICIENT_ACCESS_OR_READONLY", "TXN_SECURITY_METERING_ERROR"]
)
def test_a_missing_right_on_one_object_is_no_matter_of_the_login(code: str) -> None:
    told = answer(403, (code, "insufficient access"))
    assert judge(told) is None
    assert type(failure(told, "to read Account")) is ContractError


def test_a_small_question_that_timed_out_is_asked_again_later() -> None:
    assert type(failure(answer(400, ("QUERY_TIMEOUT", "")), "a question")) is TransientError


def test_errors_are_found_in_both_shapes() -> None:
    rest = [{"message": "m", "errorCode": "A"}]
    row = [{"statusCode": "B", "message": "n", "fields": ["LastName"]}]
    assert refusals(rest) == (Refusal(code="A", message="m"),)
    assert refusals(row) == (Refusal(code="B", message="n", fields=("LastName",)),)
    for other in ({"error": "x"}, ["/services/data/v23.0/sobjects/Lead/1"], "text", None, [{"message": "m"}]):
        assert refusals(other) == ()


def test_an_error_repeats_a_column_but_no_sentence() -> None:
    told = answer(400, ("INVALID_FIELD", "No such column 'Gone__c' on entity 'Lead' near ann@a.example"))
    assert (
        str(failure(told, "to read Lead"))
        == "Salesforce refused to read Lead: INVALID_FIELD (No such column 'Gone__c')"
    )


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("api-usage=18/5000", (18, 5000)),
        ("api-usage=25/100000; per-app-api-usage=17/250(appName=leadloop)", (25, 100_000)),
        ("per-app-api-usage=17/250(appName=leadloop),api-usage=25/100000", (25, 100_000)),
        ("per-app-api-usage=17/250(appName=leadloop)", None),
        ("", None),
    ],
)
def test_usage_is_read_from_a_header_with_further_figures(header: str, expected: tuple[int, int] | None) -> None:
    assert usage({"sforce-limit-info": header}) == expected


_FIGURES = st.integers(min_value=0, max_value=10**9)
_OTHERS = st.lists(
    st.sampled_from(
        ["per-app-api-usage=17/250(appName=leadloop)", "per-app-api-usage=9/9(appName=api-usage)", "x=1/2", ""]
    ),
    max_size=3,
)


@given(used=_FIGURES, limit=_FIGURES, before=_OTHERS, after=_OTHERS, separator=st.sampled_from(["; ", ";", ", ", ","]))
@settings(max_examples=100)
def test_the_orgs_own_figure_is_found_whatever_stands_around_it(
    used: int, limit: int, before: list[str], after: list[str], separator: str
) -> None:
    """A guard that a further figure in the header turns off, as a known tool's did, lets the day's calls run out."""
    header = separator.join([*before, f"api-usage={used}/{limit}", *after])
    assert usage({"sforce-limit-info": header}) == (used, limit)


@given(st.text(max_size=60))
@settings(max_examples=100)
def test_a_header_of_another_kind_tells_nothing_and_breaks_nothing(header: str) -> None:
    told = usage({"sforce-limit-info": header})
    assert told is None or "api-usage=" in header
    assert usage({}) is None
