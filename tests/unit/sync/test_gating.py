"""What a closed gate leaves of one lead's writes: nothing but a no."""

from typing import Any

import pytest

from domain.change import Change, ChangeKind
from domain.decision import Desired
from domain.gate import Closed, Way
from domain.run import OutboxStatus
from store.outbox import OutboxRow
from sync.gating import overtaken_by_gates
from sync.loop import InForce
from sync.plan import changes_of
from sync.wanted import Wanted
from tests.unit.sync.material import LEAD, PERSON, USERS, member, record, row, wanted, wish
from tests.unit.sync.test_plan import ASSIGNED, NEW_LEAD, TASK

SALESFORCE = Closed(connection="salesforce", way=Way.WRITE, words="country equals CU")
HUBSPOT = Closed(connection="hubspot", way=Way.WRITE, words="country equals CU")
SAID_NO = Closed(connection="hubspot", way=Way.WRITE, words="country equals CU", after_no=True)
CREATING = Closed(connection="salesforce", way=Way.CREATE, words="country equals CU")
WITH_SALES = "LL · With sales"


def written(need: Wanted, rules: InForce) -> list[tuple[str, ChangeKind, dict[str, Any]]]:
    found = changes_of(need, rules, USERS)
    return [(each.connection, each.change.kind, dict(each.change.values)) for each in found]


def everything(*closed: Closed) -> Wanted:
    return wanted(
        desired=(
            wish(LEAD, "LL_Score__c", 74, property="score"),
            wish(LEAD, "HasOptedOutOfEmail", True, property="opted_out"),
            wish(PERSON, "ll_score", 74, property="score"),
        ),
        records=(record(LEAD, {"HasOptedOutOfEmail": False}), record(PERSON)),
        memberships=(("hubspot", member(WITH_SALES, joins=True), None),),
        intents=(("k1", TASK),),
        values=ASSIGNED,
        closed=closed,
    )


def test_a_closed_write_gate_leaves_the_no_alone(rules: InForce) -> None:
    assert [kind for _, kind, _ in written(everything(), rules)] == ["fields", "fields", "member", "create"]
    assert written(everything(SALESFORCE, HUBSPOT), rules) == [
        ("salesforce", ChangeKind.FIELDS, {"HasOptedOutOfEmail": True})
    ]


def test_a_yes_goes_past_no_closed_gate(rules: InForce) -> None:
    yes = wish(LEAD, "HasOptedOutOfEmail", False, property="opted_out")
    shown = record(LEAD, {"HasOptedOutOfEmail": True})
    assert written(wanted(desired=(yes,), records=(shown,)), rules) == [
        ("salesforce", ChangeKind.FIELDS, {yes.field: False})
    ]
    assert written(wanted(desired=(yes,), records=(shown,), closed=(SALESFORCE,)), rules) == []


def test_a_yes_goes_by_itself_and_first_unless_the_rest_is_as_urgent(rules: InForce) -> None:
    yes = wish(LEAD, "HasOptedOutOfEmail", False, property="opted_out")
    score, stage = wish(LEAD, "LL_Score__c", 74, property="score"), wish(LEAD, "LL_Stage__c", "mql", property="stage")
    shown = record(LEAD, {"HasOptedOutOfEmail": True})

    def sent(*wishes: Desired) -> list[tuple[str, list[str]]]:
        found = changes_of(wanted(desired=wishes, records=(shown,)), rules, USERS)
        return [(each.lane, list(each.change.values)) for each in found]

    assert sent(score, yes) == [("handoff", [yes.field]), ("background", [score.field])]
    assert sent(score, stage, yes) == [("handoff", [yes.field, score.field, stage.field])]


def test_the_other_system_goes_on(rules: InForce) -> None:
    found = written(everything(SALESFORCE), rules)
    assert [(name, kind) for name, kind, _ in found if name == "hubspot"] == [
        ("hubspot", ChangeKind.FIELDS),
        ("hubspot", ChangeKind.MEMBER),
    ]


@pytest.mark.parametrize(("gate", "leaves"), [(HUBSPOT, 0), (SAID_NO, 1)], ids=["stays on", "comes off"])
def test_only_who_said_no_comes_off_a_list_behind_a_closed_gate(rules: InForce, gate: Closed, leaves: int) -> None:
    off = wanted(memberships=(("hubspot", member(WITH_SALES, joins=False), True),), closed=(gate,))
    assert len(written(off, rules)) == leaves
    on = wanted(memberships=(("hubspot", member(WITH_SALES, joins=True), None),), closed=(gate,))
    assert written(on, rules) == []


@pytest.mark.parametrize("gate", [CREATING, SALESFORCE], ids=["create", "write"])
def test_nobody_is_created_past_a_closed_gate(rules: InForce, gate: Closed) -> None:
    new = {"email": "ana@globex.example", "last_name": "Ruiz", "company": "Globex"}
    need = wanted(records=(record(PERSON),), intents=(("k1", NEW_LEAD),), values=new)
    assert [kind for _, kind, _ in written(need, rules)] == ["create"]
    shut = wanted(records=(record(PERSON),), intents=(("k1", NEW_LEAD),), values=new, closed=(gate,))
    assert written(shut, rules) == []


def test_a_create_gate_holds_up_no_task_of_whoever_is_there(rules: InForce) -> None:
    need = wanted(intents=(("k1", TASK),), values=ASSIGNED, closed=(CREATING,))
    assert [kind for _, kind, _ in written(need, rules)] == ["create"]


def waiting(status: OutboxStatus, *, attempts: int = 0, **more: Any) -> OutboxRow:
    known = {"key": "c1", "kind": ChangeKind.FIELDS, "object": "Lead", "id": LEAD.id, "values": {"Title": "VP"}}
    return row(Change(**{**known, **more}), status=status, attempts=attempts)


@pytest.mark.parametrize(
    ("each", "goes"),
    [
        (waiting(OutboxStatus.PENDING), True),
        (waiting(OutboxStatus.WAITING, attempts=2), True),
        (waiting(OutboxStatus.CLAIMED), False),
        (waiting(OutboxStatus.PARKED), False),
        (waiting(OutboxStatus.PENDING, values={"HasOptedOutOfEmail": True}), False),
        (waiting(OutboxStatus.PENDING, values={"HasOptedOutOfEmail": False}), True),
        (waiting(OutboxStatus.PENDING, values={"HasOptedOutOfEmail": True, "Title": "VP"}), True),
        (waiting(OutboxStatus.PENDING, kind=ChangeKind.CREATE, id=None), True),
        (waiting(OutboxStatus.WAITING, kind=ChangeKind.CREATE, id=None, attempts=1), False),
    ],
    ids=[
        "new",
        "tried",
        "out",
        "refused",
        "a no",
        "a yes",
        "a no among others",
        "creation",
        "creation that may be there",
    ],
)
def test_what_waits_is_taken_back_unless_it_is_out_or_a_no(rules: InForce, each: OutboxRow, *, goes: bool) -> None:
    assert overtaken_by_gates([each], [SALESFORCE], rules.fields) == ([each] if goes else [])
    assert overtaken_by_gates([each], [HUBSPOT], rules.fields) == []


def test_a_create_gate_takes_back_who_is_not_created_yet_and_no_task_of_whoever_is_there(rules: InForce) -> None:
    person, task = (waiting(OutboxStatus.PENDING, kind=ChangeKind.CREATE, id=None, object=o) for o in ("Lead", "Task"))
    assert overtaken_by_gates([person, task], [CREATING], rules.fields) == [person]
    assert overtaken_by_gates([person, task], [SALESFORCE], rules.fields) == [person, task]
