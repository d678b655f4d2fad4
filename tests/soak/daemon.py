"""`leadloop serve` as a supervisor starts it: a new interpreter, nothing read yet."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.installation import Installation
from tests.rig import ROOT

END_S = 20.0
"""How long a daemon that was asked to end may take."""


def errors_of(installation: Installation) -> Path:
    """Where its standard error goes, one after the other."""
    return installation.folder / "serve.err"


@contextmanager
def daemon(installation: Installation) -> Iterator["subprocess.Popen[bytes]"]:
    """Killed at the end where it still runs."""
    command = [sys.executable, "-m", "leadloop", "serve", "-C", str(installation.folder)]
    with errors_of(installation).open("ab") as file:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=file, env=dict(os.environ))
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
