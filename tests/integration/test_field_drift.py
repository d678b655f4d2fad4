"""A field that vanishes takes nothing else with it: what does not use it goes on, in the same push."""

import pytest
from sqlalchemy import event

from domain.drift import DriftKind, Noticed
from domain.run import ConnectionStatus, InstallationStatus, OutboxStatus
from leadloop import exits
from leadloop.status_of import look_at
from tests.cast import USERS, contact
from tests.installation import Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

ANN, BOB = "ann@globex.example", "bob@globex.example"


@pytest.fixture
def office(installation: Installation, world: SimulatorProcess) -> Installation:
    """Two people in both systems, whose own fields are written."""
    leads = [{"LastName": email[:3].title(), "Company": "Globex", "Email": email} for email in (ANN, BOB)]
    world.seed(users=USERS, contacts=[contact(ANN), contact(BOB)], leads=leads)
    installation.run()
    installation.settle(1)
    return installation


def hide(world: SimulatorProcess, *fields: str, access: str = "hidden") -> None:
    wanted = dict.fromkeys(fields, access)
    world.act("edit", system="salesforce", id="settings", as_="admin", field_security=wanted)


def ask_for_a_demo(world: SimulatorProcess, email: str) -> None:
    values = {"message": "Show me"}
    world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values=values)


def drifted(office: Installation) -> list[tuple[str, DriftKind, Noticed]]:
    return [(each.field.field, each.drift.kind, each.noticed) for each in look_at(office.app).drifts]


def waiting(office: Installation) -> set[str]:
    """Where writes stand that did not arrive."""
    return {status for _, status in look_at(office.app).outbox} - {OutboxStatus.DONE}


def test_a_hidden_field_pauses_itself_alone_and_the_rest_arrives_in_the_same_cycle(
    office: Installation, world: SimulatorProcess
) -> None:
    hide(world, "Lead.LL_Score__c")
    ask_for_a_demo(world, ANN)
    office.settle(1)
    lead = Witness(simulator=world).lead(ANN)
    assert (lead["LL_Stage__c"], lead["OwnerId"].startswith("005")) == ("assigned", True)
    assert "Show me" in lead["LL_Why__c"]


def test_a_process_that_finds_every_field_as_it_was_keeps_nothing_of_it_anew(office: Installation) -> None:
    office.settle(1)
    said: list[str] = []

    def hear(_tx: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    engine = office.app.store.engine
    event.listen(engine, "before_cursor_execute", hear)
    office.settle(1)
    event.remove(engine, "before_cursor_execute", hear)
    assert [each for each in said if each.startswith(("UPDATE described", "INSERT INTO described"))] == []
    assert any(each.startswith("UPDATE") for each in said)


def test_a_vanished_field_is_told_with_its_mend_and_written_again_by_itself_once_it_is_back(
    office: Installation, world: SimulatorProcess
) -> None:
    since = world.seq()
    hide(world, "Lead.LL_Score__c")
    ask_for_a_demo(world, ANN)
    office.settle(1)
    assert (drifted(office), waiting(office)) == ([("LL_Score__c", DriftKind.GONE, Noticed.REFUSAL)], set())
    told = office.command("status").out
    assert "salesforce Lead.LL_Score__c cannot be seen any more" in told
    assert "score is not written to salesforce" in told
    assert "Salesforce admin: give the integration user Read and Edit on Lead.LL_Score__c" in told
    hide(world, "Lead.LL_Score__c", access="edit")
    office.settle(2)
    witness = Witness(simulator=world, since=since)
    lead = witness.lead(ANN)
    assert (lead["LL_Score__c"] > 0, drifted(office)) == (True, [])
    assert None not in witness.set_to("Lead", lead["Id"], "LL_Score__c")


def test_a_field_that_nobody_writes_is_missed_within_hours(office: Installation, world: SimulatorProcess) -> None:
    hide(world, "Lead.LL_Verdict__c")
    office.run(after_s=6 * 3600.0)
    assert drifted(office) == [("LL_Verdict__c", DriftKind.GONE, Noticed.LOOK)]


def test_an_archived_property_pauses_itself_alone(office: Installation, world: SimulatorProcess) -> None:
    def archive(archived: bool) -> None:
        wanted = {"contacts.ll_score": {"archived": archived}}
        world.act("edit", system="hubspot", id="settings", as_="admin", properties=wanted)

    archive(True)
    ask_for_a_demo(world, ANN)
    office.settle(1)
    found = Witness(simulator=world).contact(ANN)
    assert (found["ll_stage"], drifted(office)) == ("assigned", [("ll_score", DriftKind.GONE, Noticed.REFUSAL)])
    assert waiting(office) == set()
    archive(False)
    office.settle(2)
    assert float(Witness(simulator=world).contact(ANN)["ll_score"]) > 0
    assert drifted(office) == []


def test_without_our_key_a_connection_stands_still_and_goes_on_by_itself(
    office: Installation, world: SimulatorProcess
) -> None:
    hide(world, "Lead.LL_Lead_Key__c")
    world.seed(contacts=[contact("new@globex.example")])
    office.run(after_s=6 * 3600.0)
    ask_for_a_demo(world, "new@globex.example")
    office.settle(2)
    assert Witness(simulator=world).leads("new@globex.example") == []
    salesforce = next(each for each in look_at(office.app).connections if each.name == "salesforce")
    assert salesforce.status is ConnectionStatus.SUSPENDED
    assert "Lead.LL_Lead_Key__c cannot be seen any more: by it we know what we made." in str(salesforce.reason)
    hide(world, "Lead.LL_Lead_Key__c", access="edit")
    office.settle(2)
    assert len(Witness(simulator=world).leads("new@globex.example")) == 1
    assert look_at(office.app).status is InstallationStatus.HEALTHY


def test_a_field_of_another_type_is_not_written_and_is_taken_as_it_is_once_its_line_is_edited(
    office: Installation, world: SimulatorProcess
) -> None:
    world.act("edit", system="salesforce", id="settings", as_="admin", field_types={"Lead.LL_Score__c": "string"})
    office.run(after_s=6 * 3600.0)
    since = world.seq()
    ask_for_a_demo(world, ANN)
    office.settle(1)
    witness = Witness(simulator=world, since=since)
    lead = witness.lead(ANN)
    assert (drifted(office), lead["LL_Stage__c"]) == ([("LL_Score__c", DriftKind.RETYPED, Noticed.LOOK)], "assigned")
    assert witness.set_to("Lead", lead["Id"], "LL_Score__c") == []
    office.rewrite(
        "mapping.yaml", "  - name: score\n    label: Score\n    type: number", "  - name: score\n    type: text"
    )
    assert office.command("config", "publish").code == exits.OK
    office.settle(2)
    assert (Witness(simulator=world).lead(ANN)["LL_Score__c"] > "0", drifted(office)) == (True, [])
