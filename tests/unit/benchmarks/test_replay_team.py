"""The log as a sales team: its people's own times, our clocks, and the same decisions however it is dealt."""

import os
import random
from pathlib import Path
from typing import Any

import pytest

from benchmarks.replay_team import main, play
from benchmarks.year import MUSTS
from leadloop.demo import case_log
from leadloop.demo.replay import BESIDE
from tests.unit.leadloop.demo.sample_log import ROWS, write

REAL = Path(os.environ.get("LEADLOOP_DATA", BESIDE)) / case_log.FILE
NONE = dict.fromkeys(MUSTS, 0)


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """Six invented applications over six days."""
    return write(tmp_path / case_log.FILE)


def test_handoffs_first_calls_and_breaches_are_counted(sample: Path) -> None:
    figures: Any = play(sample)
    assert (figures["people"], figures["leads"], figures["handoffs"]) == (2, 6, 4)
    assert (figures["first_call_minutes"]["count"], figures["first_call_minutes"]["most"]) == (3, 775.0)
    assert figures["first_call_working_minutes"]["most"] == 180
    assert (figures["breaches_by_step"], figures["breached_handoffs"]) == ({"remind": 3, "manager": 2}, 3)
    assert (figures["given_by_rule"], figures["given_by_a_person"], figures["released"]) == (3, 0, 0)
    assert figures["stages"] == {"customer": 1, "disqualified": 1, "recycled": 3, "engaged": 1}
    assert (figures["musts"], figures["breaches"]) == (NONE, [])


def test_the_same_log_gives_the_same_decisions_in_any_order_and_in_any_batches(sample: Path) -> None:
    first = play(sample)["digest"]
    assert play(sample, batch=1)["digest"] == first
    for seed in range(3):
        assert play(sample, batch=2, chance=random.Random(seed))["digest"] == first


def test_another_log_gives_others(sample: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other.csv.gz", tuple(row for row in ROWS if not row.startswith("3,")))
    assert play(other)["digest"] != play(sample)["digest"]


def test_the_command_compares_both_times(sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(sample), "--json"]) == 0
    assert '"digest_again"' in capsys.readouterr().out


@pytest.mark.skipif(not REAL.is_file(), reason=f"no recorded log at {REAL}; set LEADLOOP_DATA to its folder")
def test_the_real_logs_first_day_is_decided_alike_twice() -> None:
    figures: Any = play(REAL, days=1)
    assert (figures["musts"], figures["breaches"]) == (NONE, [])
    assert play(REAL, days=1, batch=3, chance=random.Random(7))["digest"] == figures["digest"]
