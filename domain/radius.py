"""How dangerous the write of one field is, and what of it waits for a person's word."""

from dataclasses import dataclass
from enum import StrEnum

from domain.place import Place
from domain.values import LeadId, RuleHash, Value


class WriteClass(StrEnum):
    """The limits of each stand in the settings; `destructive` shares its room with decisions."""

    DESTRUCTIVE = "destructive"
    """Replaces or removes a value that we did not write."""
    ADDITIVE = "additive"
    """Fills a blank field that is not ours alone."""
    SCORE = "score"
    """Shows another band than before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldWrite:
    """One field of one record that is not written: what it shows, and what it would show."""

    lead_id: LeadId
    place: Place
    property: str
    kind: WriteClass
    before: Value
    value: Value
    cause: str
    rule_hash: RuleHash


@dataclass(frozen=True, slots=True, kw_only=True)
class RadiusUse:
    """How much of one limit a plan would use, beside what the last 24 hours have used of it. In leads."""

    kind: str
    planned: int
    before: int
    limit: int


class HeldStatus(StrEnum):
    """How a held set stands with people's words."""

    OPEN = "open"
    APPROVED = "approved"
    DISCARDED = "discarded"
    EXPIRED = "expired"
