"""AUC, lift and calibration by hand-counted cases."""

import pytest

from scoring.learning.discrimination import Bin, agreement, auc, auc_gain, calibration, lift


def test_auc_is_the_share_of_pairs_in_the_right_order_ties_counting_half() -> None:
    found = auc([3, 2, 2, 1], [True, True, False, False])
    assert found is not None
    assert found.value == pytest.approx(3.5 / 4)
    assert found.low <= found.value <= found.high


@pytest.mark.parametrize(("scores", "value"), [([4, 3, 2, 1], 1.0), ([1, 2, 3, 4], 0.0), ([5, 5, 5, 5], 0.5)])
def test_auc_at_its_ends_and_without_an_order(scores: list[float], value: float) -> None:
    found = auc(scores, [True, True, False, False])
    assert found is not None
    assert found.value == value


def test_there_is_no_auc_with_one_outcome() -> None:
    assert auc([1, 2], [True, True]) is None
    assert auc_gain([1, 2], [2, 1], [False, False]) is None


def test_delongs_interval_is_that_of_the_published_formula() -> None:
    """Placements of the won 1, 1, 1/2 and of the lost 1, 1/2 + 1/3 ... counted by hand."""
    found = auc([4, 3, 1, 2, 0], [True, True, True, False, False])
    assert found is not None
    assert found.value == pytest.approx(5 / 6)
    # won: shares below 1, 1, 1/2 -> variance 1/12; lost: shares above 2/3, 1 -> variance 1/18
    spread = (1 / 12 / 3 + 1 / 18 / 2) ** 0.5
    assert found.value - found.low == pytest.approx(1.959964 * spread)


def test_the_same_number_gains_nothing_on_itself() -> None:
    scores, won = [4.0, 3, 1, 2, 0], [True, True, True, False, False]
    gain = auc_gain(scores, scores, won)
    assert gain is not None
    assert (gain.value, gain.low, gain.high) == (0.0, 0.0, 0.0)


def test_lift_makes_up_no_order_among_equals() -> None:
    assert lift([1, 1, 1, 1], [True, False, True, False], parts=2) == [1.0, 1.0]
    assert lift([4, 3, 2, 1], [True, True, False, False], parts=2) == [2.0, 0.0]


def test_calibration_never_parts_equal_predictions() -> None:
    won = [False, True, False, True]
    assert calibration([0.5, 0.5, 0.5, 0.75], won, bins=4) == [
        Bin(n=3, predicted=0.5, observed=1 / 3),
        Bin(n=1, predicted=0.75, observed=1.0),
    ]


def test_agreement_is_one_for_the_same_order_and_minus_one_for_the_other() -> None:
    assert agreement([1, 2, 3], [10, 20, 400]) == pytest.approx(1)
    assert agreement([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)
    assert agreement([1, 1], [1, 2]) == 0.0
