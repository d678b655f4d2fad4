"""How far a counted rate may be from the true one."""

import pytest

from scoring.interval import wilson


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (45, 366, 0.0932, 0.1606),
        (0, 0, 0.0, 1.0),
    ],
)
def test_the_interval_is_wilsons(hits: int, of: int, low: float, high: float) -> None:
    assert wilson(hits, of) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize("of", [1, 3, 4, 7, 20, 333, 99_999])
def test_none_of_them_and_all_of_them_are_ends_and_not_almost(of: int) -> None:
    """Almost all is shown as 99.9 %."""
    assert (wilson(0, of)[0], wilson(of, of)[1]) == (0.0, 1.0)
