"""The recorded log against the real loop: whole processes, an invented log of six days and the real one's first."""

import csv
import gzip
import itertools
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.errors import SettingsError
from leadloop.demo import case_log
from leadloop.demo.replay import BESIDE, ROOT, STORE, find_log, install, replay
from tests.recount import assert_counted
from tests.unit.leadloop.demo.sample_log import write

pytestmark = pytest.mark.e2e

REAL = Path(os.environ.get("LEADLOOP_DATA", BESIDE)) / case_log.FILE


def played(folder: Path, log: Path, *, days: int | None = None) -> dict[str, Any]:
    with ExitStack() as stack:
        return replay(folder, log, say=lambda _: None, stack=stack, days=days)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The figures of the sample's replay, and the simulator's log."""
    folder = tmp_path_factory.mktemp("replay")
    figures = played(folder, write(folder / case_log.FILE))
    return figures, [json.loads(line) for line in (folder / "simulator.log.jsonl").read_text().splitlines()]


Sample = tuple[dict[str, Any], list[dict[str, Any]]]


def test_every_case_ends_where_the_log_left_it(sample: Sample) -> None:
    stages = {"customer": 1, "disqualified": 1, "recycled": 2, "assigned": 1, "engaged": 1}
    assert (sample[0]["leads"], sample[0]["stages"]) == (6, stages)


def test_handoffs_touches_and_breaches_are_counted(sample: Sample) -> None:
    figures = sample[0]
    assert (figures["handoffs"], figures["touched"], figures["touches"]) == (4, 2, 4)
    assert figures["accepted_by"] == {"touch": 1, "status": 1}
    assert (figures["breaches"], figures["breach_steps"]) == (1, {"remind": 1, "manager": 1})


def test_one_cycle_runs_per_day_and_the_last_writes_nothing(sample: Sample) -> None:
    figures = sample[0]
    assert (figures["days"], figures["cycles"], figures["writes_after_quiescence"]) == (6, 1 + 6 + 3, 0)
    assert (figures["failures"], figures["held"]) == ({}, {})


def test_the_people_use_only_the_side_door_and_every_other_line_is_a_call_of_ours(sample: Sample) -> None:
    figures, log = sample
    ours = [line for line in log if not line["path"].startswith(("/_simulator/", "/services/oauth2/"))]
    acts = [line for line in log if line["path"] == "/_simulator/act"]
    counted = Counter(each["system"] for each in ours)
    assert figures["api_calls"] == dict(counted)
    assert len(acts) == figures["acts"] - figures["leads"]


def test_a_log_that_is_not_there_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"There is no {case_log.FILE} at {tmp_path}"):
        played(tmp_path, tmp_path)


def test_an_earlier_replay_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / STORE).write_text("kept")
    with pytest.raises(SettingsError, match="holds an earlier replay"):
        install(tmp_path, {})
    assert sorted(each.name for each in tmp_path.iterdir()) == [STORE]


def test_the_logs_folder_may_come_from_the_environment(tmp_path: Path) -> None:
    log = write(tmp_path / case_log.FILE)
    assert find_log(None, {"LEADLOOP_DATA": str(tmp_path)}) == log
    assert find_log(log, {}) == log


@pytest.mark.skipif(not REAL.is_file(), reason=f"no recorded log at {REAL}; set LEADLOOP_DATA to its folder")
def test_the_real_logs_first_two_days(tmp_path: Path) -> None:
    figures = played(tmp_path, REAL, days=2)
    assert (figures["leads"], figures["touches"], figures["acts"]) == (93, 47, 353)
    assert figures["stages"]["disqualified"] == 24
    assert (figures["writes_after_quiescence"], figures["failures"], figures["held"]) == (0, {}, {})


LEAST = {
    "week": 150, "funnel": 50, "followup": 500, "bands": 300, "rejects": 150, "nurture": 80, "interactions": 100,
    "channels": 40, "assets": 400, "playbook": 20, "reconcile": 100,
}  # fmt: skip
"""Report → figures that are recounted at least."""


@pytest.mark.skipif(not REAL.is_file(), reason=f"no recorded log at {REAL}; set LEADLOOP_DATA to its folder")
def test_every_figure_of_every_report_is_what_the_raw_rows_of_the_real_logs_first_cases_say(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    log = cut(REAL, tmp_path / case_log.FILE, cases=100, days=14)
    command = [sys.executable, "-m", "leadloop", "demo", "--data", str(log), "--keep", str(kept), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout)["leads"] == 100
    assert_counted(kept, LEAST)


def cut(log: Path, target: Path, *, cases: int, days: int) -> Path:
    """The first cases of a log, and of them what happened in its first days."""
    with gzip.open(log, "rt", encoding="utf-8", newline="") as file:
        head, *rows = itertools.takewhile(_within(days), csv.reader(file))
    wanted = set(list(dict.fromkeys(row[0] for row in rows))[:cases])
    with gzip.open(target, "wt", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *(row for row in rows if row[0] in wanted)])
    return target


def _within(days: int) -> Callable[[list[str]], bool]:
    """Of the rows of a log, which is sorted by time: whether one is of its first days."""
    seen = dict[str, datetime]()

    def is_within(row: list[str]) -> bool:
        if row[-1] == case_log.COLUMNS[-1]:
            return True
        at = datetime.fromisoformat(row[-1])
        return at - seen.setdefault("first", at) < timedelta(days=days)

    return is_within
