"""What a class of error turns into."""

from datetime import timedelta

import pytest

from domain.change import Receipt, ReceiptOutcome
from domain.errors import (
    ContractError,
    CredentialsError,
    LeadloopError,
    RateLimitedError,
    TransientError,
    WrongAccountError,
)
from domain.run import ConnectionStatus
from sync.recover import react, retry_at
from tests.unit.sync.material import NOW

SECONDS, MINUTES, DAY = timedelta(seconds=30), timedelta(minutes=20), timedelta(days=1)
LOCKS = {1: SECONDS, 5: SECONDS, 6: MINUTES, 15: MINUTES, 16: DAY, 400: DAY}
LIMITS = {1: MINUTES, 10: MINUTES, 11: DAY, 400: DAY}


@pytest.mark.parametrize(("attempts", "wait"), LOCKS.items())
@pytest.mark.parametrize(
    ("code", "message"),
    [("UNABLE_TO_LOCK_ROW", ""), ("CANNOT_EXECUTE_FLOW_TRIGGER", "UNABLE_TO_LOCK_ROW: 001A"), ("LOCKED", "")],
)
def test_a_lock_is_tried_in_seconds_then_minutes_then_days(
    attempts: int, wait: timedelta, code: str, message: str
) -> None:
    locked = Receipt(key="k", outcome=ReceiptOutcome.REFUSED, code=code, message=message, retryable=True)
    assert retry_at(attempts, locked, now=NOW) == NOW + wait


@pytest.mark.parametrize(("attempts", "wait"), LIMITS.items())
def test_whatever_else_may_pass_is_tried_ten_times_in_minutes_and_then_daily(attempts: int, wait: timedelta) -> None:
    limited = Receipt(key="k", outcome=ReceiptOutcome.REFUSED, code="REQUEST_LIMIT_EXCEEDED", retryable=True)
    assert retry_at(attempts, limited, now=NOW) == NOW + wait


def test_a_refusal_for_cause_is_parked_at_once() -> None:
    refused = Receipt(key="k", outcome=ReceiptOutcome.REFUSED, code="FIELD_CUSTOM_VALIDATION_EXCEPTION")
    assert retry_at(1, refused, now=NOW) is None


@pytest.mark.parametrize("outcome", [one for one in ReceiptOutcome if one is not ReceiptOutcome.REFUSED])
def test_only_a_refusal_is_tried_again(outcome: ReceiptOutcome) -> None:
    assert retry_at(1, Receipt(key="k", outcome=outcome, retryable=True), now=NOW) is None


@pytest.mark.parametrize("error", [CredentialsError("log in again"), WrongAccountError("another org")])
def test_who_we_are_refused_suspends_until_a_person_mends_it(error: LeadloopError) -> None:
    reaction = react(error)
    assert reaction.status is ConnectionStatus.SUSPENDED
    assert reaction.reason == str(error)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TransientError("502"), "502"),
        (RateLimitedError("slow down", retry_after_s=3), "slow down"),
        (RateLimitedError("limit", retry_after_s=3, daily=True), "daily quota used up: limit"),
        (ContractError("no `results`"), "an answer that cannot be used: no `results`"),
    ],
)
def test_what_passes_by_itself_only_degrades(error: LeadloopError, reason: str) -> None:
    reaction = react(error)
    assert reaction.status is ConnectionStatus.DEGRADED
    assert reaction.reason == reason
