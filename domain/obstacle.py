"""Why a lead is not, or not wholly, in step with a system."""

from dataclasses import dataclass
from enum import StrEnum

from domain.values import RecordRef


class Kind(StrEnum):
    """What stands in the way, in the order in which it has to be mended: what stops everything comes first."""

    CONNECTION = "connection"
    STEP = "go_live_step"
    FIRST_DAY = "first_day"
    GONE = "record_gone"
    DUPLICATE = "duplicate"
    RULES_FAIL = "rules_fail"
    HELD = "held"
    GATE = "gate"
    QUEUED = "queued"
    NOT_CREATED = "not_created"
    PARKED = "parked"
    UNSURE = "unsure"
    WAITING = "waiting"
    HELD_FIELD = "held_field"
    CONFLICT = "conflict"
    MISFIT = "misfit"
    DRIFT = "drift"
    FLAPPING = "flapping"
    CONTESTED = "contested"
    THEIRS = "theirs"
    CARRIED = "carried"
    COLD = "below_warm"
    BUDGET = "budget"
    DUE = "due"
    IN_STEP = "in_step"


STANDING = frozenset({Kind.CONTESTED, Kind.THEIRS, Kind.CARRIED, Kind.COLD, Kind.NOT_CREATED, Kind.DUPLICATE})
"""What is so by the rules and hinders nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """One cause, what it is in words, and what to do next. `connection`: None where it is about every system."""

    kind: Kind
    what: str
    mend: str
    connection: str | None = None
    ref: RecordRef | None = None
    field: str | None = None
