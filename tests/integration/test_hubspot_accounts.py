"""What HubSpot says of a company is believed as long as the company and its deals are there."""

from typing import Any

import pytest

from domain.account import Account
from domain.values import LeadId
from leadloop.app import leading
from leadloop.finding import find_lead
from store import leads
from sync.material import gather, users
from tests.cast import USERS, contact
from tests.installation import HALF_HOUR_S, Installation
from tests.rig import SimulatorProcess

ANA = "ana.ruiz@globex.example"
NIGHT_S = 21 * 3_600
DEALS = """\
      customer_values: [customer]
    deals:
      object: deals
      account: associatedcompanyid
      closed: hs_is_closed
      won: hs_is_closed_won
      amount: amount
    users:
      object: owners
"""


@pytest.fixture
def office(installation: Installation, world: SimulatorProcess) -> Installation:
    """Ana works for a customer with an open deal; HubSpot's deals are read."""
    streams = "companies, companies_archived, deals, deals_archived, forms"
    installation.rewrite("leadloop.yaml", "companies, forms", streams)
    links = "      links: # the same company in Salesforce, as HubSpot's own connector keeps it\n"
    links += "        salesforceaccountid: salesforce:Account\n"
    before = f"      customer_values: [customer]\n{links}    users:\n      object: owners\n"
    installation.rewrite("mapping.yaml", before, DEALS)
    globex = {"name": "Globex", "domain": "globex.example", "lifecyclestage": "customer"}
    deal = {"dealname": "First", "dealstage": "qualifiedtobuy", "amount": "900", "company_domain": "globex.example"}
    world.seed(users=USERS, companies=[globex], deals=[{**deal, "pipeline": "default"}])
    world.seed(contacts=[contact(ANA, company_domain="globex.example")])
    installation.run()
    installation.run(after_s=HALF_HOUR_S)
    return installation


def account(office: Installation) -> Account | None:
    with leading(office.app) as loop, loop.store.read() as tx:
        lead, rules = find_lead(tx, ANA), loop.in_force(tx).mapping
        assert lead is not None
        (material,) = gather(tx, [lead], rules, users(tx, rules), now=office.app.clock.now())
    return material.account


def counts(office: Installation) -> tuple[int, int]:
    found = account(office)
    assert found is not None
    return found.open_deals, found.won_deals


def revision(office: Installation) -> int:
    with office.app.store.read() as tx:
        lead = find_lead(tx, ANA)
        assert lead is not None
        return leads.get(tx, [LeadId(lead)])[LeadId(lead)].revision


def the(world: SimulatorProcess, kind: str) -> dict[str, Any]:
    (found,) = world.objects(kind, system="hubspot")
    return {"system": "hubspot", "id": str(found["id"]), "object": kind}


def test_a_deal_counts_while_it_is_open_then_as_won_and_deleted_not_at_all(
    office: Installation, world: SimulatorProcess
) -> None:
    assert counts(office) == (1, 0)
    world.act("edit", **the(world, "deals"), dealstage="closedwon")
    office.run(after_s=HALF_HOUR_S)
    assert counts(office) == (0, 1)
    world.act("delete", **the(world, "deals"))
    before = revision(office)
    office.run(after_s=NIGHT_S)
    assert counts(office) == (0, 0)
    assert revision(office) > before


def test_a_company_that_was_deleted_makes_nobody_a_customer_any_more(
    office: Installation, world: SimulatorProcess
) -> None:
    found = account(office)
    assert found is not None
    assert found.is_customer
    world.act("delete", **the(world, "companies"))
    office.run(after_s=NIGHT_S)
    assert account(office) is None
