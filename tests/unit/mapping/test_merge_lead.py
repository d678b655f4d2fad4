"""A whole lead merged: heads, missing fields, the lead's country, answers and what could not be read."""

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from config.mapping import MappingRules, Nulls, People, Property, Role, SyncRule, System
from domain.change import Conflict
from domain.errors import RuleError
from domain.record import FieldType, Record
from domain.values import RecordRef, Value
from mapping.agreement import Base
from mapping.compiled import FieldMap
from mapping.merge_lead import ABOUT, At, FieldWish, Unread, merge_lead

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TYPES = {"crm": "salesforce", "mail": "hubspot"}
SYSTEMS = {
    "crm": System(people=People(objects=["Contact", "Lead"], key="LL_Lead_Key__c", email="Email", account="AccountId")),
    "mail": System(
        people=People(
            objects=["contacts"],
            key="ll_lead_key",
            email="email",
            more_emails="hs_additional_emails",
            links={"salesforceleadid": "crm:Lead"},
        )
    ),
}
PHONE = Property(name="phone", fields={"crm": "Phone", "mail": "phone"}, sync=SyncRule.TWO_WAY, transforms=["e164"])
COUNTRY = Property(
    name="country",
    fields={"crm": {"Lead": "Country", "Contact": "MailingCountry"}, "mail": "country"},
    sync=SyncRule.PREFER_SALESFORCE,
    transforms=["country2"],
)
TITLE = Property(name="title", fields={"crm": "Title", "mail": "jobtitle"}, sync=SyncRule.TWO_WAY, transforms=["trim"])
COMPANY = Property(name="company", fields={"crm": {"Lead": "Company"}})
VERDICT = Property(name="verdict", fields={"crm": "LL_Verdict__c"}, role=Role.ANSWER, type=FieldType.PICKLIST)
SCORE = Property(name="score", fields={"crm": "LL_Score__c"}, role=Role.OWNED, type=FieldType.NUMBER)
RULES = MappingRules(systems=SYSTEMS, properties=[PHONE, COUNTRY, TITLE, COMPANY, VERDICT, SCORE])
MAP = FieldMap(RULES, TYPES)


def record(connection: str, kind: str, number: str, values: Mapping[str, Value], *, into: str | None = None) -> Record:
    converted_to = RecordRef(connection=connection, object="Contact", id=into) if into else None
    ref = RecordRef(connection=connection, object=kind, id=number)
    return Record(ref=ref, values=values, modified_at=NOW, converted_to=converted_to)


def agreed(value: Value) -> Base:
    return Base(value=value, vendor_form=value)


def about(*records: Record) -> dict[At, Base]:
    return {(ABOUT, one.ref.connection): Base(value=str(one.ref), vendor_form=None) for one in records}


LEAD = record("crm", "Lead", "00Q1", {"Phone": None, "Country": "UK", "Title": " VP Ops ", "LL_Verdict__c": "Accept"})
PERSON = record("mail", "contacts", "7", {"phone": "020 7946 0958", "country": None, "jobtitle": "Director"})


def test_a_lead_is_merged_property_by_property_with_its_own_country() -> None:
    bases = {("title", "crm"): agreed("VP"), ("title", "mail"): agreed("VP")}
    merged = merge_lead([LEAD, PERSON], bases, MAP)
    assert merged.values == {"country": "GB", "phone": "+442079460958", "title": "VP"}
    assert merged.desired == (
        FieldWish(ref=PERSON.ref, field="country", property="country", value="GB"),
        FieldWish(ref=LEAD.ref, field="Phone", property="phone", value="+442079460958"),
    )
    assert merged.conflicts == (Conflict(property="title", values={"crm": "VP Ops", "mail": "Director"}),)
    assert merged.heads == {"crm": LEAD.ref, "mail": PERSON.ref}
    assert merged.answers == {("verdict", "crm"): "Accept"}
    assert merged.unread == ()


def test_the_compiled_rules_and_the_plain_ones_give_the_same() -> None:
    assert merge_lead([LEAD, PERSON], {}, RULES, types=TYPES) == merge_lead([LEAD, PERSON], {}, MAP)


@pytest.mark.parametrize("name", ["phone", "country", "title"])
def test_a_property_merged_alone_comes_to_what_it_is_among_all(name: str) -> None:
    """The phone is a British one only because the country is."""
    bases = {(name, "crm"): agreed("VP"), (name, "mail"): agreed("VP")}
    whole, alone = (merge_lead([LEAD, PERSON], bases, fields) for fields in (MAP, MAP.about({name})))
    assert set(alone.values) == {name, "country"}
    assert alone.values[name] == whole.values[name]
    assert [wish for wish in alone.desired if wish.property == name] == [
        wish for wish in whole.desired if wish.property == name
    ]
    of_it = ({at: base for at, base in each.bases.items() if at[0] == name} for each in (whole, alone))
    assert next(of_it) == next(of_it)


