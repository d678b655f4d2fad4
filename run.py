#!/usr/bin/env python3
"""Two commands for a fresh clone: `python3 run.py demo` and `python3 run.py test`.

Standard library only. Makes `.venv`, installs exactly `requirements.lock` (hashes checked) with uv
when it can be had, else with pip, then the project itself. A stamp of the files that decide makes
later runs start at once.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
STAMP = VENV / "leadloop.stamp"
LINT = (
    ("ruff", "format", "--no-cache", "--check", "."),
    ("ruff", "check", "--no-cache", "."),
    ("mypy",),
    ("lint-imports",),
    ("hadolint", "Dockerfile"),
)
WANTED = (["--require-hashes", "-r", "requirements.lock"], ["--no-deps", "-e", "."])
OURS = {
    "test": ("pytest",),
    "soak": ("python", "-m", "tests.soak"),
    "mutants": ("python", "-m", "tests.mutants"),
}
"""What is not a command of leadloop: the tool and how its line begins."""
USAGE = """usage: python3 run.py COMMAND [ARGUMENTS]

  demo [--json] [--seed-number N] [--serve] [--keep DIR] [--data PATH]
                 watch the loop work on a simulated Salesforce and HubSpot
  test [ARGS]    the whole test suite (ARGS go to pytest)
  lint           format, style, types, floors, Dockerfile
  soak [ARGS]    kill daemons hundreds of times: --kills N --db sqlite|postgres;
                 or watch one under constant change: --minutes 30
  mutants [ARGS] put known bugs into a copy of the code: which test finds each? --only N,... --jobs N
  install        only make the environment
  ANYTHING ELSE  is given to the leadloop command, e.g. `python3 run.py doctor`"""


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] in {"-h", "--help"}:
        print(USAGE)
        return 0 if arguments else 64
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever starts this may have an older Python than the project asks for
        print(f"leadloop needs Python 3.11 or newer; this is {sys.version.split()[0]}", file=sys.stderr)
        return 78
    install()
    command, rest = arguments[0], arguments[1:]
    if command == "install":
        return 0
    if command == "lint":
        return lint()
    tool, *ahead = OURS.get(command, ("leadloop", command))
    if command == "test" and not rest:
        workers = min(os.cpu_count() or 1, 8) + 2  # many a test waits for a daemon rather than for a processor
        rest = ["-n", str(workers), "--dist", "worksteal"]
    return run(tool, *ahead, *rest)


def install() -> None:
    """Bring `.venv` in line with the lock file and the project; does nothing when it already is."""
    stamp = hashlib.sha256()
    for name in ("requirements.lock", "pyproject.toml"):
        stamp.update((ROOT / name).read_bytes())
    stamp.update(f"{sys.version} {ROOT}".encode())
    if STAMP.is_file() and STAMP.read_text() == stamp.hexdigest():
        return
    print("leadloop: installing into .venv (first run only) ...", file=sys.stderr)
    if not (BIN / "python").exists():
        shutil.rmtree(VENV, ignore_errors=True)
        venv.create(VENV, with_pip=True)
    for installer in _installers():
        if all(_installs(installer, what) for what in WANTED):
            STAMP.write_text(stamp.hexdigest())
            return
    sys.exit("leadloop: the packages could not be installed, see above. Is a package index reachable?")


def _installs(installer: list[str], what: list[str]) -> bool:
    # uv brings certificates of its own; whoever sits behind a proxy with another authority has it in the system's.
    environment = {**os.environ, "UV_NATIVE_TLS": "1"}
    done = subprocess.run([*installer, "-q", *what], stdout=sys.stderr, check=False, cwd=ROOT, env=environment)
    return done.returncode == 0


def _installers() -> list[list[str]]:
    """uv where it can be had, because it is quick; pip, which is always there."""
    python = str(BIN / "python")
    found = shutil.which("uv")
    if found is None:
        subprocess.run([python, "-m", "pip", "install", "-q", "uv"], stdout=sys.stderr, check=False)
        here = BIN / "uv"
        found = str(here) if here.exists() else None
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check"]
    return [[found, "pip", "install", "--python", python], pip] if found is not None else [pip]


def run(tool: str, *arguments: str) -> int:
    """Run a tool of the environment in its place; Ctrl-C and SIGTERM reach it, its exit code is ours."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment["PATH"] = f"{BIN}{os.pathsep}{environment.get('PATH', '')}"
    here = ROOT if tool != "leadloop" else None
    child = subprocess.Popen([str(BIN / tool), *arguments], cwd=here, env=environment)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())  # a terminal sends Ctrl-C to both, `kill` not this
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue


def lint() -> int:
    """Run every check, even after one failed; 1 if any did."""
    failed = [" ".join(check) for check in LINT if run(*check) != 0]
    for check in failed:
        print(f"lint: {check} found something", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
