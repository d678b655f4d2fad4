"""What reps take back, what two say at once, and where a lead shows its stage once it is a contact."""

from datetime import timedelta
from typing import Any

import pytest

from domain.handoff import Handoff
from store import handoffs, leads
from tests.cast import ANA, USERS
from tests.cast import contact as contact_of
from tests.desk import Desk
from tests.installation import Installation
from tests.rig import SimulatorProcess
from tests.witness import Row, Witness

DAY_S = 86_400.0


def lead(office: Installation) -> Row:
    return Witness(simulator=office.simulator).lead(ANA)


def contact(office: Installation) -> Row:
    return Witness(simulator=office.simulator).contact(ANA)


def says(office: Installation, **values: Any) -> None:
    """The rep edits the lead and saves."""
    office.simulator.act("edit", system="salesforce", id=lead(office)["Id"], as_="rep", **values)
    office.settle(2)


def handoff(office: Installation) -> Handoff:
    """Ana's latest."""
    return handoff_of(office, lead(office)["LL_Lead_Key__c"])


def handoff_of(office: Installation, key: str) -> Handoff:
    with office.app.store.read() as tx:
        (ana,) = leads.by_key(tx, [key]).values()
        return handoffs.all_of(tx, [ana.id])[ana.id][-1]


def stages(office: Installation) -> tuple[str, str]:
    return lead(office)["LL_Stage__c"], contact(office)["ll_stage"]


def test_a_verdict_that_was_taken_back_is_none_and_what_it_brought_about_stands(office: Installation) -> None:
    says(office, LL_Verdict__c="Accept")
    assert (handoff(office).verdict, stages(office)) == ("accept", ("accepted", "accepted"))
    says(office, LL_Verdict__c=None)
    assert (handoff(office).verdict, stages(office)) == (None, ("accepted", "accepted"))
    since = office.simulator.seq()
    office.settle(2)
    assert Witness(simulator=office.simulator, since=since).writes() == []
    says(office, LL_Verdict__c="Wrong person")
    assert handoff(office).owner is not None
    assert lead(office)["LL_Verdict__c"] is None, "it is blank for the next rep"


def test_a_return_date_that_was_taken_back_leaves_the_one_of_the_reason(office: Installation) -> None:
    says(office, LL_Outcome__c="No budget", LL_Return_Date__c="2027-05-03")
    assert (stages(office)[0], lead(office)["LL_Nurture_Until__c"]) == ("recycled", "2027-05-03")
    rests_since = office.simulator.now()
    says(office, LL_Return_Date__c=None)
    until = (rests_since + timedelta(days=120)).date().isoformat()
    assert lead(office)["LL_Nurture_Until__c"] == until


def test_a_day_that_the_rep_names_takes_the_lead_and_keeps_it_with_them(office: Installation) -> None:
    owner = handoff(office).owner
    says(office, LL_Snooze_Until__c="2026-09-28")
    assert (handoff(office).accepted_by, stages(office)) == ("verdict", ("accepted", "accepted"))
    office.settle(2, every_s=8 * DAY_S)
    assert (handoff(office).owner, stages(office)[0]) == (owner, "accepted")
    says(office, LL_Verdict__c="Wrong person")
    assert handoff(office).owner not in {None, owner}
    assert lead(office)["LL_Snooze_Until__c"] is None, "the next rep has named no day"
    assert_quiet(office)


def in_hubspot(office: Installation, **values: Any) -> None:
    """Somebody edits the contact and saves."""
    office.simulator.act("edit", system="hubspot", id=ANA, as_="admin", **values)
    office.settle(2)


def assert_quiet(office: Installation) -> None:
    since = office.simulator.seq()
    office.settle(2)
    assert Witness(simulator=office.simulator, since=since).writes() == []


def test_a_working_status_that_is_not_our_word_stays_and_the_other_side_follows(office: Installation) -> None:
    assert (lead(office)["Status"], contact(office)["hs_lead_status"]) == ("Open - Not Contacted", "OPEN")
    in_hubspot(office, hs_lead_status="ATTEMPTED_TO_CONTACT")
    assert stages(office) == ("accepted", "accepted")
    assert (lead(office)["Status"], contact(office)["hs_lead_status"]) == (
        "Working - Contacted",
        "ATTEMPTED_TO_CONTACT",
    )
    assert_quiet(office)
    says(office, LL_Outcome__c="Meeting")
    assert (stages(office)[1], contact(office)["hs_lead_status"]) == ("qualified", "CONNECTED")


