"""Which account a lead has, from the records that the systems showed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from config.conditions import Condition
from config.mapping import MappingRules
from connectors.contract import Holds
from domain.account import Account, Certainty
from domain.activity import Activity, ActivityKind
from domain.record import Record
from domain.values import LeadId, RecordRef, RuleHash, Value
from mapping.company_names import are_one_company
from store import ledger, records
from store.engine import Store, Tx
from sync.accounts import CROWD, deciders
from sync.companies import keep_company
from sync.creating import entries
from sync.identify import identify
from sync.loop import InForce
from sync.material import gather, users
from tests.unit.sync.looping import NOON

FAY, SAM = "fay@your-company.example", "sam@your-company.example"
EMAIL = "ana@acme.example"


def ref(kind: str, number: str) -> RecordRef:
    connection = "hubspot" if kind in ("contacts", "companies") else "salesforce"
    return RecordRef(connection=connection, object=kind, id=number)


LEAD, CONTACT, HUB = ref("Lead", "00QA"), ref("Contact", "003A"), ref("contacts", "501")
ACME, OTHER, COMPANY = ref("Account", "001A"), ref("Account", "001B"), ref("companies", "901")


class World:
    """What the systems showed so far; whatever is shown again has changed."""

    def __init__(self, tx: Tx, rules: MappingRules) -> None:
        self.tx, self.rules, self.minutes = tx, rules, count(1)

    def show(self, at: RecordRef, *, merged_into: RecordRef | None = None, gone: bool = False, **values: Value) -> None:
        now = NOON + timedelta(minutes=next(self.minutes))
        record = Record(ref=at, values=values, modified_at=now, merged_into=merged_into, archived=gone)
        records.upsert(self.tx, [record], seen_at=now)
        if at.object in {"Lead", "Contact", "contacts"}:
            identify(self.tx, [record], self.rules, rule_hash=RuleHash("r"), now=NOON, armed_at=NOON)
        elif at.object != "User":
            holds = Holds.DEALS if at.object == "Opportunity" else Holds.ACCOUNTS
            keep_company(self.tx, [record], holds, self.rules, now=NOON)

    def put(self, account: RecordRef, **values: Value) -> None:
        """An account of whom nobody is yet."""
        record = Record(ref=account, values=values, modified_at=NOON)
        records.upsert(self.tx, [record], seen_at=NOON)
        records.index_many(self.tx, {account: {"domain": "links.example"}})

    def account(self, person: RecordRef, **changes: Any) -> Account | None:
        """The account of whose record this is, with other settings where the test says so."""
        told = self.rules.model_copy(update=changes)
        lead = records.lead_of(self.tx, [person])[person]
        (material,) = gather(self.tx, [lead], told, users(self.tx, told), now=NOON)
        return material.account

    def found(self, person: RecordRef, **changes: Any) -> Account:
        account = self.account(person, **changes)
        assert account is not None
        return account

    def call(self, person: RecordRef, at: datetime, **more: Any) -> None:
        done: dict[str, Any] = {"kind": ActivityKind.CALL_LOGGED, "connection": "salesforce", "stream": "Task", **more}
        number = f"T{next(self.minutes)}"
        ledger.add(self.tx, [Activity(external_id=number, occurred_at=at, record=person, **done)], seen_at=at)


@pytest.fixture
def world(store: Store, rules: InForce) -> Iterator[World]:
    with store.write() as tx:
        made = World(tx, rules.mapping)
        for number, email in (("005F", FAY), ("005S", SAM)):
            made.show(ref("User", number), Email=email, IsActive=True, Name=email)
        yield made


def test_the_web_address_of_a_shop_is_the_company_s_for_everybody_below_its_domain(world: World) -> None:
    world.show(ACME, Name="Acme", Website="https://shop.acme.example/de", OwnerId="005F")
    world.show(LEAD, Email="ana@mail.acme.example", Company="ACME GmbH")
    found = world.found(LEAD)
    assert (found.ref, found.certainty, found.owner) == (ACME, Certainty.CERTAIN, FAY)


@pytest.mark.parametrize(
    "gone",
    [
        pytest.param({"gone": True, "Name": "Acme", "Website": "acme.example"}, id="deleted"),
        pytest.param({"gone": True}, id="deleted for good"),
        pytest.param({"Name": "Acme", "Website": None}, id="its web address cleared"),
        pytest.param({"Name": "Acme", "Website": "globex.example"}, id="its web address changed"),
    ],
)
def test_an_account_that_has_the_domain_no_more_is_nobody_s(world: World, gone: dict[str, Any]) -> None:
    world.show(ACME, Name="Acme", Website="acme.example")
    world.show(LEAD, Email=EMAIL, Company="Acme")
    assert world.found(LEAD).ref == ACME
    world.show(ACME, **gone)
    assert world.account(LEAD) is None
    world.show(ACME, Name="Acme", Website="acme.example")
    assert world.found(LEAD).ref == ACME


def test_free_mail_makes_nobody_a_colleague(world: World) -> None:
    world.show(ACME, Name="Acme", Website="gmail.com")
    world.show(LEAD, Email="ana@gmail.com", Company="Acme")
    assert world.account(LEAD) is None


def test_a_domain_of_more_accounts_than_a_company_has_is_a_host_and_makes_nobody_a_colleague(world: World) -> None:
    kinds = (("Account", "Name", "Website"), ("companies", "name", "domain"))
    for kind, name, address in kinds:
        for number in range(CROWD):
            world.put(ref(kind, f"9{number:04d}"), **{name: f"Page {number}", address: f"links.example/{number}"})
    world.show(LEAD, Email="ana@links.example", Company="Page 7")
    world.show(CONTACT, Email="bob@bob.example", AccountId="90008")
    before = weighed()
    assert world.found(LEAD).ref == ref("Account", "90007")
    assert weighed() - before < 20 * CROWD
    world.show(ref("Account", "99999"), Name="Page", Website="links.example")
    assert world.account(LEAD) is None
    named = world.found(CONTACT)
    assert (named.ref, named.certainty, named.rivals) == (ref("Account", "90008"), Certainty.EXPLICIT, ())


def weighed() -> int:
    """How often two names were compared so far."""
    known = are_one_company.cache_info()
    return known.hits + known.misses


def test_a_named_account_is_followed_to_the_one_that_it_was_merged_into(world: World) -> None:
    last, between = ref("Account", "001Z"), ref("Account", "001Y")
    world.show(last, Name="Acme Group", OwnerId="005S")
    world.show(between, gone=True, merged_into=last, Name="Acme 2")
    world.show(ACME, gone=True, merged_into=between, Name="Acme", Website="acme.example")
    world.show(CONTACT, Email=EMAIL, AccountId=ACME.id)
    found = world.found(CONTACT)
    assert (found.ref, found.certainty, found.owner) == (last, Certainty.EXPLICIT, SAM)


def test_merges_that_lead_in_a_circle_lead_to_no_account(world: World) -> None:
    world.show(ACME, gone=True, merged_into=OTHER)
    world.show(OTHER, gone=True, merged_into=ACME)
    world.show(CONTACT, Email=EMAIL, AccountId=ACME.id)
    assert world.account(CONTACT) is None


def test_a_named_account_that_was_deleted_leaves_room_for_one_of_the_domain(world: World) -> None:
    world.show(ACME, gone=True, Name="Acme")
    world.show(OTHER, Name="Acme", Website="acme.example")
    world.show(CONTACT, Email=EMAIL, AccountId=ACME.id)
    found = world.found(CONTACT)
    assert (found.ref, found.certainty) == (OTHER, Certainty.LIKELY)


def test_of_several_records_that_name_accounts_the_head_s_counts(world: World) -> None:
    twin = ref("Contact", "003B")
    world.show(ACME, Name="Acme")
    world.show(OTHER, Name="Other")
    world.show(CONTACT, Email=EMAIL, AccountId=OTHER.id)
    world.show(twin, Email=EMAIL, AccountId=ACME.id)
    assert world.found(CONTACT).ref == OTHER
    world.call(twin, NOON)
    assert world.found(CONTACT).ref == ACME
    world.show(twin, Email=EMAIL, AccountId=None)
    assert world.found(CONTACT).ref == OTHER
    world.show(twin, Email=EMAIL, AccountId=ACME.id, gone=True)
    assert world.found(CONTACT).ref == OTHER


def two_accounts(world: World) -> None:
    for account in (ACME, OTHER):
        world.show(account, Name="Acme", Website="acme.example")
    world.show(LEAD, Email=EMAIL, Company="Acme")


def test_of_two_alike_the_one_with_an_open_deal_and_no_deleted_deal_counts(world: World) -> None:
    two_accounts(world)
    assert world.found(LEAD).ref == ACME
    deal: dict[str, Any] = {"AccountId": OTHER.id, "IsClosed": False, "IsWon": False}
    world.show(ref("Opportunity", "006A"), **deal)
    assert world.found(LEAD).ref == OTHER
    assert world.found(LEAD).why.endswith("; of 2 such accounts the one with an open deal")
    world.show(ref("Opportunity", "006A"), gone=True, **deal)
    assert world.found(LEAD).ref == ACME


def test_of_two_alike_the_one_with_more_people_that_live(world: World) -> None:
    two_accounts(world)
    for number in ("003X", "003Y"):
        world.show(ref("Contact", number), Email=f"{number}@elsewhere.example", AccountId=OTHER.id)
    assert world.found(LEAD).ref == OTHER
    assert world.found(LEAD).rivals[0].why_not == "fewer people"
    for number in ("003X", "003Y"):
        world.show(ref("Contact", number), Email=f"{number}@elsewhere.example", AccountId=OTHER.id, gone=True)
    assert world.found(LEAD).ref == ACME


def test_of_two_alike_the_one_whose_people_a_rep_called_last_and_no_machine(world: World) -> None:
    two_accounts(world)
    first, second = ref("Contact", "003X"), ref("Contact", "003Y")
    world.show(first, Email="x@elsewhere.example", AccountId=ACME.id)
    world.show(second, Email="y@elsewhere.example", AccountId=OTHER.id)
    world.call(first, NOON - timedelta(days=2))
    world.call(second, NOON - timedelta(days=1))
    assert world.found(LEAD).ref == OTHER
    world.call(first, NOON, automated=True)
    world.call(first, NOON, kind=ActivityKind.EMAIL_CLICKED)
    assert world.found(LEAD).ref == OTHER
    world.call(first, NOON)
    assert (world.found(LEAD).ref, world.found(LEAD).rivals[0].why_not) == (ACME, "no rep touched it as late")


def test_who_names_only_hubspot_s_company_has_salesforce_s_account_of_that_name_and_domain(world: World) -> None:
    world.show(COMPANY, name="ACME Inc", domain="acme.example", lifecyclestage="customer")
    world.show(ACME, Name="Acme", Website="www.acme.example", OwnerId="005F")
    world.show(HUB, email="ana@gmail.com", associatedcompanyid=int(COMPANY.id))
    found = world.found(HUB)
    assert (found.ref, found.also, found.certainty) == (ACME, (COMPANY,), Certainty.CERTAIN)
    assert (found.owner, found.is_customer) == (FAY, True)


@pytest.mark.parametrize("person", [HUB, CONTACT], ids=["who names the company", "who names the account"])
def test_a_link_makes_one_account_of_two_whatever_they_are_called(world: World, person: RecordRef) -> None:
    world.show(ACME, Name="Acme", OwnerId="005F")
    world.show(COMPANY, name="Umbrella", lifecyclestage="customer", salesforceaccountid=ACME.id)
    world.show(HUB, email="ana@gmail.com", associatedcompanyid=COMPANY.id)
    world.show(CONTACT, Email="bob@gmail.com", AccountId=ACME.id)
    found = world.found(person)
    assert (found.ref, found.also, found.owner, found.is_customer) == (ACME, (COMPANY,), FAY, True)


def test_two_accounts_that_nothing_makes_one_stay_two_and_the_crm_s_decides(world: World) -> None:
    world.show(COMPANY, name="Umbrella", domain="umbrella.example", lifecyclestage="customer")
    world.show(ACME, Name="Acme", Website="acme.example")
    world.show(HUB, email=EMAIL, company="Acme", associatedcompanyid=COMPANY.id)
    found = world.found(HUB)
    assert (found.ref, found.is_customer, found.also) == (ACME, False, ())
    assert [each.why_not for each in found.rivals] == ["salesforce decides before hubspot"]


def test_the_system_in_which_reps_have_their_tasks_decides_whatever_the_systems_are_called(rules: InForce) -> None:
    systems = {"a-portal": rules.mapping.systems["hubspot"], "z-crm": rules.mapping.systems["salesforce"]}
    assert deciders(rules.mapping.model_copy(update={"systems": systems})) == ["z-crm", "a-portal"]


def test_an_owner_that_the_crm_does_not_know_as_a_rep_is_looked_for_in_the_other_system(world: World) -> None:
    world.show(RecordRef(connection="hubspot", object="owners", id="7"), email=SAM)
    world.show(COMPANY, name="Acme", domain="acme.example", hubspot_owner_id="7")
    world.show(ACME, Name="Acme", Website="acme.example", OwnerId="005 integration")
    world.show(HUB, email=EMAIL, company="Acme")
    assert world.found(HUB).owner == SAM


def test_a_house_account_has_no_owner_and_is_a_customer_all_the_same(world: World) -> None:
    house = Condition.model_validate({"any": [{"property": "Type", "operator": "equals", "value": "House"}]})
    crm = world.rules.systems["salesforce"]
    assert crm.accounts is not None
    words = crm.accounts.model_copy(update={"house": house, "customer_values": ["House"]})
    systems = {**world.rules.systems, "salesforce": crm.model_copy(update={"accounts": words})}
    world.show(ACME, Name="Acme", Website="acme.example", OwnerId="005F", Type="House")
    world.show(LEAD, Email=EMAIL, Company="Acme")
    found = world.found(LEAD, systems=systems)
    assert (found.owner, found.is_house, found.is_customer, found.is_sure) == (None, True, True, True)
    assert world.found(LEAD).owner == FAY


def test_a_partner_is_told_by_its_type_and_a_territory_by_its_field(world: World) -> None:
    crm = world.rules.systems["salesforce"]
    assert crm.accounts is not None
    words = crm.accounts.model_copy(update={"partner_values": ["Reseller"], "territory": "Territory__c"})
    systems = {**world.rules.systems, "salesforce": crm.model_copy(update={"accounts": words})}
    world.show(ACME, Name="Acme", Website="acme.example", Type="Reseller", Territory__c=" North ")
    world.show(LEAD, Email=EMAIL, Company="Acme")
    found = world.found(LEAD, systems=systems)
    assert (found.is_partner, found.is_customer, found.territory) == (True, False, "North")
    unnamed = world.found(LEAD)
    assert (unnamed.is_partner, unnamed.territory) == (False, None)


def test_a_shared_domain_s_account_is_only_likely_however_its_web_address_is_written(world: World) -> None:
    world.show(ACME, Name="Acme", Website="https://acme.group.example", OwnerId="005F")
    world.show(LEAD, Email="ana@acme.group.example", Company="Acme")
    assert world.found(LEAD).certainty is Certainty.CERTAIN
    assert world.found(LEAD, shared_domains=["www.group.example"]).certainty is Certainty.LIKELY


def test_colleagues_of_one_batch_have_the_same_account_and_strangers_none(world: World) -> None:
    world.show(ACME, Name="Acme", Website="acme.example")
    for number, email in enumerate(("ana@acme.example", "bob@acme.example", "eve@umbrella.example")):
        world.show(ref("Lead", f"00Q{number}"), Email=email, Company="Acme")
    found = gather(world.tx, [LeadId(1), LeadId(2), LeadId(3)], world.rules, users(world.tx, world.rules), now=NOON)
    assert [each.account and each.account.ref for each in found] == [ACME, ACME, None]


@pytest.mark.parametrize(
    ("certainty", "company"), [(Certainty.EXPLICIT, "Acme Holding"), (Certainty.LIKELY, "acme.example")]
)
def test_a_likely_account_s_name_is_never_written_where_it_would_make_itself_certain(
    rules: InForce, certainty: Certainty, company: str
) -> None:
    account = Account(ref=ACME, name="Acme Holding", certainty=certainty)
    person = Record(ref=HUB, values={"email": EMAIL}, modified_at=NOON)
    (entry,) = entries({"email": EMAIL, "last_name": "Ruiz"}, [person], account, {"hubspot": HUB}, rules)
    assert entry.company == company
