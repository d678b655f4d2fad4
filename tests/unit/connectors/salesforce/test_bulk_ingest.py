"""A failed row of a Bulk job, as Salesforce writes it, becomes the refusal that an ordinary call would have given."""

import pytest

from connectors.salesforce.answers import Refusal
from connectors.salesforce.bulk_ingest import refusal_of

DATE = (
    "INVALID_FIELD:Failed to deserialize field at col 3. Due to, 'x' is not a valid value for the type "
    "xsd:date:CloseDate --"
)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (
            DATE,
            Refusal(
                code="INVALID_FIELD",
                message="Failed to deserialize field at col 3. Due to, 'x' is not a valid value for the type xsd:date",
                fields=("CloseDate",),
            ),
        ),
        (
            "REQUIRED_FIELD_MISSING:Required fields are missing: [Name, Company]:Name,Company --",
            Refusal(
                code="REQUIRED_FIELD_MISSING",
                message="Required fields are missing: [Name, Company]",
                fields=("Name", "Company"),
            ),
        ),
        ("ENTITY_IS_DELETED:entity is deleted:--", Refusal(code="ENTITY_IS_DELETED", message="entity is deleted")),
        (
            "UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record or 1 records: 001:--",
            Refusal(
                code="UNABLE_TO_LOCK_ROW",
                message="unable to obtain exclusive access to this record or 1 records: 001",
            ),
        ),
        ("something else", Refusal(code="something else", message="")),
    ],
)
def test_code_message_and_fields_are_told_apart(said: str, meant: Refusal) -> None:
    assert refusal_of(said) == meant
