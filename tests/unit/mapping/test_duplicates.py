"""The score stands on the head alone; people who are likely the same are found by name and domain."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from config.mapping import MappingRules, People, Property, Role, System
from domain.record import Record
from domain.values import RecordRef, Value
from mapping.compiled import FieldMap
from mapping.duplicates import has_names, likeness, on_heads_only
from mapping.wishes import FieldWish

NOW = datetime(2026, 11, 22, tzinfo=UTC)
RULES = MappingRules(
    systems={
        "crm": System(people=People(objects=["Contact", "Lead"], key="Key__c", email="Email")),
        "mail": System(
            people=People(objects=["contacts"], key="key", email="email", links={"salesforceleadid": "crm:Lead"})
        ),
    },
    properties=[
        Property(name="first_name", fields={"crm": "FirstName", "mail": "firstname"}),
        Property(name="last_name", fields={"crm": "LastName", "mail": "lastname"}),
        Property(name="lead_key", fields={"crm": "Key__c", "mail": "key"}, role=Role.OWNED),
        Property(name="score", fields={"crm": "Score__c"}, role=Role.OWNED),
        Property(name="verdict", fields={"crm": "Verdict__c"}, role=Role.ANSWER),
    ],
)
MAP = FieldMap(RULES, {"crm": "salesforce", "mail": "hubspot"})
OURS: dict[str, Value] = {"Key__c": "LL-7", "Score__c": 74, "Verdict__c": "Accept"}


def record(kind: str, number: str, values: Mapping[str, Value] | None = None, **more: bool) -> Record:
    connection = "mail" if kind == "contacts" else "crm"
    ref = RecordRef(connection=connection, object=kind, id=number)
    return Record(ref=ref, values=values or {}, modified_at=NOW, archived=more.get("archived", False))


def wish(at: Record, field: str, value: Value) -> FieldWish:
    names = {"Key__c": "lead_key", "Score__c": "score"}
    return FieldWish(ref=at.ref, field=field, property=names[field], value=value)


def tidied(head: Record, *others: Record) -> set[tuple[str, str, Value]]:
    wishes = [wish(head, "Key__c", "LL-7"), wish(head, "Score__c", 80)]
    found = on_heads_only(wishes, [head, *others], {"crm": head.ref}, MAP)
    return {(each.ref.id, each.field, each.value) for each in found}


def test_a_twin_that_never_was_the_head_is_not_touched() -> None:
    assert tidied(record("Lead", "1"), record("Lead", "2", {"Score__c": 3})) == {
        ("1", "Key__c", "LL-7"),
        ("1", "Score__c", 80),
    }


def test_a_former_head_gives_our_values_back_and_keeps_its_rep_s_answer() -> None:
    assert tidied(record("Contact", "1"), record("Lead", "2", OURS)) == {
        ("1", "Key__c", "LL-7"),
        ("1", "Score__c", 80),
        ("2", "Key__c", None),
        ("2", "Score__c", None),
    }


def test_the_key_which_is_unique_in_its_object_moves_only_once_the_twin_gave_it_back() -> None:
    assert tidied(record("Lead", "1"), record("Lead", "2", OURS)) == {
        ("1", "Score__c", 80),
        ("2", "Key__c", None),
        ("2", "Score__c", None),
    }
    assert ("1", "Key__c", "LL-7") in tidied(record("Lead", "1"), record("Lead", "2", {"Key__c": None}))


def test_where_a_neighbour_links_the_person_the_twin_is_left_as_it_is() -> None:
    linking = record("contacts", "51", {"salesforceleadid": "1"})
    assert tidied(record("Lead", "1"), record("Lead", "2", OURS), linking) == {("1", "Score__c", 80)}


def test_nothing_is_wished_for_a_former_head_that_is_no_more() -> None:
    assert ("2", "Key__c", None) not in tidied(record("Lead", "1"), record("Lead", "2", OURS, archived=True))


ANA: dict[str, Value] = {"FirstName": " Ana ", "LastName": "RUIZ", "Email": "ana.ruiz@globex.example"}


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (ANA, ("ana ruiz", "globex.example")),
        ({**ANA, "Email": "ana@gmail.com"}, None),
        ({**ANA, "FirstName": None}, None),
        ({**ANA, "Email": None}, None),
    ],
    ids=["name and domain", "free mail", "one name", "no address"],
)
def test_likeness_needs_a_full_name_and_a_company_s_domain(
    values: Mapping[str, Value], found: tuple[str, str] | None
) -> None:
    assert likeness(record("Lead", "1", values), MAP, frozenset()) == found


def test_both_systems_records_of_a_person_are_alike() -> None:
    shown: dict[str, Value] = {"firstname": "ana", "lastname": "Ruiz", "email": "ruiz@globex.example"}
    assert likeness(record("contacts", "5", shown), MAP, frozenset()) == likeness(
        record("Lead", "1", ANA), MAP, frozenset()
    )


def test_without_names_in_the_mapping_nobody_is_alike() -> None:
    assert has_names(MAP)
    nameless = RULES.model_copy(update={"properties": RULES.properties[2:]})
    assert not has_names(FieldMap(nameless, MAP.types))
