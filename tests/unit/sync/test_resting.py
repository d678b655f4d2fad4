"""A stream that a system does not give us is said beside its connection, which keeps running."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.contract import Holds
from domain.errors import TransientError
from domain.record import Cursor
from domain.run import Connection, ConnectionStatus, RuleVersion
from store import connections
from store.engine import Store
from sync.cycle import Tally, pull_one
from sync.loop import Loop
from tests.unit.sync.looping import Reading, at, looping, stream


@dataclass(slots=True, kw_only=True)
class Limited(Reading):
    resting: Mapping[str, str] = field(default_factory=dict)

    def knock(self) -> Mapping[str, str]:
        return self.resting

    def waking(self, cursors: Mapping[str, Cursor]) -> Mapping[str, Cursor | None]:
        return {}


def standing(loop: Loop) -> Connection:
    with loop.store.read() as tx:
        found = connections.get(tx, "hubspot")
    assert found is not None
    return found


def test_what_rests_is_said_and_taken_back_while_the_connection_runs(store: Store, version: RuleVersion) -> None:
    system = Limited(name="hubspot", streams={"leads": stream("leads", Holds.PEOPLE)})
    with looping(store, version, system) as loop:
        begun = standing(loop).since
        system.resting = {"page_views": "needs Enterprise", "leads": "needs Professional"}
        pull_one(loop, "hubspot", Tally(), now=at(1))
        told = standing(loop)
        assert (told.status, told.since) == (ConnectionStatus.RUNNING, begun)
        assert told.reason == "leads is not read: needs Professional; page_views is not read: needs Enterprise"
        system.resting = {}
        pull_one(loop, "hubspot", Tally(), now=at(2))
        assert standing(loop).reason is None


def test_a_failure_is_not_talked_over(store: Store, version: RuleVersion) -> None:
    system = Limited(name="hubspot", streams={"leads": stream("leads", Holds.PEOPLE)})
    system.resting = {"leads": "needs Professional"}
    system.pages["leads"] = [TransientError("HubSpot does not answer")]
    with looping(store, version, system) as loop:
        pull_one(loop, "hubspot", Tally(), now=at(1))
        told = standing(loop)
        assert (told.status, told.reason) == (ConnectionStatus.DEGRADED, "HubSpot does not answer")
