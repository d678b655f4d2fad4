"""How much of each limit of the blast radius a plan would use up, beside what the last 24 hours have used."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.decision import BlastClass
from domain.radius import RadiusUse, WriteClass
from sync.conclude import Allowance
from sync.guard import Limits, Room
from sync.weighing import Scales

_ORDER = (BlastClass.DESTRUCTIVE.value, BlastClass.HANDOFF.value, WriteClass.ADDITIVE.value, WriteClass.SCORE.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """What may be spent, as it stands before a plan is made."""

    limits: Mapping[str, int]
    left: Mapping[str, int]

    @classmethod
    def of(cls, limits: Limits, room: Room, scales: Scales) -> "Purse":
        decisions = {Allowance.HANDOFF: limits.handoff, Allowance.DESTRUCTIVE: limits.destructive}
        return cls(
            limits={
                **{kind.value: limit for kind, limit in scales.limits.items()},
                **{allowance.value: limit for allowance, limit in decisions.items()},
            },
            left=_left(room, scales),
        )

    def spent(self, room: Room, scales: Scales) -> tuple[RadiusUse, ...]:
        """By decisions and by writes: what takes something away shares one limit."""
        decided = {allowance.value: self.left[allowance.value] - room.left[allowance] for allowance in _DECIDED}
        written = {kind.value: count for kind, count in scales.taken.items()}
        return tuple(
            RadiusUse(
                kind=kind,
                planned=decided.get(kind, 0) + written.get(kind, 0),
                before=self.limits[kind] - self.left[kind],
                limit=self.limits[kind],
            )
            for kind in _ORDER
        )


_DECIDED = (Allowance.DESTRUCTIVE, Allowance.HANDOFF)


def _left(room: Room, scales: Scales) -> dict[str, int]:
    written = {kind.value: left for kind, left in scales.left.items()}
    return {**written, **{allowance.value: room.left[allowance] for allowance in _DECIDED}}