def test_a_status_that_means_no_stage_stays_until_the_lead_moves_and_is_told(
    office: Installation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(of=office, patch=monkeypatch, screen=capsys)
    says(office, Status="On a trade fair")
    told = "status 'On a trade fair' means no stage"
    assert [each["what"] for each in desk.does("ray", "explain", ANA, "--json").json()["notes"]] == [told]
    (noted,) = desk.does("ray", "status", "--json").json()["notes"]
    assert (noted["what"], noted["leads"]) == (told, 1)
    assert f"! {told} (1 lead)" in desk.does("ray", "doctor").out
    for _ in range(3):
        office.simulator.act("page_view", system="hubspot", id=ANA, as_="prospect", url="https://acme.example/pricing")
    office.settle(2)
    assert lead(office)["Status"] == "On a trade fair", "our own news is no reason to write over it"
    says(office, LL_Verdict__c="Accept")
    assert (stages(office)[0], lead(office)["Status"]) == ("accepted", "Working - Contacted")
    assert desk.does("ray", "explain", ANA, "--json").json()["notes"] == [], "the lead went on"
    assert_quiet(office)


def test_of_two_systems_answers_the_rejection_wins_and_both_are_told(
    installation: Installation,
    world: SimulatorProcess,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    installation.rewrite(
        "mapping.yaml", "fields: { salesforce: LL_Verdict__c }", "fields: { salesforce: LL_Verdict__c, hubspot: fax }"
    )
    world.seed(users=USERS, contacts=[contact_of(ANA)])
    installation.run()
    world.act("submit_form", system="hubspot", id=ANA, as_="prospect", form="Demo request", values={})
    installation.settle(2)
    assert stages(installation) == ("assigned", "assigned")
    world.act("edit", system="hubspot", id=ANA, as_="admin", fax="Accept")
    says(installation, LL_Verdict__c="Not our target")
    assert stages(installation) == ("recycled", "recycled")
    assert handoff(installation).outcome == "not_target"
    desk = Desk(of=installation, patch=monkeypatch, screen=capsys)
    explained = desk.does("ray", "explain", ANA, "--json").json()
    told = "answered at once, and a rejection wins: Accept in hubspot"
    assert explained["transitions"][-1]["why"].endswith(f"Not our target; {told}")
    assert [each["what"] for each in explained["notes"]] == [f"Not our target in salesforce; {told}"]
    assert explained["stays_until"] is not None
    assert_quiet(installation)


def test_once_it_is_converted_the_contact_shows_the_stage_and_the_dead_lead_stays_as_it_was(
    office: Installation,
) -> None:
    says(office, LL_Verdict__c="Accept")
    key, dead = lead(office)["LL_Lead_Key__c"], lead(office)["Id"]
    office.simulator.act("convert", system="salesforce", id=dead)
    office.settle(2)
    since = office.simulator.seq()
    office.settle(1)
    assert contact(office)["ll_stage"] == "opportunity"
    rows = office.simulator.objects("Contact", system="salesforce")
    (alive,) = (row for row in rows if row["Email"] == ANA)
    assert (alive["LL_Stage__c"], alive["LL_Lead_Key__c"]) == ("opportunity", key)
    assert handoff_of(office, key).verdict == "accept", "a contact without the lead's answers takes none back"
    in_hubspot(office, hs_lead_status="BAD_TIMING")
    (alive,) = (row for row in office.simulator.objects("Contact", system="salesforce") if row["Email"] == ANA)
    assert (alive["LL_Stage__c"], contact(office)["ll_stage"]) == ("recycled", "recycled")
    written = {each["id"] for each in Witness(simulator=office.simulator, since=since).effects()}
    assert dead not in written
    assert_quiet(office)


def test_a_word_that_went_from_a_list_pauses_what_writes_it_and_is_told_before_and_after_publishing(
    office: Installation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(of=office, patch=monkeypatch, screen=capsys)
    world = office.simulator
    fewer = {"contacts.hs_lead_status": {"options": ["OPEN", "in_progress", "BAD_TIMING", "UNQUALIFIED", "NEW"]}}
    world.act("edit", system="hubspot", id="settings", as_="admin", properties=fewer)
    verdicts = ["Accept", "Wrong person", "Data wrong", "Not our target", "Perhaps"]
    world.act("edit", system="salesforce", id="settings", as_="admin", picklists={"Lead.LL_Verdict__c": verdicts})
    office.settle(1, every_s=7 * 3600.0)
    told = [each["what"] for each in desk.does("ray", "doctor", "--json").json()["checks"]]
    field, answer = "hubspot contacts.hs_lead_status", "salesforce Lead.LL_Verdict__c"
    there = "it is `in_progress` there, letter for letter"
    expected = [
        f"{field} does not offer `IN_PROGRESS`, which is written for accepted: {there}",
        f"{answer} does not offer `Already working it` (already_working): reps cannot answer so",
        f"{answer} offers `Perhaps`, which lifecycle.yaml does not know: whoever picks it is not heard",
        "no status field offers `ATTEMPTED_TO_CONTACT`, which lifecycle.yaml waits for in touch_statuses",
    ]
    assert [each for each in expected if each not in told] == []
    assert len([each for each in told if each.startswith(f"{field} does not offer")]) == 3, "each word once"
    says(office, LL_Verdict__c="Accept")
    assert stages(office) == ("accepted", "accepted"), "the rest of the same record goes on"
    assert (lead(office)["Status"], contact(office)["hs_lead_status"]) == ("Working - Contacted", "OPEN")
    assert any("hs_lead_status" in each["field"] for each in desk.does("ray", "status", "--json").json()["drift"])
    office.rewrite("mapping.yaml", "        accepted: IN_PROGRESS", "        accepted: in_progres")
    tried = desk.does("ray", "config", "publish", "--dry-run", "--json").json()["drift"]
    assert any(f"{field} does not offer `in_progres`" in each["what"] for each in tried)
    office.rewrite("mapping.yaml", "        qualified: Working - Contacted", "        qualified: Closed - Converted")
    tried = desk.does("ray", "config", "publish", "--dry-run", "--json").json()["drift"]
    assert any("is the status of a lead that was converted there" in each["what"] for each in tried)
    office.rewrite("mapping.yaml", "        qualified: Closed - Converted", "        qualified: Working - Contacted")
    world.act("edit", system="hubspot", id="settings", as_="admin", properties=_usual_statuses())
    office.rewrite("mapping.yaml", "        accepted: in_progres", "        accepted: IN_PROGRESS")
    office.settle(2)
    assert contact(office)["hs_lead_status"] == "IN_PROGRESS", "it goes on by itself"


def _usual_statuses() -> dict[str, Any]:
    words = "NEW OPEN IN_PROGRESS OPEN_DEAL UNQUALIFIED ATTEMPTED_TO_CONTACT CONNECTED BAD_TIMING"
    return {"contacts.hs_lead_status": {"options": words.split()}}
