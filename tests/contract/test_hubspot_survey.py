"""Who else writes to a portal: the history of properties, workflows, the connector to Salesforce; both generations."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest

from domain.survey import Author, Automation, AutomationKind, Survey
from tests.contract.hubspot_rig import HubSpotRig
from tests.rig import SimulatorProcess

ANA, BEN = "ana@globex.example", "ben@initech.example"
ASKED = {"contacts": {"hs_lead_status", "jobtitle", "lifecyclestage", "no_such_property"}}


@pytest.fixture(scope="module")
def portal() -> Iterator[SimulatorProcess]:
    """A portal that is lived in: a marketer, a form, a workflow, another app and HubSpot's connector all write."""
    with SimulatorProcess() as world:
        world.seed(
            users=[{"email": "mia@globex.example", "last_name": "Marketer"}],
            contacts=[{"email": ANA}, {"email": BEN}],
            hubspot={
                "workflows": [
                    {"name": "Back to lead", "sets": ["lifecyclestage"]},
                    {"name": "Off", "sets": ["jobtitle"], "enabled": False},
                    {"name": "Of companies", "sets": ["name"], "object": "0-2"},
                ]
            },
        )
        world.act("edit", system="hubspot", id=ANA, jobtitle="VP", by_email="mia@globex.example")
        world.act("submit_form", system="hubspot", as_="prospect", id=BEN, form="Demo", values={"jobtitle": "CEO"})
        world.act("edit", system="hubspot", id=ANA, hs_lead_status="OPEN", by_workflow="Back to lead")
        world.act("edit", system="hubspot", id=ANA, hs_lead_status="NEW", by_app="Enricher")
        linked = {"salesforceleadid": "00Q5e0000000001EAA", "hs_lead_status": "OPEN"}
        world.act("edit", system="hubspot", id=ANA, **linked, by_salesforce=True)
        yield world


@pytest.fixture(params=["v3", "2026-03"])
def rig(request: pytest.FixtureRequest, portal: SimulatorProcess) -> Iterator[HubSpotRig]:
    with ExitStack() as stack:
        yield HubSpotRig(portal, stack, generation=request.param)


def survey(rig: HubSpotRig, *, days: int = 90, sample: int = 200) -> Survey:
    return rig.connector().survey(ASKED, since=rig.simulator.now() - timedelta(days=days), sample=sample)


def test_every_author_is_told_by_kind_and_all_but_people_by_name(rig: HubSpotRig) -> None:
    told = {(line.field, line.author, line.name, line.authors, line.changes) for line in survey(rig).written}
    assert told >= {
        ("jobtitle", Author.PERSON, "", 1, 1),
        ("jobtitle", Author.VISITOR, "", 1, 1),
        ("hs_lead_status", Author.WORKFLOW, "Back to lead", 1, 1),
        ("hs_lead_status", Author.INTEGRATION, "Enricher", 1, 1),
        ("hs_lead_status", Author.NEIGHBOUR, "HubSpot's Salesforce connector", 1, 1),
    }


def test_the_neighbour_is_known_by_the_ids_that_it_keeps_and_brings_the_links(rig: HubSpotRig) -> None:
    (neighbour,) = survey(rig).neighbours
    assert neighbour.links == {"salesforceleadid": "Lead"}
    held, changed = neighbour.evidence
    assert (held.split()[0], held.split()[-1]) == ("1", "salesforceleadid")
    assert changed == "contacts: it changed 2 values"


def test_workflows_that_are_on_are_named_with_what_they_set(rig: HubSpotRig) -> None:
    assert survey(rig).automations == (
        Automation(kind=AutomationKind.WORKFLOW, object="contacts", name="Back to lead", fields=("lifecyclestage",)),
    )


def test_without_the_scope_for_workflows_the_survey_says_so_and_goes_on(rig: HubSpotRig) -> None:
    rig.tune(token=rig.token, scopes=["crm.objects.contacts.read", "crm.schemas.contacts.read"])
    found = survey(rig)
    assert found.automations == ()
    (workflows,) = [each for each in found.unseen if "workflows" in each.what]
    assert "scope `automation`" in workflows.grant
    assert any(line.author is Author.WORKFLOW for line in found.written)


def test_the_sample_bounds_what_is_read_and_a_survey_writes_nothing(rig: HubSpotRig) -> None:
    before = rig.simulator.seq()
    assert survey(rig, sample=1).sampled == {"contacts": 1}
    calls = [line for line in rig.simulator.log(before) if "/_simulator" not in line["path"]]
    assert [line for line in calls if line["effects"]] == []
    assert len(calls) == 5


def test_history_is_read_for_fifty_records_a_call(rig: HubSpotRig) -> None:
    rig.seed(120)
    before = rig.simulator.seq()
    since = rig.simulator.now() - timedelta(days=1)
    changes = rig.connector().history("contacts", {"company"}, since=since, sample=110)
    reads = [line for line in rig.simulator.log(before) if line["path"].endswith("/batch/read")]
    assert [line["status"] for line in reads] == [200, 200, 200]
    assert len({change.ref for change in changes}) == 110
