"""A survey of what can be asked: one connection that cannot be does not keep the others from being looked at."""

import json
from typing import Any

import pytest

from leadloop import cli, exits
from store import survey as surveys
from tests.cast import USERS, contact
from tests.installation import Installation
from tests.rig import SimulatorProcess

WRONG = {"salesforce": ("client_secret: leadloop-secret", "client_secret: wrong"),
         "hubspot": ("access_token: pat-na1-simulator", "access_token: pat-na1-wrong")}  # fmt: skip


def lock_out(installation: Installation, system: str) -> None:
    installation.rewrite("leadloop.yaml", *WRONG[system])


def survey(installation: Installation, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    installation.close()
    capsys.readouterr()
    code = cli.run(["survey", "--json", "-C", str(installation.folder)])
    return code, json.loads(capsys.readouterr().out)


@pytest.fixture
def office(installation: Installation, world: SimulatorProcess) -> Installation:
    world.seed(users=USERS, contacts=[contact("ana.ruiz@globex.example")])
    return installation


@pytest.mark.parametrize(("system", "other"), [("salesforce", "hubspot"), ("hubspot", "salesforce")])
def test_a_connection_that_refuses_the_login_is_named_and_the_other_is_surveyed(
    office: Installation, capsys: pytest.CaptureFixture[str], system: str, other: str
) -> None:
    lock_out(office, system)
    code, found = survey(office, capsys)
    assert code == exits.SOME_FAILED
    assert [each["name"] for each in found["connections"]] == [other]
    assert {each["connection"] for each in found["fields"]} == {other}
    (left_out,) = found["not_surveyed"]
    assert left_out["name"] == system
    with office.app.store.read() as tx:
        assert set(surveys.latest(tx)) == {other}
    capsys.readouterr()
    assert cli.run(["survey", "-C", str(office.folder)]) == exits.SOME_FAILED
    said = capsys.readouterr()
    assert f"✗ {system} was not surveyed, nothing here speaks for it: {left_out['because']}" in said.err
    assert "Nothing has to be decided" not in said.err
    assert f"{other} · since" in said.out


def test_what_a_connection_told_before_is_kept_while_it_cannot_be_asked(
    office: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    assert survey(office, capsys)[0] == exits.OK
    with office.app.store.read() as tx:
        before = surveys.latest(tx)["hubspot"]
    lock_out(office, "hubspot")
    assert survey(office, capsys)[0] == exits.SOME_FAILED
    with office.app.store.read() as tx:
        assert surveys.latest(tx)["hubspot"] == before


def test_a_survey_that_nobody_answered_ends_as_the_first_connection_did(
    office: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    for system in WRONG:
        lock_out(office, system)
    code, found = survey(office, capsys)
    assert code == exits.LOGIN
    assert (found["connections"], {each["name"] for each in found["not_surveyed"]}) == ([], set(WRONG))
