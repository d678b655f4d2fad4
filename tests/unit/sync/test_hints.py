"""How long a hint rests that could not be followed."""

from datetime import timedelta

import pytest

from sync.hints import wait


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 30), (1, 120), (2, 480), (3, 1_920), (4, 3_600), (5, 3_600), (10_000, 3_600)]
)
def test_it_rests_four_times_as_long_each_time_up_to_an_hour(attempts: int, seconds: int) -> None:
    assert wait(attempts) == timedelta(seconds=seconds)
