"""Whether the writes of a pass are too many: by column first, then lead by lead.

A column is one field of every record of an object. A mistake in the mapping shows as a column of which suddenly too
many records would change, so that none of it is written, not even as much as there is room for.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from domain.place import FieldOf
from domain.radius import HeldWrite, WriteClass
from domain.values import LeadId

Column: TypeAlias = tuple[WriteClass, FieldOf]

BANDS = FieldOf(connection="", object="", field="")
"""The one column of what shows another band: it is the rules that went wrong there, and not a field."""


class Word(StrEnum):
    """What is known already about a write that has to be weighed."""

    NONE = "none"
    AGAIN = "again"
    """It was held, and the record shows something else by now: whoever is asked has to see that."""
    HELD = "held"
    APPROVED = "approved"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One field that somebody may miss. `draft`: by its place in the pass; `light`: it needs no room."""

    write: HeldWrite
    draft: int
    word: Word = Word.NONE
    light: bool = False

    @property
    def name(self) -> str:
        return self.write.place.field

    @property
    def column(self) -> Column:
        return self.write.kind, BANDS if self.write.kind is WriteClass.SCORE else self.write.place.column


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What of one lead's writes has to be weighed."""

    lead_id: LeadId
    pieces: tuple[Piece, ...]
    hand_raise: bool

    @property
    def fresh(self) -> tuple[Piece, ...]:
        """What nobody has said anything about, as it is now."""
        return tuple(piece for piece in self.pieces if piece.word in {Word.NONE, Word.AGAIN})


@dataclass(slots=True, kw_only=True)
class Scales:
    """One pass: what is to be written is put on by column, and then taken off lead by lead as far as there is room."""

    limits: Mapping[WriteClass, int]
    left: dict[WriteClass, int]
    waiting: Mapping[Column, str]
    """Columns of which something waits for a person's word already, with the set: what comes later joins it."""
    hand_raises: int
    """By so many the room may be overdrawn for those who ask to be called."""
    day: str
    weights: dict[Column, set[LeadId]] = field(default_factory=dict)
    taken: Counter[WriteClass] = field(default_factory=Counter)
    """Leads that were let through, by class."""

    def put(self, lead: Weighed) -> None:
        for piece in lead.fresh:
            self.weights.setdefault(piece.column, set()).add(lead.lead_id)

    def hold(self, lead: Weighed) -> dict[str, list[Piece]]:
        """What of it is held, by the set it waits in; for the rest room is taken."""
        held: dict[str, list[Piece]] = {}
        for kind in WriteClass:
            pieces = [piece for piece in lead.fresh if piece.write.kind is kind]
            rest = [piece for piece in pieces if not self._is_held_whole(piece)]
            needy = [piece for piece in rest if not piece.light]
            if needy and self._has_room(kind, lead):
                needy = []
            for piece in (*(each for each in pieces if each not in rest), *needy):
                held.setdefault(self._set_of(piece), []).append(piece)
        return held

    def _is_held_whole(self, piece: Piece) -> bool:
        if piece.word is Word.AGAIN:
            return True
        weight = len(self.weights.get(piece.column, ()))
        if piece.write.kind is WriteClass.SCORE:
            return weight > self.left[WriteClass.SCORE]
        return piece.column in self.waiting or weight > self.limits[piece.write.kind]

    def _has_room(self, kind: WriteClass, lead: Weighed) -> bool:
        """One lead is one unit, however many fields: half a change is worse than none.

        Who asks to be called may overdraw the room. Bands were weighed against it all together.
        """
        if kind is not WriteClass.SCORE:
            if self.left[kind] + (self.hand_raises if lead.hand_raise else 0) <= 0:
                return False
            self.left[kind] -= 1
        self.taken[kind] += 1
        return True

    def _set_of(self, piece: Piece) -> str:
        known = self.waiting.get(piece.column)
        if known is not None:
            return known
        column = piece.write.place.column
        name = f"{piece.write.kind}-{self.day}"
        if piece.write.kind is WriteClass.SCORE:
            return name
        return f"{name}-{column.connection}.{column.object}.{column.field.replace(' ', '_')}"


def in_order(leads: Sequence[Weighed]) -> list[Weighed]:
    """Who asked to be called comes first."""
    return sorted(leads, key=lambda each: (not each.hand_raise, each.lead_id))
