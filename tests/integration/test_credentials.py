"""A system that does not know us any more is suspended with words; the other one goes on."""

import pytest

from leadloop import exits
from tests.cast import ANA
from tests.installation import HALF_HOUR_S, Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

SECRETS = {"salesforce": ("client_secret: leadloop-secret", "client_secret: wrong"),
           "hubspot": ("access_token: pat-na1-simulator", "access_token: pat-na1-wrong")}  # fmt: skip


def lock_out(office: Installation, system: str) -> None:
    """The secret in the folder is not the vendor's any more, and what session there was is over."""
    office.rewrite("leadloop.yaml", *SECRETS[system])
    if system == "salesforce":
        office.simulator.fault("expired_session", system="salesforce")
    office.simulator.time(advance_s=HALF_HOUR_S)


@pytest.mark.parametrize(("system", "other"), [("salesforce", "hubspot"), ("hubspot", "salesforce")])
def test_wrong_credentials_suspend_one_connection_with_words_and_the_other_goes_on(
    office: Installation, world: SimulatorProcess, system: str, other: str
) -> None:
    witness = Witness(simulator=world)
    lock_out(office, system)
    world.act("outcome", system="salesforce", id=witness.lead(ANA)["Id"], outcome="No budget")
    for url in ("/compare", "/pricing"):
        world.act("page_view", system="hubspot", id=ANA, as_="prospect", url=f"https://our.example{url}")
    since = world.seq()
    done = office.command("run")
    assert done.code == exits.LOGIN
    assert system in done.err
    standing = office.connections()
    assert (standing[system]["status"], standing[other]["status"]) == ("suspended", "running")
    assert standing[system]["reason"] in done.err
    assert {line["system"] for line in Witness(simulator=world, since=since).writes()} == {other}


@pytest.mark.parametrize("system", SECRETS)
def test_once_mended_the_connection_catches_up_by_itself(
    office: Installation, world: SimulatorProcess, system: str
) -> None:
    lock_out(office, system)
    witness = Witness(simulator=world)
    world.act("outcome", system="salesforce", id=witness.lead(ANA)["Id"], outcome="No budget")
    assert office.command("run").code == exits.LOGIN
    office.rewrite("leadloop.yaml", *reversed(SECRETS[system]))
    assert office.command("run").code == exits.OK
    office.settle(1)
    assert witness.lead(ANA)["LL_Stage__c"] == witness.contact(ANA)["ll_stage"] == "recycled"
    assert {each["status"] for each in office.connections().values()} == {"running"}


@pytest.mark.parametrize("system", SECRETS)
def test_no_secret_is_shown_when_it_is_refused(office: Installation, system: str) -> None:
    lock_out(office, system)
    done = office.command("run")
    assert done.code == exits.LOGIN
    for secret in ("leadloop-secret", "pat-na1"):
        assert secret not in done.out + done.err
    assert ": wrong" not in done.out + done.err
