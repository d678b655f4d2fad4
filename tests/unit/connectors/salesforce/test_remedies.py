"""Every code of the facts' table (2.6) at a row: what becomes of it, whether another try may pass, who mends it."""

import pytest

from connectors.salesforce.answers import Refusal
from connectors.salesforce.remedies import passes_soon, remedy
from domain.change import ReceiptOutcome

GONE, REFUSED = ReceiptOutcome.GONE, ReceiptOutcome.REFUSED
RULE = ""
"""A validation rule's own sentence was written for whom it concerns: nothing is added to it."""
NOBODY, ADMIN, OURS, APPROVER = "", "Salesforce admin", "leadloop admin", "the approver"

TABLE = [
    ("UNABLE_TO_LOCK_ROW", REFUSED, True, NOBODY),
    ("SERVER_UNAVAILABLE", REFUSED, True, NOBODY),
    ("UNKNOWN_EXCEPTION", REFUSED, True, NOBODY),
    ("QUERY_TIMEOUT", REFUSED, True, NOBODY),
    ("REQUEST_LIMIT_EXCEEDED", REFUSED, True, NOBODY),
    ("LIMIT_EXCEEDED", REFUSED, True, NOBODY),
    ("ALL_OR_NONE_OPERATION_ROLLED_BACK", REFUSED, True, NOBODY),
    ("PROCESSING_HALTED", REFUSED, True, NOBODY),
    ("ENTITY_IS_DELETED", GONE, False, NOBODY),
    ("NOT_FOUND", GONE, False, NOBODY),
    ("INVALID_CROSS_REFERENCE_KEY", GONE, False, NOBODY),
    ("CANNOT_UPDATE_CONVERTED_LEAD", GONE, False, NOBODY),
    ("DUPLICATE_EXTERNAL_ID", REFUSED, False, ADMIN),
    ("FIELD_CUSTOM_VALIDATION_EXCEPTION", REFUSED, False, RULE),
    ("FIELD_FILTER_VALIDATION_EXCEPTION", REFUSED, False, ADMIN),
    ("FIELD_INTEGRITY_EXCEPTION", REFUSED, False, OURS),
    ("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", REFUSED, False, OURS),
    ("STRING_TOO_LONG", REFUSED, False, OURS),
    ("NUMBER_OUTSIDE_VALID_RANGE", REFUSED, False, OURS),
    ("REQUIRED_FIELD_MISSING", REFUSED, False, OURS),
    ("INVALID_EMAIL_ADDRESS", REFUSED, False, OURS),
    ("MALFORMED_ID", REFUSED, False, OURS),
    ("MISSING_ARGUMENT", REFUSED, False, OURS),
    ("DUPLICATE_VALUE", REFUSED, False, ADMIN),
    ("DUPLICATES_DETECTED", REFUSED, False, ADMIN),
    ("ENTITY_IS_LOCKED", REFUSED, False, APPROVER),
    ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", REFUSED, False, ADMIN),
    ("CANNOT_EXECUTE_FLOW_TRIGGER", REFUSED, False, ADMIN),
    ("APEX_ERROR", REFUSED, False, ADMIN),
    ("INVALID_FIELD", REFUSED, True, ADMIN),
    ("INVALID_FIELD_FOR_INSERT_UPDATE", REFUSED, True, ADMIN),
    ("INVALID_TYPE", REFUSED, True, ADMIN),
    ("INSUFFICIENT_ACCESS", REFUSED, True, ADMIN),
    ("INSUFFICIENT_ACCESS_OR_READONLY", REFUSED, True, ADMIN),
    ("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", REFUSED, True, ADMIN),
    ("TRANSFER_REQUIRES_READ", REFUSED, True, ADMIN),
    ("INACTIVE_OWNER_OR_USER", REFUSED, False, OURS),
    ("OPERATION_WITH_INACTIVE_USER_EXCEPTION", REFUSED, False, OURS),
    ("STORAGE_LIMIT_EXCEEDED", REFUSED, True, ADMIN),
    ("API_DISABLED_FOR_ORG", REFUSED, True, ADMIN),
    ("API_CURRENTLY_DISABLED", REFUSED, True, ADMIN),
    ("TXN_SECURITY_METERING_ERROR", REFUSED, True, ADMIN),
    ("SOMETHING_NEW", REFUSED, False, ADMIN),
]


@pytest.mark.parametrize(("code", "outcome", "retryable", "who"), TABLE, ids=[row[0] for row in TABLE])
def test_a_refused_row_has_its_outcome_and_names_who_mends_it(
    code: str, outcome: ReceiptOutcome, retryable: bool, who: str
) -> None:
    found = remedy([Refusal(code=code, message="words of the vendor")])
    assert (found.outcome, found.retryable, found.mend.partition(":")[0]) == (outcome, retryable, who)


def test_a_reference_that_names_its_field_is_refused_and_the_record_is_not_gone() -> None:
    owner = Refusal(
        code="INVALID_CROSS_REFERENCE_KEY", message="Owner ID: id value of incorrect type", fields=("OwnerId",)
    )
    assert remedy([owner]).outcome is REFUSED
    assert not remedy([owner]).retryable


@pytest.mark.parametrize(
    "found",
    [
        [Refusal(code="CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", message="LeadTrigger: caused by: UNABLE_TO_LOCK_ROW")],
        [Refusal(code="CANNOT_EXECUTE_FLOW_TRIGGER", message=""), Refusal(code="UNABLE_TO_LOCK_ROW", message="")],
    ],
)
def test_a_lock_inside_a_trigger_is_a_lock(found: list[Refusal]) -> None:
    assert (remedy(found).retryable, remedy(found).mend) == (True, "")
    assert passes_soon(found[0].code)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("UNABLE_TO_LOCK_ROW", True),
        ("SERVER_UNAVAILABLE", True),
        ("REQUEST_LIMIT_EXCEEDED", False),
        ("INSUFFICIENT_ACCESS_OR_READONLY", False),
        ("STORAGE_LIMIT_EXCEEDED", False),
    ],
)
def test_only_what_may_pass_by_itself_is_tried_again_in_seconds(code: str, expected: bool) -> None:
    assert passes_soon(code) is expected
