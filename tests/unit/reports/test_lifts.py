"""A line is said to stand out where that is more than chance, and never where it may be."""

import pytest

from reports.pages.lifts import FEW_SAY, WITHIN, beyond
from reports.pages.page import Figure
from reports.pages.tally import Tally, lift


def lifted(hits: int, of: int, *, share: float = 0.5) -> Figure:
    part = Tally()
    for _ in range(hits):
        part.add(1)  # type: ignore[arg-type]  # any number will do
    return lift(part.share(of, why="none"), Figure(value=share))


SAID = {
    "far above": (lifted(95, 100), ["accepted more often"]),
    "far below": (lifted(5, 100), ["accepted less often"]),
    "a little above": (lifted(55, 100), [WITHIN]),
    "all of nine": (lifted(9, 9), [FEW_SAY]),
    "all of ten": (lifted(10, 10), ["accepted more often"]),
    "none of ten": (lifted(0, 10), ["accepted less often"]),
    "of nothing": (lifted(0, 0), []),
    "nobody at all came so far": (lifted(0, 20, share=0.0), []),
}


@pytest.mark.parametrize(("figure", "said"), SAID.values(), ids=SAID)
def test_only_an_interval_that_leaves_out_the_share_of_all_is_a_claim(figure: Figure, said: list[str]) -> None:
    assert list(beyond({"accepted": figure})) == said


def test_each_outcome_has_its_own_word() -> None:
    found = beyond({"accepted": lifted(95, 100), "won": lifted(5, 100)})
    assert list(found) == ["accepted more often", "won less often"]
