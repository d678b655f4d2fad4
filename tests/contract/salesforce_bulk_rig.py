"""The simulated Salesforce with one row for many: whatever Bulk API 2.0 can do goes through it."""

from collections import Counter
from collections.abc import Mapping

from connectors.pacing import Wall
from connectors.salesforce.connector import Settings
from domain.change import Change, ChangeKind
from domain.values import Value
from tests.contract.salesforce_rig import SalesforceRig
from tests.rig import SimulatorProcess

NASTY = 'Ærø "quoted", two\r\nlines,\n\ttab; emoji 🎈 and \u2028 end'
JOBS = {"query": "/services/data/v62.0/jobs/query", "ingest": "/services/data/v62.0/jobs/ingest"}


class BulkRig(SalesforceRig):
    """As its parent, but everything is many."""

    def settings(self, **more: object) -> Settings:
        return super().settings(**{"bulk_rows": 1, "bulk_writes": 1, **more})

    def wait_in_simulated_time(self) -> None:
        """What the connector sleeps passes in Salesforce."""
        self.fast.wall = passing(self.simulator)

    def jobs(self, kind: str) -> Counter[str]:
        """How often each method was called on the jobs of a kind and on what is below them, since the rig began."""
        return Counter(
            line["method"] + line["path"].removeprefix(JOBS[kind])[len("/750500000000000000") :]
            for line in self.simulator.log(self.begin)
            if line["path"].startswith(JOBS[kind])
        )

    def leads(self, rows: list[str]) -> list[dict[str, object]]:
        held = self.held("Lead")
        return [held[row] for row in rows]


def passing(simulator: SimulatorProcess) -> Wall:
    """A wall on which sleeping moves the simulator's clock instead."""
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        simulator.time(advance_s=seconds)

    return Wall(monotonic=lambda: sum(slept), sleep=sleep)


def fields(key: str, row: str, values: Mapping[str, Value], *, guarded: frozenset[str] = frozenset()) -> Change:
    return Change(key=key, kind=ChangeKind.FIELDS, object="Lead", id=row, values=values, guarded=guarded)
