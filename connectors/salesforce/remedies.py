"""What a refused row means, code by code: its outcome, whether another try may pass, and who mends it (facts 2.6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from connectors.salesforce.answers import Refusal
from domain.change import ReceiptOutcome

LOCKED = "UNABLE_TO_LOCK_ROW"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """`mend` names who does what; empty where nobody has to, or where the words of the org's own rule say it.

    `soon`: another try in seconds may pass.
    """

    outcome: ReceiptOutcome = ReceiptOutcome.REFUSED
    retryable: bool = False
    soon: bool = False
    mend: str = ""


_MOMENT = Remedy(retryable=True, soon=True)
_LATER = Remedy(retryable=True)
_GONE = Remedy(outcome=ReceiptOutcome.GONE)
"""Closed for good: the next reading names who took its place (MasterRecordId, ConvertedContactId)."""


def _admin(what: str) -> Remedy:
    """The org's admin opens what is closed for all such rows; then they pass by themselves."""
    return Remedy(retryable=True, mend=f"Salesforce admin: {what}")


def _parked(who: str, what: str) -> Remedy:
    return Remedy(mend=f"{who}: {what}")


_RULE = Remedy()
_FILTER = _parked("Salesforce admin", "let the lookup filter accept the value")
_VALUE = _parked("leadloop admin", "map a value that the field takes (mapping.yaml)")
_AUTOMATION = _parked("Salesforce admin", "mend the flow or trigger that failed, then retry")
_TWICE = _parked("Salesforce admin", "merge the duplicates, or let the duplicate rule pass")
_RIGHTS = _admin("give the integration user the right to edit this record (docs/connecting-salesforce.md)")
_FIELD = _admin("give the integration user Edit on the field, or take it out of mapping.yaml")
_API = _admin("let the integration user use the API")

UNKNOWN_CODE = _parked("Salesforce admin", "look up what refused the write, then retry")

REMEDIES: Mapping[str, Remedy] = MappingProxyType(
    {
        **dict.fromkeys((LOCKED, "SERVER_UNAVAILABLE", "UNKNOWN_EXCEPTION", "REQUEST_RUNNING_TOO_LONG"), _MOMENT),
        **dict.fromkeys(("QUERY_TIMEOUT", "ALL_OR_NONE_OPERATION_ROLLED_BACK", "PROCESSING_HALTED"), _MOMENT),
        **dict.fromkeys(("REQUEST_LIMIT_EXCEEDED", "LIMIT_EXCEEDED"), _LATER),
        **dict.fromkeys(("ENTITY_IS_DELETED", "NOT_FOUND", "CANNOT_UPDATE_CONVERTED_LEAD"), _GONE),
        "INVALID_CROSS_REFERENCE_KEY": _parked(
            "leadloop admin", "name a record that exists (routing.yaml, mapping.yaml)"
        ),
        "DUPLICATE_EXTERNAL_ID": _parked("Salesforce admin", "merge the records that carry one key"),
        "FIELD_CUSTOM_VALIDATION_EXCEPTION": _RULE,
        "FIELD_FILTER_VALIDATION_EXCEPTION": _FILTER,
        **dict.fromkeys(
            (
                "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                "STRING_TOO_LONG",
                "NUMBER_OUTSIDE_VALID_RANGE",
                "REQUIRED_FIELD_MISSING",
                "INVALID_EMAIL_ADDRESS",
                "MALFORMED_ID",
                "MISSING_ARGUMENT",
                "INVALID_TYPE_ON_FIELD_IN_RECORD",
                "JSON_PARSER_ERROR",
            ),
            _VALUE,
        ),
        "FIELD_INTEGRITY_EXCEPTION": _parked(
            "leadloop admin", "name a value or an owner that such records can have (mapping.yaml, routing.yaml)"
        ),
        **dict.fromkeys(("DUPLICATE_VALUE", "DUPLICATES_DETECTED"), _TWICE),
        "ENTITY_IS_LOCKED": _parked("the approver", "finish or recall the approval, then retry"),
        **dict.fromkeys(
            ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "CANNOT_EXECUTE_FLOW_TRIGGER", "APEX_ERROR"), _AUTOMATION
        ),
        **dict.fromkeys(("INVALID_FIELD", "INVALID_FIELD_FOR_INSERT_UPDATE"), _FIELD),
        "INVALID_TYPE": _admin("let the integration user see the object"),
        "TRANSFER_REQUIRES_READ": _admin("let the new owner read such records (profile or permission set)"),
        **dict.fromkeys(
            ("INACTIVE_OWNER_OR_USER", "OPERATION_WITH_INACTIVE_USER_EXCEPTION"),
            _parked("leadloop admin", "take the user out of routing.yaml, or have the user activated, then retry"),
        ),
        "STORAGE_LIMIT_EXCEEDED": _admin("free or buy data storage"),
        **dict.fromkeys(("API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED", "TXN_SECURITY_METERING_ERROR"), _API),
    }
)


def remedy(found: Sequence[Refusal]) -> Remedy:
    """What the errors of one row mean: the first decides, and a lock anywhere is only a lock."""
    first = found[0]
    if any(LOCKED in str(refusal) for refusal in found):
        return _MOMENT
    if first.code == "INVALID_CROSS_REFERENCE_KEY" and not first.fields:
        return _GONE
    return _of(first.code) or UNKNOWN_CODE


def passes_soon(code: str) -> bool:
    """Whether a retryable refusal may pass within seconds: all but those that wait for the day or for an admin."""
    known = _of(code)
    return known is None or known.soon or not known.retryable


def _of(code: str) -> Remedy | None:
    return _RIGHTS if code.startswith("INSUFFICIENT_ACCESS") else REMEDIES.get(code)
