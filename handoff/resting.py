"""Who is left out of the rotation for a while, because leads given to them went untouched again and again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from config.clock_rules import Rest


def rests_until(misses: Sequence[datetime], rule: Rest | None, *, now: datetime) -> datetime | None:
    """When a rep's rest ends; None for whoever does not rest. What led to one rest is not counted for the next."""
    if rule is None:
        return None
    within, lasts = timedelta(days=rule.within_days), timedelta(days=rule.for_days)
    ends: datetime | None = None
    counted: list[datetime] = []
    for at in sorted(misses):
        counted = [each for each in counted if at - each < within] + [at]
        if len(counted) >= rule.after_breaches:
            ends, counted = at + lasts, []
    return ends if ends is not None and now < ends else None
