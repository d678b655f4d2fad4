"""The days that are compared: from when everything had been read and nobody was handed off, until everybody is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.run import GoLive
from store import watched
from store.steps import StepOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What is compared. `ends`: now, or when everybody began to be handed off. `first`: when that time without handoffs
    began, of which the period may be a part. `is_cut`: what was seen at its beginning is no longer kept."""

    first: datetime
    begins: datetime
    ends: datetime
    is_cut: bool = False


def period_of(
    orders: Sequence[StepOrder], *, baseline_at: datetime | None, since: datetime | None, now: datetime
) -> Period | None:
    """The last time without handoffs for all; None before everything was read once, and where it never was.

    `orders`: of go-live, newest first. During a pilot the teams that take no part go on to be compared.
    """
    if baseline_at is None:
        return None
    begins, ends = (None if orders else baseline_at), now
    for each in orders:
        if each.step is not GoLive.LIVE:
            begins = each.at
        elif begins is not None:
            break
        else:
            ends = each.at
    if begins is None:
        return None
    first = max(begins, baseline_at)
    begins, known_from = max(first, since or first), now - watched.KEPT_FOR
    return Period(first=first, begins=max(begins, known_from), ends=ends, is_cut=begins < known_from)
