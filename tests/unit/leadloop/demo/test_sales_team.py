"""Reps at their desks, in front of a real simulator and without a loop: the test gives out the leads."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest

from leadloop.demo import people, seed
from leadloop.demo.deck import PARTS_A_DAY, Card, day_of, morning
from leadloop.demo.door import Door
from leadloop.demo.processes import running
from leadloop.demo.prospects import Agenda
from leadloop.demo.sales_team import MENDED_AFTER, SalesTeam
from leadloop.demo.seed import Row

HALF_DAYS = 12
REASONS = {
    "Wrong person",
    "Data wrong",
    "Not our target",
    "Already working it",
    "Not now",
    "No budget",
    "No need",
    "Chose another",
    "Unreachable",
    "Left company",
}


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("demo")
    command = ("--salesforce-port", "0", "--hubspot-port", "0", "--start", f"{people.FIRST_DAY}T00:00:00Z")
    with running("simulator", *command, "--log", str(folder / "log"), errors=folder / "errors") as simulator:
        door = Door(simulator.hear()["salesforce"])
        door.seed(seed.rows(1))
        yield door


def _give(door: Door, lead: str, rep: str, *, since: str = "2026-09-07T10:00:00Z") -> None:
    fields = {"LL_Stage__c": "assigned", "LL_MQL_Since__c": since, "OwnerEmail": rep}
    door.act([{"as": "admin", "do": "edit", "system": "salesforce", "id": lead, "fields": fields}])


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Six days with one lead for every card."""

    acts: list[tuple[int, Row]]
    agenda: Agenda
    team: SalesTeam

    def said(self, reason: str) -> list[tuple[int, Row]]:
        return [(part, act) for part, act in self.acts if act["fields"].get("reason") == reason]


@pytest.fixture(scope="module")
def week(door: Door) -> Week:
    cast = people.cast(1)
    agenda, acts = Agenda(), []
    team = SalesTeam(door=door, rng=random.Random(1), agenda=agenda, cast=cast)
    assert team.acts(0) == []  # nobody has been given anything yet
    leads = {lead["Email"].strip().lower(): lead["Id"] for lead in door.objects("Lead", "salesforce")}
    known = [leads[person.email] for person in (*cast.hot, *cast.warm[10:80]) if person.email in leads][: len(Card)]
    for place, lead in enumerate(known):
        _give(door, lead, people.REPS[place % len(people.REPS)])
    for part in range(HALF_DAYS):
        done = team.acts(part)
        door.act(done)
        acts += [(part, act) for act in done]
    return Week(acts=acts, agenda=agenda, team=team)


def test_every_reason_is_given(week: Week) -> None:
    assert {act["fields"]["reason"] for _, act in week.acts if act["do"] == "reject"} == REASONS


def test_leads_are_accepted_in_every_way(week: Week) -> None:
    assert {"call", "email", "meeting", "accept", "convert"} <= {act["do"] for _, act in week.acts}


def test_one_lead_is_ignored(week: Week) -> None:
    assert len({act["id"] for _, act in week.acts if act["do"] != "edit"}) == len(Card) - 1


def test_reps_act_in_their_own_name(week: Week) -> None:
    assert {act["fields"]["by_email"] for _, act in week.acts} <= set(people.REPS)


def test_wrong_data_are_mended_two_days_later(week: Week) -> None:
    ((part, said),) = week.said("Data wrong")
    (mended,) = [act for act in week.agenda.take(part + MENDED_AFTER) if act["as"] == "admin"]
    assert (mended["id"], mended["do"], list(mended["fields"])) == (said["id"], "edit", ["Phone"])


def test_not_now_is_followed_by_new_behaviour_on_the_date_of_one_of_them(week: Week) -> None:
    days = [_days(act["fields"]["return_date"]) for _, act in week.said("Not now") if "return_date" in act["fields"]]
    came = [day for day in days for part in (morning(day),) if any(_compares(act) for act in week.agenda.take(part))]
    assert len(days) == 3
    assert len(came) == 1


def _days(text: str) -> int:
    return (date.fromisoformat(text) - people.FIRST_DAY).days + 1


def _compares(act: Row) -> bool:
    return bool(act["fields"].get("url") == seed.COMPARISON)


def test_one_of_those_without_budget_asks_for_a_demo_within_a_week(week: Week) -> None:
    raised = [
        part
        for part in range(HALF_DAYS + 7 * PARTS_A_DAY)
        if any(act["fields"].get("form") == seed.DEMO_FORM for act in week.agenda.take(part))
    ]
    assert len(raised) == 1
    assert day_of(raised[0]) != people.TRAINING_DAY


@pytest.mark.usefixtures("week")
def test_on_the_day_of_the_training_nobody_is_at_a_desk_though_leads_wait(door: Door) -> None:
    team = SalesTeam(door=door, rng=random.Random(2), agenda=Agenda(), cast=people.cast(1))
    day = morning(people.TRAINING_DAY)
    assert [team.acts(day), team.acts(day + 1)] == [[], []]
    assert team.acts(day + 2)


def test_another_rep_takes_up_a_lead_that_was_the_wrong_persons(week: Week, door: Door) -> None:
    ((_, said),) = week.said("Wrong person")
    other = next(rep for rep in people.REPS if rep != said["fields"]["by_email"])
    _give(door, said["id"], other)
    acts = [act for part in (40, 41) for act in week.team.acts(part) if act["id"] == said["id"]]
    assert [(act["do"], act["fields"]["by_email"]) for act in acts] == [("call", other)]


def test_a_lead_in_nobodys_hands_is_nobodys_business(door: Door) -> None:
    cast = people.cast(1)
    lead = next(each for each in door.objects("Lead", "salesforce") if each["LL_Stage__c"] is None)
    _give(door, lead["Id"], people.MANAGER)
    team = SalesTeam(door=door, rng=random.Random(1), agenda=Agenda(), cast=cast)
    assert lead["Id"] not in {act["id"] for part in range(3) for act in team.acts(part)}


def test_a_contacts_rep_is_whoever_has_the_task(door: Door) -> None:
    contact = next(each for each in door.objects("Contact", "salesforce") if each["Email"].lower().strip() in _fresh())
    rep = people.REPS[3]
    fields = {"LL_Stage__c": "assigned"}
    door.act([{"as": "admin", "do": "edit", "system": "salesforce", "id": contact["Id"], "fields": fields}])
    task = {"Subject": "Call", "WhoId": contact["Id"], "OwnerEmail": rep, "LL_Key__c": "k1", "TaskSubtype": "Call"}
    door.seed({"salesforce": {"Task": [task]}})
    team = SalesTeam(door=door, rng=random.Random(5), agenda=Agenda(), cast=people.cast(1))
    acts = [act for part in range(4) for act in team.acts(part) if act["fields"]["by_email"] == rep]
    assert contact["Id"] in {act["id"] for act in acts} or any(act["do"] == "edit" for act in acts)


def _fresh() -> set[str]:
    return {person.email for person in people.cast(1).only_contacts}
