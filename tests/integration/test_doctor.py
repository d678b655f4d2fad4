"""`leadloop doctor`: what a run would refuse is said before, and half a setting is named."""

import json
from typing import Any

import pytest

from leadloop import cli
from tests.installation import Installation
from tests.rig import SimulatorProcess


def doctor(installation: Installation, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Each finding that is not fine, with its mend."""
    installation.close()
    capsys.readouterr()
    cli.run(["doctor", "--json", "-C", str(installation.folder)])
    checks = json.loads(capsys.readouterr().out)["checks"]
    return {each["what"]: each["mend"] for each in checks if each["mark"] != "fine"}


def test_a_test_account_behind_live_is_wrong_to_doctor_and_nothing_is_provisioned_there(
    installation: Installation, world: SimulatorProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    world.settings(sandbox=True, provisioned=False)
    installation.rewrite("leadloop.yaml", "environment: simulator", "environment: live")
    found = doctor(installation, capsys)
    assert "is a test account and `environment` is live" in found["salesforce: the wrong account"]
    before = world.seq()
    assert cli.run(["provision", "salesforce", "--yes", "-C", str(installation.folder)]) == 78
    assert [line["effects"] for line in world.log(before) if line["effects"]] == []


def test_what_cannot_be_provisioned_as_things_are_is_told_with_its_own_mend(
    installation: Installation, world: SimulatorProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    world.settings(provisioned=False, may_customize=False)
    found = doctor(installation, capsys)
    (mend,) = [mend for what, mend in found.items() if what.startswith("salesforce: 56 fields")]
    assert mend.startswith("Setup is closed to the integration user. Let an admin deploy")


def test_a_webhook_secret_without_an_address_and_the_other_way_round_is_named(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    installation.rewrite("leadloop.yaml", "    type: hubspot\n", "    type: hubspot\n    webhook_secret: a-secret\n")
    assert "hubspot: has a webhook_secret, and nobody listens" in doctor(installation, capsys)
    listening = "webhooks: { public_url: https://hooks.acme.example }\n"
    installation.rewrite("leadloop.yaml", "    webhook_secret: a-secret\n", "")
    installation.rewrite("leadloop.yaml", "health:\n", f"{listening}health:\n")
    assert "webhooks are on and no connection has a secret to tell them by" in doctor(installation, capsys)


def test_an_object_that_is_mapped_and_not_read_is_named(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its deals would count for nothing without a word."""
    deals = "{ object: deals, account: associatedcompanyid, closed: hs_is_closed, won: hs_is_closed_won }"
    before = "    users:\n      object: owners\n"
    installation.rewrite("mapping.yaml", before, f"    deals: {deals}\n{before}")
    unread = "hubspot: deals is mapped and not read"
    installation.close()
    cli.run(["config", "publish", "-C", str(installation.folder)])
    assert unread in doctor(installation, capsys)
    installation.rewrite("leadloop.yaml", "companies, forms", "companies, deals, forms")
    assert [what for what in doctor(installation, capsys) if "deals" in what] == []
