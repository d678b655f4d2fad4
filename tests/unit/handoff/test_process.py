"""Today's process, as it follows from the rules or as somebody names it."""

from datetime import timedelta
from typing import Any

import pytest

from config.lifecycle import LifecycleRules
from config.mapping import MappingRules
from handoff.process import Process, process_of
from tests.starter import starter_file


def process(**today: Any) -> Process:
    lifecycle = LifecycleRules.model_validate({**starter_file("lifecycle"), "today": today})
    return process_of(lifecycle, MappingRules.model_validate(starter_file("mapping")))


def test_it_follows_from_what_the_rules_take_for_a_lead_that_sales_has() -> None:
    found = process()
    assert found.derived
    assert found.within == timedelta(days=7)
    assert found.signs == {
        "status": (
            "ATTEMPTED_TO_CONTACT",
            "CONNECTED",
            "IN_PROGRESS",
            "Working - Contacted",
            "Closed - Converted",
            "OPEN_DEAL",
        ),
        "lifecycle": ("marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer", "evangelist"),
    }


@pytest.mark.parametrize("value", ["Open - Not Contacted", "OPEN", "Closed - Not Converted", None, True])
def test_what_new_or_rejected_leads_show_is_no_sign(value: Any) -> None:
    assert not process().counts("status", value)


def test_a_value_counts_however_it_is_spelt_and_in_its_own_property_alone() -> None:
    found = process()
    assert found.counts("status", " working - contacted")
    assert not found.counts("lifecycle", "Working - Contacted")


def test_what_is_named_takes_the_place_of_what_follows() -> None:
    found = process(status=["Qualified"], within_days=3, owner=False)
    assert (found.signs["status"], found.derived, found.owner_counts) == (("Qualified",), False, False)
    assert found.signs["lifecycle"] == process().signs["lifecycle"]
    assert process(status=[], lifecycle=["lead"]).signs == {"lifecycle": ("lead",)}
