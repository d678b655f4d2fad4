"""`python3 run.py COMMAND` stands in for the command: what ends the one ends the other."""

import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOOL = (
    "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(7)); print('up', flush=True); signal.pause()"
)
STAND_IN = (
    f"import run, sys; run.BIN = run.Path({str(Path(sys.executable).parent)!r}); sys.exit(run.run(*sys.argv[1:]))"
)


def test_sigterm_reaches_the_tool_and_its_exit_code_comes_back() -> None:
    command = [sys.executable, "-c", STAND_IN, Path(sys.executable).name, "-c", TOOL]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 7
