"""Records that we take for living and a full listing of their system shows no more."""

from dataclasses import dataclass

FEW = 20
"""So many may vanish between two listings whatever the system's size."""
ALL_PERCENT = 100.0
"""At this limit even an empty listing is believed: the operator's word that people did it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """`ids` of `known` records of an object did not stand in what was listed for `stream`."""

    connection: str
    stream: str
    object: str
    ids: frozenset[str]
    known: int

    def is_believable(self, percent: float, *, shows_none: bool) -> bool:
        """False where it is likelier that the listing lacks rights than that people deleted so many: more than `FEW`
        and more than `percent` of what was known, or several by a listing that `shows_none`."""
        if shows_none and len(self.ids) > 1 and percent < ALL_PERCENT:
            return False
        return len(self.ids) <= max(FEW, self.known * percent / 100)
