"""A person with several records in one system: the task and the list go where the score goes."""

from dataclasses import replace
from typing import Any

import pytest

from domain.decision import Intent, IntentKind
from domain.record import Record
from domain.values import RecordRef
from sync.loop import InForce
from sync.plan import changes_of
from tests.unit.sync.material import ANA, FAY, LEAD, PERSON, USERS, member, record, wanted, wish

TWIN = replace(LEAD, id="00Q000000000009AAA")
SECOND = replace(PERSON, id="502")
TASK = Intent(
    lead_id=ANA, handoff=1, kind=IntentKind.TASK, step="task", payload={"owner": FAY, "subject": "Call", "body": "Hi"}
)
TWINS = (record(LEAD), record(TWIN))
LINKING = record(PERSON, {"salesforceleadid": TWIN.id})


def about(rules: InForce, *records: Record, **more: Any) -> list[object]:
    """Whom the task is about."""
    need = wanted(records=records, intents=[("task-1", TASK)], values={"stage": "assigned"}, **more)
    return [draft.change.values["WhoId"] for draft in changes_of(need, rules, USERS) if draft.change.object == "Task"]


def test_the_task_is_about_the_record_that_the_neighbour_links(rules: InForce) -> None:
    assert about(rules, *TWINS, record(PERSON)) == [LEAD.id]
    assert about(rules, *TWINS, LINKING) == [TWIN.id]


def test_the_task_is_about_the_record_that_our_values_are_for(rules: InForce) -> None:
    ours = (wish(TWIN, "LL_Score__c", 74), wish(LEAD, "LL_Score__c", None))
    shown = (record(LEAD, {"LL_Score__c": None}), record(TWIN, {"LL_Score__c": 74}), record(PERSON))
    assert about(rules, *shown, desired=ours) == [TWIN.id]


def test_where_that_record_is_no_more_the_next_head_takes_its_place(rules: InForce) -> None:
    gone = replace(record(TWIN), archived=True)
    assert about(rules, record(LEAD), gone, record(PERSON), desired=(wish(TWIN, "LL_Score__c", 74),)) == [LEAD.id]


@pytest.mark.parametrize("head", [PERSON, SECOND], ids=["the older", "the younger"])
def test_the_contact_that_has_the_score_joins_the_list(rules: InForce, head: RecordRef) -> None:
    need = wanted(
        records=(record(PERSON, {"ll_score": 74}), record(SECOND, {"ll_score": 74})),
        desired=(wish(head, "ll_score", 74),),
        memberships=[("hubspot", member("LL · With sales", joins=True), None)],
    )
    joined = [draft.change.id for draft in changes_of(need, rules, USERS) if draft.change.list]
    assert joined == [head.id]


def test_whoever_leaves_a_list_leaves_it_with_every_record_they_may_be_there_by(rules: InForce) -> None:
    off = member("LL · With sales", joins=False)
    records = (record(PERSON, {"ll_score": 74}), record(SECOND), record(LEAD), replace(record(TWIN), archived=True))
    need = wanted(records=records, desired=(wish(SECOND, "ll_score", 74),), memberships=[("hubspot", off, True)])
    left = [(draft.change.id, draft.change.member) for draft in changes_of(need, rules, USERS) if draft.change.list]
    assert left == [(PERSON.id, False), (SECOND.id, False)]
