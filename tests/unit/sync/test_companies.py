"""Whom news of an account or a deal concerns."""

from collections.abc import Mapping

import pytest

from connectors.contract import Holds
from domain.record import Record
from domain.values import LeadId, RecordRef, Value
from store import leads, records
from store.engine import Store, Tx
from sync.companies import host, keep_company
from sync.identify import identify
from sync.loop import InForce
from sync.material import gather, users
from tests.unit.sync.looping import NOON

GLOBEX = RecordRef(connection="salesforce", object="Account", id="001A")


def shown(ref: RecordRef, values: Mapping[str, Value]) -> Record:
    return Record(ref=ref, values=values, modified_at=NOON)


def met(tx: Tx, rules: InForce, ref: RecordRef, email: str) -> LeadId:
    """A person as a page brings them; decided since, so that nothing is due."""
    people = rules.mapping.systems[ref.connection].people
    record = shown(ref, {people.email: email})
    records.upsert(tx, [record], seen_at=NOON)
    (lead,) = identify(tx, [record], rules.mapping, rule_hash=rules.hash, now=NOON, armed_at=NOON)
    leads.clear_due(tx, [lead], now=NOON)
    return lead


def news(tx: Tx, rules: InForce, holds: Holds, record: Record) -> set[LeadId]:
    records.upsert(tx, [record], seen_at=NOON)
    return keep_company(tx, [record], holds, rules.mapping)


def account(rules: InForce, **more: Value) -> Record:
    words = rules.mapping.systems["salesforce"].accounts
    assert words is not None
    return shown(GLOBEX, {words.name: "Globex", words.domain: "https://www.globex.example", **more})


def deal(rules: InForce) -> Record:
    words = rules.mapping.systems["salesforce"].deals
    assert words is not None
    ref = RecordRef(connection="salesforce", object=words.object, id="006A")
    return shown(ref, {words.account: GLOBEX.id, words.closed: False, words.won: False})


PEOPLE = [
    pytest.param(RecordRef(connection="salesforce", object="Lead", id="00Q7"), id="a Lead in Salesforce"),
    pytest.param(RecordRef(connection="hubspot", object="contacts", id="501"), id="a contact in HubSpot"),
]


@pytest.mark.parametrize("ref", PEOPLE)
def test_a_deal_or_an_account_concerns_the_people_of_its_domain_in_every_system(
    store: Store, rules: InForce, ref: RecordRef
) -> None:
    with store.write() as tx:
        ana = met(tx, rules, ref, "ana@globex.example")
        met(tx, rules, RecordRef(connection="hubspot", object="contacts", id="9"), "eve@umbrella.example")
        assert news(tx, rules, Holds.ACCOUNTS, account(rules)) == {ana}
        assert news(tx, rules, Holds.DEALS, deal(rules)) == {ana}
        (material,) = gather(tx, [ana], rules.mapping, users(tx, rules.mapping), now=NOON)
        assert material.account is not None
        assert material.account.open_deals == 1


def test_a_person_whose_address_moved_is_found_at_the_new_domain_only(store: Store, rules: InForce) -> None:
    ref = RecordRef(connection="hubspot", object="contacts", id="501")
    with store.write() as tx:
        lead = met(tx, rules, ref, "ana@umbrella.example")
        assert met(tx, rules, ref, "ana@globex.example") == lead
        assert news(tx, rules, Holds.ACCOUNTS, account(rules)) == {lead}
        other = account(rules, Website="umbrella.example")
        assert news(tx, rules, Holds.ACCOUNTS, other) == set()


def test_an_account_at_a_host_open_to_everybody_concerns_nobody(store: Store, rules: InForce) -> None:
    with store.write() as tx:
        met(tx, rules, RecordRef(connection="hubspot", object="contacts", id="501"), "ana@gmail.com")
        assert news(tx, rules, Holds.ACCOUNTS, account(rules, Website="gmail.com")) == set()


@pytest.mark.parametrize(
    "website",
    ["acme.example", "www.acme.example", "https://www.Acme.example/x?y", "http://acme.example:8080", " ACME.example "],
)
def test_a_website_is_its_host(website: str) -> None:
    assert host(website) == "acme.example"
