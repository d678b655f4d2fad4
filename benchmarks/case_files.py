"""The recorded lead-handling log as lists in a folder, and an installation that reads them: a ledger without vendors.

The moments stay those of the log. Everything is read by the real loop in one cycle, as an office would that has
nothing but exports: so the ledger is what leadloop makes of files, not what a loader would make of it.
"""

import csv
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

from leadloop.app import leading, open_app
from leadloop.demo.case_acts import APPLICATION, PRE_ACCEPTED, WORK, address
from leadloop.demo.case_log import FILE, Happening, happenings
from leadloop.demo.replay import BESIDE, PLACE
from store import leads
from sync.cycle import run_once

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "bpi2012_files"
SCORING = EXAMPLE.parent / "bpi2012" / "scoring.yaml"
LISTS = "LEADLOOP_LISTS"
ENDED = ("A_ACTIVATED", "A_DECLINED", "A_CANCELLED")
HEADERS = {
    "applications": ("email", "requested_amount"),
    "forms": ("email", "at", "form"),
    "calls": ("email", "at", "subject"),
    "offers": ("email", "at", "subject"),
    "answers": ("email", "at", "subject"),
    "decisions": ("email", "at", "status"),
}
Line = tuple[str, tuple[str, ...]]
"""Which list, and its cells."""


def log_file(given: Path | None = None) -> Path | None:
    """The log, where it is: in the folder that is named, in LEADLOOP_DATA, or beside this checkout."""
    folders = [given] if given is not None else [Path(os.environ.get(PLACE, BESIDE)), BESIDE]
    return next((path for folder in folders for path in (folder, folder / FILE) if path.is_file()), None)


def installation(log: Path, folder: Path) -> int:
    """Write the lists and read them in one cycle; returns how many leads there are then."""
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    shutil.copy(SCORING, folder)
    write_lists(log, folder / "lists")
    os.environ[LISTS] = str(folder / "lists")
    with closing(open_app(folder)) as app, leading(app) as loop:
        done = run_once(loop, now=app.clock.refresh(), trigger="benchmark")
        if done.failures:
            raise SystemExit(f"the lists were not read: {'; '.join(done.failures)}")
        with app.store.read() as tx:
            return leads.count(tx)


def write_lists(log: Path, folder: Path) -> None:
    """One file per list; a case's amount stands in the list of applications and nowhere else."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as files:
        writers = {}
        for name, header in HEADERS.items():
            file = files.enter_context((folder / f"{name}.csv").open("w", encoding="utf-8", newline=""))
            writers[name] = csv.writer(file)
            writers[name].writerow(header)
        for name, cells in _lines(log):
            writers[name].writerow(cells)


def _lines(log: Path) -> Iterator[Line]:
    ended: set[int] = set()
    for row in happenings(log):
        if row.activity in ENDED and row.case not in ended:
            ended.add(row.case)
            yield "decisions", (address(row.case), row.at.isoformat(), row.activity)
        yield from _line(row)


def _line(row: Happening) -> Iterator[Line]:
    who, at = address(row.case), row.at.isoformat()
    match row.activity:
        case "A_SUBMITTED":
            yield "applications", (who, str(row.amount))
            yield "forms", (who, at, APPLICATION)
        case "A_PREACCEPTED":
            yield "forms", (who, at, PRE_ACCEPTED)
        case "O_SENT_BACK":
            yield "answers", (who, at, "Answered the offer")
        case "O_CREATED":
            yield "offers", (who, at, "Offer")
        case name if name in WORK and row.transition == "START" and row.person is not None:
            yield "calls", (who, at, WORK[name])
