"""The demo as a new user sees it, judged from the simulator's log alone.

`SOAK_DEMOS=9` plays so many different ones instead of one.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from leadloop.demo.figures import MISTAKE_ON
from tests.unit.leadloop.demo.slow_figures import recompute

ROOT = Path(__file__).resolve().parents[2]
KINDS = (
    "leads",
    "activities",
    "mqls",
    "assigned",
    "accepted",
    "accepted_by_touch",
    "rejected",
    "rerouted",
    "needs_data",
    "recycled",
    "returned",
    "hand_raise_returns",
    "held",
    "backlog",
    "writes_after_quiescence",
    "api_calls",
    "seconds",
    "peak_rss_mb",
)


@pytest.mark.e2e
@pytest.mark.parametrize("number", range(1, int(os.environ.get("SOAK_DEMOS", "1")) + 1))
def test_every_figure_of_the_summary_follows_from_the_log_alone(number: int, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "leadloop", "demo", "--json"]
    command += ["--seed-number", str(number), "--keep", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    told: dict[str, Any] = json.loads(done.stdout)
    lines = [json.loads(line) for line in (tmp_path / "simulator.log.jsonl").read_text().splitlines()]
    again = recompute(lines, mistake_on=MISTAKE_ON)
    assert {name: told[name] for name in again} == again
    assert set(KINDS) <= told.keys()
    assert told["writes_after_quiescence"] == 0
    happened = [name for name in KINDS if isinstance(told[name], int) and name != "writes_after_quiescence"]
    assert [name for name in happened if told[name] < 1] == [], "every kind of story has to happen"
    assert told["held"] >= 200
    assert told["peak_rss_mb"]["daemon"] < 500
    cited = {number for sentence in told["account"] for number in sentence["log"]}
    assert cited <= {line["seq"] for line in lines}
