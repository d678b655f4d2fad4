"""A record that a system refuses is parked with the system's words; its batch goes on."""

from typing import Any

import pytest

from leadloop import exits
from tests.cast import USERS, contact
from tests.installation import HALF_HOUR_S, Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

EMAILS = tuple(f"{name}@globex.example" for name in ("ann", "bob", "cat"))
WORDS = "Close date must lie in the future."
BATCHES = {"salesforce": ("PATCH", "composite/sobjects$"), "hubspot": ("POST", "contacts/batch/update")}


@pytest.fixture
def office(installation: Installation, world: SimulatorProcess) -> Installation:
    """Three people in both systems, whose own fields have not been written yet."""
    leads = [{"LastName": email[:3].title(), "Company": "Globex", "Email": email} for email in EMAILS]
    world.seed(users=USERS, contacts=[contact(email) for email in EMAILS], leads=leads)
    return installation


def keyed(witness: Witness, system: str) -> set[str]:
    """Whose key has arrived in that system."""
    if system == "hubspot":
        return {email for email in EMAILS if witness.contact(email).get("ll_lead_key")}
    return {email for email in EMAILS if witness.lead(email)["LL_Lead_Key__c"]}


def errors(office: Installation) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = office.command("errors", "list", "--json").json()["errors"]
    return rows


def refuse_one(world: SimulatorProcess, system: str) -> None:
    method, path = BATCHES[system]
    more: dict[str, Any] = (
        {"code": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": WORDS} if system == "salesforce" else {}
    )
    world.fault("partial_failure", system=system, method=method, path=path, **more)


@pytest.mark.parametrize("system", BATCHES)
def test_a_refused_record_is_parked_with_the_systems_words_and_its_batch_goes_on(
    office: Installation, world: SimulatorProcess, system: str
) -> None:
    refuse_one(world, system)
    assert office.command("run").code == exits.SOME_FAILED
    witness = Witness(simulator=world)
    assert len(keyed(witness, system)) == 2
    (parked,) = errors(office)
    assert (parked["connection"], parked["status"]) == (system, "parked")
    assert parked["record"] in {row["Id"] for row in world.objects("Lead", system="salesforce")} | {
        row["id"] for row in world.objects("contacts", system="hubspot")
    }
    assert parked["code"]
    assert parked["message"]
    if system == "salesforce":
        assert (parked["code"], parked["message"]) == ("FIELD_CUSTOM_VALIDATION_EXCEPTION", WORDS)


@pytest.mark.parametrize("system", BATCHES)
def test_what_is_parked_is_not_sent_again_until_a_person_says_so(
    office: Installation, world: SimulatorProcess, system: str
) -> None:
    refuse_one(world, system)
    office.run()
    since = world.seq()
    office.settle(2)
    assert Witness(simulator=world, since=since).writes() == []
    assert office.command("errors", "retry", str(errors(office)[0]["id"])).code == exits.OK
    office.run(after_s=HALF_HOUR_S)
    assert keyed(Witness(simulator=world), system) == set(EMAILS)
    assert errors(office) == []


def test_a_lock_passes_by_itself(office: Installation, world: SimulatorProcess) -> None:
    method, path = BATCHES["salesforce"]
    world.fault("partial_failure", system="salesforce", method=method, path=path, code="UNABLE_TO_LOCK_ROW")
    office.run()
    office.run(after_s=60)
    assert keyed(Witness(simulator=world), "salesforce") == set(EMAILS)
    assert errors(office) == []
