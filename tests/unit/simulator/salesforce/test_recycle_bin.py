"""What an admin does with the recycle bin."""

import pytest

from simulator.act import ActError
from tests.unit.simulator.salesforce.office import Office

DELETED = "SELECT Id FROM Lead WHERE IsDeleted = true"


def test_what_is_taken_out_of_the_bin_shows_in_no_query(office: Office) -> None:
    office.act("delete", office.lead)
    office.act("delete", office.owned, purge=True)
    assert [row["Id"] for row in office.query(DELETED, everything=True)] == [office.lead]


def test_a_restored_record_comes_back_with_its_activities_and_a_new_stamp(office: Office) -> None:
    task = office.act("call", office.lead)["activity_id"]
    office.act("delete", office.lead)
    assert office.row(task)["IsDeleted"]
    gone_at = office.row(office.lead)["SystemModstamp"]
    office.later(minutes=5)
    office.act("edit", office.lead, as_="admin", restore=True)
    assert not office.row(office.lead)["IsDeleted"]
    assert not office.row(task)["IsDeleted"]
    assert office.row(office.lead)["SystemModstamp"] > gone_at


def test_what_is_not_in_the_bin_cannot_be_restored(office: Office) -> None:
    office.act("delete", office.owned, purge=True)
    for record_id in (office.lead, office.owned, "00Q000000000000AAA"):
        with pytest.raises(ActError, match="not in the recycle bin"):
            office.act("edit", record_id, as_="admin", restore=True)


def test_after_fifteen_days_nobody_can_be_restored(office: Office) -> None:
    office.act("delete", office.lead)
    office.later(days=16)
    with pytest.raises(ActError, match="not in the recycle bin"):
        office.act("edit", office.lead, as_="admin", restore=True)
