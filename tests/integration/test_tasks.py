"""One open task per handoff: what nobody has to do any more is closed or never written, and that is no call."""

import pytest

from domain.activity import ActivityKind
from leadloop import exits
from store import leads, ledger
from tests.cast import FAY, SAM, USERS, contact
from tests.installation import HALF_HOUR_S, KILLED, Installation
from tests.rig import SimulatorProcess
from tests.witness import Row, Witness

ANA = "ana.ruiz@globex.example"
CREATING = "composite/sobjects/Task/LL_Key__c"
WRITING = "composite/sobjects$"


def raise_hand(world: SimulatorProcess) -> None:
    world.act("submit_form", system="hubspot", id=ANA, as_="prospect", form="Demo request", values={})


@pytest.fixture
def asking(installation: Installation, world: SimulatorProcess) -> Installation:
    """Ana asks for a demo and nobody has heard it yet."""
    world.seed(users=USERS, contacts=[contact(ANA)])
    installation.run()
    raise_hand(world)
    return installation


@pytest.fixture
def office(asking: Installation) -> Installation:
    """Ana is with a rep, who has one open task."""
    asking.settle(2)
    assert len(open_tasks(asking)) == 1
    return asking


def tasks(office: Installation) -> list[Row]:
    """Every task that leadloop wrote, oldest first, wherever it hangs now."""
    return [row for row in office.simulator.objects("Task", system="salesforce") if row["LL_Key__c"]]


def open_tasks(office: Installation) -> list[Row]:
    return [row for row in tasks(office) if not row["IsClosed"] and not row["IsDeleted"]]


def owners(rows: list[Row], office: Installation) -> list[str]:
    users = {row["Id"]: row["Email"] for row in office.simulator.objects("User", system="salesforce")}
    return [users[row["OwnerId"]] for row in rows]


def lead(office: Installation) -> Row:
    return Witness(simulator=office.simulator).lead(ANA)


def judge(office: Installation, reason: str) -> None:
    office.simulator.act("reject", system="salesforce", id=lead(office)["Id"], reason=reason)


def owner(office: Installation) -> str:
    found = Witness(simulator=office.simulator).owner(ANA)
    assert found is not None
    return found


def calls_heard(office: Installation) -> int:
    """How many calls with Ana leadloop has read."""
    with office.app.store.read() as tx:
        (ana,) = leads.by_key(tx, [lead(office)["LL_Lead_Key__c"]]).values()
        rows = ledger.activities_of(tx, [ana.id]).get(ana.id, [])
    return sum(each.kind is ActivityKind.CALL_LOGGED for each in rows)


def written_to_tasks(world: SimulatorProcess) -> list[Row]:
    """leadloop's own changes of tasks that were there."""
    effects = Witness(simulator=world).effects("update")
    return [each for each in effects if each["type"] == "Task"]


def assert_quiet(office: Installation) -> None:
    since = office.simulator.seq()
    office.settle(2)
    assert Witness(simulator=office.simulator, since=since).writes() == []


def test_wrong_person_closes_the_first_reps_task_and_the_second_rep_has_the_only_open_one(
    office: Installation, world: SimulatorProcess
) -> None:
    first = owner(office)
    judge(office, "Wrong person")
    office.settle(2)
    second = owner(office)
    assert second != first
    (still,) = open_tasks(office)
    assert (owners([still], office), still["WhoId"]) == ([second], lead(office)["Id"])
    (closed,) = (row for row in tasks(office) if row["IsClosed"])
    assert owners([closed], office) == [first]
    assert [each["id"] for each in written_to_tasks(world)] == [closed["Id"]], "once"
    assert_quiet(office)


@pytest.mark.parametrize("reason", ["No budget", "Not our target", "Left company"])
def test_the_task_of_a_rejected_lead_is_closed_once_and_nobody_has_called(
    office: Installation, world: SimulatorProcess, reason: str
) -> None:
    judge(office, reason)
    office.settle(2)
    assert lead(office)["LL_Stage__c"] in {"recycled", "disqualified"}
    assert open_tasks(office) == []
    assert len(written_to_tasks(world)) == 1
    assert calls_heard(office) == 0
    assert_quiet(office)


def test_a_converted_leads_task_is_closed(office: Installation, world: SimulatorProcess) -> None:
    world.act("convert", system="salesforce", id=lead(office)["Id"])
    office.settle(2)
    assert (len(tasks(office)), open_tasks(office)) == (1, [])
    assert_quiet(office)


def test_assigned_three_times_leaves_one_open_task(office: Installation, world: SimulatorProcess) -> None:
    first = owner(office)
    judge(office, "Wrong person")
    office.settle(1)
    world.act("edit", system="salesforce", id=lead(office)["Id"], as_="admin", OwnerEmail=first)
    office.settle(2)
    assert owners(tasks(office), office) == [first, SAM if first == FAY else FAY, first]
    assert owners(open_tasks(office), office) == [first]
    assert len(written_to_tasks(world)) == 2
    assert lead(office)["LL_Stage__c"] == "assigned"
    assert_quiet(office)


def test_closing_a_task_is_no_touch_of_the_rep_who_gets_the_lead_back(
    office: Installation, world: SimulatorProcess
) -> None:
    rep = owner(office)
    world.act("edit", system="salesforce", id=lead(office)["Id"], Phone="")
    judge(office, "Data wrong")
    office.settle(2)
    assert open_tasks(office) == [], "no rep has the lead: nobody has to do anything"
    world.act("edit", system="hubspot", id=ANA, as_="marketer", phone="+1 202 555 0199")
    office.settle(3)
    assert owners(open_tasks(office), office) == [rep]
    assert (lead(office)["LL_Stage__c"], calls_heard(office)) == ("assigned", 0)
    (task,) = open_tasks(office)
    world.act("edit", system="salesforce", id=task["Id"], by_email=rep, Status="Completed")
    office.settle(2)
    assert (lead(office)["LL_Stage__c"], calls_heard(office)) == ("accepted", 1)


