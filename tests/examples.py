"""The reports of docs/examples: what somebody sees who has neither played the demo nor an installation.

    python -m tests.examples                       # plays the demo, half a minute to two, and writes its reports anew
    python -m tests.examples --demo DIR            # of a demo that was kept (`python3 run.py demo --keep DIR`)
    python -m tests.examples --log DIR             # of the real log (`python3 run.py demo --data PATH --keep DIR`)

Of the demo everybody is invented. Of the real log there are figures and nobody's row: no lead, by name or by number,
and no list behind a figure.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import func, select

from domain.values import LeadId
from leadloop import cli
from leadloop.app import App, open_app
from leadloop.commands.report import unread
from leadloop.report_desk import Ask, desk_of
from leadloop.report_making import REPORTS
from reports.pages.html import html_of
from reports.pages.page import Cell, Page, Part, Table
from store.schema import handoff

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "examples"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One page: the report, and what is asked of it."""

    report: str
    ask: Ask = field(default_factory=Ask)

    @property
    def file(self) -> str:
        return f"{self.report}.html"


DEMO = (
    Example(report="week", ask=Ask(weekly=True)),
    *(
        Example(report=name)
        for name in (
            *("funnel", "followup", "bands", "rejects", "nurture", "interactions", "channels", "playbook"),
            "reconcile",
        )
    ),
    Example(report="drive", ask=Ask(drive="September conversations")),
)
"""Those that are the same in every play."""
VARYING = (Example(report="assets"), Example(report="agreement"))
"""Whose frame alone is: each play has other assets that stand out, and other examples of what was agreed."""
JOURNEY = "journey.html"
"""Of whom the demo handed over most often, of those who had asked to be called; again the frame alone is the same."""
LOG = (
    Example(report="week", ask=Ask(weekly=True)),
    *(Example(report=name) for name in ("funnel", "bands", "assets")),
)
"""To these the recorded log has something to say: nobody tells in it of channels, deals or nurture."""
PLACES: Mapping[str, tuple[Example, ...]] = {"demo": (*DEMO, *VARYING), "bpi2012": LOG}
FILES: Mapping[str, tuple[str, ...]] = {
    "demo": (*(each.file for each in PLACES["demo"]), JOURNEY),
    "bpi2012": tuple(each.file for each in LOG),
}
FRAMES_ONLY = (*(each.file for each in VARYING), JOURNEY)

_MOMENT = re.compile(r"\b\d{1,2}:\d{2}\b")
_TIME_TAKEN = re.compile(r"under 1 min|under 0\.1 days|\b\d[\d,]* h(?: \d+ min)?|\b\d+ min|\b\d+(?:\.\d)? days")
_HEADING = re.compile(r'<h2.*?</h2>|<th[^>]* scope="col".*?</th>', re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_PLACED = re.compile(r'(?<= )(?:x|y|x1|x2|y1|y2|cx|cy|width|height|points|viewBox)="[^"]*"')


def pages(folder: Path, place: str) -> Iterator[tuple[str, str]]:
    """The name of each file, and its text, from a kept folder."""
    with closing(open_app(folder)) as app:
        for each in PLACES[place]:
            yield each.file, html_of(_page(app, each), {})
        if JOURNEY in FILES[place]:
            yield JOURNEY, _journey(folder, _most_handed_over(app))


def _most_handed_over(app: App) -> LeadId:
    asked = select(handoff.c.lead_id).where(handoff.c.hand_raise)
    often = select(handoff.c.lead_id).where(handoff.c.lead_id.in_(asked)).group_by(handoff.c.lead_id)
    with app.store.read() as tx:
        return LeadId(tx.scalars(often.order_by(func.count().desc(), handoff.c.lead_id)).first() or 0)


def _journey(folder: Path, lead: LeadId) -> str:
    with tempfile.TemporaryDirectory() as out:
        file = Path(out) / JOURNEY
        code = cli.run(["report", "journey", str(lead), "--html", str(file), "-C", str(folder)])
        assert code == 0, f"no journey of lead {lead}"
        return file.read_text(encoding="utf-8")


def _page(app: App, example: Example) -> Page:
    """As `leadloop report` makes it, and without the lists behind its figures."""
    desk = desk_of(app, example.ask)
    page = REPORTS[example.report](desk)
    parts = tuple(_bare(part) for part in page.parts)
    return replace(page, parts=parts, missing=(*unread(desk, page), *page.missing))


def _bare(part: Part) -> Part:
    if not isinstance(part, Table):
        return part
    return replace(part, rows=tuple(replace(row, cells=tuple(map(_listless, row.cells))) for row in part.rows))


def _listless(cell: Cell) -> Cell:
    return cell if isinstance(cell, str) else replace(cell, leads=None)


def steady(text: str) -> str:
    """What is the same in every play: the loop runs on real seconds, so that a month is a minute longer on a slow
    machine, and no two plays have the same times of day and the same durations."""
    for pattern in (_MOMENT, _TIME_TAKEN, _PLACED):
        text = pattern.sub("~", text)
    return text


def frame(text: str) -> list[str]:
    """The headings of a page's parts and of the columns in them, in their order."""
    return [_TAG.sub("", each).strip() for each in _HEADING.findall(text)]


def write(folder: Path, place: str) -> None:
    target = FOLDER / place
    target.mkdir(parents=True, exist_ok=True)
    for name, text in pages(folder, place):
        (target / name).write_text(text, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.examples", description=__doc__)
    parser.add_argument("--demo", type=Path)
    parser.add_argument("--log", type=Path)
    chosen = parser.parse_args()
    if chosen.log is not None:
        write(chosen.log, "bpi2012")
    elif chosen.demo is not None:
        write(chosen.demo, "demo")
    else:
        with tempfile.TemporaryDirectory() as kept:
            subprocess.run([sys.executable, "-m", "leadloop", "demo", "--keep", kept], cwd=ROOT, check=True)
            write(Path(kept), "demo")
    return 0


if __name__ == "__main__":
    sys.exit(main())
