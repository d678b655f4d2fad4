"""Fields that a neighbour carries: neither written nor heard where they are only an echo."""

from datetime import UTC, datetime

from config.mapping import MappingRules, People, Property, Role, SyncRule, System, Whose
from domain.record import Record
from domain.values import RecordRef, Value
from mapping.agreement import Base
from mapping.compiled import FieldMap
from mapping.merge_lead import merge_lead

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TYPES = {"crm": "salesforce", "mail": "hubspot"}
RULES = MappingRules(
    systems={
        "crm": System(people=People(objects=["Lead"], key="K", email="Email")),
        "mail": System(people=People(objects=["contacts"], key="k", email="email")),
    },
    properties=[
        Property(name="title", fields={"crm": "Title", "mail": "jobtitle"}, sync=SyncRule.TWO_WAY),
        Property(name="owner", role=Role.OWNER, fields={"crm": "OwnerId", "mail": "hubspot_owner_id"}),
    ],
    decided={"mail": {"contacts.jobtitle": Whose.CARRIED, "contacts.hubspot_owner_id": Whose.CARRIED}},
)
FIELDS = FieldMap(RULES, TYPES)
LEAD = RecordRef(connection="crm", object="Lead", id="1")
PERSON = RecordRef(connection="mail", object="contacts", id="1")


def record(ref: RecordRef, **values: Value) -> Record:
    return Record(ref=ref, values=values, modified_at=NOW)


def test_a_late_echo_is_neither_a_change_nor_a_conflict_nor_somebodys_answer() -> None:
    agreed = Base(value="CEO", vendor_form="CEO")
    merged = merge_lead(
        [record(LEAD, Title="CFO", OwnerId="005A"), record(PERSON, jobtitle="COO", hubspot_owner_id="901")],
        {("title", "crm"): agreed, ("title", "mail"): agreed},
        FIELDS,
    )
    assert merged.values == {"title": "CFO"}
    assert (merged.desired, merged.conflicts) == ((), ())
    assert merged.answers == {("owner", "crm"): "005A"}


def test_what_is_carried_is_not_ours_to_write_there_and_is_still_read() -> None:
    assert FIELDS.may_write(PERSON, "jobtitle") is False
    assert FIELDS.may_write(LEAD, "Title") is True
    assert FIELDS.fields("mail", "contacts") == {"k", "email", "jobtitle", "hubspot_owner_id"}
    assert FIELDS.role_of(PERSON, "hubspot_owner_id") is Role.OWNER
