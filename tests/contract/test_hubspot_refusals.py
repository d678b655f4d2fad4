"""One record that HubSpot refuses is parked with HubSpot's own words, and the ninety-nine beside it are written."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from connectors.testing import one_receipt
from domain.change import Change, ChangeKind, ReceiptOutcome
from domain.values import Value
from tests.contract.hubspot_rig import HubSpotRig
from tests.rig import SimulatorProcess

APPLIED, REFUSED = ReceiptOutcome.APPLIED, ReceiptOutcome.REFUSED
DEMANDS = [{"when": "hs_lead_status", "is": "UNQUALIFIED", "needs": "ll_rejected_reason"}]


@pytest.fixture(params=["v3", "2026-03"])
def rig(simulator: SimulatorProcess, request: pytest.FixtureRequest) -> Iterator[HubSpotRig]:
    with ExitStack() as stack:
        yield HubSpotRig(simulator, stack, generation=request.param)


def fields(contact: str, **values: Value) -> Change:
    return Change(key=f"k{contact}", kind=ChangeKind.FIELDS, object="contacts", id=contact, values=values)


@pytest.mark.parametrize(
    ("values", "code", "passes_later"),
    [
        ({"ll_no_such": 1}, "PROPERTY_DOESNT_EXIST", True),
        ({"ll_stage": "nonsense"}, "INVALID_OPTION", False),
        ({"hs_object_id": 5}, "READ_ONLY_VALUE", True),
        ({"hubspot_owner_id": "1"}, "INVALID_OWNER_ID", False),
        ({"ll_score": "many"}, "INVALID_INTEGER", False),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isupper() else "",
)
def test_a_bad_value_is_refused_in_hubspots_words_and_its_batch_is_written(
    rig: HubSpotRig, values: dict[str, Value], code: str, passes_later: bool
) -> None:
    first, bad, last = rig.seed(3)
    receipts = list(rig.connector().write([fields(first, ll_score=1), fields(bad, **values), fields(last, ll_score=3)]))
    assert [receipt.outcome for receipt in receipts] == [APPLIED, REFUSED, APPLIED]
    assert (receipts[1].code, receipts[1].retryable, receipts[1].fields) == (code, passes_later, tuple(values))
    assert next(iter(values)) in receipts[1].message or code == "INVALID_OWNER_ID"
    assert rig.values([first, bad, last]) == [1, None, 3]


def test_what_an_administrator_demands_of_a_record_is_told_and_stops_no_other(rig: HubSpotRig) -> None:
    """Validation rules of the portal refuse writes through the API too since 2026-09."""
    first, bad, told = rig.seed(3)
    rig.tune(rules=DEMANDS)
    rig.stack.callback(rig.tune, rules=[])
    changes = [
        fields(first, hs_lead_status="OPEN"),
        fields(bad, hs_lead_status="UNQUALIFIED"),
        fields(told, hs_lead_status="UNQUALIFIED", ll_rejected_reason="No budget"),
    ]
    receipts = list(rig.connector().write(changes))
    assert [receipt.outcome for receipt in receipts] == [APPLIED, REFUSED, APPLIED]
    assert (receipts[1].code, receipts[1].retryable) == ("REQUIRED_PROPERTY", False)
    assert "ll_rejected_reason" in receipts[1].message
    held = rig.held("contacts")
    assert [held[each]["hs_lead_status"] for each in (first, bad, told)] == ["OPEN", "NEW", "UNQUALIFIED"]


def test_a_creation_that_an_administrators_rule_refuses_makes_nobody(rig: HubSpotRig) -> None:
    rig.tune(rules=DEMANDS)
    rig.stack.callback(rig.tune, rules=[])
    wanted = rig.create("demanded")
    bad = Change(
        key="bad",
        kind=ChangeKind.CREATE,
        object="contacts",
        values={**wanted.values, "hs_lead_status": "UNQUALIFIED"},
        unique=wanted.unique,
    )
    receipt = one_receipt(rig.connector(), bad)
    assert (receipt.outcome, receipt.code) == (REFUSED, "REQUIRED_PROPERTY")
    assert rig.created("demanded") == 0


def test_an_email_that_another_contact_has_is_a_refusal_and_no_merge(rig: HubSpotRig) -> None:
    """HubSpot answers a 409 for the whole batch, naming only the first (client issue 51)."""
    first, second, third = rig.seed(3)
    taken = str(rig.held("contacts")[first]["email"])
    receipts = list(rig.connector().write([fields(second, email=taken), fields(third, ll_score=3)]))
    assert [receipt.outcome for receipt in receipts] == [REFUSED, APPLIED]
    assert (receipts[0].code, first in receipts[0].message) == ("CONFLICT", True)
