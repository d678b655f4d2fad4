"""A lead goes to a rep while its record is being read: what was read before that is not taken for a person's word."""

from pathlib import Path
from typing import Any

import pytest

from domain.values import LeadId
from leadloop.app import leading
from store import handoffs
from sync.cycle import Tally, decide_and_plan, pull_one
from sync.intake import Pulled
from sync.loop import Loop
from sync.pull import pull
from sync.push import Pushed, push
from tests.cast import FAY, USERS, contact
from tests.installation import Installation, install
from tests.rig import SimulatorProcess
from tests.witness import Witness

ANA = "ana.ruiz@globex.example"
COMPOSITE = "/services/data/v62.0/composite"


@pytest.fixture
def office(tmp_path: Path, world: SimulatorProcess) -> Installation:
    """Ana is known to both systems, asks for a demo, and an admin edits her record."""
    made = install(tmp_path / "installation", world)
    world.seed(users=USERS, contacts=[contact(ANA)], leads=[{"Email": ANA, "LastName": "Ruiz", "Company": "Globex"}])
    made.run()
    made.settle(2)
    world.act("submit_form", system="hubspot", id=ANA, as_="prospect", form="Demo request", values={})
    world.time(advance_s=1_900)
    return made


def assign(made: Installation, loop: Loop) -> None:
    tally, now = Tally(), made.app.clock.refresh()
    pull_one(loop, "hubspot", tally, now=now)
    decide_and_plan(loop, tally, now=now, run_id=None)
    assert tally.decided.handoffs == 1


def edit(world: SimulatorProcess) -> None:
    lead = Witness(simulator=world).lead(ANA)["Id"]
    world.act("edit", system="salesforce", id=lead, as_="admin", Title="Head of Research")
    world.time(advance_s=2)


def was_asked(world: SimulatorProcess, since: int) -> bool:
    return any(line["path"] == COMPOSITE for line in world.log(since))


def check(made: Installation, world: SimulatorProcess, loop: Loop) -> None:
    now = made.app.clock.refresh()
    decide_and_plan(loop, Tally(), now=now, run_id=None)
    with loop.store.read() as tx:
        ((opened,),) = handoffs.all_of(tx, [LeadId(1)]).values()
    assert opened.owner == FAY
    since = world.seq()
    push(loop, "salesforce", now=now)
    assert not [each for each in Witness(simulator=world, since=since).effects() if each["type"] == "Task"]


def test_a_page_that_is_kept_after_our_write_does_not_take_it_back(
    office: Installation, world: SimulatorProcess
) -> None:
    with leading(office.app) as loop:
        assign(office, loop)
        edit(world)
        since = world.seq()
        sent: list[Pushed] = []

        def reached(point: str) -> None:
            if point == "pull.page_received" and not sent and was_asked(world, since):
                sent.append(push(loop, "salesforce", now=office.app.clock.refresh()))

        loop.reached = reached
        pull(loop, "salesforce", now=office.app.clock.refresh())
        assert [one.applied for one in sent] == [2]
        loop.reached = lambda _: None
        check(office, world, loop)
    office.close()


def test_a_page_that_is_kept_while_our_write_is_out_does_not_take_it_back(
    office: Installation, world: SimulatorProcess
) -> None:
    with leading(office.app) as loop:
        assign(office, loop)
        edit(world)
        began = office.app.clock.refresh()
        world.time(advance_s=1)
        writer: Any = loop.connections["salesforce"]
        write = writer.write
        read: list[Pulled] = []

        def reading_first(changes: Any) -> Any:
            if not read:
                read.append(pull(loop, "salesforce", now=office.app.clock.refresh()))
            return write(changes)

        writer.write = reading_first
        push(loop, "salesforce", now=began)
        del writer.write
        assert read[0].changed > 0
        check(office, world, loop)
    office.close()
