"""Usage: what is typed, what is said back, and how quickly."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

import pytest

from domain.errors import UsageError
from leadloop import cli, exits
from leadloop.options import asked_about
from tests.rig import ROOT

NO_TIME = (
    "leadloop: Invalid value for '--at': '{}' is no time with its zone, such as 2026-11-22T10:00:00Z. "
    "See `leadloop explain --help`."
)
HEAVY = ("hubspot", "simple_salesforce", "fastapi", "sqlalchemy", "cel", "numpy", "scipy", "sklearn")


def leadloop(*arguments: str) -> tuple[int, list[str]]:
    """Exit code and loaded modules of a command line in a fresh process."""
    program = (
        "import sys; from leadloop import cli; code = cli.run(sys.argv[1:]); "
        "print(code, *sys.modules, sep='\\n', file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    code, *modules = done.stderr.splitlines()
    return int(code), modules


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["-h"],
        ["plan", "--help"],
        ["errors", "--help"],
        ["score", "--help"],
        ["score", "calibrate", "--help"],
    ],
    ids=" ".join,
)
def test_help_answers_without_loading_a_vendor_a_database_or_a_server(arguments: list[str]) -> None:
    code, modules = leadloop(*arguments)
    assert code == 0
    assert [name for name in HEAVY if name in modules] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["runn"], "leadloop: No such command 'runn'. Did you mean 'run', 'runs'? See `leadloop --help`."),
        (["errors", "lst"], "leadloop: No such command 'lst'. Did you mean 'list'? See `leadloop errors --help`."),
        (["run", "--jsn"], "leadloop: No such option: --jsn (Possible options: --json). See `leadloop run --help`."),
        (["init"], "leadloop: Missing argument 'DIR'. See `leadloop init --help`."),
        (["apply"], "leadloop: Missing argument 'FILE'. See `leadloop apply --help`."),
        (["explain", "x", "--at", "yesterday"], NO_TIME.format("yesterday")),
        (["explain", "x", "--at", "2026-11-22T10:00:00"], NO_TIME.format("2026-11-22T10:00:00")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_misuse_is_one_sentence_with_the_nearest_word_and_exit_64(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(arguments) == 64
    told = capsys.readouterr()
    assert told.err == f"{said}\n"
    assert told.out == ""


@pytest.mark.parametrize("arguments", [[], ["errors"], ["held"], ["config"]], ids=lambda each: " ".join(each) or "bare")
def test_a_command_that_is_missing_is_answered_with_the_help(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(arguments) == 64
    assert "Commands" in (said := capsys.readouterr().out) or "Every day" in said


def test_the_version_is_the_package_s(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--version"]) == 0
    assert capsys.readouterr().out == f"leadloop {version('leadloop')}\n"


@pytest.mark.parametrize("command", ["status", "run", "plan", "check", "doctor", "explain x", "errors list"])
def test_a_folder_that_is_not_there_is_said_with_what_to_do(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([*command.split(), "-C", "/nowhere/at/all"]) == 78
    assert capsys.readouterr().err == (
        "There is no folder /nowhere/at/all. `leadloop init /nowhere/at/all` makes one.\n"
    )


def test_ctrl_c_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("leadloop.commands.check.load", interrupted)
    assert cli.run(["check"]) == 130


def test_a_moment_that_lies_ahead_is_not_asked_about() -> None:
    now = datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert [asked_about(at, now) for at in (None, now, now - timedelta(days=1))] == [now, now, now - timedelta(days=1)]
    with pytest.raises(UsageError, match="--at 2026-11-22T11:00:00Z lies ahead") as refused:
        asked_about(now + timedelta(hours=1), now)
    assert exits.code_of(refused.value) == exits.USAGE
