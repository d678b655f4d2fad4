"""Another record speaks for a person: what it never had it did not lose, and what it always had nobody changed."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from config.mapping import MappingRules, Nulls, People, Property, SyncRule, System
from domain.record import Record
from domain.values import RecordRef, Value
from mapping.agreement import Base
from mapping.compiled import FieldMap
from mapping.merge import Side, merge
from mapping.merge_lead import At, LeadMerge, merge_lead

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TYPES = {"crm": "salesforce", "mail": "hubspot"}
SYSTEMS = {
    "crm": System(people=People(objects=["Contact", "Lead"], key="Key__c", email="Email")),
    "mail": System(people=People(objects=["contacts"], key="key", email="email")),
}
PLACES: dict[str, str | dict[str, str]] = {"crm": "Phone", "mail": "phone"}
CONTACT = RecordRef(connection="crm", object="Contact", id="0031")


def rules(sync: SyncRule = SyncRule.TWO_WAY, nulls: Nulls = Nulls.IGNORE) -> FieldMap:
    phone = Property(name="phone", fields=PLACES, sync=sync, nulls=nulls)
    return FieldMap(MappingRules(systems=SYSTEMS, properties=[phone]), TYPES)


def lead(phone: Value, *, into: RecordRef | None = None) -> Record:
    ref = RecordRef(connection="crm", object="Lead", id="00Q1")
    return Record(ref=ref, values={"Phone": phone}, modified_at=NOW, converted_to=into)


def contact(phone: Value) -> Record:
    return Record(ref=CONTACT, values={"Phone": phone}, modified_at=NOW)


def person(phone: Value) -> Record:
    ref = RecordRef(connection="mail", object="contacts", id="7")
    return Record(ref=ref, values={"phone": phone}, modified_at=NOW)


def agreed(value: Value, fields: FieldMap) -> Mapping[At, Base]:
    """The bases of a lead whose Salesforce Lead and HubSpot contact both show this."""
    return merge_lead([lead(value), person(value)], {}, fields).bases


def writes(found: LeadMerge) -> dict[str, Value]:
    return {f"{wish.ref.object}.{wish.field}": wish.value for wish in found.desired}


@pytest.mark.parametrize("sync", [SyncRule.TWO_WAY, SyncRule.PREFER_SALESFORCE, SyncRule.FILL_BLANK])
def test_what_a_rep_cleared_stays_cleared_when_the_lead_is_converted(sync: SyncRule) -> None:
    fields = rules(sync)
    before = agreed("1", fields)
    assert writes(merge_lead([lead(None), person("1")], before, fields)) == {}
    converted = [lead(None, into=CONTACT), contact(None), person("1")]
    after = merge_lead(converted, before, fields)
    assert writes(after) == {}
    assert writes(merge_lead(converted, {**before, **after.bases}, fields)) == {}


def test_a_newer_value_still_fills_what_was_cleared_before_the_conversion() -> None:
    fields = rules()
    before = agreed("1", fields)
    converted = [lead(None, into=CONTACT), contact(None), person("2")]
    assert writes(merge_lead(converted, before, fields)) == {"Contact.Phone": "2"}


@pytest.mark.parametrize("into", [None, CONTACT], ids=["a twin took over", "converted into an older contact"])
def test_an_older_number_of_another_record_is_nobodys_change(into: RecordRef | None) -> None:
    fields = rules()
    before = agreed("1", fields)
    records = [lead("1", into=into), contact("OLD-2009"), person("1")]
    after = merge_lead(records, before, fields)
    assert (writes(after), [each.property for each in after.conflicts]) == ({}, ["phone"])
    again = merge_lead(records, {**before, **after.bases}, fields)
    assert (writes(again), [each.property for each in again.conflicts]) == ({}, ["phone"])


def test_whoever_edits_next_decides_between_two_records_that_differ() -> None:
    fields = rules()
    before = agreed("1", fields)
    bases = {**before, **merge_lead([lead("1"), contact("OLD-2009"), person("1")], before, fields).bases}
    assert writes(merge_lead([lead("1"), contact("OLD-2009"), person("2")], bases, fields)) == {"Contact.Phone": "2"}
    assert writes(merge_lead([lead("1"), contact("3"), person("1")], bases, fields)) == {"contacts.phone": "3"}


def test_a_change_that_the_contact_took_over_from_its_lead_still_goes_over() -> None:
    fields = rules()
    records = [lead("2", into=CONTACT), contact("2"), person("1")]
    assert writes(merge_lead(records, agreed("1", fields), fields)) == {"contacts.phone": "2"}


def test_a_cleared_value_is_known_again_after_a_new_transform() -> None:
    phone = Property(name="phone", fields=PLACES, sync=SyncRule.PREFER_SALESFORCE, transforms=["e164"])
    base = Base(value="+49 151 12345678", vendor_form="+49 151 12345678")
    refs = {name: RecordRef(connection=name, object="P", id="1") for name in PLACES}
    sides = [
        Side(connection="crm", ref=refs["crm"], shown=None, base=base),
        Side(connection="mail", ref=refs["mail"], shown="+49 151 12345678", base=base),
    ]
    found = merge(phone, sides, types=TYPES)
    assert (found.value, found.writes) == ("+4915112345678", {})
