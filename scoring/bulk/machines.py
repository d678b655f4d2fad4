"""What mail scanners did, left out: only leads whose clicks may be a machine's are looked at one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from config.scanners import ScannerRules
from domain.activity import Activity, ActivityKind
from domain.block import NEVER, Shape
from scoring.bulk.rows import Rows
from scoring.scanners import SUSPECT_KINDS, machine_made, speaks_of_machine

Whole: TypeAlias = NDArray[np.int64]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEPT_SHAPES = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Of shapes, by place: which say of themselves that a machine may have made them, which may be of a burst."""

    shapes: Sequence[Shape]
    says: NDArray[np.bool_]
    clicks: NDArray[np.bool_]


class Machines:
    """The rules about scanners, ready for columns. Remembers what shapes say of themselves."""

    def __init__(self, rules: ScannerRules) -> None:
        self._rules = rules
        self._speaks: dict[str, bool] = {}

    def told_by(self, shapes: Sequence[Shape]) -> Told:
        """What shapes say."""
        kinds = [shape.kind for shape in shapes]
        says = [kind in SUSPECT_KINDS and self._says(shape) for kind, shape in zip(kinds, shapes, strict=True)]
        bursts = self._rules.enabled and self._rules.burst.weight > 0
        clicks = [bursts and kind is ActivityKind.EMAIL_CLICKED for kind in kinds]
        return Told(shapes=shapes, says=np.array(says, dtype=np.bool_), clicks=np.array(clicks, dtype=np.bool_))

    def without(self, rows: Rows, told: Told, known_us: int) -> Rows:
        """The rows without what a machine made."""
        suspects = self._suspects(rows, told)
        if len(suspects) == 0:
            return rows
        kept = np.ones(len(rows.leads), dtype=np.bool_)
        by_then = _moment(known_us)
        begins, ends = (np.searchsorted(rows.leads, suspects, side=side) for side in ("left", "right"))
        for first, last in zip(begins.tolist(), ends.tolist(), strict=True):
            theirs = _activities(rows, told.shapes, range(first, last))
            for *_, row in machine_made(theirs, self._rules, known_at=by_then):
                kept[int(row)] = False
        return rows.only(kept)

    def _suspects(self, rows: Rows, told: Told) -> Whole:
        """The leads of whom something may be a machine's: by what it says, or because clicks came in a burst."""
        found = rows.leads[:0]
        if told.says.any():
            found = rows.leads[told.says[rows.shapes]]
        if told.clicks.any():
            at, burst = np.flatnonzero(told.clicks[rows.shapes]), self._rules.burst
            leads, occurred, links = rows.leads[at], rows.occurred[at], burst.links - 1
            begins, ends = slice(0, max(0, len(at) - links)), slice(links, None)
            together = occurred[ends] - occurred[begins] <= burst.within_s * 1_000_000
            found = np.append(found, leads[ends][together & (leads[ends] == leads[begins])])
        return np.unique(found) if len(found) else found

    def _says(self, shape: Shape) -> bool:
        says = self._speaks.get(shape.text)
        if says is None:
            if len(self._speaks) >= _KEPT_SHAPES:
                self._speaks.clear()
            one = _activity(shape, "", _EPOCH, None)
            says = self._speaks[shape.text] = speaks_of_machine(one, self._rules)
        return says


def _activities(rows: Rows, shapes: Sequence[Shape], places: range) -> list[Activity]:
    """As the ledger has them; the place of a row is its key, so that the order stays."""
    found: list[Activity] = []
    for place in places:
        vouched = int(rows.vouched[place])
        said_at = None if vouched == NEVER else _moment(vouched)
        shape = shapes[int(rows.shapes[place])]
        found.append(_activity(shape, f"{place:012d}", _moment(int(rows.occurred[place])), said_at))
    return found


def _activity(shape: Shape, key: str, occurred_at: datetime, vouched_at: datetime | None) -> Activity:
    return Activity(
        connection=shape.connection,
        stream="",
        external_id=key,
        kind=shape.kind,
        occurred_at=occurred_at,
        properties=shape.properties,
        vouched_at=vouched_at,
    )


def _moment(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)
