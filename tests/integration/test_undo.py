"""A run is taken back field by field, where our value still stands: judged by the systems' own records and log."""

import getpass
from typing import Any

import pytest

from leadloop import exits
from store import conflicts
from tests.cast import USERS, contact
from tests.installation import HALF_HOUR_S, Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

ANA, BEN = "ana.ruiz@globex.example", "ben.cole@initech.example"
ONE_WAY = """\
    fields: { salesforce: Title, hubspot: jobtitle }
    sync: Prefer Salesforce unless blank
"""
INDUSTRY = "  - name: industry\n"
MISTAKE = "  - name: fax\n    fields: { salesforce: { Lead: Fax }, hubspot: jobtitle }\n    sync: Always use HubSpot\n"


@pytest.fixture
def office(installation: Installation, world: SimulatorProcess) -> Installation:
    """Ana and Ben stand in both systems alike, and everything is at rest."""
    leads = [
        {"LastName": "Ruiz", "Company": "Globex", "Email": ANA, "Title": "VP Operations", "Fax": "+1 202 555 0100"},
        {"LastName": "Cole", "Company": "Initech", "Email": BEN, "Title": "VP Operations"},
    ]
    world.seed(users=USERS, contacts=[contact(ANA), contact(BEN)], leads=leads)
    installation.rewrite("mapping.yaml", ONE_WAY, ONE_WAY.replace("Prefer Salesforce unless blank", "Two-way"))
    installation.run()
    installation.settle(2)
    return installation


def title(world: SimulatorProcess, email: str) -> Any:
    return Witness(simulator=world).lead(email)["Title"]


def retitled(office: Installation, world: SimulatorProcess) -> int:
    """Both get another title in HubSpot, which a run carries to Salesforce; its number."""
    for email in (ANA, BEN):
        world.act("edit", system="hubspot", id=email, as_="marketer", jobtitle="CEO")
    run = office.run(after_s=HALF_HOUR_S)
    assert (title(world, ANA), title(world, BEN)) == ("CEO", "CEO")
    return run.id


def decided_anew(office: Installation, world: SimulatorProcess, name: str) -> None:
    for email in (ANA, BEN):
        world.act("edit", system="hubspot", id=email, as_="marketer", firstname=name)
    office.settle(2)


def undo(office: Installation, run: int, *options: str) -> dict[str, Any]:
    done = office.command("undo", str(run), "--json", "--out", str(office.folder / "undo.jsonl"), *options)
    assert done.code == exits.OK, done.err
    told: dict[str, Any] = done.json()
    return told


def applied(office: Installation) -> int:
    """The number of the run that the undo was."""
    done = office.command("apply", str(office.folder / "undo.jsonl"), "--json")
    assert done.code == exits.OK, done.err
    (last,) = office.command("runs", "list", "--json", "-n", "1").json()["runs"]
    assert last["who"] == getpass.getuser()
    number: int = last["run"]
    return number


def quiet(office: Installation, world: SimulatorProcess, cycles: int = 2) -> None:
    since = world.seq()
    office.settle(cycles)
    assert Witness(simulator=world, since=since).writes() == []


def titles_of(told: dict[str, Any]) -> list[tuple[Any, Any]]:
    return [(row["now"], row["will_be"]) for row in told["changes"] if row["field"] == "Title"]


def test_an_undone_run_leaves_the_fields_as_they_were_and_the_next_cycles_leave_them_so(
    office: Installation, world: SimulatorProcess
) -> None:
    run = retitled(office, world)
    decided_anew(office, world, "Sasha")  # by now both sides are agreed about the title
    since = world.seq()
    told = undo(office, run)
    assert titles_of(told) == [("CEO", "VP Operations")] * 2
    assert Witness(simulator=world, since=since).writes() == [], "nothing before apply"
    undoing = applied(office)
    assert (title(world, ANA), title(world, BEN)) == ("VP Operations", "VP Operations")
    shown = office.command("runs", "show", str(undoing), "--json").json()
    assert f"undoes run {run}" in shown["why"]
    assert ("salesforce", "Lead", "done", "applied", 2) in [
        tuple(row[name] for name in ("system", "object", "status", "outcome", "writes")) for row in shown["writes"]
    ]
    quiet(office, world)
    decided_anew(office, world, "Robin")
    assert title(world, ANA) == "VP Operations"
    assert Witness(simulator=world).contact(ANA)["jobtitle"] == "CEO", "it is carried nowhere"
    with office.app.store.read() as tx:
        assert conflicts.open_ones(tx) == [], "and is nobody's change"
    assert undo(office, run)["changes"] == []


