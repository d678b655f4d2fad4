"""Which properties another version of the rules reads from another field."""

from config.mapping import MappingRules, People, Property, System
from domain.place import FieldOf
from mapping.moved import Moved, added, moves


def rules(**fields: str | dict[str, str]) -> MappingRules:
    people = People(objects=["Contact", "Lead"], key="LL_Key", email="Email")
    return MappingRules(
        systems={"salesforce": System(people=people)},
        properties=[Property(name=name, fields={"salesforce": where}) for name, where in fields.items()],
    )


def moved(name: str, kind: str, before: str, after: str) -> Moved:
    return Moved(name=name, connection="salesforce", object=kind, before=before, after=after)


def test_a_field_for_every_object_moves_in_every_object() -> None:
    assert moves(rules(phone="Phone"), rules(phone="Fax")) == (
        moved("phone", "Contact", "Phone", "Fax"),
        moved("phone", "Lead", "Phone", "Fax"),
    )


def test_only_the_object_counts_in_which_it_is_another_field() -> None:
    before = rules(country={"Lead": "Country", "Contact": "MailingCountry"})
    after = rules(country={"Lead": "Region", "Contact": "MailingCountry"})
    assert moves(before, after) == (moved("country", "Lead", "Country", "Region"),)


def test_what_is_new_gone_or_said_in_another_way_has_not_moved() -> None:
    before = rules(phone="Phone", fax="Fax")
    assert moves(before, rules(phone={"Lead": "Phone"}, mobile="MobilePhone")) == ()
    assert moves(before, before) == ()


def test_a_field_came_with_a_new_property_or_with_one_that_was_moved_there() -> None:
    before, after = rules(phone="Phone"), rules(phone="Fax", why={"Lead": "Description"})
    lead, contact = (FieldOf(connection="salesforce", object=kind, field="Fax") for kind in ("Lead", "Contact"))
    new = FieldOf(connection="salesforce", object="Lead", field="Description")
    assert set(added(before, after)) == {lead, contact, new}
    assert added(after, after) == ()
