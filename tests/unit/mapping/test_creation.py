"""What a new person is given and needs: nothing made up, and what nobody knows is named."""

from datetime import UTC, datetime
from typing import Any

import pytest

from config.mapping import MappingRules, People, Property, Role, System
from domain.record import Field, FieldType, Record
from domain.values import RecordRef, Value
from mapping.compiled import FieldMap
from mapping.creation import Newcomer, domain_of, lacking, newcomers, stand_in

TYPES = {"crm": "salesforce", "hub": "hubspot"}
PROPERTIES = [
    Property(name="email", fields={"crm": "Email", "hub": "email"}),
    Property(name="last_name", fields={"crm": "LastName", "hub": "lastname"}),
    Property(name="company", fields={"crm": {"Lead": "Company"}, "hub": "company"}),
    Property(name="region", fields={"crm": "Region__c"}),
    Property(name="status", role=Role.STATUS, fields={"crm": {"Lead": "Status"}}),
]


def system(objects: list[str], *, create: str = "enrich", as_: str | None = None, **people: Any) -> System:
    own = People(objects=objects, key="key", **people)
    return System.model_validate({"people": own, "create": create, "create_object": as_})


def fields(*, crm: str = "create_at_mql", hub: str = "enrich", as_: str | None = None, **rules: Any) -> FieldMap:
    people = ["Contact", "Lead"]
    systems = {
        "crm": system(people, create=crm, as_=as_, email="Email", company="Company"),
        "hub": system(["contacts"], create=hub, email="email", company="company", more_emails="more"),
    }
    return FieldMap(MappingRules(systems=systems, **{"properties": PROPERTIES, **rules}), TYPES)


def only(found: FieldMap, *told: Field, of: str = "Lead") -> Newcomer:
    (newcomer,) = newcomers(found, {("crm", of): {each.name: each for each in told}})
    return newcomer


def never_blank(name: str, **more: Any) -> Field:
    return Field(**{"name": name, "label": name, "type": FieldType.TEXT, "nullable": False, **more})


LEAD = only(fields())


def test_a_lead_of_salesforce_needs_a_company_a_last_name_and_an_address() -> None:
    assert (LEAD.connection, LEAD.object, LEAD.company) == ("crm", "Lead", "Company")
    assert dict(LEAD.needs) == {"Company": "company", "Email": "email", "LastName": "last_name"}


def test_a_contact_of_salesforce_needs_no_company() -> None:
    newcomer = only(fields(as_="Contact"))
    assert (newcomer.object, dict(newcomer.needs), newcomer.company) == (
        "Contact",
        {"Email": "email", "LastName": "last_name"},
        None,
    )


def test_what_the_org_says_may_not_be_blank_is_needed_where_a_shared_property_fills_it() -> None:
    told = [never_blank(name) for name in ("Region__c", "Status", "Unmapped__c")]
    assert set(only(fields(), *told).needs.values()) == {"company", "email", "last_name", "region"}


@pytest.mark.parametrize(
    "more",
    [{"nullable": True}, {"writable": False}, {"type": FieldType.BOOLEAN}],
    ids=["may be blank", "filled by the system", "a box"],
)
def test_what_may_be_blank_or_is_not_ours_to_fill_is_not_needed(more: dict[str, Any]) -> None:
    assert "Region__c" not in only(fields(), never_blank("Region__c", **more)).needs


def test_what_another_object_needs_is_not_asked_for() -> None:
    assert "Region__c" not in only(fields(), never_blank("Region__c"), of="Contact").needs


def test_hubspot_needs_an_address_only_and_who_only_enriches_nothing() -> None:
    (newcomer,) = newcomers(fields(crm="enrich", hub="create_at_mql"), {})
    assert (newcomer.connection, dict(newcomer.needs)) == ("hub", {"email": "email"})


def test_a_field_that_no_property_fills_is_not_waited_for_but_for_the_company() -> None:
    newcomer = only(fields(properties=[PROPERTIES[0]]))
    assert dict(newcomer.needs) == {"Company": "Company", "Email": "email"}


@pytest.mark.parametrize(
    ("values", "other", "company", "missing"),
    [
        ({"company": "Globex"}, "globex.example", None, ()),
        ({"company": " "}, "globex.example", "globex.example", ()),
        ({}, "Globex Holding", "Globex Holding", ()),
        ({}, None, None, ("company",)),
        ({"last_name": None}, None, None, ("company", "last_name")),
    ],
    ids=["named", "blank", "unknown", "nothing known", "no last name either"],
)
def test_a_company_is_stood_in_for_by_what_else_is_known_and_by_nothing_made_up(
    values: dict[str, Value], other: str | None, company: str | None, missing: tuple[str, ...]
) -> None:
    known: dict[str, Value] = {"email": "ana@globex.example", "last_name": "Ruiz", **values}
    assert stand_in(LEAD, known, other) == company
    assert lacking(LEAD, known, company) == missing


def person(connection: str, **values: Value) -> Record:
    ref = RecordRef(connection=connection, object="contacts" if connection == "hub" else "Lead", id="1")
    return Record(ref=ref, values=values, modified_at=datetime(2026, 9, 7, tzinfo=UTC))


@pytest.mark.parametrize(
    ("records", "domain"),
    [
        ([person("hub", email="ana@globex.example")], "globex.example"),
        ([person("hub", email="ana@mail.globex.co.uk")], "globex.co.uk"),
        ([person("hub", email="ana@gmail.com")], None),
        ([person("hub", email="ana@gmail.com", more="ana@globex.example")], "globex.example"),
        ([person("hub", email="ana@isp.example")], None),
        ([person("hub", email=None)], None),
        ([person("files", email="ana@globex.example")], None),
    ],
    ids=["at work", "a subdomain", "free mail", "a second address", "free by our rules", "none", "an unmapped system"],
)
def test_the_domain_of_an_address_at_work_is_a_true_fact(records: list[Record], domain: str | None) -> None:
    assert domain_of(records, fields(free_mail=["isp.example"])) == domain
