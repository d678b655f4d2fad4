"""Which writes a lead needs: exactly the difference, and nothing that is under way or was refused."""

from dataclasses import replace

import pytest

from connectors.contract import Lane
from domain.change import Change, ChangeKind
from domain.decision import Intent, IntentKind
from domain.record import Record
from domain.run import OutboxStatus
from domain.values import RecordRef, Value
from store.outbox import OutboxDraft
from sync.loop import InForce
from sync.plan import Wanted, changes_of
from tests.unit.sync.material import ANA, FAY, LEAD, PERSON, RULES, USERS, member, record, row, wanted, wish

WITH_SALES = "LL · With sales"
TASK = Intent(
    lead_id=ANA,
    handoff=1,
    kind=IntentKind.TASK,
    step="first",
    payload={
        "owner": FAY,
        "subject": "Call Ana",
        "body": "She asked",
        "due_at": "2026-09-08T00:30:00Z",
        "due_on": "2026-09-07",
        "priority": "Normal",
    },
)
NEW_LEAD = Intent(lead_id=ANA, handoff=0, kind=IntentKind.CREATE_LEAD, step="salesforce", payload={})


def drafts(need: Wanted, rules: InForce) -> list[OutboxDraft]:
    return list(changes_of(need, rules, USERS))


def only(need: Wanted, rules: InForce) -> OutboxDraft:
    (draft,) = drafts(need, rules)
    return draft


def test_what_is_shown_as_wanted_needs_no_write(rules: InForce) -> None:
    shown = record(LEAD, {"LL_Score__c": 74.0, "LL_MQL_Since__c": "2026-09-07T09:20:13.000+0000", "LL_Queue__c": ""})
    need = wanted(
        records=(shown,),
        desired=(
            wish(LEAD, "LL_Score__c", 74),
            wish(LEAD, "LL_MQL_Since__c", "2026-09-07T09:20:13Z"),
            wish(LEAD, "LL_Queue__c", None),
        ),
    )
    assert drafts(need, rules) == []


def test_one_change_per_record_holds_exactly_the_fields_that_differ(rules: InForce) -> None:
    need = wanted(
        records=(record(LEAD, {"LL_Score__c": 10, "LL_Grade__c": "B"}), record(PERSON, {"ll_score": 10})),
        desired=(
            wish(LEAD, "LL_Score__c", 25, property="score"),
            wish(LEAD, "LL_Grade__c", "B", property="grade"),
            wish(LEAD, "LL_Why__c", "Asked", property="why"),
            wish(PERSON, "ll_score", 25, property="score"),
        ),
    )
    in_hubspot, in_salesforce = drafts(need, rules)
    assert (in_hubspot.connection, in_hubspot.change.values) == ("hubspot", {"ll_score": 25})
    change = in_salesforce.change
    assert (change.kind, change.object, change.id) == (ChangeKind.FIELDS, "Lead", LEAD.id)
    assert change.values == {"LL_Score__c": 25, "LL_Why__c": "Asked"}
    assert in_salesforce.before == {"LL_Score__c": 10, "LL_Why__c": None}
    assert change.expected == {"LL_Score__c": 10}, "what was never read is nothing to hold a write against"
    assert change.guarded == frozenset()
    assert (in_salesforce.lane, in_salesforce.lead_id, in_salesforce.rule_hash) == (Lane.BACKGROUND, ANA, RULES)
    assert in_salesforce.cause == "asked to be called"


@pytest.mark.parametrize(
    ("name", "field", "guarded"),
    [("owner", "OwnerId", True), ("status", "Status", True), ("stage", "LL_Stage__c", False)],
)
def test_what_a_rep_waits_for_takes_the_fast_lane(rules: InForce, name: str, field: str, guarded: bool) -> None:
    draft = only(wanted(desired=(wish(LEAD, field, "x", property=name),)), rules)
    assert draft.lane is Lane.HANDOFF
    assert draft.change.guarded == ({field} if guarded else frozenset())


def test_an_archived_or_unknown_record_is_not_written_to(rules: InForce) -> None:
    elsewhere = RecordRef(connection="salesforce", object="Lead", id="00Q000000000009AAA")
    need = wanted(
        records=(record(LEAD, archived=True),),
        desired=(wish(LEAD, "LL_Score__c", 1), wish(elsewhere, "LL_Score__c", 1)),
    )
    assert drafts(need, rules) == []


def test_the_same_wish_has_the_same_key_and_another_revision_another(rules: InForce) -> None:
    desired = (wish(LEAD, "LL_Score__c", 25),)
    first, again, later = (only(wanted(desired=desired, revision=revision), rules).change.key for revision in (3, 3, 4))
    assert first == again
    assert first != later


@pytest.mark.parametrize("status", [OutboxStatus.CLAIMED, OutboxStatus.PARKED, OutboxStatus.UNSURE])
def test_what_is_on_its_way_or_was_refused_is_not_planned_again(rules: InForce, status: OutboxStatus) -> None:
    need = wanted(desired=(wish(LEAD, "LL_Score__c", 25),))
    planned = only(need, rules).change
    assert drafts(wanted(desired=need.desired, open=(row(planned, status),)), rules) == []


