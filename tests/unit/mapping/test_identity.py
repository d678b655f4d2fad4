"""Who is who, and which record is written to."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.mapping import People, System
from domain.record import Record
from domain.values import RecordRef, Value
from mapping.addresses import company_domain, normalised_email
from mapping.heads import head
from mapping.identity import IdentityKey, KeyKind, full_id, keys_of

NOW = datetime(2026, 11, 22, tzinfo=UTC)
CRM = System(people=People(objects=["Contact", "Lead"], key="LL_Lead_Key__c", email="Email"))
MAIL = System(
    people=People(
        objects=["contacts"],
        key="ll_lead_key",
        email="email",
        more_emails="hs_additional_emails",
        links={"salesforceleadid": "crm:Lead", "salesforcecontactid": "crm:Contact"},
    )
)


def ref(kind: str, number: str, connection: str = "crm") -> RecordRef:
    return RecordRef(connection=connection, object=kind, id=number)


def record(
    kind: str,
    number: str,
    connection: str = "crm",
    *,
    archived: bool = False,
    merged_into: RecordRef | None = None,
    converted_to: RecordRef | None = None,
    former_ids: tuple[str, ...] = (),
    **values: Value,
) -> Record:
    return Record(
        ref=ref(kind, number, connection),
        values=values,
        modified_at=NOW,
        archived=archived,
        merged_into=merged_into,
        converted_to=converted_to,
        former_ids=former_ids,
    )


def key(kind: KeyKind, value: str) -> IdentityKey:
    return IdentityKey(kind=kind, value=value)


def test_a_records_keys_come_strongest_first_and_each_once() -> None:
    shown = record(
        "contacts",
        "77",
        "mail",
        former_ids=("70", "71"),
        ll_lead_key="demo-5",
        salesforceleadid="00Q000000000001AAA",
        email="Ana@Globex.example",
        hs_additional_emails="ana.ruiz@globex.example; ana@globex.EXAMPLE;nonsense",
    )
    assert keys_of(shown, MAIL) == (
        key(KeyKind.RECORD, "mail:contacts:77"),
        key(KeyKind.RECORD, "mail:contacts:70"),
        key(KeyKind.RECORD, "mail:contacts:71"),
        key(KeyKind.LEAD_KEY, "demo-5"),
        key(KeyKind.RECORD, "crm:Lead:00Q000000000001AAA"),
        key(KeyKind.EMAIL, "ana@globex.example"),
        key(KeyKind.EMAIL, "ana.ruiz@globex.example"),
    )


def test_a_converted_lead_leads_to_its_contact_and_a_merged_one_to_the_winner() -> None:
    converted = record("Lead", "1", converted_to=ref("Contact", "2"))
    merged = record("Lead", "3", merged_into=ref("Lead", "4"))
    assert keys_of(converted, CRM) == (key(KeyKind.RECORD, "crm:Lead:1"), key(KeyKind.RECORD, "crm:Contact:2"))
    assert keys_of(merged, CRM) == (key(KeyKind.RECORD, "crm:Lead:3"), key(KeyKind.RECORD, "crm:Lead:4"))


def test_a_record_without_anything_unique_still_has_itself() -> None:
    assert keys_of(record("Lead", "1", Email="", LL_Lead_Key__c=None), CRM) == (key(KeyKind.RECORD, "crm:Lead:1"),)


def test_a_short_salesforce_id_in_a_link_is_the_same_record() -> None:
    assert full_id("00QD000000ABcdE") == "00QD000000ABcdEMAT"
    assert full_id("001D000000IqhSL") == "001D000000IqhSLIAZ"
    assert full_id("123456789012345") == "123456789012345"
    linked = record("contacts", "77", "mail", salesforcecontactid="001D000000IqhSL")
    assert key(KeyKind.RECORD, "crm:Contact:001D000000IqhSLIAZ") in keys_of(linked, MAIL)


def test_a_contact_beats_a_lead_and_the_oldest_beats_its_twins() -> None:
    twins = [record("Lead", "00Q2"), record("Contact", "0039"), record("Contact", "0031")]
    assert head(twins, CRM) == twins[2]


def test_ids_that_are_numbers_are_ordered_as_numbers() -> None:
    assert head([record("contacts", "1000", "mail"), record("contacts", "999", "mail")], MAIL) == record(
        "contacts", "999", "mail"
    )


def test_the_record_that_the_neighbour_links_to_is_the_head() -> None:
    twins = [record("Contact", "0031"), record("Lead", "00Q2")]
    assert head(twins, CRM, linked={ref("Lead", "00Q2")}) == twins[1]
    linking = [record("contacts", "5", "mail"), record("contacts", "6", "mail", salesforceleadid="00Q2")]
    assert head(linking, MAIL) == linking[1]


@pytest.mark.parametrize(
    "dead",
    [
        record("Lead", "1", archived=True),
        record("Lead", "1", merged_into=ref("Lead", "2")),
        record("Lead", "1", converted_to=ref("Contact", "2")),
        record("Opportunity", "1"),
    ],
    ids=["archived", "merged away", "converted", "no person"],
)
def test_nothing_is_ever_written_to_a_record_that_is_no_more(dead: Record) -> None:
    assert head([dead], CRM) is None


@given(order=st.permutations(range(4)))
@settings(max_examples=24)
def test_the_head_does_not_depend_on_the_order_of_records(order: list[int]) -> None:
    found = [record("Lead", "3"), record("Lead", "1"), record("Contact", "9", archived=True), record("Lead", "20")]
    assert head([found[number] for number in order], CRM) == found[1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" Ana.Ruiz+x@Globex.EXAMPLE ", "ana.ruiz+x@globex.example"),
        ("ana@globex.example.invalid", "ana@globex.example"),
        ("ana@globex.test", "ana@globex.test"),
        ("ana@", None),
        ("ana", None),
        ("a@b@c.example", None),
        ("", None),
    ],
)
def test_a_mailbox_has_one_key(text: str, expected: str | None) -> None:
    assert normalised_email(text) == expected


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("ana@sales.acme.co.uk", "acme.co.uk"),
        ("ana@globex.example", "globex.example"),
        ("ana@gmail.com", None),
        ("ana@GoogleMail.com", None),
        ("ana@own.example", None),
        ("nonsense", None),
    ],
)
def test_a_company_is_known_by_its_domain_unless_anybody_can_have_one_there(email: str, expected: str | None) -> None:
    assert company_domain(email, free_mail=["Own.example"]) == expected
