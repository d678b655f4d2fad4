"""Leads with several records in one system, and the report about them; on both databases."""

from collections.abc import Iterator, Mapping

import pytest

from config.mapping import MappingRules, People, Property, Role, System
from domain.activity import Activity, ActivityKind
from domain.record import Record
from domain.values import LeadId, Value
from mapping.compiled import FieldMap
from mapping.duplicates import group_name
from mapping.heads import HeadReason
from reports.duplicates import Bond, Duplicates, Shape, find
from store import duplicates, group_words, identity, leads, ledger, records
from store.engine import Store, Tx
from store.group_words import Spoken, Word
from tests.unit.store.examples import NOON, at, ref

PEOPLE = {"salesforce": ["Contact", "Lead"], "hubspot": ["contacts"]}
RULES = MappingRules(
    systems={
        "salesforce": System(people=People(objects=["Contact", "Lead"], key="Key__c", email="Email")),
        "hubspot": System(
            people=People(objects=["contacts"], key="key", email="email", links={"salesforceleadid": "salesforce:Lead"})
        ),
    },
    properties=[
        Property(name="first_name", fields={"salesforce": "FirstName", "hubspot": "firstname"}),
        Property(name="last_name", fields={"salesforce": "LastName", "hubspot": "lastname"}),
        Property(name="lead_key", fields={"salesforce": "Key__c", "hubspot": "key"}, role=Role.OWNED),
    ],
)
MAP = FieldMap(RULES, {"salesforce": "salesforce", "hubspot": "hubspot"})
ANA: Mapping[str, Value] = {"Email": "ana@globex.example", "FirstName": "Ana", "LastName": "Ruiz"}


@pytest.fixture
def tx(store: Store) -> Iterator[Tx]:
    with store.write() as opened:
        yield opened


def keep(tx: Tx, lead: LeadId, kind: str, number: str, values: Mapping[str, Value], *, archived: bool = False) -> None:
    at_home = ref(number, connection="hubspot" if kind == "contacts" else "salesforce", kind=kind)
    records.upsert(tx, [Record(ref=at_home, values=values, modified_at=NOON, archived=archived)], seen_at=NOON)
    records.assign(tx, {at_home: lead})


def two(tx: Tx) -> tuple[LeadId, LeadId]:
    first, second = leads.create(tx, 2, now=NOON, installation="LL")
    return first.id, second.id


def report(tx: Tx) -> Duplicates:
    return find(tx, MAP)


def test_crowded_are_leads_with_two_living_people_in_one_system(tx: Tx) -> None:
    ana, ben = two(tx)
    keep(tx, ana, "Lead", "00Q1", ANA)
    keep(tx, ana, "contacts", "51", {})
    keep(tx, ben, "Lead", "00Q2", {})
    keep(tx, ben, "Lead", "00Q3", {}, archived=True)
    keep(tx, ben, "Opportunity", "0061", {})
    assert duplicates.crowded(tx, PEOPLE) == []
    keep(tx, ben, "Contact", "0031", {})
    assert duplicates.crowded(tx, PEOPLE) == [ben]
    assert duplicates.crowded(tx, {}) == []


def test_a_lead_beside_its_contact_is_one_lead_and_the_contact_is_the_head(tx: Tx) -> None:
    ana, _ = two(tx)
    keep(tx, ana, "Lead", "00Q1", ANA)
    keep(tx, ana, "Contact", "0031", ANA)
    (group,) = report(tx).groups
    assert (group.is_one_lead, group.bond, group.shapes) == (True, Bond.EMAIL, (Shape.LEAD_AND_CONTACT,))
    assert [(head.record.ref.id, head.reason) for head in group.heads] == [("0031", HeadReason.OBJECT)]
    assert report(tx).counts()["never_written"] == 1


def test_the_lead_that_a_rep_called_is_the_head_of_its_twins(tx: Tx) -> None:
    ana, _ = two(tx)
    keep(tx, ana, "Lead", "00Q1", ANA)
    keep(tx, ana, "Lead", "00Q2", ANA)
    call = Activity(
        connection="salesforce",
        stream="Task",
        external_id="00T1",
        kind=ActivityKind.CALL_LOGGED,
        occurred_at=at(3),
        record=ref("00Q2"),
    )
    ledger.add(tx, [call], seen_at=NOON)
    (group,) = report(tx).groups
    assert group.shapes == (Shape.SEVERAL,)
    assert [(head.record.ref, head.reason) for head in group.heads] == [(ref("00Q2"), HeadReason.TOUCHED)]


