"""A lead of HubSpot's Sales Hub names the contact it is about: one person, and the contact is written to."""

from datetime import UTC, datetime

from config.mapping import People, System
from domain.record import Record
from domain.values import RecordRef, Value
from mapping.heads import head
from mapping.identity import KeyKind, keys_of

PEOPLE = People(
    objects=["contacts", "leads"],
    key="ll_lead_key",
    email="email",
    links={"associatedcontactid": "hubspot:contacts", "salesforceleadid": "salesforce:Lead"},
)
HUBSPOT = System(people=PEOPLE)


def record(kind: str, record_id: str, **values: Value) -> Record:
    ref = RecordRef(connection="hubspot", object=kind, id=record_id)
    return Record(ref=ref, values=values, modified_at=datetime(2026, 11, 2, tzinfo=UTC))


def test_its_contact_is_a_key_of_it() -> None:
    keys = keys_of(record("leads", "9", associatedcontactid="1"), HUBSPOT)
    contact = keys_of(record("contacts", "1", email="ana@globex.example"), HUBSPOT)[0]
    assert contact in keys
    assert {key.kind for key in keys} == {KeyKind.RECORD}


def test_the_contact_is_written_to_and_not_its_lead() -> None:
    contact, lead = record("contacts", "1"), record("leads", "9", associatedcontactid="1")
    found = head([lead, contact], HUBSPOT)
    assert found is contact


def test_a_link_to_another_system_still_counts_most() -> None:
    older, linked = record("contacts", "1"), record("contacts", "2", salesforceleadid="00Q000000000001AAA")
    assert head([older, linked], HUBSPOT) is linked
