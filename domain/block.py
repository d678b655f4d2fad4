"""Many leads' activities and facts at once, column by column: what a recompute of everything reads.

Columns are arrays of whole numbers that others may take over without a copy. What repeats stands once in a list and
by its place there in the column: who a row belongs to, what was done, what a value is.
"""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from domain.activity import ActivityKind
from domain.values import LeadId, Value

NEVER = -(2**63)
"""Stands for no moment."""

Integers: TypeAlias = "array[int]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What was done where, whoever did it: activities of one shape meet the same rules. `text` tells shapes apart."""

    connection: str
    kind: ActivityKind
    text: str
    properties: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A value that a property has; `text` tells values apart."""

    text: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Activities:
    """One row per activity that counts: by lead, of a lead by key. Times in microseconds since 1970; typecode `q`
    throughout."""

    leads: Integers
    """Places in the block's leads, never falling."""
    shapes: Integers
    occurred_us: Integers
    seen_us: Integers
    vouched_us: Integers
    """When somebody of ours said that a person did it; `NEVER`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One row per value that a property of a lead ever had, in any order; typecode `q` throughout."""

    leads: Integers
    names: Integers
    values: Integers
    since_us: Integers
    seen_us: Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Some leads in the order of their numbers, with everything that their scores are made of."""

    leads: Sequence[LeadId]
    activities: Activities
    shapes: Sequence[Shape]
    facts: Facts
    names: Sequence[str]
    values: Sequence[Given]