def test_two_contacts_that_name_one_salesforce_lead_are_one_person(tx: Tx) -> None:
    ana, _ = two(tx)
    keep(tx, ana, "Lead", "00Q1", ANA)
    keep(tx, ana, "contacts", "51", {"email": "ana@globex.example", "salesforceleadid": "00Q1"})
    keep(tx, ana, "contacts", "52", {"email": "a.ruiz@globex.example", "salesforceleadid": "00Q1"})
    (group,) = report(tx).groups
    assert (group.bond, group.shapes) == (Bond.LINK, (Shape.SEVERAL,))
    assert {head.record.ref.id for head in group.heads} == {"00Q1", "51"}


def test_the_same_name_at_the_same_company_is_likely_one_person_and_stays_two_leads(tx: Tx) -> None:
    ana, twin = two(tx)
    keep(tx, ana, "Lead", "00Q1", ANA)
    keep(tx, twin, "contacts", "51", {"email": "ruiz@globex.example", "firstname": "ANA", "lastname": "ruiz"})
    found = report(tx)
    (group,) = found.groups
    assert (group.leads, group.is_one_lead, group.bond) == ((ana, twin), False, Bond.NAME_AND_DOMAIN)
    assert (found.counts()["one_lead"], found.counts()["likely"]) == (0, 1)


def likely_pair(tx: Tx) -> tuple[LeadId, LeadId]:
    ana, twin = two(tx)
    keep(tx, ana, "Lead", "00Q1", ANA)
    keep(tx, twin, "contacts", "51", {"email": "ruiz@globex.example", "firstname": "Ana", "lastname": "Ruiz"})
    return ana, twin


def say(tx: Tx, word: Word, *ids: LeadId) -> str:
    spoken = Spoken(name=group_name(ids), word=word, leads=ids, said_by="grace", said_at=NOON)
    group_words.say(tx, spoken)
    return spoken.name


def test_a_group_is_called_by_its_members_in_whatever_order(tx: Tx) -> None:
    ana, twin = likely_pair(tx)
    (group,) = report(tx).groups
    assert group.name == group_name([ana, twin]) == group_name([twin, ana])
    assert group.name != group_name([ana])
    assert report(tx).likely() == {group.name: group}


def test_a_dismissed_group_stands_apart_from_the_others(tx: Tx) -> None:
    name = say(tx, Word.DISMISSED, *likely_pair(tx))
    found = report(tx)
    assert (found.groups, [group.name for group in found.dismissed]) == ((), [name])
    assert (found.counts()["likely"], found.counts()["dismissed"]) == (0, 1)


def test_a_confirmed_group_keeps_its_name_as_one_lead(tx: Tx) -> None:
    ana, twin = likely_pair(tx)
    name = say(tx, Word.CONFIRMED, ana, twin)
    identity.merge(tx, ana, twin, now=NOON)
    (group,) = report(tx).groups
    assert (group.name, group.leads, group.bond, group.is_one_lead) == (name, (ana,), Bond.CONFIRMED, True)
    assert report(tx).counts()["confirmed"] == 1


def test_a_confirmed_group_that_was_split_otherwise_is_likely_again(tx: Tx) -> None:
    ana, twin = likely_pair(tx)
    name = say(tx, Word.CONFIRMED, ana, twin)
    (group,) = report(tx).groups
    assert (group.name, group.leads, group.bond) == (name, (ana, twin), Bond.NAME_AND_DOMAIN)


def test_the_same_name_on_free_mail_says_nothing(tx: Tx) -> None:
    ana, twin = two(tx)
    keep(tx, ana, "Lead", "00Q1", {**ANA, "Email": "ana@gmail.com"})
    keep(tx, twin, "Lead", "00Q2", {**ANA, "Email": "ruiz@gmail.com"})
    assert report(tx).groups == ()
