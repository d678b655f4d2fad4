"""News of a company reach the people who are matched to it by nothing but their address."""

import pytest

from domain.values import LeadId
from leadloop.finding import find_lead
from store import leads
from tests.cast import USERS, contact
from tests.installation import HALF_HOUR_S, Installation
from tests.rig import SimulatorProcess

ANA, EVE = "ana@wayne.example", "eve@umbrella.example"


@pytest.fixture
def office(installation: Installation, world: SimulatorProcess) -> Installation:
    """A Lead names no account; Eve's company is another one."""
    world.seed(
        users=USERS,
        accounts=[{"Name": "Wayne", "Website": "https://www.wayne.example"}],
        leads=[{"LastName": "Ruiz", "Company": "Wayne", "Email": ANA}],
        contacts=[contact(EVE)],
    )
    installation.run()
    installation.settle(2)
    return installation


def revision(office: Installation, email: str) -> int:
    with office.app.store.read() as tx:
        lead = find_lead(tx, email)
        assert lead is not None
        return leads.get(tx, [LeadId(lead)])[LeadId(lead)].revision


@pytest.mark.parametrize("news", ["a deal opens", "it becomes a customer"])
def test_who_is_matched_by_domain_is_decided_anew(office: Installation, world: SimulatorProcess, news: str) -> None:
    before = {email: revision(office, email) for email in (ANA, EVE)}
    if news == "a deal opens":
        deal = {"AccountName": "Wayne", "Name": "First", "StageName": "Prospecting", "CloseDate": "2026-12-31"}
        world.seed(opportunities=[deal])
    else:
        (account,) = world.objects("Account", system="salesforce")
        world.act("edit", system="salesforce", id=account["Id"], as_="rep", Type="Customer - Direct")
    office.run(after_s=HALF_HOUR_S)
    assert revision(office, ANA) > before[ANA]
    assert revision(office, EVE) == before[EVE]


def test_an_account_that_was_saved_without_a_word_that_we_read_is_no_news(
    office: Installation, world: SimulatorProcess
) -> None:
    (account,) = world.objects("Account", system="salesforce")
    before = revision(office, ANA)
    world.act("edit", system="salesforce", id=account["Id"], as_="rep", Phone="+49 30 123456")
    run = office.run(after_s=HALF_HOUR_S)
    assert (revision(office, ANA), run.counts["decided_leads"]) == (before, 0)
