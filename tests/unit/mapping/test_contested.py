"""The verdict over a field: free, shared or contested, with the reasons, and what waits for a decision."""

from datetime import UTC, datetime
from typing import Any

import pytest

from config.mapping import MappingRules, People, Property, Role, SyncRule, System, Whose
from domain.stage import Stage
from domain.survey import Author, Automation, AutomationKind, Survey, Written
from domain.values import RecordRef
from mapping.compiled import FieldMap
from mapping.contested import FieldVerdict, Verdict, undecided, verdicts, waiting_places
from mapping.written import written_fields

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TYPES = {"crm": "salesforce", "mail": "hubspot"}
PROPERTIES = [
    Property(name="phone", fields={"crm": "Phone", "mail": "phone"}, sync=SyncRule.ALWAYS_SALESFORCE),
    Property(name="title", fields={"crm": "Title", "mail": "jobtitle"}),
    Property(name="employees", fields={"crm": {"Lead": "Employees"}}, sync=SyncRule.TWO_WAY),
    Property(name="owner", fields={"crm": "OwnerId"}, role=Role.OWNER),
    Property(
        name="status",
        fields={"crm": {"Lead": "Status"}, "mail": "hs_lead_status"},
        role=Role.STATUS,
        values={"crm": {Stage.ASSIGNED: "Open"}},
    ),
    Property(name="lead_key", fields={"crm": "Key__c", "mail": "key"}, role=Role.OWNED),
    Property(name="score", fields={"crm": {"Lead": "Score__c"}}, role=Role.OWNED),
]
RULES = MappingRules(
    systems={
        "crm": System(people=People(objects=["Contact", "Lead"], key="Key__c", email="Email")),
        "mail": System(people=People(objects=["contacts"], key="key", email="email")),
    },
    properties=PROPERTIES,
)


def line(field: str, author: Author, name: str = "", *, kind: str = "Lead", **more: Any) -> Written:
    given: dict[str, Any] = {"authors": 1, "changes": 1, **more}
    return Written(object=kind, field=field, author=author, name=name, last_at=NOW, **given)


def survey(*written: Written, connection: str = "crm", **more: Any) -> Survey:
    return Survey(connection=connection, at=NOW, since=NOW, sampled={}, written=written, **more)


def verdict(place: str, found: Survey, rules: MappingRules = RULES) -> FieldVerdict:
    (each,) = [each for each in verdicts({found.connection: found}, rules, TYPES) if each.field.place == place]
    return each


def test_what_the_rules_write_is_what_they_project_merge_or_clear() -> None:
    assert {(field.connection, field.place) for field in written_fields(RULES, TYPES)} == {
        ("mail", "contacts.phone"),
        ("crm", "Lead.OwnerId"),
        ("crm", "Lead.Status"),
        ("crm", "Contact.Key__c"),
        ("crm", "Lead.Key__c"),
        ("mail", "contacts.key"),
        ("crm", "Lead.Score__c"),
    }


@pytest.mark.parametrize(
    ("author", "expected", "reason"),
    [
        (Author.OURS, Verdict.FREE, None),
        (Author.PERSON, Verdict.SHARED, "3 people: 14 changes, as they are meant to"),
        (Author.VISITOR, Verdict.SHARED, "3 forms and chats: 14 changes"),
        (Author.IMPORT, Verdict.SHARED, "import Robot: 14 changes"),
        (Author.SYSTEM, Verdict.SHARED, "system Robot: 14 changes"),
        (Author.WORKFLOW, Verdict.CONTESTED, "workflow Robot: 14 changes"),
        (Author.INTEGRATION, Verdict.CONTESTED, "integration Robot: 14 changes"),
        (Author.NEIGHBOUR, Verdict.CONTESTED, "Robot: 14 changes"),
    ],
    ids=lambda value: str(value) if isinstance(value, Author) else "",
)
def test_a_machine_contests_a_field_and_everybody_else_shares_it(
    author: Author, expected: Verdict, reason: str | None
) -> None:
    found = verdict("Lead.Status", survey(line("Status", author, "Robot", authors=3, changes=14)))
    assert (found.verdict, found.reasons) == (expected, (reason,) if reason else ())


