"""An admin of the simulated org for the length of one test: sets rules up, and takes them back afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.rig import SimulatorProcess

OPEN_S = 60
"""How long a test's transaction stays open: one that outlives its test holds back how far others may read."""
NOTHING: dict[str, Any] = {
    "validation_rules": [],
    "lookup_filters": [],
    "automation": [],
    "duplicate_rules": [],
    "approvals": [],
    "no_read": {},
    "read_only": [],
    "storage_full": False,
    "parent_lock_s": 0,
    "hidden_objects": [],
    "field_security": {"Lead.Rating": "edit", "Lead.Industry": "edit"},
}


class Admin:
    """`set` replaces what an earlier one set, rule list by rule list."""

    def __init__(self, simulator: SimulatorProcess) -> None:
        self.simulator = simulator

    def set(self, **wanted: Any) -> None:
        self.simulator.act("edit", system="salesforce", id="settings", as_="admin", **wanted)


@contextmanager
def admin_of(simulator: SimulatorProcess) -> Iterator[Admin]:
    admin = Admin(simulator)
    try:
        yield admin
    finally:
        admin.set(**NOTHING)
        simulator.time(advance_s=OPEN_S)
