"""An SDR's meeting goes on to an AE, and back with the reason when the AE refuses. Judged at the simulator."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from tests.cast import FAY, SAM, contact
from tests.installation import Installation, one_office
from tests.witness import Witness

NUMBERS = count(1)
SECOND = "      - { email: second.rep@your-company.example, weight: 1 }\n"
POOLS = """\
  - name: AE
    team: Sales
    members: [{ email: second.rep@your-company.example }]
    new_per_day: 3
    open_at_once: 25

chains:
  - name: SDR to AE
    from: [SDR]
    to: { pool: AE }

# The first rule"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Fay qualifies, Sam closes."""
    with one_office(tmp_path_factory.mktemp("office") / "installation") as made:
        made.rewrite("routing.yaml", SECOND, "")
        made.rewrite("routing.yaml", "# The first rule", POOLS)
        published = made.command("config", "publish")
        assert published.code == 0, published.err
        yield made


def met(office: Installation) -> tuple[str, Witness]:
    """Somebody asked to be called, and Fay had a meeting with them."""
    world = office.simulator
    email = f"ana{next(NUMBERS)}@globex.example"
    world.seed(leads=[{"Email": email, "LastName": "Ruiz", "Company": "Globex"}], contacts=[contact(email)])
    office.settle(1)
    world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={})
    office.settle(2)
    witness = Witness(simulator=world)
    assert witness.owner(email) == FAY
    said(office, witness, email, LL_Outcome__c="Meeting")
    return email, witness


def said(office: Installation, witness: Witness, email: str, **answers: Any) -> None:
    office.simulator.act("edit", system="salesforce", id=witness.lead(email)["Id"], as_="rep", **answers)
    office.settle(3)


def open_task(witness: Witness, email: str) -> tuple[str, str]:
    """Whose our one open task is, and its text: the tasks of ended handoffs are closed."""
    users = {row["Id"]: str(row["Email"]) for row in witness.simulator.objects("User", system="salesforce")}
    (task,) = (each for each in witness.tasks(witness.lead(email)["Id"]) if each["Status"] != "Completed")
    return users[task["OwnerId"]], task["Description"]


def test_a_meeting_hands_the_lead_on_and_both_systems_show_it_and_explain_says_why(office: Installation) -> None:
    email, witness = met(office)
    lead, person = witness.lead(email), witness.contact(email)
    assert (witness.owner(email), witness.mirrored_owner(email)) == (SAM, SAM)
    assert (lead["LL_Stage__c"], person["ll_stage"]) == ("assigned", "assigned")
    assert (lead["LL_Outcome__c"], lead["LL_Verdict__c"]) == (None, None), "blank for the next rep's own answers"
    owner, text = open_task(witness, email)
    assert owner == SAM
    assert "Fay Rep handed it on: Meeting, on " in text
    assert len(witness.tasks_given(lead["Id"])) == 2, "one each, however often it is decided"
    told = office.command("explain", email, "--json").json()
    assert told["routing"]["owner"] == SAM
    assert told["routing"]["trace"][-2:] == [
        "pool AE: Sam Rep is next in turn",
        "given to Sam Rep: chain 'SDR to AE', pool AE: Sam Rep is next in turn",
    ]
    assert [(each["number"], each["after"]) for each in told["handoffs"]] == [(1, None), (2, 1)]
    shown = office.command("explain", email).out
    assert "Handoff 2: why second.rep@your-company.example, and not the others\n- pool AE: Sam Rep is next" in shown


def test_what_the_ae_refuses_is_the_sdrs_again_with_the_reason(office: Installation) -> None:
    email, witness = met(office)
    said(office, witness, email, LL_Verdict__c="Not our target")
    assert (witness.owner(email), witness.mirrored_owner(email)) == (FAY, FAY)
    lead = witness.lead(email)
    assert (lead["LL_Stage__c"], lead["LL_Verdict__c"]) == ("assigned", None)
    owner, text = open_task(witness, email)
    assert owner == FAY
    assert "Sam Rep gave it back: Not our target, on " in text


def test_in_the_second_link_the_same_outcome_is_heard_again(office: Installation) -> None:
    email, witness = met(office)
    said(office, witness, email, LL_Outcome__c="Meeting")
    lead = witness.lead(email)
    assert (witness.owner(email), lead["LL_Stage__c"], lead["LL_Outcome__c"]) == (SAM, "qualified", "Meeting")


def test_explain_says_what_routing_says_now_of_a_lead_that_waits(office: Installation) -> None:
    world = office.simulator
    people = {row["Email"]: row["Id"] for row in world.objects("User", system="salesforce")}
    world.act("edit", system="salesforce", id=people[FAY], as_="admin", IsActive=False)
    email = f"ana{next(NUMBERS)}@globex.example"
    world.seed(contacts=[contact(email)])
    office.settle(1)
    world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={})
    office.settle(2)
    told = office.command("explain", email, "--json").json()["routing"]
    assert (told["owner"], told["queue"], told["why"]) == (None, "unassigned", "pool SDR: all 1 not eligible")
    assert "pool SDR: Fay Rep is inactive" in told["trace"]
    found = office.command("doctor").out
    assert "✗ pool SDR has no active member" in found
    assert "✗ the fallback leads to nobody (SDR): whoever no rule takes stays in the queue" in found
