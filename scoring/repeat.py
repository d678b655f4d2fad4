"""Which of a rule's activities count. Never depends on the present moment, so that time alone can only lower points."""

from collections.abc import Sequence
from datetime import timedelta

from config.scoring import Repeat
from domain.activity import Activity


def counted(matched: Sequence[Activity], repeat: Repeat) -> Sequence[Activity]:
    """Those of `matched` (oldest first) that count: all, the first ever, one per rolling days, or only the nth."""
    if repeat.policy == "first":
        return matched[:1]
    if repeat.policy == "nth":
        return matched[repeat.n - 1 : repeat.n] if repeat.n else ()
    if repeat.policy == "once_per":
        return _spaced(matched, timedelta(days=repeat.days or 0))
    return matched


def _spaced(matched: Sequence[Activity], days: timedelta) -> list[Activity]:
    kept: list[Activity] = []
    for activity in matched:
        if not kept or activity.occurred_at - kept[-1].occurred_at >= days:
            kept.append(activity)
    return kept
