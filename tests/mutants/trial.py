"""Trees with one bug in them, and what the tests say there."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.mutant import Mutant, PatchError, rewrite

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 180.0
"""For one bug's tests. A test that hangs says nothing that anybody could read."""
_FAILED = re.compile(r"^FAILED (?P<test>.+?)(?: - (?P<why>.*))?$", re.MULTILINE)
_BROKEN = ("NameError", "ImportError", "ModuleNotFoundError", "SyntaxError", "UnboundLocalError")
"""What a bug that is no Python ends with: that is a mistake of the catalogue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one bug. `found_by`: the first test that failed; `why`: what it said, or why nothing was found."""

    mutant: Mutant
    found_by: str | None
    why: str
    seconds: float

    def as_dict(self) -> dict[str, object]:
        told = {"number": self.mutant.number, "bug": self.mutant.bug, "file": self.mutant.file}
        return {**told, "found_by": self.found_by, "why": self.why, "seconds": self.seconds}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How pytest ended (None: it did not, in time) and what it printed."""

    code: int | None
    said: str


def copied(to: Path) -> Path:
    """The tree as it stands, without what git does not know or is told to ignore."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    for name in filter(None, listed):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)
    return to


def tried(mutant: Mutant, tree: Path) -> Verdict:
    """Put the bug in, run its tests, take it out."""
    began = time.monotonic()
    try:
        before = mutant.put_into(tree)
    except PatchError as error:
        return Verdict(mutant=mutant, found_by=None, why=str(error), seconds=0.0)
    try:
        answer = run(mutant.tests, tree)
    finally:
        rewrite(tree / mutant.file, before)
    found_by, why = judged(answer)
    return Verdict(mutant=mutant, found_by=found_by, why=why, seconds=round(time.monotonic() - began, 1))


def judged(answer: Answer) -> tuple[str | None, str]:
    """The test that found the bug, if any, and why: only a failed test counts, not one that could not begin."""
    if answer.code is None:
        return None, f"its tests did not end within {LIMIT_S:.0f} s"
    if answer.code == 0:
        return None, "its tests passed"
    failed = _FAILED.search(answer.said)
    if answer.code != 1 or failed is None:
        return None, f"pytest ended with {answer.code} and no failed test: {answer.said.strip()[-300:]}"
    why = failed["why"] or ""
    if why.startswith(_BROKEN):
        return None, f"the bug is no Python that runs: {why}"
    return failed["test"], why


def run(tests: Sequence[str], tree: Path, *, limit_s: float = LIMIT_S) -> Answer:
    """Run these tests in the tree, whose code goes before what is installed; stops at the first that fails."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(tree), "COLUMNS": "400"}  # or pytest cuts its reasons off
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with subprocess.Popen(
        command,
        cwd=tree,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            said, _ = process.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return Answer(code=None, said=process.communicate()[0])
    return Answer(code=process.returncode, said=said)
