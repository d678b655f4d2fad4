"""Faults of the systems that a campaign orders at random: each meets one call."""

import random

from tests.rig import SimulatorProcess

EXPIRED = "expired_session"
FAULTS = (
    ("reply_lost", "salesforce", "PATCH", "sobjects", True),
    ("reply_lost", "hubspot", "POST", "batch/update", True),
    ("reply_lost", "hubspot", "PUT", "memberships", True),
    ("server_error", "salesforce", "PATCH", "sobjects", False),
    ("rate_limit", "hubspot", "POST", "batch/update", False),
    ("row_lock", "salesforce", "PATCH", "sobjects", False),
    (EXPIRED, "salesforce", "PATCH", "sobjects", False),
)
"""Kind, system, method, path, and whether the work is done before the answer fails."""


def order_any(world: SimulatorProcess, chance: random.Random, *, but: str = "") -> None:
    """One of them `but` this, for the next call that it fits.

    Of sessions only one is waiting to expire: where the new one is refused as well the connection is suspended, and
    waits for a person whom these trials do not have.
    """
    kind, system, method, path, after_commit = chance.choice([each for each in FAULTS if each[0] != but])
    if kind == EXPIRED and any(each["kind"] == EXPIRED for each in world.faults()):
        return
    world.fault(kind, system=system, method=method, path=path, after_commit=after_commit)
