"""What describe tells of a field is enough to know what it would refuse."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.contract.salesforce_rig import SalesforceRig
from tests.rig import SimulatorProcess


@pytest.fixture
def rig(simulator: SimulatorProcess) -> Iterator[SalesforceRig]:
    with ExitStack() as stack:
        yield SalesforceRig(simulator, stack)


def test_what_no_lead_is_created_without_is_what_nothing_fills_by_itself(rig: SalesforceRig) -> None:
    told = rig.connector().describe("Lead")
    assert {name for name, field in told.items() if field.required} == {"LastName", "Company"}
    assert not told["OwnerId"].required, "Salesforce fills it"
    assert not told["Name"].creatable


def test_how_large_a_number_may_be_and_where_only_an_address_goes(rig: SalesforceRig) -> None:
    told = rig.connector().describe("Lead")
    assert (told["LL_Score__c"].digits, told["AnnualRevenue"].digits, told["Title"].digits) == (16, 18, None)
    assert {name for name, field in told.items() if field.is_email} == {"Email"}
