"""Nurture lists kept as Salesforce campaigns, and a lead that is converted under our hands."""

import pytest

from domain.values import LeadId
from leadloop.app import leading
from store import desired
from sync.cycle import run_once
from tests.cast import USERS, contact
from tests.installation import Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

EMAILS = tuple(f"{name}@globex.example" for name in ("ann", "bob", "cat"))
WITH_SALES = "LL · With sales"
A_NIGHT_S = 21 * 3600.0


@pytest.fixture
def office(installation: Installation, world: SimulatorProcess) -> Installation:
    """Three people whom reps have, on the campaign of those."""
    installation.rewrite("mapping.yaml", "  salesforce:\n    people:", "  salesforce:\n    lists: true\n    people:")
    leads = [{"LastName": email[:3].title(), "Company": "Globex", "Email": email} for email in EMAILS]
    world.seed(
        users=USERS, contacts=[contact(email) for email in EMAILS], leads=leads, campaigns=[{"Name": WITH_SALES}]
    )
    installation.run()
    for email in EMAILS:
        world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={})
    installation.settle(2)
    return installation


def lead(world: SimulatorProcess, email: str) -> dict[str, object]:
    (row,) = [row for row in world.objects("Lead", system="salesforce") if row["Email"] == email]
    return row


def on_campaign(world: SimulatorProcess) -> dict[str, str]:
    """E-mail address → id of the membership."""
    rows = world.objects("CampaignMember", system="salesforce")
    return {row["Email"]: row["Id"] for row in rows if not row["IsDeleted"]}


def shown(office: Installation) -> set[LeadId]:
    with office.app.store.read() as tx:
        return desired.shown_members(tx, "salesforce", WITH_SALES)


def test_who_is_taken_off_a_campaign_by_hand_is_noticed_at_night_and_not_put_back(
    office: Installation, world: SimulatorProcess
) -> None:
    assert set(on_campaign(world)) == set(EMAILS)
    assert len(shown(office)) == len(EMAILS)
    world.act("delete", system="salesforce", id=on_campaign(world)[EMAILS[0]], as_="marketer")
    assert office.run(after_s=A_NIGHT_S).failures == ()
    office.settle(2)
    assert len(shown(office)) == len(EMAILS) - 1
    assert set(on_campaign(world)) == set(EMAILS[1:])


def test_a_converted_lead_stays_on_its_campaign_as_its_contact(office: Installation, world: SimulatorProcess) -> None:
    world.act("convert", system="salesforce", id=str(lead(world, EMAILS[0])["Id"]), create_opportunity=False)
    assert office.run(after_s=A_NIGHT_S).failures == ()
    office.settle(2)
    assert set(on_campaign(world)) == set(EMAILS)
    assert len(shown(office)) == len(EMAILS)


def test_a_lead_converted_between_reading_and_writing_is_written_to_once_and_then_as_its_contact(
    office: Installation, world: SimulatorProcess
) -> None:
    row = lead(world, EMAILS[0])
    world.act("page_view", system="hubspot", id=EMAILS[0], as_="prospect", url="https://globex.example/pricing")
    world.time(advance_s=1800)
    converted: list[str] = []

    def convert(point: str) -> None:
        if point == "push.claimed" and not converted:
            done = world.act("convert", system="salesforce", id=str(row["Id"]), create_opportunity=False)
            converted.append(done["contact_id"])

    with leading(office.app) as loop:
        loop.reached = convert
        run_once(loop, now=office.app.clock.refresh(), trigger="test")
    assert converted
    since = world.seq()
    assert [run.failures for run in office.settle(2)] == [()] * 2
    (turned,) = [each for each in world.objects("Contact", system="salesforce") if each["Id"] == converted[0]]
    witness = Witness(simulator=world, since=since)
    assert turned["LL_Score__c"] == float(witness.contact(EMAILS[0])["ll_score"])
    assert row["Id"] not in {effect["id"] for effect in witness.effects()}
