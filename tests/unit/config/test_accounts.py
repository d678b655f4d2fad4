"""What mapping.yaml says of accounts: which are nobody's, what they are linked with, whose domains are shared."""

from collections.abc import Callable

import pytest

from config.load import Installation
from mapping.uses import Part, uses
from mapping.wanted import wanted_fields
from tests.unit.config.conftest import Edit

Mistakes = Callable[..., list[str]]
PROPERTIES = "properties:\n  - name: email\n"
PEOPLE = "    people: {objects: [Contact, Lead], key: Key__c, email: Email}\n"
ACCOUNTS = PEOPLE + "    accounts: {object: Account, name: Name, domain: Website, %s}\n"
HOUSE = "house: {any: [{property: Type, operator: equals, value: House}], expr: account.Region == 'X'}"


def test_what_a_house_account_is_known_by_and_a_link_are_read_with_it(
    edit: Edit, read: Callable[..., Installation]
) -> None:
    edit("mapping.yaml", PEOPLE, ACCOUNTS % f"{HOUSE}, links: {{Twin__c: 'hub:contacts'}}")
    rules = read().rules.mapping
    assert wanted_fields(rules, "crm")["Account"] == {"Name", "Website", "Type", "Region", "Twin__c"}
    found = {at.field: use for at, use in uses(rules, {}).items() if at.object == "Account"}
    assert found["Type"].parts == found["Region"].parts == {Part.ACCOUNTS}
    assert found["Twin__c"].parts == {Part.ACCOUNT_LINK}
    assert found["Twin__c"].is_optional


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("house: {expr: lead.Type == 'House'}", "an expression here knows only `account`, not `lead`"),
        ("house: {expr: account.Type ==}", "CEL cannot read this expression"),
        ("links: {Twin__c: 'hub:companies'}", "a link leads to `connection:Object`, and there is no `hub:companies`"),
    ],
    ids=["another subject", "a broken expression", "an unknown object"],
)
def test_a_mistake_about_accounts_is_told_with_its_place(edit: Edit, mistakes: Mistakes, words: str, said: str) -> None:
    edit("mapping.yaml", PEOPLE, ACCOUNTS % words)
    (mistake,) = mistakes()
    assert mistake.startswith("mapping.yaml:4:")
    assert said in mistake


def test_shared_domains_stand_beside_free_mail(edit: Edit, read: Callable[..., Installation]) -> None:
    edit("mapping.yaml", PROPERTIES, f"shared_domains: [group.example]\n{PROPERTIES}")
    assert read().rules.mapping.shared_domains == ["group.example"]