def test_a_lead_does_not_depend_on_the_order_of_its_records() -> None:
    twin = record("crm", "Lead", "00Q2", {"Phone": "x", "Company": "Globex", "Title": "CEO"})
    expected = merge_lead([LEAD, PERSON, twin], {}, MAP)
    for records in itertools.permutations([LEAD, PERSON, twin]):
        assert merge_lead(list(records), {}, MAP) == expected


def test_a_field_that_a_record_came_without_is_no_blank() -> None:
    bases = {("title", "crm"): agreed("VP"), ("title", "mail"): agreed("VP")}
    bare = record("crm", "Lead", "00Q1", {})
    rule = TITLE.model_copy(update={"nulls": Nulls.PROPAGATE})
    fields = FieldMap(MappingRules(systems=SYSTEMS, properties=[rule]), TYPES)
    person = record("mail", "contacts", "7", {"jobtitle": "VP"})
    merged = merge_lead([bare, person], bases, fields)
    assert (merged.values, merged.desired) == ({"title": "VP"}, ())
    cleared = merge_lead([record("crm", "Lead", "00Q1", {"Title": ""}), person], bases, fields)
    assert cleared.desired == (FieldWish(ref=person.ref, field="jobtitle", property="title", value=None),)


def test_agreement_is_kept_once_and_a_lead_at_rest_has_nothing_to_save() -> None:
    records = [record("crm", "Lead", "00Q1", {"Title": "VP"}), record("mail", "contacts", "7", {"jobtitle": "VP "})]
    first = merge_lead(records, {}, MAP)
    assert first.bases == about(*records) | {
        ("title", "crm"): Base(value="VP", vendor_form="VP"),
        ("title", "mail"): Base(value="VP", vendor_form="VP "),
    }
    second = merge_lead(records, first.bases, MAP)
    assert (second.bases, second.desired, second.values) == ({}, (), {"title": "VP"})


def test_what_both_sides_cleared_is_agreed_to_be_blank_and_what_nobody_ever_filled_is_not_kept() -> None:
    blank = [record("crm", "Lead", "00Q1", {"Title": None}), record("mail", "contacts", "7", {"jobtitle": None})]
    agreed_before = {**about(*blank), ("title", "crm"): agreed("VP"), ("title", "mail"): agreed("VP")}
    cleared = merge_lead(blank, agreed_before, MAP)
    assert (cleared.values, cleared.desired) == ({"title": None}, ())
    assert cleared.bases == {("title", "crm"): agreed(None), ("title", "mail"): agreed(None)}
    never = merge_lead(blank, about(*blank), MAP)
    assert (never.values, never.desired, never.bases) == ({"title": None}, (), {})


def test_after_conversion_the_contact_is_written_and_the_dead_lead_only_read() -> None:
    dead = record("crm", "Lead", "00Q1", {"Title": "VP", "Company": "Globex"}, into="0031")
    contact = record("crm", "Contact", "0031", {"Title": None, "MailingCountry": None})
    person = record("mail", "contacts", "7", {"jobtitle": "Director", "country": "Holland"})
    merged = merge_lead([dead, contact, person], {}, MAP)
    assert merged.values == {"country": "NL", "title": "Director", "company": "Globex"}
    assert merged.desired == (
        FieldWish(ref=contact.ref, field="MailingCountry", property="country", value="NL"),
        FieldWish(ref=contact.ref, field="Title", property="title", value="Director"),
    )


@pytest.mark.parametrize("nulls", Nulls)
def test_a_contact_that_conversion_left_blank_is_filled_not_taken_for_cleared(nulls: Nulls) -> None:
    rule = TITLE.model_copy(update={"nulls": nulls})
    fields = FieldMap(MappingRules(systems=SYSTEMS, properties=[rule]), TYPES)
    lead, person = record("crm", "Lead", "00Q1", {"Title": "VP"}), record("mail", "contacts", "7", {"jobtitle": "VP"})
    bases = dict(merge_lead([lead, person], {}, fields).bases)
    contact = record("crm", "Contact", "0031", {"Title": None})
    records = [record("crm", "Lead", "00Q1", {"Title": "VP"}, into="0031"), contact, person]
    filled = (FieldWish(ref=contact.ref, field="Title", property="title", value="VP"),)
    merged = merge_lead(records, bases, fields)
    assert merged.desired == filled
    assert merged.bases == about(contact) | {("title", "crm"): agreed(None)}
    bases.update(merged.bases)
    assert merge_lead(records, bases, fields).desired == filled


