"""What Salesforce makes of a written value."""

from typing import Any

import pytest

from simulator.salesforce.catalogue import TYPES
from simulator.salesforce.errors import RefusedError
from simulator.salesforce.values import kept

LEAD = TYPES["Lead"].fields
OPPORTUNITY = TYPES["Opportunity"].fields


@pytest.mark.parametrize(
    ("field", "written", "shown"),
    [
        ("LastName", "  Lovelace ", "Lovelace"),
        ("FirstName", "", None),
        ("FirstName", "   ", None),
        ("LL_Score__c", 71, 71.0),
        ("LL_Score__c", "71.005", 71.01),
        ("LL_Times_Recycled__c", 2.5, 3.0),
        ("NumberOfEmployees", 12.0, 12),
        ("HasOptedOutOfEmail", "true", True),
        ("LL_MQL_Since__c", "2026-01-05T10:00:00+01:00", "2026-01-05T09:00:00.000+0000"),
        ("LL_MQL_Since__c", "2026-01-05T09:00:00.123Z", "2026-01-05T09:00:00.123+0000"),
        ("LL_Return_Date__c", "2026-02-28", "2026-02-28"),
        ("OwnerId", "0055e0000000001", "0055e0000000001AAA"),
    ],
)
def test_a_value_comes_back_in_salesforces_form(field: str, written: Any, shown: Any) -> None:
    assert kept(LEAD[field], written) == shown


@pytest.mark.parametrize(
    ("field", "written", "code"),
    [
        ("LL_Grade__c", "AB", "STRING_TOO_LONG"),
        ("LastName", "x" * 81, "STRING_TOO_LONG"),
        ("Email", "not an address", "INVALID_EMAIL_ADDRESS"),
        ("LL_Verdict__c", "Maybe", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ("LL_Score__c", "many", "JSON_PARSER_ERROR"),
        ("LL_Score__c", float("nan"), "NUMBER_OUTSIDE_VALID_RANGE"),
        ("HasOptedOutOfEmail", None, "INVALID_TYPE_ON_FIELD_IN_RECORD"),
        ("LL_MQL_Since__c", "2026-01-05T09:00:00", "JSON_PARSER_ERROR"),
        ("LL_Return_Date__c", "soon", "JSON_PARSER_ERROR"),
        ("OwnerId", "nobody", "MALFORMED_ID"),
        ("Company", {"name": "x"}, "JSON_PARSER_ERROR"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(field: str, written: Any, code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        kept(LEAD[field], written)
    assert refused.value.code == code


def test_a_free_picklist_takes_any_value() -> None:
    assert kept(LEAD["Status"], "Nurturing") == "Nurturing"


def test_money_is_rounded_half_up_to_cents() -> None:
    assert kept(OPPORTUNITY["Amount"], 10.005) == 10.01