def test_an_accepted_leads_task_is_left_to_the_rep(office: Installation, world: SimulatorProcess) -> None:
    world.act("accept", system="salesforce", id=lead(office)["Id"])
    office.settle(2)
    assert (lead(office)["LL_Stage__c"], len(open_tasks(office))) == ("accepted", 1)
    assert written_to_tasks(world) == []


@pytest.mark.parametrize("end", ["completed", "deleted"])
def test_a_task_that_the_rep_ended_is_left_alone(office: Installation, world: SimulatorProcess, end: str) -> None:
    (task,) = open_tasks(office)
    if end == "completed":
        world.act("edit", system="salesforce", id=task["Id"], Status="Completed")
    else:
        world.act("delete", system="salesforce", id=task["Id"])
    judge(office, "No budget")
    office.settle(3)
    assert lead(office)["LL_Stage__c"] == "recycled"
    assert written_to_tasks(world) == []
    assert tasks(office)[0]["WhoId"] == lead(office)["Id"]
    assert calls_heard(office) == (1 if end == "completed" else 0)


def test_a_task_completed_just_before_it_is_closed_stays_the_reps_call(
    office: Installation, world: SimulatorProcess
) -> None:
    (task,) = open_tasks(office)
    judge(office, "No budget")
    assert office.run_until("plan.committed:1") == KILLED
    world.act("edit", system="salesforce", id=task["Id"], Status="Completed")
    office.settle(2)
    (task,) = tasks(office)
    assert (task["IsClosed"], task["WhoId"]) == (True, lead(office)["Id"])
    assert written_to_tasks(world) == []
    assert calls_heard(office) == 1
    assert_quiet(office)


@pytest.mark.parametrize("code", [None, "FIELD_CUSTOM_VALIDATION_EXCEPTION"], ids=["login", "refusal"])
def test_a_task_that_could_not_be_created_before_its_pass_ended_never_is(
    asking: Installation, world: SimulatorProcess, code: str | None
) -> None:
    if code is None:
        world.fault("expired_session", system="salesforce", times=None, method="PATCH", path=CREATING)
    else:
        world.fault("partial_failure", system="salesforce", times=None, code=code, method="PATCH", path=CREATING)
    asking.run(after_s=HALF_HOUR_S)
    assert (lead(asking)["LL_Stage__c"], tasks(asking)) == ("assigned", [])
    judge(asking, "No budget")
    world.clear()
    world.time(advance_s=HALF_HOUR_S)
    assert asking.command("run").code == exits.OK
    asking.settle(2)
    assert (lead(asking)["LL_Stage__c"], tasks(asking)) == ("recycled", [])
    assert asking.command("errors", "list", "--json").json()["errors"] == []
    assert_quiet(asking)


def test_a_task_whose_creation_was_never_answered_is_found_and_closed(
    asking: Installation, world: SimulatorProcess
) -> None:
    world.fault("reply_lost", system="salesforce", after_commit=True, method="PATCH", path=CREATING)
    asking.run(after_s=HALF_HOUR_S)
    assert len(open_tasks(asking)) == 1
    judge(asking, "No budget")
    asking.settle(3)
    assert (len(tasks(asking)), open_tasks(asking)) == (1, [])
    assert len(written_to_tasks(world)) == 1
    assert_quiet(asking)


@pytest.mark.parametrize("point", ["plan.before_commit", "plan.committed", "push.claimed", "push.answered"])
def test_a_kill_on_the_way_closes_the_task_once(office: Installation, world: SimulatorProcess, point: str) -> None:
    judge(office, "No budget")
    killed = [office.run_until(f"{point}:{number}") for number in (1, 1)]
    assert KILLED in killed
    office.settle(3)
    assert open_tasks(office) == []
    assert len(written_to_tasks(world)) == 1
    assert_quiet(office)


def test_a_lost_answer_closes_the_task_once(office: Installation, world: SimulatorProcess) -> None:
    judge(office, "No budget")
    world.fault("reply_lost", system="salesforce", after_commit=True, times=2, method="PATCH", path=WRITING)
    office.settle(3)
    assert open_tasks(office) == []
    assert len(written_to_tasks(world)) == 1
    assert calls_heard(office) == 0
    assert_quiet(office)


def test_the_plan_shows_what_is_closed_and_why_before_it_happens(office: Installation, world: SimulatorProcess) -> None:
    judge(office, "Wrong person")
    world.time(advance_s=HALF_HOUR_S)
    planned = office.command("plan", "--pull", "--json")
    assert planned.code == exits.OK
    rows = [row for row in planned.json()["changes"] if row["object"] == "Task"]
    (task,) = open_tasks(office)
    closing = {row["field"]: (row["now"], row["will_be"]) for row in rows if row["id"] == task["Id"]}
    assert closing == {"Status": ("Not Started", "Completed"), "WhoId": (lead(office)["Id"], None)}
    assert {row["why"] for row in rows} == {
        "closes the task of handoff 1: the lead was assigned anew",
        "task for handoff 1",
    }
    office.run()
    assert [row["IsClosed"] for row in tasks(office)] == [True, False]


def test_a_plan_that_is_applied_closes_the_task_once(office: Installation, world: SimulatorProcess) -> None:
    judge(office, "No budget")
    world.time(advance_s=HALF_HOUR_S)
    file = office.command("plan", "--pull", "--json").json()["file"]
    assert office.command("apply", file).code == exits.OK
    assert open_tasks(office) == []
    office.settle(2)
    assert len(written_to_tasks(world)) == 1
    assert_quiet(office)
