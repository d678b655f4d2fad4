"""Two more reports as a company might have them: tables in which words stand beside figures, and factors of a whole."""

from dataclasses import replace

from reports.pages.lifts import Lifts, beyond
from reports.pages.page import Cell, Chart, Column, Page, Row, Table
from reports.pages.tally import lift
from tests import report_pages
from tests.report_pages import count, follow_up, share

ASSETS = ("Form: Demo request", "Page: your-company.example/resources/guides/moving-a-help-desk", "E-mail: Spring news")
LIFTS = Lifts(None, ("accepted", "won")).columns


def lifted(n: int, accepted: int, won: int, of: int = 400) -> tuple[Cell, ...]:
    """A line of `assets`, held against 40 % and 8 % of all."""
    own = share(accepted, n), share(won, n)
    lifts = {
        step: lift(each, share(hits, of)) for step, each, hits in zip(("accepted", "won"), own, (160, 32), strict=True)
    }
    return (count(n), *own, *lifts.values(), "; ".join(beyond(lifts)))


def assets() -> Page:
    names = (*ASSETS, "Nothing that we are told of", "E-mail: 🚀" + "very long " * 11, "=HYPERLINK(1)")
    sizes = ((220, 121, 31), (64, 20, 2), (9, 7, 1), (150, 22, 0), (40, 16, 3), (0, 0, 0))
    rows = [
        Row(key=f"a{at}", label=name, cells=lifted(*size))
        for at, (name, size) in enumerate(zip(names, sizes, strict=True))
    ]
    rows.append(Row(key="all", label="All handoffs", cells=lifted(400, 160, 32), is_total=True))
    drawn = Table(
        key="asset", title="What they had met", heads="Asset", columns=LIFTS, rows=tuple(rows), chart=Chart.BARS,
        charted="accepted", line=(0.4, "all handoffs"),
    )  # fmt: skip
    return replace(follow_up(), name="assets", title="Assets, rules and actions", parts=(drawn,), filters=())


def playbook() -> Page:
    """Cells that are sentences beside cells that are figures."""
    said = "Call, and bring one figure from a company of their size that moved in the last year", "Leave them alone"
    heads = (
        Column(key="leads", label="Leads"),
        *(Column(key=key, label=key) for key in ("marketing", "sales", "question", "asset")),
    )
    rows = tuple(
        Row(
            key=f"c{at}",
            label=f"{stage}, {persona}",
            cells=(count(60 - at), said[at % 2], said[0], "", asset, *lifted(*size)),
        )
        for at, (stage, persona, asset, size) in enumerate(
            (
                ("engaged", "Decides", ASSETS[0], (220, 121, 31)),
                ("assigned", "Leads a team of engineers and technicians", ASSETS[1], (64, 20, 2)),
                ("opportunity", "others", "x" * 200, (0, 0, 0)),
            )
        )
    )
    gaps = tuple(
        Row(key=f"g{at}", label=f"{stage}, others", cells=(count(n),))
        for at, (stage, n) in enumerate((("known", 8112), ("engaged", 930), ("customer", 3)))
    )
    parts = (
        Table(
            key="gap",
            title="Gaps",
            heads="Stage and persona",
            columns=heads[:1],
            rows=gaps,
            chart=Chart.BARS,
            charted="leads",
        ),
        Table(key="cell", title="What comes next", heads="Stage and persona", columns=(*heads, *LIFTS), rows=rows),
    )
    return replace(follow_up(), name="playbook", title="Playbook", parts=parts, filters=())


PAGES = {**report_pages.PAGES, "assets": assets, "playbook": playbook}
