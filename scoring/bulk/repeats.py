"""Which of a rule's activities count, of every lead at once: as `scoring.repeat` says it of one."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from config.scoring import Repeat

Whole: TypeAlias = NDArray[np.int64]
Places: TypeAlias = NDArray[np.intp]
_DAY_US = 86_400_000_000


def repeated(at: Places, repeat: Repeat, leads: Whole, occurred: Whole) -> Places:
    """Those of the rows `at` (by lead, oldest first) that count."""
    if repeat.policy == "each" or len(at) == 0:
        return at
    starts = np.flatnonzero(np.diff(leads[at], prepend=-1))
    if repeat.policy == "once_per":
        return _spaced(at, starts, (repeat.days or 0) * _DAY_US, occurred=occurred)
    nth = starts + ((repeat.n or 1) - 1 if repeat.policy == "nth" else 0)
    ends = np.append(starts[1:], len(at))
    return at[nth[nth < ends]]


def _spaced(at: Places, starts: Places, apart_us: int, *, occurred: Whole) -> Places:
    """One per rolling interval: of every lead the first that is left, then the first that is far enough from it."""
    counts = np.diff(np.append(starts, len(at)))
    owners, moments = np.repeat(np.arange(len(starts)), counts), occurred[at]
    kept, left = [starts], np.arange(len(at))
    last = moments[starts]
    while len(left := left[moments[left] - last[owners[left]] >= apart_us]):
        own = owners[left]
        first = left[np.flatnonzero(np.diff(own, prepend=-1))]
        last[owners[first]] = moments[first]
        kept.append(first)
    return at[np.sort(np.concatenate(kept))]
