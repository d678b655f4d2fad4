"""What reports need to know of deals, out of an org with two currencies: all of it, after two cycles of the starter."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from config.mapping import MappingRules
from domain.deal import Campaign, Deal, Rates
from domain.values import LeadId
from leadloop.finding import find_lead
from leadloop.furnishing import rules_in_force
from store.deals import campaigns, deals, rates
from tests.cast import USERS, contact
from tests.installation import Installation, install
from tests.postgres import PostgresServer
from tests.rig import SimulatorProcess

ANA, BEN = "ana.ruiz@globex.example", "ben.cole@globex.example"
NIGHT_S = 86_400.0
NUMBERS = count(1)
BEFORE = "      # record_type: RecordType.DeveloperName # only these count in reports\n"
AFTER = "      record_type: RecordType.DeveloperName\n      record_types: [New_Business]\n"


HUBSPOT = """\
    deals:
      object: deals
      account: associatedcompanyid
      closed: hs_is_closed
      won: hs_is_closed_won
      amount: amount
      name: dealname
      created: createdate
      closes: closedate
      stage: dealstage
      currency: deal_currency_code
      corporate_amount: amount_in_home_currency
      corporate_currency: EUR
      contacts: { ids: associatedcontactids }
      source: hs_analytics_source
      record_type: pipeline
      record_types: [default]
    users:
      object: owners
