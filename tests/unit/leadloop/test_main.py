"""The process: how it ends, whatever happens."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rig import ROOT

STUB = "import sys; import leadloop.__main__ as it; it.run = lambda _: {stub}; it.main()"


def leadloop(stub: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The console script around a command line that does one thing."""
    command = [sys.executable, "-c", STUB.format(stub=stub)]
    env = {**os.environ, **environment}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_a_bug_is_one_line_with_its_place_and_not_its_text() -> None:
    done = leadloop("int('what somebody wrote')")
    assert done.returncode == 70
    assert done.stderr.startswith("leadloop: a bug: ValueError in <string>:1. Nothing half-done was saved.")
    assert "somebody" not in done.stderr


def test_the_whole_trace_is_shown_when_asked_for() -> None:
    assert "Traceback" in leadloop("int('x')", LEADLOOP_DEBUG="1").stderr


def test_a_reader_that_went_away_is_no_failure() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-c", STUB.format(stub="print('x' * 100_000) or 1")]
    done = subprocess.run(command, cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_what_the_system_refuses_is_said_with_its_place(tmp_path: Path) -> None:
    done = leadloop(f"open({str(tmp_path / 'none' / 'x')!r})")
    assert done.returncode == 78
    assert done.stderr == f"leadloop: No such file or directory: {tmp_path / 'none' / 'x'}\n"


def test_a_terminal_that_cannot_show_a_sign_shows_a_question_mark() -> None:
    done = leadloop("print('\u2713 fine') or 0", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (done.returncode, done.stdout) == (0, "? fine\n")


@pytest.mark.parametrize("code", [0, 1, 3, 75])
def test_the_command_s_code_is_the_process_s(code: int) -> None:
    assert leadloop(str(code)).returncode == code


def test_a_terminated_command_ends_as_signalled() -> None:
    done = leadloop("__import__('os').kill(__import__('os').getpid(), 15)")
    assert done.returncode == -signal.SIGTERM
