"""Which writes a lead needs: exactly the difference, and nothing that is under way or was refused."""

from dataclasses import replace

import pytest

from connectors.contract import Lane
from domain.change import Change, ChangeKind
from domain.decision import Intent, IntentKind
from domain.record import Record
from domain.run import GoLive, OutboxStatus
from domain.stage import Stage
from domain.values import RecordRef, Value
from handoff.lifecycle import AT_WORK
from store.outbox import OutboxDraft
from sync.loop import InForce
from sync.plan import changes_of
from sync.wanted import GivenTask, Wanted, limited
from tests.unit.sync.material import ANA, FAY, LEAD, PERSON, RULES, SAM, USERS, member, record, row, wanted, wish

WITH_SALES = "LL · With sales"
TASK = Intent(
    lead_id=ANA,
    handoff=1,
    kind=IntentKind.TASK,
    step="task",
    payload={
        "owner": FAY,
        "subject": "Call Ana",
        "body": "She asked",
        "due_at": "2026-09-08T00:30:00Z",
        "due_on": "2026-09-07",
        "priority": "Normal",
    },
)
SECOND = replace(TASK, step="task:2", payload={**TASK.payload, "owner": SAM})
WRITTEN = RecordRef(connection="salesforce", object="Task", id="00T000000000001AAA")
ASSIGNED: dict[str, Value] = {"stage": "assigned"}
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


UNDER_WAY = (OutboxStatus.PENDING, OutboxStatus.WAITING, OutboxStatus.CLAIMED)


@pytest.mark.parametrize("status", UNDER_WAY)
@pytest.mark.parametrize(("joins", "shown"), [(False, None), (True, True)], ids=["joining", "leaving"])
def test_a_move_under_way_that_is_wanted_no_more_is_met_by_its_opposite(
    rules: InForce, joins: bool, shown: bool | None, status: OutboxStatus
) -> None:
    """Or it would arrive after the wish for it was gone, and nothing would ever look at it again."""
    before = wanted(memberships=(("hubspot", member(WITH_SALES, joins=not joins), None if not joins else True),))
    underway = replace(row(only(before, rules).change, status), connection="hubspot")
    need = wanted(memberships=(("hubspot", member(WITH_SALES, joins=joins), shown),), open=(underway,))
    assert [each.change.member for each in drafts(need, rules)] == [joins]


def test_a_move_that_was_refused_for_good_is_met_by_nothing(rules: InForce) -> None:
    before = wanted(memberships=(("hubspot", member(WITH_SALES, joins=True), None),))
    parked = replace(row(only(before, rules).change, OutboxStatus.PARKED), connection="hubspot")
    need = wanted(memberships=(("hubspot", member(WITH_SALES, joins=False), None),), open=(parked,))
    assert drafts(need, rules) == []


@pytest.mark.parametrize("status", UNDER_WAY)
def test_a_value_under_way_that_is_wished_no_more_is_written_over(rules: InForce, status: OutboxStatus) -> None:
    """Though the record still shows what is wished: the other value may arrive after this look."""
    older = only(wanted(desired=(wish(LEAD, "LL_Score__c", 25),)), rules).change
    shown = (record(LEAD, {"LL_Score__c": 20}), record(PERSON))
    need = wanted(records=shown, desired=(wish(LEAD, "LL_Score__c", 20),), open=(row(older, status),))
    assert only(need, rules).change.values == {"LL_Score__c": 20}


@pytest.mark.parametrize("status", UNDER_WAY)
def test_a_value_under_way_that_is_wished_still_and_shown_by_now_needs_nothing(
    rules: InForce, status: OutboxStatus
) -> None:
    older = only(wanted(desired=(wish(LEAD, "LL_Score__c", 25),)), rules).change
    shown = (record(LEAD, {"LL_Score__c": 25}), record(PERSON))
    need = wanted(records=shown, desired=(wish(LEAD, "LL_Score__c", 25),), open=(row(older, status),))
    assert drafts(need, rules) == []


def test_nobody_joins_a_list_without_a_record_there(rules: InForce) -> None:
    need = wanted(records=(record(LEAD),), memberships=(("hubspot", member(WITH_SALES, joins=True), None),))
    assert drafts(need, rules) == []


def test_a_task_is_created_once_under_its_intents_key_for_the_record_and_the_rep(rules: InForce) -> None:
    draft = only(wanted(intents=(("key-1", TASK),), values=ASSIGNED), rules)
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
    assert (
        only(wanted(intents=(("key-1", TASK),), values=ASSIGNED), changed).change.values["ActivityDate"]
        == "2026-09-08T00:30:00Z"
    )


@pytest.mark.parametrize("status", list(OutboxStatus))
def test_a_creation_that_has_a_row_is_not_planned_again(rules: InForce, status: OutboxStatus) -> None:
    planned = only(wanted(intents=(("key-1", TASK),), values=ASSIGNED), rules).change
    assert drafts(wanted(intents=(("key-1", TASK),), values=ASSIGNED, open=(row(planned, status),)), rules) == []


def test_a_task_waits_until_the_person_is_there(rules: InForce) -> None:
    assert drafts(wanted(records=(record(PERSON),), intents=(("key-1", TASK),), values=ASSIGNED), rules) == []


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


