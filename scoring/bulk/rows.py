"""What some leads did, as it counts at a moment: by lead, and of a lead the oldest first."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from domain.block import Block
from scoring.tally import HOUR_US

Whole: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """One entry per activity but for `count`, the number of leads; `hours`: its age."""

    count: int
    leads: Whole
    shapes: Whole
    occurred: Whole
    vouched: Whole
    hours: Whole

    def only(self, kept: NDArray[np.bool_]) -> "Rows":
        return Rows(
            count=self.count,
            leads=self.leads[kept],
            shapes=self.shapes[kept],
            occurred=self.occurred[kept],
            vouched=self.vouched[kept],
            hours=self.hours[kept],
        )


def rows_of(block: Block, *, now_us: int, known_us: int) -> Rows:
    """What was known at `known_us` of what had happened by `now_us`; of equals the order of the block stays."""
    columns = block.activities
    leads, shapes, occurred, seen, vouched = (
        np.frombuffer(column, dtype=np.int64) if len(column) else np.zeros(0, dtype=np.int64)
        for column in (columns.leads, columns.shapes, columns.occurred_us, columns.seen_us, columns.vouched_us)
    )
    if occurred.max(initial=now_us) > now_us or seen.max(initial=known_us) > known_us:
        kept = (occurred <= now_us) & (seen <= known_us)
        leads, shapes, occurred, vouched = leads[kept], shapes[kept], occurred[kept], vouched[kept]
    if np.any((leads[1:] == leads[:-1]) & (occurred[1:] < occurred[:-1])):
        order = _in_order(leads, occurred)
        leads, shapes, occurred, vouched = leads[order], shapes[order], occurred[order], vouched[order]
    hours = (now_us - occurred) // HOUR_US
    return Rows(count=len(block.leads), leads=leads, shapes=shapes, occurred=occurred, vouched=vouched, hours=hours)


def _in_order(leads: Whole, occurred: Whole) -> NDArray[np.intp]:
    """By lead, then by moment. One key sorts many times as fast as two, and fits for all but the longest spans."""
    first_us, last_us = int(occurred.min()), int(occurred.max())
    span_us = last_us - first_us + 1
    if (int(leads.max()) + 1) * span_us < 2**62:
        return np.argsort(leads * span_us + (occurred - first_us), kind="stable")
    return np.lexsort((occurred, leads))