def test_other_values_than_the_refused_ones_are_planned(rules: InForce) -> None:
    refused = only(wanted(desired=(wish(LEAD, "LL_Score__c", 25),)), rules).change
    need = wanted(desired=(wish(LEAD, "LL_Score__c", 26),), open=(row(refused, OutboxStatus.PARKED),))
    assert only(need, rules).change.values == {"LL_Score__c": 26}


def test_a_row_that_still_waits_is_planned_anew_so_that_the_newer_replaces_it(rules: InForce) -> None:
    need = wanted(desired=(wish(LEAD, "LL_Score__c", 25),))
    waiting = row(only(need, rules).change, OutboxStatus.PENDING)
    assert len(drafts(wanted(desired=need.desired, open=(waiting,)), rules)) == 1


MOVES = {
    "wanted, never shown: joins": (True, None, True),
    "wanted, shown: stays": (True, True, None),
    "wanted, taken off by a person: stays off": (True, False, None),
    "not wanted, shown: leaves": (False, True, False),
    "not wanted, never shown: nothing": (False, None, None),
    "not wanted, gone already: nothing": (False, False, None),
}


@pytest.mark.parametrize(("joins", "shown", "moves"), MOVES.values(), ids=MOVES)
def test_a_membership_moves_only_where_it_differs(
    rules: InForce, joins: bool, shown: bool | None, moves: bool | None
) -> None:
    found = drafts(wanted(memberships=(("hubspot", member(WITH_SALES, joins=joins), shown),)), rules)
    assert [each.change.member for each in found] == ([] if moves is None else [moves])
    for each in found:
        change = each.change
        assert (change.kind, change.object, change.id, change.list) == (
            ChangeKind.MEMBER,
            "contacts",
            PERSON.id,
            WITH_SALES,
        )


def test_nobody_joins_a_list_without_a_record_there(rules: InForce) -> None:
    need = wanted(records=(record(LEAD),), memberships=(("hubspot", member(WITH_SALES, joins=True), None),))
    assert drafts(need, rules) == []


def test_a_task_is_created_once_under_its_intents_key_for_the_record_and_the_rep(rules: InForce) -> None:
    draft = only(wanted(intents=(("key-1", TASK),)), rules)
    assert draft.connection == "salesforce"
    assert draft.lane is Lane.HANDOFF
    assert draft.change == Change(
        key="key-1",
        kind=ChangeKind.CREATE,
        object="Task",
        unique="LL_Key__c",
        values={
            "Status": "Not Started",
            "Priority": "Normal",
            "TaskSubtype": "Call",
            "LL_Key__c": "key-1",
            "Subject": "Call Ana",
            "Description": "She asked",
            "OwnerId": "005F",
            "WhoId": LEAD.id,
            "ActivityDate": "2026-09-07",
        },
    )


def test_a_task_field_that_holds_moments_gets_the_minute(rules: InForce) -> None:
    salesforce = rules.mapping.systems["salesforce"]
    assert salesforce.tasks is not None
    exact = salesforce.model_copy(update={"tasks": salesforce.tasks.model_copy(update={"due_is": "moment"})})
    systems = {**rules.mapping.systems, "salesforce": exact}
    mapping = rules.mapping.model_copy(update={"systems": systems})
    changed = replace(rules, rules=replace(rules.rules, mapping=mapping))
    assert only(wanted(intents=(("key-1", TASK),)), changed).change.values["ActivityDate"] == "2026-09-08T00:30:00Z"


@pytest.mark.parametrize("status", list(OutboxStatus))
def test_a_creation_that_has_a_row_is_not_planned_again(rules: InForce, status: OutboxStatus) -> None:
    planned = only(wanted(intents=(("key-1", TASK),)), rules).change
    assert drafts(wanted(intents=(("key-1", TASK),), open=(row(planned, status),)), rules) == []


def test_a_task_waits_until_the_person_is_there(rules: InForce) -> None:
    assert drafts(wanted(records=(record(PERSON),), intents=(("key-1", TASK),)), rules) == []


def test_a_person_is_created_under_our_own_unique_key(rules: InForce) -> None:
    values: dict[str, Value] = {"email": "ana@globex.example", "last_name": "Ruiz", "company": "Globex", "owner": FAY}
    draft = only(wanted(records=(record(PERSON),), intents=(("key-2", NEW_LEAD),), values=values), rules)
    change = draft.change
    assert (draft.connection, change.kind, change.object, change.unique) == (
        "salesforce",
        ChangeKind.CREATE,
        "Lead",
        "LL_Lead_Key__c",
    )
    assert change.values == {
        "Email": "ana@globex.example",
        "LastName": "Ruiz",
        "Company": "Globex",
        "OwnerId": "005F",
        "LL_Lead_Key__c": "LL-7",
    }


@pytest.mark.parametrize(
    ("records", "values"),
    [
        ((record(PERSON),), {"last_name": "Ruiz"}),
        ((record(PERSON), record(LEAD)), {"email": "ana@globex.example"}),
    ],
    ids=["no address", "there already"],
)
def test_nobody_is_created_without_an_address_or_twice(
    rules: InForce, records: tuple[Record, ...], values: dict[str, Value]
) -> None:
    assert drafts(wanted(records=records, values=values, intents=(("key-2", NEW_LEAD),)), rules) == []
