"""Drifted fields in words: the same in `status`, `doctor` and the reason of the health check."""

from collections.abc import Iterator, Sequence

from domain.drift import DriftKind, OpenDrift
from mapping.drift import happened

NAMED = 3
"""So many are told one by one where there is one line for all."""


def sentence(one: OpenDrift) -> str:
    """What happened since when, and what stands still because of it."""
    return f"{one.field} {happened(one.drift)} (since {one.since:%Y-%m-%d %H:%M} UTC): {one.effect}"


def in_reason(found: Sequence[OpenDrift], *, writes: bool) -> Iterator[str]:
    """For the one line on how everything stands. What was never there matters once something is written."""
    told = [each for each in found if writes or each.drift.kind is not DriftKind.ABSENT]
    yield from (sentence(each) for each in told[:NAMED])
    if len(told) > NAMED:
        yield f"and {len(told) - NAMED:,} more fields are not what the rules rely on"
