"""What keeps the simulator from starting is one sentence and exit 78, from either command."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadloop import cli
from tests.rig import ROOT


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield int(listening.getsockname()[1])


def as_module(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "simulator", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def test_a_port_that_is_taken_is_said(taken: int, capsys: pytest.CaptureFixture[str]) -> None:
    said = f"simulator: 127.0.0.1:{taken} cannot be listened on: Address already in use. Name another port, or 0.\n"
    assert cli.run(["simulator", "--salesforce-port", str(taken), "--hubspot-port", "0"]) == 78
    assert capsys.readouterr().err == said
    done = as_module("--hubspot-port", str(taken))
    assert (done.returncode, done.stdout, done.stderr) == (78, "", said)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "[Errno 2] No such file or directory: '{}'"),
        (b"{", "unexpected end of data: line 1 column 2 (char 1)"),
        (b"[]", None),
        (b'{"contacts": 5}', None),
        (b'{"contacts": [5]}', None),
        (b'{"contacts": [{"email": 5, "nobody_knows_this": {}}]}', None),
        (b'{"salesforce": {"Lead": {"Company": 1}}}', None),
        (b'{"users": [{}], "leads": [{"OwnerId": []}]}', None),
    ],
    ids=["missing", "broken", "a list", "no rows", "no row", "an unknown field", "no list", "odd values"],
)
def test_a_seed_that_cannot_be_planted_is_said(
    tmp_path: Path, content: bytes | None, why: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = tmp_path / "seed.json"
    if content is not None:
        seed.write_bytes(content)
    assert cli.run(["simulator", "--salesforce-port", "0", "--hubspot-port", "0", "--seed", str(seed)]) == 78
    said = capsys.readouterr().err
    assert said.startswith("simulator: ")
    assert said.count("\n") == 1
    if why is not None:
        assert said == f"simulator: cannot read the seed file {seed}: {why.format(seed)}\n"


def test_the_module_says_it_too(tmp_path: Path) -> None:
    done = as_module("--seed", str(tmp_path / "none.json"))
    assert (done.returncode, done.stdout) == (78, "")
    assert done.stderr.startswith("simulator: cannot read the seed file ")
    assert "Traceback" not in done.stderr


def test_a_log_that_cannot_be_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    log = tmp_path / "file" / "log.jsonl"
    assert cli.run(["simulator", "--salesforce-port", "0", "--hubspot-port", "0", "--log", str(log)]) == 78
    assert capsys.readouterr().err == f"simulator: cannot write the log {log}: Not a directory.\n"
