"""No transaction is open while a system is asked for anything: a slow answer would hold up everybody else."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, Engine, event

from connectors import http
from connectors.wire import Answer, Deadline, Opener, receive
from tests.cast import ANA, contact
from tests.installation import Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

BEN = "ben.cole@initech.example"


class OpenTransactions(threading.local):
    """How many this thread has open."""

    count = 0


@contextmanager
def counted(found: OpenTransactions) -> Iterator[None]:
    def begun(_connection: Connection) -> None:
        found.count += 1

    def ended(_connection: Connection) -> None:
        found.count -= 1

    listeners = {"begin": begun, "commit": ended, "rollback": ended}
    for name, listener in listeners.items():
        event.listen(Engine, name, listener)
    try:
        yield
    finally:
        for name, listener in listeners.items():
            event.remove(Engine, name, listener)


def test_nothing_is_asked_of_a_system_while_a_transaction_is_open(
    office: Installation, world: SimulatorProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A login, pages, a handoff, a rejection, lost answers and what is asked about them."""
    found = OpenTransactions()
    held: list[int] = []

    def watched(opener: Opener, *, deadline: Deadline, cap_bytes: int) -> Answer:
        held.append(found.count)
        return receive(opener, deadline=deadline, cap_bytes=cap_bytes)

    office.close()
    with counted(found):
        monkeypatch.setattr(http, "receive", watched)
        witness = Witness(simulator=world)
        world.seed(contacts=[contact(BEN)])
        world.act("reject", system="salesforce", id=witness.lead(ANA)["Id"], reason="No budget")
        world.act("submit_form", system="hubspot", id=BEN, as_="prospect", form="Demo request", values={})
        world.fault("expired_session", system="salesforce")
        world.fault("reply_lost", system="hubspot", method="POST", path="lists/?$", after_commit=True)
        world.fault("reply_lost", system="salesforce", path="sobjects/Task/LL_Key__c", after_commit=True)
        with office.app.store.read():
            assert found.count == 1, "the count counts"
        office.settle(3)
    assert witness.lead(ANA)["LL_Stage__c"] == "recycled"
    assert witness.contact(BEN)["ll_stage"] == "assigned"
    assert len(held) > 20
    assert set(held) == {0}