"""


@dataclass(frozen=True, kw_only=True)
class Office:
    """An installation over the org, and what was made there."""

    made: Installation
    world: SimulatorProcess
    people: dict[str, str]
    roles: tuple[str, ...]

    def rules(self) -> MappingRules:
        return rules_in_force(self.made.app).mapping

    def deals(self) -> dict[str, Deal]:
        """By name."""
        with self.made.app.store.read() as tx:
            return {str(deal.name): deal for deal in deals(tx, self.rules())}

    def campaigns(self) -> list[Campaign]:
        with self.made.app.store.read() as tx:
            return campaigns(tx, self.rules())

    def rates(self) -> dict[str, Rates]:
        with self.made.app.store.read() as tx:
            return rates(tx, self.rules())

    def lead(self, email: str) -> LeadId:
        with self.made.app.store.read() as tx:
            found = find_lead(tx, email)
        assert found is not None
        return found


def furnish(world: SimulatorProcess) -> tuple[dict[str, str], tuple[str, ...]]:
    settings: dict[str, Any] = {
        "multi_currency": {"corporate": "USD", "rates": {"EUR": 0.8}},
        "record_types": {"Opportunity": ["New_Business", "Renewal"]},
    }
    world.act("edit", system="salesforce", id="settings", as_="admin", **settings)
    rows: list[dict[str, Any]] = [
        {"LastName": name, "Email": email, "AccountName": "Globex"} for name, email in (("Ruiz", ANA), ("Cole", BEN))
    ]
    ana, ben = world.seed(users=USERS, sf_contacts=rows)["Contact"]
    world.seed(campaigns=[{"Name": "Fair", "Type": "Conference", "ActualCost": 900, "CurrencyIsoCode": "EUR"}])
    open_ = {"AccountName": "Globex", "StageName": "Prospecting", "CloseDate": "2026-12-31", "Amount": 100}
    world.seed(
        opportunities=[
            open_ | {"Name": "Both", "CurrencyIsoCode": "EUR", "CampaignName": "Fair", "StageName": "Closed Won"},
            open_ | {"Name": "Nobody"},
            open_ | {"Name": "No sum", "Amount": None},
            open_ | {"Name": "Renewal", "RecordTypeName": "Renewal"},
        ]
    )
    places = [
        {"OpportunityName": "Both", "ContactId": ana, "Role": "Evaluator"},
        {"OpportunityName": "Both", "ContactId": ben, "Role": "Decision Maker", "IsPrimary": True},
        {"OpportunityName": "No sum", "ContactId": ana, "IsPrimary": True},
    ]
    return {ANA: ana, BEN: ben}, tuple(world.seed(contact_roles=places)["OpportunityContactRole"])


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path, world: SimulatorProcess) -> Iterator[Office]:
    """On either database."""
    url = None
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        name = f"deals_{next(NUMBERS)}"
        url = server.create_store(name)
    people, roles = furnish(world)
    made = install(tmp_path / "installation", world, database_url=url)
    made.rewrite("mapping.yaml", BEFORE, AFTER)
    assert made.command("config", "publish").code == 0
    made.run()
    made.run(after_s=300)
    yield Office(made=made, world=world, people=people, roles=roles)
    made.close()
    if request.param == "postgresql":
        server.drop_database(name)


def test_two_cycles_tell_every_deal_with_its_people_its_sums_and_what_it_lacks(office: Office) -> None:
    told = office.deals()
    both, alone, no_sum, renewal = (told[name] for name in ("Both", "Nobody", "No sum", "Renewal"))
    ana, ben = office.lead(ANA), office.lead(BEN)
    assert [(each.lead, each.role, each.is_primary) for each in both.contacts] == [
        (ben, "Decision Maker", True),
        (ana, "Evaluator", False),
    ]
    assert (both.amount, both.currency, both.is_won, both.stage) == (Decimal(100), "EUR", True, "Closed Won")
    assert (alone.contacts, alone.amount, alone.currency, alone.account) == ((), Decimal(100), "USD", both.account)
    assert (no_sum.amount, no_sum.leads, no_sum.is_closed) == (None, (ana,), False)
    assert {deal.name: deal.counts for deal in told.values()} == {
        "Both": True,
        "Nobody": True,
        "No sum": True,
        "Renewal": False,
    }
    assert (renewal.record_type, str(renewal.closes)) == ("Renewal", "2026-12-31")
    assert all(deal.created_at is not None for deal in told.values())


def test_they_tell_what_the_campaign_of_a_deal_cost_and_what_that_is_worth(office: Office) -> None:
    (fair,) = (each for each in office.campaigns() if each.name == "Fair")
    assert (fair.type, fair.cost, fair.currency) == ("Conference", Decimal(900), "EUR")
    assert office.deals()["Both"].campaign == fair.ref
    worth = office.rates()["salesforce"]
    assert worth.corporate == "USD"
    assert worth.in_corporate(Decimal(900), fair.currency) == Decimal(1125)


def test_who_is_erased_stands_in_no_deal_however_often_it_is_read_again(office: Office) -> None:
    ana, ben = office.lead(ANA), office.lead(BEN)
    erased = office.made.command("erase", ANA, "--reason", "asked for it", "--yes")
    assert erased.code == 0, erased.err
    office.made.run()
    assert {name: deal.leads for name, deal in office.deals().items()} == {
        "Both": (ben,),
        "Nobody": (),
        "No sum": (),
        "Renewal": (),
    }
    for role in office.roles:
        office.world.act("edit", system="salesforce", id=role, as_="admin", Role="Influencer")
    for deal in office.deals().values():
        office.world.act("edit", system="salesforce", id=deal.ref.id, as_="admin", NextStep="Call")
    office.made.run(after_s=2_400)
    told = office.deals()
    assert not any(ana in deal.leads for deal in told.values())
    assert office.people[ANA] not in {each.ref.id for deal in told.values() for each in deal.contacts}
    assert [(each.lead, each.role) for each in told["Both"].contacts] == [(ben, "Influencer")]


def test_who_was_taken_off_a_deal_is_out_of_it_after_the_night(office: Office) -> None:
    office.world.act("delete", system="salesforce", id=office.roles[0])
    office.made.run(after_s=NIGHT_S)
    assert office.deals()["Both"].leads == (office.lead(BEN),)


def test_the_report_of_channels_adds_up_what_is_known_and_says_what_is_not(office: Office) -> None:
    done = office.made.command("report", "channels", "--since", "2026-01-01", "--until", "2027-01-31", "--json")
    assert done.code == 0, done.err
    page = done.json()
    found = {
        cell["name"]: cell
        for part in page["parts"]
        for row in part["rows"]
        for cell in row["cells"].values()
        if isinstance(cell, dict)
    }
    for model in ("first", "last", "even", "mql"):
        row = {key: found[f"{model}.unknown.{key}"]["value"] for key in ("opened", "pipeline", "won", "revenue")}
        assert row == {"opened": 3, "pipeline": 225, "won": 1, "revenue": 125}
    assert found["first.unknown.revenue"]["currency"] == "USD"
    fair = {key: found[f"campaign.fair.{key}"]["value"] for key in ("revenue", "cost", "roi")}
    assert fair == {"revenue": 125, "cost": 1125, "roi": -0.888889}
    assert found["campaign.no-campaign.roi"]["why"] == "its cost is not known"
    lacks = [each["what"] for each in page["missing"]]
    assert any(each.startswith("1 deals have nobody behind them") for each in lacks)
    assert any(each.startswith("1 deals have no amount") for each in lacks)


def hubspots(made: Installation) -> dict[str | None, Deal]:
    rules = rules_in_force(made.app).mapping
    with made.app.store.read() as tx:
        return {deal.name: deal for deal in deals(tx, rules) if deal.ref.connection == "hubspot"}


def test_deals_of_hubspot_are_told_the_same_way_and_lose_who_is_erased(
    installation: Installation, world: SimulatorProcess
) -> None:
    installation.rewrite("leadloop.yaml", "companies, forms", "companies, deals, deals_archived, forms")
    installation.rewrite("mapping.yaml", "    users:\n      object: owners\n", HUBSPOT)
    people = world.seed(users=USERS, contacts=[contact(ANA), contact(BEN)])["contacts"]
    row = {"dealname": "First", "dealstage": "closedwon", "pipeline": "default", "amount": "100", "contact_email": ANA}
    others = {"dealname": "Again", "dealstage": "qualifiedtobuy", "pipeline": "renewals", "contact_email": BEN}
    world.seed(deals=[row | {"deal_currency_code": "USD", "hs_analytics_source": "PAID_SEARCH"}, others])
    installation.run()
    installation.run(after_s=1_800)
    told = hubspots(installation)
    first, again = told["First"], told["Again"]
    assert ([each.ref.id for each in first.contacts], len(first.leads)) == ([people[0]], 1)
    assert (first.amount, first.currency, first.corporate_amount) == (Decimal(100), "USD", Decimal(80))
    assert (first.is_won, first.source, first.counts) == (True, "PAID_SEARCH", True)
    assert (again.counts, again.amount, again.is_closed) == (False, None, False)
    world.act("delete", system="hubspot", id=ANA, gdpr=True)
    installation.run(after_s=NIGHT_S)
    left = hubspots(installation)
    assert (left["First"].contacts, left["First"].amount) == ((), Decimal(100))
    assert [each.ref.id for each in left["Again"].contacts] == [people[1]]


def channels_page(office: Office) -> Any:
    done = office.made.command("report", "channels", "--since", "2026-01-01", "--until", "2027-01-31", "--json")
    assert done.code == 0, done.err
    return done.json()


def cells_of(page: Any) -> dict[str, Any]:
    rows = (row for part in page["parts"] for row in part["rows"])
    return {cell["name"]: cell for row in rows for cell in row["cells"].values() if isinstance(cell, dict)}


@pytest.fixture
def costs(office: Office) -> Iterator[Path]:
    """The file that reports.yaml names, until the test is over."""
    folder, path = office.made.folder, office.made.folder / "costs.csv"
    before = (folder / "reports.yaml").read_text(encoding="utf-8")
    (folder / "reports.yaml").write_text(f"{before}\ncosts: {path.name}\n", encoding="utf-8")
    yield path
    (folder / "reports.yaml").write_text(before, encoding="utf-8")
    path.unlink()


def test_costs_of_a_file_come_before_those_of_the_crm_and_the_page_says_so(office: Office, costs: Path) -> None:
    costs.write_text("campaign,channel,month,amount,currency\nfair,,2026-09,40,EUR\n,Partner,2026-09,7,\n")
    page = channels_page(office)
    found = cells_of(page)
    assert [found[f"campaign.fair.{key}"]["value"] for key in ("cost", "roi")] == [50, 1.5]
    assert found["first.partner.cost"]["value"] == 7
    assert found["first.partner.roi"]["why"] == "nothing of it was won in this window"
    assert found["first.event.cost"]["value"] == 50
    assert found["first.all.cost"]["value"] == 57
    assert "The cost of Fair is that of costs.csv; the CRM says one of its own." in page["remarks"]


def test_a_mistake_in_the_file_is_told_by_check_with_its_line_and_nothing_of_it_counts(
    office: Office, costs: Path
) -> None:
    costs.write_text("campaign,channel,month,amount\nFair,,2026-09,40\nFair,,Sept,1\n,Partners,2026-09,2\n")
    done = office.made.command("check")
    assert done.code == 78
    assert "costs.csv:3:1: 'Sept' is no month: write it as 2026-09" in done.err
    assert "costs.csv:4:1: reports.yaml has no channel 'Partners' (did you mean `Partner`?)" in done.err
    page = channels_page(office)
    assert cells_of(page)["campaign.fair.cost"]["value"] == 1125
    assert page["missing"][0]["what"].startswith("costs.csv line 3: 'Sept' is no month")
