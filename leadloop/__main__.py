"""The `leadloop` command: reads the line, runs one command, turns errors into words and exit codes.

Data goes to standard output, everything else to standard error. Exit codes: 0 ok · 1 finished, some
records failed · 2 changes pending (`--detailed-exitcode`) · 3 held for a person · 64 usage ·
65 bad data · 69 system or database unreachable · 70 bug · 75 try again · 77 login · 78 configuration · 130 Ctrl-C.
"""

import gc
import io
import os
import sys
import traceback

from leadloop import exits
from leadloop.cli import run

GARBAGE_EVERY = 50_000
"""New objects between two looks for cycles. A pass makes many short-lived values and no cycles: at Python's own 700
a sixth of its time went into looking for them (the demo: 59.8 s, with this 49.7 s)."""


def main() -> None:
    """The console script's entry. What nobody foresaw ends here, in one line, as exit code 70."""
    gc.set_threshold(GARBAGE_EVERY)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show `✓` shows `?`
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = exits.OK
    except OSError as error:
        place = f" {error.filename}" if error.filename else ""
        print(f"leadloop: {error.strerror or 'the system refused'}:{place}".rstrip(":"), file=sys.stderr)
        code = exits.CONFIG
    except Exception as error:  # noqa: BLE001 - the last bulkhead of design.md 7
        code = _bug(error)
    sys.exit(code)


def _bug(error: Exception) -> int:
    """Its class and place, not its text: that may repeat what people wrote."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    print(
        f"leadloop: a bug: {type(error).__name__} in {last.filename}:{last.lineno}. Nothing half-done was saved. "
        "Set LEADLOOP_DEBUG=1 to see the whole trace.",
        file=sys.stderr,
    )
    if os.environ.get("LEADLOOP_DEBUG"):
        traceback.print_exception(error)
    return exits.BUG


if __name__ == "__main__":
    main()