def test_what_a_rep_changed_since_stays_and_is_named_and_one_who_comes_between_wins(
    office: Installation, world: SimulatorProcess
) -> None:
    run = retitled(office, world)
    (bens,) = (row for row in world.objects("Lead", system="salesforce") if row["Email"] == BEN)
    world.act("edit", system="salesforce", id=bens["Id"], Title="Founder")
    office.run(after_s=HALF_HOUR_S)
    told = undo(office, run)
    assert titles_of(told) == [("CEO", "VP Operations")]
    assert [row["because"] for row in told["kept"] if row["id"] == bens["Id"] and row["field"] == "Title"] == [
        "somebody changed it since"
    ]
    (anas,) = (row for row in world.objects("Lead", system="salesforce") if row["Email"] == ANA)
    world.act("edit", system="salesforce", id=anas["Id"], Title="Chair")
    applied(office)
    assert (title(world, ANA), title(world, BEN)) == ("Chair", "Founder")


def test_an_undo_of_an_undo_brings_the_value_back_and_a_new_wish_ends_it(
    office: Installation, world: SimulatorProcess
) -> None:
    undo(office, retitled(office, world), "--lead", ANA)
    second = applied(office)
    assert (title(world, ANA), title(world, BEN)) == ("VP Operations", "CEO")
    assert titles_of(undo(office, second)) == [("VP Operations", "CEO")]
    third = applied(office)
    assert title(world, ANA) == "CEO"
    quiet(office, world)
    undo(office, third)
    applied(office)
    assert title(world, ANA) == "VP Operations"
    world.act("edit", system="hubspot", id=ANA, as_="marketer", jobtitle="Chief of Staff")
    office.run(after_s=HALF_HOUR_S)
    assert title(world, ANA) == "Chief of Staff"


def test_what_a_mistaken_mapping_overwrote_comes_back_after_the_mapping_was_mended(
    office: Installation, world: SimulatorProcess
) -> None:
    def fax() -> list[Any]:
        return [Witness(simulator=world).lead(email)["Fax"] for email in (ANA, BEN)]

    office.rewrite("mapping.yaml", INDUSTRY, MISTAKE + INDUSTRY)
    assert office.command("config", "publish").code == exits.OK
    runs = [run.id for run in office.settle(2)]
    assert fax() == ["VP Operations", "VP Operations"]
    office.rewrite("mapping.yaml", MISTAKE + INDUSTRY, INDUSTRY)
    assert office.command("config", "publish").code == exits.OK
    office.settle(1)
    for run in runs:
        if undo(office, run, "--field", "Lead.Fax")["changes"]:
            applied(office)
    assert fax() == ["+1 202 555 0100", None]
    quiet(office, world)


def test_a_handoff_is_not_undone_and_every_write_of_it_is_named(office: Installation, world: SimulatorProcess) -> None:
    world.act("submit_form", system="hubspot", id=ANA, as_="prospect", form="Demo request", values={"message": "Hi"})
    run = office.run(after_s=HALF_HOUR_S).id
    told = undo(office, run)
    reasons = {row["because"] for row in told["kept"]}
    assert "owner, stage and what belongs to a handoff are decided: assign or move the lead anew" in reasons
    assert "a record that was made is not deleted" in reasons
    assert not {row["field"] for row in told["changes"]} & {"OwnerId", "Status", "LL_Stage__c", "lifecyclestage"}


def test_a_run_that_nobody_knows_is_bad_data(office: Installation) -> None:
    done = office.command("undo", "999")
    assert (done.code, "There is no run 999" in done.err) == (exits.BAD_DATA, True)