def test_who_writes_another_object_or_field_is_nobody_here() -> None:
    found = survey(line("Status", Author.WORKFLOW, kind="Contact"), line("Rating", Author.WORKFLOW))
    assert verdict("Lead.Status", found).verdict is Verdict.FREE


def test_the_integration_that_writes_our_key_is_us() -> None:
    key = line("key", Author.INTEGRATION, "Service key", kind="contacts")
    phone = line("phone", Author.INTEGRATION, "Service key", kind="contacts")
    assert verdict("contacts.phone", survey(key, phone, connection="mail")).verdict is Verdict.FREE
    assert verdict("contacts.phone", survey(phone, connection="mail")).verdict is Verdict.CONTESTED


@pytest.mark.parametrize(
    ("kind", "place", "expected"),
    [
        (AutomationKind.FLOW, "Lead.Status", Verdict.CONTESTED),
        (AutomationKind.WORKFLOW, "Lead.Status", Verdict.CONTESTED),
        (AutomationKind.FIELD_UPDATE, "Lead.Status", Verdict.CONTESTED),
        (AutomationKind.VALIDATION_RULE, "Lead.Status", Verdict.FREE),
        (AutomationKind.ASSIGNMENT_RULE, "Lead.OwnerId", Verdict.SHARED),
        (AutomationKind.DUPLICATE_RULE, "Lead.Status", Verdict.FREE),
    ],
)
def test_what_is_active_counts_before_it_has_written_anything(
    kind: AutomationKind, place: str, expected: Verdict
) -> None:
    active = Automation(kind=kind, object="Lead", name="A", fields=("Status",))
    assert verdict(place, survey(automations=(active,))).verdict is expected


def test_of_a_field_without_history_a_machine_that_changed_records_last_is_a_hint_and_no_more() -> None:
    last = line("", Author.INTEGRATION, "Enricher", changes=12)
    found = survey(last, untracked={"Lead": ("Status", "Score__c")})
    told = verdict("Lead.Status", found)
    assert told.verdict is Verdict.SHARED
    assert told.reasons == ("integration Enricher changed 12 records last; which fields, no history tells",)
    assert verdict("Lead.Score__c", found).verdict is Verdict.FREE, "nobody else knows our own fields"
    assert verdict("Lead.Status", survey(last)).verdict is Verdict.FREE, "its history is kept, and names nobody"


CONTESTED = survey(line("Status", Author.WORKFLOW, "Reset"), line("OwnerId", Author.PERSON))


@pytest.mark.parametrize("whose", list(Whose))
def test_a_contested_field_waits_until_any_decision_stands(whose: Whose) -> None:
    assert [each.field.place for each in undecided({"crm": CONTESTED}, RULES, TYPES)] == ["Lead.Status"]
    assert waiting_places({"crm": CONTESTED}, RULES, TYPES) == {("crm", "Lead", "Status")}
    decided = RULES.model_copy(update={"decided": {"crm": {"Lead.Status": whose}}})
    assert undecided({"crm": CONTESTED}, decided, TYPES) == ()
    assert waiting_places({"crm": CONTESTED}, decided, TYPES) == frozenset()


@pytest.mark.parametrize(
    ("whose", "written"), [(Whose.OURS, True), (Whose.SHARED, True), (Whose.THEIRS, False)], ids=str
)
def test_what_is_theirs_or_waits_is_not_written(whose: Whose, written: bool) -> None:
    lead = RecordRef(connection="crm", object="Lead", id="00Q1")
    decided = RULES.model_copy(update={"decided": {"crm": {"Lead.Status": whose}}})
    assert FieldMap(decided, TYPES).may_write(lead, "Status") is written
    assert FieldMap(RULES, TYPES, waiting={("crm", "Lead", "Status")}).may_write(lead, "Status") is False
    assert FieldMap(decided, TYPES).may_write(lead, "OwnerId") is True


def test_the_contested_stand_first_and_a_connection_never_surveyed_is_left_out() -> None:
    order = [each.verdict for each in verdicts({"crm": CONTESTED}, RULES, TYPES)]
    assert order == [Verdict.CONTESTED, Verdict.SHARED, Verdict.FREE, Verdict.FREE, Verdict.FREE]
