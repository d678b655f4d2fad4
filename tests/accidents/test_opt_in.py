"""Somebody says no, and opts in again by a form: that goes to both systems where it is told when, and only then."""

from typing import Any

import pytest
from sqlalchemy import select

from connectors.contract import Lane
from store.schema import outbox
from tests.accidents.people import ANN, BOB, CAT, DAN, ELI, populate
from tests.installation import Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

NO: dict[str, Any] = {"HasOptedOutOfEmail": True}
OUT, IN_HUBSPOT, FORM, CRM_FORM = "HasOptedOutOfEmail", "hs_email_optout", "fax", "Description"
RULE = "    no_is: true # the value that is the no\n"
EVIDENCE = """\
    no_to: email
    opted_in_at: opted_in_at
  - name: opted_in_at
    type: datetime
    fields: { salesforce: { Lead: Description }, hubspot: fax }
"""
TRACKED = {"EntityDefinitionId": "Lead", "QualifiedApiName": OUT, "IsFieldHistoryTracked": True}


@pytest.fixture
def office(installation: Installation, world: SimulatorProcess) -> Installation:
    """Salesforce keeps the history of the opt-out; everybody but Eli has said no, and both systems have it."""
    installation.rewrite("mapping.yaml", RULE, RULE + EVIDENCE)
    populate(world)
    world.seed(salesforce={"FieldDefinition": [TRACKED]})
    installation.run()
    witness = Witness(simulator=world)
    for email in (ANN, BOB, CAT):
        world.act("edit", system="salesforce", id=witness.lead(email)["Id"], as_="rep", **NO)
    world.act("unsubscribe", system="hubspot", id=DAN, as_="prospect")
    installation.settle(2)
    assert consent(world) == {**dict.fromkeys((ANN, BOB, CAT, DAN), (True, "true")), ELI: (False, "")}
    return installation


def consent(world: SimulatorProcess) -> dict[str, tuple[Any, Any]]:
    witness = Witness(simulator=world)
    return {
        email: (witness.lead(email)[OUT], witness.contact(email).get(IN_HUBSPOT) or "")
        for email in (ANN, BOB, CAT, DAN, ELI)
    }


def opts_in(world: SimulatorProcess, email: str, **values: str) -> None:
    form = {IN_HUBSPOT: "false", **values}
    world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Newsletter", values=form)


def test_a_later_opt_in_with_its_moment_goes_to_the_other_system_and_nothing_else_does(
    office: Installation, world: SimulatorProcess
) -> None:
    witness, now = Witness(simulator=world), world.time().isoformat()
    opts_in(world, ANN, **{FORM: now})
    opts_in(world, BOB)
    opts_in(world, CAT, **{FORM: "2026-09-07T08:00:00+00:00"})
    dan = witness.lead(DAN)["Id"]
    again: dict[str, Any] = {OUT: False, CRM_FORM: now}
    world.act("edit", system="salesforce", id=dan, as_="rep", **again)
    since = world.seq()
    office.settle(3)
    said = consent(world)
    assert said == {
        ANN: (False, "false"),
        BOB: (True, "true"),
        CAT: (True, "true"),
        DAN: (False, "false"),
        ELI: (False, ""),
    }
    effects = [
        effect
        for effect in Witness(simulator=world, since=since).effects()
        if OUT in effect["after"] or IN_HUBSPOT in effect["after"]
    ]
    written = sorted(
        (effect["type"], str(effect["after"].get(OUT, effect["after"].get(IN_HUBSPOT)))) for effect in effects
    )
    assert written == [("Lead", "False"), ("contacts", "false"), ("contacts", "true"), ("contacts", "true")]
    rest = world.seq()
    office.settle(2)
    assert Witness(simulator=world, since=rest).writes() == []
    with office.app.store.read() as tx:
        rows = tx.execute(select(outbox.c.lane, outbox.c.change, outbox.c.cause, outbox.c.record_id)).all()
    (row,) = [row for row in rows if "opted in again" in row.cause and row.record_id == witness.lead(ANN)["Id"]]
    assert row.lane == Lane.HANDOFF
    assert row.cause.startswith("opted_out as both systems' values come to, No wins: opted in again on 2026-09-07 ")


def test_a_no_after_the_opt_in_is_a_no_on_both_again(office: Installation, world: SimulatorProcess) -> None:
    opts_in(world, ANN, **{FORM: world.time().isoformat()})
    office.settle(3)
    assert consent(world)[ANN] == (False, "false")
    world.act("edit", system="salesforce", id=Witness(simulator=world).lead(ANN)["Id"], as_="rep", **NO)
    office.settle(1)
    assert consent(world)[ANN] == (True, "true")
    since = world.seq()
    office.settle(2)
    assert Witness(simulator=world, since=since).writes() == []
