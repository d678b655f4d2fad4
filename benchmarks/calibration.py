"""What `leadloop score calibrate` learns from the recorded log, beside the base rate and the amount alone.

    python3 -m benchmarks.calibration [--json] [--data PATH] [--ledger FOLDER]

The log becomes lists, the real loop reads them in one cycle (about 40 s of processor time), and the command itself is
asked twice: 24 hours after the application, and at the first offer, each time among the cases still open then. With
`--ledger` the ledger is made in that folder, and used again if it is there already.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

from benchmarks.case_files import LISTS, installation, log_file
from benchmarks.measure import Row, Timer, known, report
from leadloop import cli

MOMENTS = {"24 h after submission": "first form_submitted + 24h", "at the first offer": "first email_sent"}
QUESTION = (
    "--won", "first note_logged where status = A_ACTIVATED",
    "--lost", "first note_logged where status in A_DECLINED, A_CANCELLED",
    "--within", "45d",
    "--until", "2012-03-14T15:04:55Z",
    "--timeless", "requested_amount",
    "--beside", "requested_amount",
)  # fmt: skip
"""19 of 20 are won within 34 days; the log ends on that afternoon."""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python3 -m benchmarks.calibration", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--data", type=Path, help="the recorded log; by default where the demo looks for it")
    parser.add_argument("--ledger", type=Path, help="keep the ledger in this folder, or use the one that is there")
    given = parser.parse_args(arguments)
    log = log_file(given.data)
    if log is None:
        print("The recorded log is not here: set LEADLOOP_DATA to its folder, or name it with --data.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as spare:
        return report(list(_measure(log, given.ledger or Path(spare))), as_json=given.json)


def _measure(log: Path, folder: Path) -> Iterator[Row]:
    os.environ[LISTS] = str(folder / "lists")
    if not (folder / "leadloop.db").is_file():
        with Timer() as timer:
            leads = installation(log, folder)
        yield Row(name="the log read as lists", figure=known(timer).cpu_s, unit="s CPU", note=f"{leads:,} leads")
    for when, moment in MOMENTS.items():
        for what, more in (("", ()), (", with what reps did", ("--sales",))):
            with Timer() as timer:
                found = _asked(folder, "--moment", moment, *more)
            yield from _rows(f"{when}{what}", found, known(timer).cpu_s)


def _asked(folder: Path, *more: str) -> Any:
    buffer = BytesIO()
    with redirect_stdout(TextIOWrapper(buffer, write_through=True)):
        code = cli.run(["score", "calibrate", "-C", str(folder), *QUESTION, *more, "--json"])
        if code:
            raise SystemExit(code)
        return json.loads(buffer.getvalue())


def _rows(name: str, found: Any, cpu_s: float) -> Iterator[Row]:
    leads = found["leads"]
    told = (
        f"{leads['taking_part']:,} cases still open, {leads['earlier']:,} to learn from, {leads['later']:,} to judge by"
    )
    yield Row(name=f"{name}: base rate", figure=found["base_rate"], unit="won", note=f"{told}; {cpu_s:.0f} s CPU")
    alone = next(each for each in found["auc"] if each["by"] == "requested_amount")
    for each in found["auc"]:
        gain = found["gains"].get(each["by"])
        note = f"{each['low']:.3f} to {each['high']:.3f}"
        if gain is not None:
            note += f"; the draft is better by {gain['value']:+.3f} ({gain['low']:+.3f} to {gain['high']:+.3f})"
        yield Row(name=f"{name}: {each['by']}", figure=each["value"], unit="AUC", floor=alone["value"], note=note)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
