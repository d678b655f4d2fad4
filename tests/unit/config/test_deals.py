"""What mapping.yaml says of deals, campaigns and currencies: what is read for it, and mistakes with their place."""

import json
from collections.abc import Callable

import pytest

from config.load import Installation
from mapping.uses import Part, uses
from mapping.wanted import wanted_fields
from tests.unit.config.conftest import Edit

Read = Callable[..., Installation]
Mistakes = Callable[..., list[str]]
PEOPLE = "    people: {objects: [Contact, Lead], key: Key__c, email: Email}\n"
BEFORE = "object: Opportunity, account: AccountId, closed: IsClosed, won: IsWon, amount: Amount, lost_reason: Why__c"
DEALS = PEOPLE + f"    deals: {{{BEFORE}%s}}\n"
ROLES = "roles: {object: Roles__c, deal: Deal__c, person: Who__c, role: Role__c, primary: First__c}"
FULL = (
    ", name: Name, created: CreatedDate, closes: CloseDate, stage: StageName, currency: Iso, corporate_amount: Home__c,"
    " corporate_currency: EUR, campaign: CampaignId, source: LeadSource, record_type: RecordType.DeveloperName,"
    f" record_types: [New], contacts: {{object: Contact, primary: ContactId, ids: All__c, {ROLES}}}"
)
AROUND = (
    "    campaigns: {object: Campaign, name: Name, type: Type, status: Status, cost: ActualCost, budget: BudgetedCost,"
    " currency: Iso, starts: StartDate, ends: EndDate, parent: ParentId}\n"
    "    currencies: {object: CurrencyType, code: IsoCode, rate: Rate, corporate: IsCorporate, active: IsActive}\n"
)


def test_every_field_that_is_named_is_read(edit: Edit, read: Read) -> None:
    edit("mapping.yaml", PEOPLE, DEALS % FULL + AROUND)
    wanted = wanted_fields(read().rules.mapping, "crm")
    assert wanted["Opportunity"] == {
        *("AccountId", "IsClosed", "IsWon", "Amount", "Why__c", "Name", "CreatedDate", "CloseDate", "StageName", "Iso"),
        *("Home__c", "CampaignId", "LeadSource", "RecordType.DeveloperName", "ContactId", "All__c"),
    }
    assert wanted["Roles__c"] == {"Deal__c", "Who__c", "Role__c", "First__c"}
    assert wanted["Campaign"] == {
        *("Name", "Type", "Status", "ActualCost", "BudgetedCost", "Iso", "StartDate", "EndDate", "ParentId"),
    }
    assert wanted["CurrencyType"] == {"IsoCode", "Rate", "IsCorporate", "IsActive"}


def test_a_mapping_that_names_nothing_new_reads_what_it_read(edit: Edit, read: Read) -> None:
    edit("mapping.yaml", PEOPLE, DEALS % "")
    wanted = wanted_fields(read().rules.mapping, "crm")
    assert wanted["Opportunity"] == {"AccountId", "IsClosed", "IsWon", "Amount", "Why__c"}
    assert wanted.keys() == {"Contact", "Lead", "Opportunity"}


def test_what_reports_alone_ask_for_is_told_apart_from_what_decides(edit: Edit, read: Read) -> None:
    edit("mapping.yaml", PEOPLE, DEALS % FULL + AROUND)
    found = {f"{at.object}.{at.field}": use for at, use in uses(read().rules.mapping, {}).items()}
    assert found["Opportunity.IsWon"].parts == {Part.DEALS}
    reported = ("Opportunity.CloseDate", "Roles__c.Who__c", "Campaign.ActualCost", "CurrencyType.Rate")
    assert all(found[each].parts == {Part.REPORTED} for each in reported)


@pytest.mark.parametrize("place", ["Opportunity.Iso", "Campaign.Iso"])
def test_an_org_with_one_currency_lacks_nothing(edit: Edit, read: Read, place: str) -> None:
    edit("mapping.yaml", PEOPLE, DEALS % FULL + AROUND)
    found = {f"{at.object}.{at.field}": use for at, use in uses(read().rules.mapping, {}).items()}
    assert found[place].is_optional


def test_defaults_are_written_out_in_a_version(edit: Edit, read: Read) -> None:
    edit("mapping.yaml", PEOPLE, DEALS % "")
    deals = json.loads(read().rules.document)["mapping"]["systems"]["crm"]["deals"]
    assert (deals["record_types"], deals["contacts"], deals["currency"]) == ([], None, None)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (", contacts: {object: Contact}", "`contacts` needs `primary`, `ids` or `roles`"),
        (", contacts: {object: Account, primary: ContactId}", "`Account` is not among the people of `crm`"),
        (", contacts: {roles: {object: Roles__c, deal: Deal__c}}", "person"),
        (", record_types: [New]", "`record_types` needs `record_type`"),
        (", corporate_currency: euro", "`corporate_currency` is an ISO code of three capitals, such as EUR"),
        (", currencey: Iso", "currency"),
    ],
    ids=["by nothing", "as nobody", "a role of nobody", "types of nothing", "no code", "a slip of the pen"],
)
def test_a_mistake_about_deals_is_told_with_its_place(edit: Edit, mistakes: Mistakes, words: str, said: str) -> None:
    edit("mapping.yaml", PEOPLE, DEALS % words)
    (mistake,) = mistakes()
    assert mistake.startswith("mapping.yaml:4:")
    assert said in mistake


def test_the_people_of_a_deal_are_by_default_the_first_of_the_people(edit: Edit, read: Read) -> None:
    edit("mapping.yaml", PEOPLE, DEALS % ", contacts: {primary: ContactId}")
    deals = read().rules.mapping.systems["crm"].deals
    assert deals is not None
    assert deals.contacts is not None
    assert deals.contacts.object is None
