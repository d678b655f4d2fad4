"""Bars of text: how many of something, in the width of a few letters."""

from collections.abc import Sequence

BLOCK = "█"
LONGEST = 30


def bars(counts: Sequence[int], *, most: int) -> list[str]:
    """One per count, in proportion to the `most` there is of any; what there is at all can be seen."""
    return [BLOCK * -(-count * LONGEST // most) if count else "" for count in counts]
