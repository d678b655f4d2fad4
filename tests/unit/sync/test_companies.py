"""Whom news of an account or a deal concerns."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest

from connectors.contract import Holds
from domain.record import Record
from domain.values import LeadId, RecordRef, Value
from store import air_cover, leads, records
from store.engine import Store, Tx
from sync.accounts import CROWD
from sync.companies import keep_company
from sync.identify import identify
from sync.loop import InForce
from sync.material import gather, users
from tests.unit.sync.looping import NOON

MINUTES: Iterator[int] = count(1)
GLOBEX = RecordRef(connection="salesforce", object="Account", id="001A")


LEAD_7 = RecordRef(connection="salesforce", object="Lead", id="00Q7")


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
    """Whom it concerns; each is newer than the last."""
    record = replace(record, modified_at=NOON + timedelta(minutes=next(MINUTES)))
    records.upsert(tx, [record], seen_at=NOON)
    return keep_company(tx, [record], holds, rules.mapping, now=record.modified_at)


def account(rules: InForce, **more: Value) -> Record:
    words = rules.mapping.systems["salesforce"].accounts
    assert words is not None
    return shown(GLOBEX, {words.name: "Globex", words.domain: "https://www.globex.example", **more})


def deal(rules: InForce, of: str | None = GLOBEX.id) -> Record:
    words = rules.mapping.systems["salesforce"].deals
    assert words is not None
    ref = RecordRef(connection="salesforce", object=words.object, id="006A")
    return shown(ref, {words.account: of, words.closed: False, words.won: False})


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
        other = replace(account(rules, Website="umbrella.example"), ref=replace(GLOBEX, id="001B"))
        assert news(tx, rules, Holds.ACCOUNTS, other) == set()


def test_an_account_at_a_host_open_to_everybody_concerns_nobody(store: Store, rules: InForce) -> None:
    with store.write() as tx:
        met(tx, rules, RecordRef(connection="hubspot", object="contacts", id="501"), "ana@gmail.com")
        assert news(tx, rules, Holds.ACCOUNTS, account(rules, Website="gmail.com")) == set()


CONTACT = RecordRef(connection="salesforce", object="Contact", id="003A")
BESIDE = RecordRef(connection="hubspot", object="contacts", id="9")


def named(tx: Tx, rules: InForce, account_id: str) -> LeadId:
    """A Contact of this account whose address is elsewhere."""
    people = rules.mapping.systems["salesforce"].people
    assert people.account is not None
    record = shown(CONTACT, {people.email: "ana@elsewhere.example", people.account: account_id})
    records.upsert(tx, [record], seen_at=NOON)
    (lead,) = identify(tx, [record], rules.mapping, rule_hash=rules.hash, now=NOON, armed_at=NOON)
    return lead


def test_an_account_that_moves_concerns_who_gets_it_and_who_loses_it(store: Store, rules: InForce) -> None:
    with store.write() as tx:
        ana = met(tx, rules, RecordRef(connection="hubspot", object="contacts", id="1"), "ana@globex.example")
        bob = met(tx, rules, RecordRef(connection="hubspot", object="contacts", id="2"), "bob@shop.umbrella.example")
        met(tx, rules, BESIDE, "eve@wayne.example")
        assert news(tx, rules, Holds.ACCOUNTS, account(rules)) == {ana}
        assert news(tx, rules, Holds.ACCOUNTS, account(rules, Website="www.umbrella.example")) == {ana, bob}
        assert news(tx, rules, Holds.ACCOUNTS, account(rules, Website="www.umbrella.example", Type="x")) == {bob}


@pytest.mark.parametrize("end", ["cleared", "deleted", "deleted for good"])
def test_an_account_that_is_gone_is_told_once_and_then_concerns_nobody(store: Store, rules: InForce, end: str) -> None:
    cleared = account(rules, Website=None)
    gone = {
        "cleared": cleared,
        "deleted": replace(account(rules), archived=True),
        "deleted for good": replace(cleared, values={}, archived=True),
    }
    with store.write() as tx:
        ana = met(tx, rules, BESIDE, "ana@globex.example")
        assert news(tx, rules, Holds.ACCOUNTS, account(rules)) == {ana}
        assert news(tx, rules, Holds.ACCOUNTS, gone[end]) == {ana}
        assert records.find(tx, "salesforce", "Account", "domain", ["globex.example"]) == {}
        assert news(tx, rules, Holds.ACCOUNTS, account(rules)) == {ana}


def test_news_of_an_account_reach_who_names_one_that_was_merged_into_it(store: Store, rules: InForce) -> None:
    heir = replace(GLOBEX, id="001H")
    with store.write() as tx:
        ana = named(tx, rules, GLOBEX.id)
        news(tx, rules, Holds.ACCOUNTS, account(rules))
        loser = replace(account(rules), archived=True, merged_into=heir)
        assert news(tx, rules, Holds.ACCOUNTS, loser) == {ana}
        assert news(tx, rules, Holds.ACCOUNTS, replace(account(rules, Website=None), ref=heir)) == {ana}
        assert news(tx, rules, Holds.DEALS, deal(rules, of=heir.id)) == {ana}


def test_a_deal_that_is_given_to_another_account_concerns_the_people_of_both(store: Store, rules: InForce) -> None:
    other = replace(account(rules, Website="umbrella.example"), ref=replace(GLOBEX, id="001B"))
    with store.write() as tx:
        ana = met(tx, rules, BESIDE, "ana@globex.example")
        bob = met(tx, rules, replace(BESIDE, id="10"), "bob@umbrella.example")
        for each in (account(rules), other):
            news(tx, rules, Holds.ACCOUNTS, each)
        assert news(tx, rules, Holds.DEALS, deal(rules)) == {ana}
        assert news(tx, rules, Holds.DEALS, deal(rules, of="001B")) == {ana, bob}
        assert news(tx, rules, Holds.DEALS, deal(rules, of=None)) == {bob}
        assert news(tx, rules, Holds.DEALS, deal(rules, of=None)) == set()


def test_who_names_an_account_no_more_is_not_concerned_by_it_any_more(store: Store, rules: InForce) -> None:
    with store.write() as tx:
        ana = named(tx, rules, GLOBEX.id)
        assert news(tx, rules, Holds.ACCOUNTS, account(rules)) == {ana}
        assert named(tx, rules, "") == ana
        assert news(tx, rules, Holds.ACCOUNTS, account(rules)) == set()


def test_a_contact_whose_company_hubspot_shows_as_a_number_hears_of_it(store: Store, rules: InForce) -> None:
    company = RecordRef(connection="hubspot", object="companies", id="901")
    with store.write() as tx:
        record = shown(BESIDE, {"email": "ana@elsewhere.example", "associatedcompanyid": 901})
        records.upsert(tx, [record], seen_at=NOON)
        (ana,) = identify(tx, [record], rules.mapping, rule_hash=rules.hash, now=NOON, armed_at=NOON)
        assert news(tx, rules, Holds.ACCOUNTS, shown(company, {"name": "Globex"})) == {ana}


def test_news_of_an_account_reach_who_names_the_same_company_in_the_other_system(store: Store, rules: InForce) -> None:
    company = RecordRef(connection="hubspot", object="companies", id="901")
    linked = {"name": "Globex", "salesforceaccountid": GLOBEX.id}
    with store.write() as tx:
        record = shown(BESIDE, {"email": "ana@gmail.com", "associatedcompanyid": 901})
        records.upsert(tx, [record], seen_at=NOON)
        (ana,) = identify(tx, [record], rules.mapping, rule_hash=rules.hash, now=NOON, armed_at=NOON)
        bob = named(tx, rules, GLOBEX.id)
        assert news(tx, rules, Holds.ACCOUNTS, account(rules)) == {bob}
        assert news(tx, rules, Holds.ACCOUNTS, shown(company, linked)) == {ana, bob}
        assert news(tx, rules, Holds.ACCOUNTS, account(rules, Website=None)) == {ana, bob}
        unlinked = shown(company, {"name": "Globex", "domain": "globex.example"})
        assert news(tx, rules, Holds.ACCOUNTS, unlinked) == {ana, bob}
        assert news(tx, rules, Holds.ACCOUNTS, unlinked) == {ana}
        assert news(tx, rules, Holds.ACCOUNTS, account(rules)) == {ana, bob}


def test_news_of_an_account_at_a_host_of_very_many_concern_who_names_it_and_no_namesakes(
    store: Store, rules: InForce
) -> None:
    name, theirs = RecordRef(connection="salesforce", object="Contact", id="003N"), "ana@globex.example"
    with store.write() as tx:
        lead = met(tx, rules, LEAD_7, theirs)
        assert news(tx, rules, Holds.ACCOUNTS, account(rules)) == {lead}
        others = [replace(GLOBEX, id=f"001X{number}") for number in range(CROWD + 1)]
        records.index_many(tx, {each: {"domain": "globex.example"} for each in others})
        person = shown(name, {"Email": "bob@bob.example", "AccountId": GLOBEX.id})
        records.upsert(tx, [person], seen_at=NOON)
        (namer,) = identify(tx, [person], rules.mapping, rule_hash=rules.hash, now=NOON, armed_at=NOON)
        assert news(tx, rules, Holds.ACCOUNTS, account(rules, Name="Globex Pages")) == {namer}


def lost_at(tx: Tx, rules: InForce, lead: LeadId) -> tuple[datetime | None, str | None]:
    (material,) = gather(tx, [lead], rules.mapping, users(tx, rules.mapping), now=NOON)
    assert material.account is not None
    return material.account.lost_at, material.account.lost_reason


def test_a_deal_is_lost_from_when_it_was_first_seen_so_and_no_longer_than_it_is(store: Store, rules: InForce) -> None:
    words = rules.mapping.systems["salesforce"].deals
    assert words is not None
    with store.write() as tx:
        ana = met(tx, rules, LEAD_7, "ana@globex.example")
        news(tx, rules, Holds.ACCOUNTS, account(rules))
        open_deal = deal(rules)
        news(tx, rules, Holds.DEALS, open_deal)
        assert lost_at(tx, rules, ana) == (None, None)
        lost = replace(open_deal, values={**open_deal.values, words.closed: True})
        news(tx, rules, Holds.DEALS, lost)
        since, _ = lost_at(tx, rules, ana)
        assert since is not None
        news(tx, rules, Holds.DEALS, replace(lost, values={**lost.values, "Amount": 9}))
        assert lost_at(tx, rules, ana) == (since, None)
        news(tx, rules, Holds.DEALS, open_deal)
        assert lost_at(tx, rules, ana) == (None, None)
        news(tx, rules, Holds.DEALS, lost)
        again, _ = lost_at(tx, rules, ana)
        assert again is not None
        assert again > since
        news(tx, rules, Holds.DEALS, replace(lost, archived=True))
        assert lost_at(tx, rules, ana) == (None, None)


def ticked(rules: InForce, number: int, *, owner: str = "005S", box: bool = True) -> Record:
    """An account of its own domain whose owner asks for air cover."""
    words = rules.mapping.systems["salesforce"].accounts
    assert words is not None
    assert words.air_cover is not None
    values: dict[str, Value] = {words.name: f"Acme{number}", words.domain: f"acme{number}.example"}
    ref = replace(GLOBEX, id=f"001{number}")
    return shown(ref, {**values, str(words.owner): owner, words.air_cover: box})


def test_a_box_is_heard_from_the_first_look_until_it_is_unticked(store: Store, rules: InForce) -> None:
    with store.write() as tx:
        for box, asked in ((False, 0), (True, 1), (True, 1), (False, 0), (True, 1)):
            news(tx, rules, Holds.ACCOUNTS, ticked(rules, 1, box=box))
            requests = air_cover.every(tx)
            assert len(requests) == asked
        first = requests[0].asked_at
        news(tx, rules, Holds.ACCOUNTS, ticked(rules, 1, owner="005F"))
        (moved,) = air_cover.every(tx)
        assert (moved.owner, moved.asked_at) == ("005F", first)
        news(tx, rules, Holds.ACCOUNTS, replace(ticked(rules, 1), archived=True))
        assert air_cover.every(tx) == []


def test_a_place_that_becomes_free_concerns_the_people_of_whoever_waits_for_it(store: Store, rules: InForce) -> None:
    with store.write() as tx:
        eve = met(tx, rules, LEAD_7, "eve@acme2.example")
        for number in (1, 2):
            news(tx, rules, Holds.ACCOUNTS, ticked(rules, number))
        news(tx, rules, Holds.ACCOUNTS, ticked(rules, 3, owner="005F"))
        assert news(tx, rules, Holds.ACCOUNTS, ticked(rules, 1, box=False)) == {eve}
        assert news(tx, rules, Holds.ACCOUNTS, ticked(rules, 3, owner="005F", box=False)) == set()