def test_a_change_made_while_a_lead_was_converted_is_still_a_change() -> None:
    bases = about(LEAD, PERSON) | {("title", "crm"): agreed("VP"), ("title", "mail"): agreed("VP")}
    contact = record("crm", "Contact", "0031", {"Title": "VP"})
    person = record("mail", "contacts", "7", {"jobtitle": "CEO"})
    merged = merge_lead([contact, person], bases, MAP)
    assert (merged.values["title"], merged.conflicts) == ("CEO", ())


def test_a_truth_and_a_number_are_not_read_as_one_another() -> None:
    records = [record("crm", "Lead", "00Q1", {"Title": True}), record("mail", "contacts", "7", {"jobtitle": 1})]
    merged = merge_lead(records, {}, MAP)
    assert merged.conflicts == (Conflict(property="title", values={"crm": "true", "mail": "1"}),)


def test_the_neighbours_linked_twin_is_the_one_that_is_written() -> None:
    old = record("crm", "Lead", "00Q0000000000010AA", {"Title": None})
    linked = record("crm", "Lead", "00Q0000000000020AA", {"Title": None})
    person = record("mail", "contacts", "7", {"jobtitle": "VP", "salesforceleadid": "00Q0000000000020AA"})
    merged = merge_lead([old, linked, person], {}, MAP)
    assert [wish.ref for wish in merged.desired] == [linked.ref]


def test_what_cannot_be_read_is_named_without_its_value() -> None:
    person = record("mail", "contacts", "7", {"phone": "ask Ana"})
    merged = merge_lead([person], {}, MAP)
    assert merged.values == {"phone": None}
    problem = "e164 cannot read the value"
    assert merged.unread == (Unread(ref=person.ref, field="phone", property="phone", problem=problem),)


def test_times_from_a_field_history_decide_between_two_changes() -> None:
    bases = {("title", "crm"): agreed("VP"), ("title", "mail"): agreed("VP")}
    times = {("title", "crm"): datetime(2026, 11, 1, tzinfo=UTC), ("title", "mail"): NOW}
    merged = merge_lead([LEAD, PERSON], bases, MAP, changed=times)
    assert (merged.values["title"], merged.conflicts) == ("Director", ())


def test_a_lead_without_records_is_empty() -> None:
    merged = merge_lead([], {}, MAP)
    assert (merged.values, merged.desired, merged.heads) == ({}, (), {})


def test_the_map_names_every_field_that_a_reader_has_to_ask_for() -> None:
    assert MAP.fields("crm", "Lead") == {
        "LL_Lead_Key__c", "Email", "AccountId", "Phone", "Country", "Title", "Company", "LL_Verdict__c", "LL_Score__c",
    }  # fmt: skip
    assert MAP.fields("mail", "contacts") == {
        "ll_lead_key", "email", "hs_additional_emails", "salesforceleadid", "phone", "country", "jobtitle",
    }  # fmt: skip
    assert MAP.fields("crm", "Opportunity") == frozenset()
    assert MAP.fields("nobody", "Lead") == frozenset()


@pytest.mark.parametrize(
    ("prop", "message"),
    [
        ({"transforms": ["trimm"]}, "property 'p': unknown transform 'trimm', did you mean 'trim'?"),
        ({"fields": {"crmm": "P"}}, "property 'p': no system is called 'crmm'"),
        ({"fields": {"crm": {"Leed": "P"}}}, "property 'p': 'crm' has no people in 'Leed'"),
        (
            {"fields": {"mail": "p"}, "sync": SyncRule.ALWAYS_SALESFORCE},
            "property 'p': 'Always use Salesforce', but none of its fields is in a salesforce connection",
        ),
        ({"name": "twice"}, "property 'twice' stands there 2 times"),
    ],
)
def test_rules_that_cannot_work_are_refused_in_words(prop: dict[str, object], message: str) -> None:
    wrong = Property.model_validate({"name": "p", "fields": {"crm": "P"}, **prop})
    again = Property(name="twice", fields={"crm": "T"})
    with pytest.raises(RuleError) as caught:
        FieldMap(MappingRules(systems=SYSTEMS, properties=[wrong, again]), TYPES)
    assert str(caught.value) == f"mapping.yaml cannot be used: {message}"


def test_a_link_to_a_system_that_is_not_there_is_refused() -> None:
    people = People(objects=["contacts"], key="k", email="e", links={"x": "crn:Lead"})
    with pytest.raises(RuleError, match="system 'mail': the link to 'crn:Lead' names no known system"):
        FieldMap(MappingRules(systems={"mail": System(people=people)}, properties=[]), TYPES)
