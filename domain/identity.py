"""Why records are taken for one person, and who says so since when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.values import LeadId, RecordRef


class Tie(StrEnum):
    """What holds two records together, the strongest first."""

    SELF = "self"
    """It is the record itself."""
    SYSTEM = "system"
    """Their own system merged or converted one into the other: a fact, and no guess."""
    HAND = "hand"
    """A person said so."""
    LEAD_KEY = "lead_key"
    LINK = "link"
    EMAIL = "email"

    @property
    def words(self) -> str:
        return _WORDS[self]

    @property
    def is_certain(self) -> bool:
        """Whether no limit applies: nobody guessed."""
        return self in (Tie.SELF, Tie.SYSTEM, Tie.HAND)


_WORDS = {
    Tie.SELF: "the record itself",
    Tie.SYSTEM: "merged or converted by its system",
    Tie.HAND: "joined by a person",
    Tie.LEAD_KEY: "the same lead key",
    Tie.LINK: "linked by the neighbouring tool",
    Tie.EMAIL: "the same e-mail address",
}

STRONGEST = {tie: place for place, tie in enumerate(Tie)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A record's word that a key (kind and value) is its own. It ends when the record shows the key no more."""

    kind: str
    value: str
    ref: RecordRef
    lead_id: LeadId
    tie: Tie
    since: datetime

    @property
    def key(self) -> tuple[str, str]:
        return (self.kind, self.value)


class Cause(StrEnum):
    """Why two leads were left apart that something says are one person."""

    TOO_MANY = "too_many"
    """Together they would have more living records than one person has."""
    ROOM = "room"
    """More unions than 24 hours may bring."""
    APART = "apart"
    """A person split them."""

    @property
    def words(self) -> str:
        return _CAUSES[self]


_CAUSES = {
    Cause.TOO_MANY: "too many records for one person (identity.max_records)",
    Cause.ROOM: "more unions than 24 hours may bring (blast_radius.destructive)",
    Cause.APART: "a person split them",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Two leads that were not united, the elder first."""

    one: LeadId
    other: LeadId
    tie: Tie
    cause: Cause
    since: datetime
