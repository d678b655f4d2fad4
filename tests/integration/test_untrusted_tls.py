"""A system whose certificate proves nothing is not spoken to; the other one goes on."""

from pathlib import Path

from leadloop import exits
from store import connections
from tests.cast import ANA
from tests.certificates import authority, server_context
from tests.installation import HALF_HOUR_S, Installation
from tests.proxy import Proxy
from tests.rig import SimulatorProcess
from tests.witness import Witness


def test_an_untrusted_certificate_suspends_one_system_and_the_other_goes_on(
    office: Installation, world: SimulatorProcess, tmp_path: Path
) -> None:
    witness = Witness(simulator=world)
    with Proxy(world.hubspot, tls=server_context(tmp_path, expired=True)) as proxy:
        refused = proxy.address
        trusting = f"base_url: {refused}\n    ca_file: {authority(tmp_path)}"
        office.rewrite("leadloop.yaml", f"base_url: {world.hubspot}", trusting)
        world.act("outcome", system="salesforce", id=witness.lead(ANA)["Id"], outcome="No budget")
        since = world.seq()
        run = office.run(after_s=HALF_HOUR_S)
    assert ["certificate cannot be trusted" in failure for failure in run.failures] == [True]
    with office.app.store.read() as tx:
        statuses = {each.name: each.status for each in connections.all(tx)}
    assert statuses == {"hubspot": "suspended", "salesforce": "running"}
    assert {line["system"] for line in Witness(simulator=world, since=since).calls()} == {"salesforce"}
    assert witness.lead(ANA)["LL_Stage__c"] == "recycled"
    with Proxy(world.hubspot, tls=server_context(tmp_path)) as proxy:
        office.rewrite("leadloop.yaml", refused, proxy.address)
        assert office.command("run").code == exits.OK
    assert witness.contact(ANA)["ll_stage"] == "recycled"