def given(intent: Intent = TASK, values: dict[str, Value] | None = None, *, archived: bool = False) -> GivenTask:
    """The task as Salesforce showed it last; by default nobody has touched it."""
    shown: dict[str, Value] = {"Status": "Not Started", "IsClosed": False, "WhoId": LEAD.id, **(values or {})}
    return GivenTask(key="key-1", intent=intent, ref=WRITTEN, record=record(WRITTEN, shown, archived=archived))


def stands(stage: Stage) -> dict[str, Value]:
    return {"stage": stage.value}


ELSEWHERE = [stage for stage in Stage if stage not in AT_WORK]


@pytest.mark.parametrize("stage", ELSEWHERE)
def test_no_task_is_created_for_a_pass_that_is_over(rules: InForce, stage: Stage) -> None:
    assert drafts(wanted(intents=(("key-1", TASK),), values=stands(stage)), rules) == []


@pytest.mark.parametrize("stage", [Stage.ASSIGNED, Stage.RECYCLED, Stage.CUSTOMER])
def test_a_task_about_somebody_in_no_handoff_is_created_whatever_their_stage(rules: InForce, stage: Stage) -> None:
    signal = replace(TASK, handoff=0, step="raise:hubspot:forms:1")
    assert only(wanted(intents=(("key-1", signal),), values=stands(stage)), rules).change.key == "key-1"


@pytest.mark.parametrize(
    "newer",
    [SECOND, replace(SECOND, step="task:10"), replace(TASK, handoff=2)],
    ids=["next rep", "tenth rep", "next pass"],
)
def test_only_the_task_of_the_newest_assignment_is_created(rules: InForce, newer: Intent) -> None:
    earlier = replace(TASK, step="task:9") if newer.step == "task:10" else TASK
    need = wanted(intents=(("key-1", earlier), ("key-2", newer)), values=ASSIGNED)
    assert only(need, rules).change.key == "key-2"


def test_the_first_reps_task_is_closed_and_the_second_one_created(rules: InForce) -> None:
    closing, creation = drafts(wanted(given=(given(),), intents=(("key-2", SECOND),), values=ASSIGNED), rules)
    assert (creation.change.kind, creation.change.key) == (ChangeKind.CREATE, "key-2")
    assert closing.change == Change(
        key="close:key-1",
        kind=ChangeKind.FIELDS,
        object="Task",
        id=WRITTEN.id,
        values={"Status": "Completed", "WhoId": None},
        expected={"IsClosed": False},
        guarded=frozenset({"IsClosed"}),
    )
    assert closing.before == {"Status": "Not Started", "WhoId": LEAD.id}
    assert (closing.connection, closing.lane, closing.lead_id) == ("salesforce", Lane.HANDOFF, ANA)
    assert closing.rule_hash == rules.hash
    assert closing.cause == "closes the task of handoff 1: the lead was assigned anew"


@pytest.mark.parametrize("stage", ELSEWHERE)
def test_the_task_of_a_pass_that_is_over_is_closed(rules: InForce, stage: Stage) -> None:
    closing = only(wanted(given=(given(),), values=stands(stage)), rules)
    assert (closing.change.kind, closing.change.id) == (ChangeKind.FIELDS, WRITTEN.id)
    assert closing.cause == f"closes the task of handoff 1: no rep has the lead now: it is {stage}"


@pytest.mark.parametrize("stage", sorted(AT_WORK))
def test_the_task_of_whoever_has_the_lead_is_left_to_them(rules: InForce, stage: Stage) -> None:
    assert drafts(wanted(given=(given(),), values=stands(stage)), rules) == []


@pytest.mark.parametrize(
    "task",
    [given(values={"Status": "Completed", "IsClosed": True}), given(archived=True)],
    ids=["completed", "deleted"],
)
def test_a_task_that_a_person_ended_is_left_alone(rules: InForce, task: GivenTask) -> None:
    assert drafts(wanted(given=(task,), values=stands(Stage.RECYCLED)), rules) == []


def test_a_task_that_was_never_read_is_closed_under_the_same_guard(rules: InForce) -> None:
    unread = replace(given(), record=None)
    change = only(wanted(given=(unread,), values=stands(Stage.RECYCLED)), rules).change
    assert change.values == {"Status": "Completed", "WhoId": None}
    assert (change.expected, change.guarded) == ({"IsClosed": False}, frozenset({"IsClosed"}))


def test_where_the_mapping_has_no_word_for_closed_tasks_stay_open(rules: InForce) -> None:
    salesforce = rules.mapping.systems["salesforce"]
    assert salesforce.tasks is not None
    silent = salesforce.model_copy(update={"tasks": salesforce.tasks.model_copy(update={"closed": {}})})
    mapping = rules.mapping.model_copy(update={"systems": {**rules.mapping.systems, "salesforce": silent}})
    changed = replace(rules, rules=replace(rules.rules, mapping=mapping))
    assert drafts(wanted(given=(given(),), values=stands(Stage.RECYCLED)), changed) == []


def test_while_only_scores_are_shown_no_task_is_touched(rules: InForce) -> None:
    need = wanted(given=(given(),), intents=(("key-2", SECOND),), values=ASSIGNED)
    assert drafts(limited(need, GoLive.SCORES, rules), rules) == []
