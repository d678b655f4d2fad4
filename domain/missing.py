"""Records that we take for living and a full listing of their system shows no more."""

from dataclasses import dataclass

FEW = 100
"""So many may vanish between two listings whatever the system's size; beyond it more than half is not believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """`ids` of `known` records of an object did not stand in what was listed for `stream`."""

    connection: str
    stream: str
    object: str
    ids: frozenset[str]
    known: int

    @property
    def is_believable(self) -> bool:
        """False where it is likelier that the listing lacks rights than that people deleted so many."""
        return len(self.ids) <= max(FEW, self.known // 2)
