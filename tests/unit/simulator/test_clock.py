"""The simulated clock."""

from datetime import UTC, datetime, timedelta

import pytest

from simulator.clock import Clock

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def test_the_clock_begins_where_it_is_told() -> None:
    assert START <= Clock(start=START).now() < START + timedelta(seconds=5)


def test_without_a_start_it_is_the_wall_clock() -> None:
    assert Clock().offset_s == 0.0


def test_advancing_jumps_and_raises_the_offset_by_as_much() -> None:
    clock = Clock(start=START)
    before = clock.offset_s
    assert clock.advance(86_400) >= START + timedelta(days=1)
    assert clock.offset_s - before == 86_400


def test_the_clock_never_goes_back() -> None:
    clock = Clock(start=START)
    before = clock.offset_s
    with pytest.raises(ValueError, match="only grows"):
        clock.advance(-1)
    assert clock.offset_s == before
