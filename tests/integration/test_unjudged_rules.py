"""A rule whose condition fails counts as not met, the lead goes on, and whoever wrote it is told where and why."""

from typing import Any

import pytest

from domain.rule_problem import RuleFile, RuleProblem
from store import rule_problems
from tests.cast import USERS, contact
from tests.installation import HALF_HOUR_S, Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

ANA, BEN, CAT = (f"{name}@acme.example" for name in ("ana", "ben", "cat"))
ROWS = "          all: [{ property: employees, operator: at_least, value: 1000 }]\n"
HASTY = "          expr: lead.employees >= 1000\n"
CAREFUL = "          expr: has(lead.employees) && lead.employees >= 1000\n"
RULE = "rule '1,000 people or more' in 'Company size'"
BLANK = "lead.employees is blank: ask has(lead.employees) first"
SAID = f"scoring.yaml {RULE} could not be judged on 2 leads: {BLANK}"


def lead(email: str, **more: Any) -> dict[str, Any]:
    return {"Email": email, "LastName": "Ruiz", "Company": "Acme", **more}


@pytest.fixture
def staffed(installation: Installation, world: SimulatorProcess) -> Installation:
    """Of three people the size of the company is known for one, and nobody was decided about yet."""
    people = [lead(ANA), lead(BEN), lead(CAT, NumberOfEmployees=2000)]
    world.seed(users=USERS, contacts=[contact(each) for each in (ANA, BEN, CAT)], leads=people)
    return installation


def test_it_is_counted_wherever_an_admin_looks_and_the_leads_go_on(staffed: Installation) -> None:
    staffed.rewrite("scoring.yaml", ROWS, HASTY)
    planned = staffed.command("plan", "--pull", "--json").json()
    (told,) = planned["unjudged"]
    assert (told["file"], told["rule"], told["leads"], told["why"]) == ("scoring.yaml", RULE, 2, BLANK)
    assert f"⨯ {SAID}" in staffed.command("plan").out
    staffed.run()
    staffed.settle(1)
    assert {Witness(simulator=staffed.simulator).lead(each)["LL_Stage__c"] for each in (ANA, BEN, CAT)} == {"known"}
    status = staffed.command("status", "--json").json()
    assert status["unjudged"] == [told]
    assert "1 rule could not be judged on 2 leads" in status["reason"]
    doctor = staffed.command("doctor").out
    assert f"! {SAID}" in doctor
    assert "Mend its condition in scoring.yaml, or the type of the property in mapping.yaml." in doctor
    why = {"file": "scoring.yaml", "rule": RULE, "why": BLANK}
    explained = [staffed.command("explain", each, "--json").json()["unjudged"] for each in (BEN, CAT)]
    assert explained == [[why], []]


def test_a_blank_that_a_row_looks_at_is_no_error(staffed: Installation) -> None:
    staffed.run()
    with staffed.app.store.read() as tx:
        assert rule_problems.unjudged(tx) == ()


def test_publishing_tells_of_it_before_and_a_mended_rule_is_told_of_no_more(staffed: Installation) -> None:
    staffed.run()
    staffed.rewrite("scoring.yaml", ROWS, HASTY)
    told = staffed.command("config", "publish").out
    assert f"! {SAID}. It counts as not met there." in told
    staffed.run(after_s=HALF_HOUR_S)
    staffed.rewrite("scoring.yaml", HASTY, CAREFUL)
    assert "could not be judged" not in staffed.command("config", "publish").out
    staffed.run(after_s=HALF_HOUR_S)
    with staffed.app.store.read() as tx:
        assert rule_problems.unjudged(tx) == ()


def test_what_a_routing_rule_could_not_tell_stays_told_while_the_handoff_is_open(
    staffed: Installation, world: SimulatorProcess
) -> None:
    rule = "rules:\n  - { name: Big, when: { expr: lead.employees >= 1000 }, to: { pool: SDR } }\n"
    staffed.rewrite("routing.yaml", "rules:\n", rule)
    staffed.run()
    world.act("submit_form", system="hubspot", id=ANA, as_="prospect", form="Demo request", values={})
    for _ in range(2):
        staffed.settle(1)
        world.act("edit", system="hubspot", id=ANA, jobtitle="VP Sales")
        with staffed.app.store.read() as tx:
            (told,) = rule_problems.unjudged(tx)
        big = RuleProblem(file=RuleFile.ROUTING, rule="rule 'Big'", words=BLANK)
        assert (told.problem, told.leads) == (big, 1)
    trace = staffed.command("explain", ANA, "--json").json()["assignments"][0]["trace"]
    assert f"rule 'Big': could not be told, so not met: {BLANK}" in trace
