"""How many leads each gate lets through and how many not, by cause: counted by the loop as it decides."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.gate import Way
from mapping.gates import Gates
from store import gates as store
from store import leads
from store.engine import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class GateReport:
    """One gate. `causes`: in words → leads, the most first; `errs`: for how many of them it could not be told.

    `kept_from_reps`: how many wait for a rep because of it.
    """

    connection: str
    way: Way
    passing: int
    causes: Mapping[str, int]
    errs: int
    kept_from_reps: int

    @property
    def closed(self) -> int:
        return sum(self.causes.values())


def gate_reports(tx: Tx, gates: Gates) -> list[GateReport]:
    """Every gate of the mapping, in its order."""
    total, counted = leads.count(tx), store.counted(tx)
    return [_report(connection, way, total, counted.get((connection, way))) for connection, way in gates]


def _report(connection: str, way: Way, total: int, found: store.Counted | None) -> GateReport:
    causes = {} if found is None else found.causes
    return GateReport(
        connection=connection,
        way=way,
        passing=total - sum(causes.values()),
        causes=causes,
        errs=0 if found is None else found.errs,
        kept_from_reps=0 if found is None else found.kept_from_reps,
    )
