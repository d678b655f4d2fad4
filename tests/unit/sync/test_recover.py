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

LADDER = {
    1: timedelta(seconds=30),
    5: timedelta(seconds=30),
    6: timedelta(minutes=20),
    10: timedelta(minutes=20),
    11: timedelta(days=1),
    400: timedelta(days=1),
}


@pytest.mark.parametrize(("attempts", "wait"), LADDER.items())
def test_a_lock_is_tried_in_seconds_then_minutes_then_days(attempts: int, wait: timedelta) -> None:
    locked = Receipt(key="k", outcome=ReceiptOutcome.REFUSED, code="UNABLE_TO_LOCK_ROW", retryable=True)
    assert retry_at(attempts, locked, now=NOW) == NOW + wait


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
        (ContractError("no `results`"), "unknown answer, the cursor stays: no `results`"),
    ],
)
def test_what_passes_by_itself_only_degrades(error: LeadloopError, reason: str) -> None:
    reaction = react(error)
    assert reaction.status is ConnectionStatus.DEGRADED
    assert reaction.reason == reason
