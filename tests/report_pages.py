"""Reports as a company might have them, and as nobody would wish them: what their forms are tried on."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.values import LeadId, RuleHash
from reports.pages.html import Person
from reports.pages.page import Cell, Chart, Column, Figure, Leads, Missing, Page, Row, Table, Unit, Words
from reports.pages.window import Window
from scoring.interval import wilson
from tests.reconcile_page import quarrel

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 5, 42, tzinfo=UTC)
QUARTER = Window(since=datetime(2026, 8, 24, tzinfo=BERLIN), until=datetime(2026, 11, 23, tzinfo=BERLIN), zone=BERLIN)
FIRST = ("Amara", "Bram", "Chloé", "Daniel", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Khadija", "Lars")
LAST = ("Okafor", "de Vries", "Lefèvre", "Novák", "Yılmaz", "Rahimi", "Lindqvist", "Moreau", "Costa", "Weiß", "Haddad")
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "{{7*7}} {% raw %}",
    "</style><style>*{display:none}",
    "\u202emoc.elpmaxe\u202c reversed",
    "nul\x00l and \x1b[31mred",
    "half \ud800 of one",
    "]]> <!-- & &amp; -->",
    "שלום עולם",
    "محمد بن عبد الله",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsmitglied",
    "   ",
)


def leads(n: int, first: int = 1) -> Leads:
    return Leads(n=n, first=tuple(LeadId(first + each) for each in range(min(n, 50))))


def count(n: int) -> Figure:
    return Figure(value=n, leads=leads(n))


def share(n: int, of: int, why: str = "no clock has come to its end yet") -> Figure:
    if not of:
        return Figure(value=None, unit=Unit.SHARE, of=0, why=why)
    low, high = wilson(n, of)
    return Figure(value=n / of, unit=Unit.SHARE, of=of, low=low, high=high, leads=leads(n))


def minutes(value: float | None, of: int) -> Figure:
    return Figure(value=value, unit=Unit.MINUTES, of=of, why="" if value is not None else "nobody was touched yet")


def people(ids: Iterable[int] = range(1, 60)) -> Mapping[LeadId, Person]:
    """Everybody but every eleventh, whom the store knows only by number."""
    return {
        LeadId(each): Person(
            name=f"{FIRST[each % len(FIRST)]} {LAST[each % len(LAST)]}",
            links=(
                ("Salesforce", f"https://acme.example/lightning/r/Lead/00Q{each:012}/view"),
                ("HubSpot", f"https://app.example/contacts/1/record/0-1/{each}"),
            )[: 1 + each % 2],
        )
        for each in ids
        if each % 11
    }


FOLLOW_UP = (
    Column(key="handoffs", label="Handed over", says="Handoffs that began in the window."),
    Column(key="touched", label="Touched", says="A rep called, met, wrote to or answered the person."),
    Column(
        key="in_time", label="In time", says="Of those who were touched or whose time is up: touched before it was."
    ),
    Column(key="median", label="Half within", says="Working time until half of the touched were touched."),
    Column(key="slow", label="Nine in ten within", says="The same for nine in ten of them."),
    Column(key="never", label="Never touched", says="Time is up, or the handoff closed, and nobody was in touch."),
    Column(key="answered", label="Rejected untouched", says="Rejected or given back without being in touch."),
    Column(key="waiting", label="Still in time", says="Not touched, and their time is not up."),
)


def followed(key: str, label: str, n: int, *, in_time: int, half: float | None, is_total: bool = False) -> Row:
    touched = max(n - n // 9 - 2, 0) if half is not None else 0
    never = (n - touched) // 2
    cells: tuple[Cell, ...] = (
        count(n),
        count(touched),
        share(in_time, touched + never if half is not None else 0),
        minutes(half, touched),
        minutes(half * 4.3 if half is not None else None, touched),
        count(never),
        count((n - touched - never) // 2),
        count(n - touched - never - (n - touched - never) // 2),
    )
    return Row(key=key, label=label, cells=cells, is_total=is_total)


def table(key: str, title: str, heads: str, rows: tuple[Row, ...], **rest: object) -> Table:
    return replace(Table(key=key, title=title, heads=heads, columns=FOLLOW_UP, rows=rows), **rest)  # type: ignore[arg-type]


def follow_up() -> Page:
    total = followed("all", "All", 1893, in_time=1204, half=96, is_total=True)
    asked = (
        followed("asked", "Asked to be called", 184, in_time=139, half=7),
        followed("others", "Everybody else", 1709, in_time=1065, half=118),
        total,
    )
    teams = (
        followed("benelux", "Benelux", 412, in_time=301, half=61),
        followed("dach", "DACH, mid-market", 733, in_time=455, half=104),
        followed("enterprise", "Enterprise", 9, in_time=3, half=315),
        followed("iberia", "Iberia and Latin America", 226, in_time=98, half=187),
        followed("nordics", "Nordics", 507, in_time=345, half=77),
        followed("trial", "Trial desk (from 16 Nov)", 6, in_time=0, half=None),
        total,
    )
    names = ("Events", "Organic search", "Paid search", "Paid social", "Partner", "Referral", "Webinar", "unknown")
    channels = tuple(
        followed(name.lower().replace(" ", "-"), name, 80 + 31 * at, in_time=40 + 17 * at, half=30 + 22 * at)
        for at, name in enumerate(names)
    )
    return Page(
        name="followup",
        title="Follow-up",
        asks="How soon are we in touch with the people who were handed over, and with whom never?",
        counts="handoffs",
        window=QUARTER,
        seen=NOW,
        rule_hash=RuleHash("9f2c41d07be3a5586c11"),
        parts=(
            table("asked", "By what was promised", "Who", asked, says="Who asks is promised minutes, others hours."),
            table("team", "By team", "Team", teams, chart=Chart.BARS, charted="in_time", line=(0.7, "agreed: 70 %")),
            table("channel", "By channel of the first touch", "Channel", (*channels, total)),
            Words(
                key="agreed", title="What we agreed", lines=("Both teams promised this on 3 Aug; see `reports.yaml`.",)
            ),
        ),
        filters=("team Inbound",),
        remarks=(
            "112 handoffs are of a kind without a clock (open deals, customers, partners): they are never late.",
            "Times are the team's working time, from the handoff to the first touch by whichever rep.",
        ),
    )


STEPS = (
    Column(key="leads", label="Leads", says="Leads that came at least so far."),
    Column(key="of_all", label="Of all", says="Of everybody who became known in the window."),
    Column(key="of_before", label="Of the step before", says="Of everybody who came to the step before."),
    Column(key="days", label="Half took at most", says="Days from the step before, for those who came."),
)
WEEKS = (
    Column(key="known", label="Known", says="Leads that became known in the window."),
    Column(key="handoff", label="Handed over", says="Of these."),
    Column(key="accepted", label="Accepted", says="Of those handed over."),
    Column(key="cost", label="Cost per accepted lead", says="What was spent on them, shared out."),
)


def steps() -> Table:
    counts = (
        ("Known", 4120),
        ("Handed over", 812),
        ("Accepted", 377),
        ("Qualified", 204),
        ("In a deal", 61),
        ("Won", 9),
    )
    rows = []
    before = 0
    for label, n in counts:
        shares: tuple[Cell, ...] = ("", "", "")
        if before:
            took = Figure(value=n / 13, unit=Unit.DAYS, of=n)
            shares = (share(n, 4120), share(n, before), took)
        rows.append(Row(key=label.lower().replace(" ", "-"), label=label, cells=(count(n), *shares)))
        before = n
    return Table(
        key="step",
        title="Step by step",
        heads="Step",
        columns=STEPS,
        rows=tuple(rows),
        chart=Chart.STEPS,
        charted="leads",
    )


def weeks(many: int, *, key: str = "cohort", chart: Chart = Chart.COLUMNS) -> Table:
    rows = []
    for at in range(many):
        week = QUARTER.since + timedelta(weeks=at)
        handed, accepted = 20 + at * 7 % 41, 6 + at * 5 % 17
        last = at == many - 1
        cost = Figure(value=None if last else 14230.5 / accepted, unit=Unit.MONEY, currency="EUR", of=accepted)
        cells = (count(300 - at), share(handed, 300 - at), share(accepted, 0 if last else handed), cost)
        rows.append(Row(key=f"w{at}", label=f"{week:%G-W%V}", cells=cells))
    return Table(
        key=key,
        title="By the week in which they became known",
        heads="Week",
        columns=WEEKS,
        rows=tuple(rows),
        says="The last lines have had less time: compare their first columns only.",
        chart=chart,
        charted="accepted",
        line=(0.5, "agreed: 50 %"),
    )


def brief(table: Table) -> Table:
    """With short lists, where lists are not what is looked at."""
    return replace(
        table, rows=tuple(replace(row, cells=tuple(_brief(each) for each in row.cells)) for row in table.rows)
    )


def _brief(cell: Cell) -> Cell:
    if isinstance(cell, str) or cell.leads is None:
        return cell
    return replace(cell, leads=replace(cell.leads, first=cell.leads.first[:3]))


def funnel() -> Page:
    return replace(
        follow_up(),
        name="funnel",
        title="Funnel",
        asks="How far do the people come who became known to us, and how long does each step take?",
        counts="leads",
        parts=(steps(), weeks(13)),
        missing=(
            Missing(
                what="No channels are described, so that everybody comes from `unknown`.",
                mend="Add `channels` to reports.yaml; docs/reports.md has rules to begin with.",
            ),
        ),
        filters=(),
    )


def hostile() -> Page:
    """Everything that somebody may have typed somewhere, and figures far from the usual."""
    columns = (
        Column(key="n", label="Leads", says="Of `them`."),
        Column(key="won", label="Pipeline that came of it, in the corporate currency", says="<b>All</b>."),
        Column(key="times", label="× as often"),
        Column(key="owner", label="Owner"),
    )
    sizes = (0, 1, 4, 9, 10, 777_777_777_777, 3, 8, 21, 2, 6, 5, 7)
    rows = tuple(
        Row(
            key=f"r {at}\"<'ü",
            label=name,
            cells=(
                replace(count(min(n, 60)), value=n),
                Figure(value=n * 1.5 - 6, unit=Unit.MONEY, currency="EUR", leads=leads(3)),
                Figure(value=None, unit=Unit.FACTOR, why=f"nobody in {name}"),
                name,
            ),
        )
        for at, (name, n) in enumerate(zip(HOSTILE, sizes, strict=True))
    )
    bars = Table(
        key="a b", title=HOSTILE[0], heads=HOSTILE[1], columns=columns, rows=rows, chart=Chart.BARS, charted="n"
    )
    parts = (
        bars,
        replace(bars, key="c", title=HOSTILE[11], charted="won", line=(8e11, HOSTILE[11])),
        replace(bars, key="d", title=HOSTILE[9], charted="won", chart=Chart.COLUMNS),
        replace(bars, key="e", title=HOSTILE[3], charted="times", chart=Chart.COLUMNS),
        brief(weeks(60, key="f")),
        brief(weeks(60, key="g", chart=Chart.BARS)),
        replace(steps(), key="h", rows=steps().rows[:1]),
        Words(key="w", title=HOSTILE[4], lines=HOSTILE),
    )
    return replace(
        follow_up(),
        title=HOSTILE[1],
        asks=HOSTILE[0],
        parts=parts,
        filters=HOSTILE,
        remarks=HOSTILE,
        missing=tuple(Missing(what=each, mend=each) for each in HOSTILE),
    )


def hostile_people() -> Mapping[LeadId, Person]:
    addresses = (
        "javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        'https://x.example/"onx="',
        "HTTPS://x.example",
    )
    return {
        LeadId(1 + at): Person(name=name, links=((name, addresses[at % len(addresses)]),))
        for at, name in enumerate(HOSTILE)
    }


def empty() -> Page:
    nothing = tuple(replace(each, rows=()) for each in follow_up().tables())
    return replace(follow_up(), parts=nothing, missing=funnel().missing, remarks=())


def single() -> Page:
    """One lead, which is not much to go by."""
    rows = (
        Row(
            key="benelux",
            label="Benelux",
            cells=(
                count(1),
                count(1),
                share(1, 1),
                minutes(0, 1),
                minutes(0, 1),
                count(0),
                count(0),
                count(0),
            ),
        ),
    )
    return replace(follow_up(), parts=(table("team", "By team", "Team", rows, chart=Chart.BARS, charted="in_time"),))


def wide() -> Page:
    """More columns than a screen has room for; lines that are words; a table whose rows have no head."""
    reasons = tuple(Column(key=f"r{at}", label=f"{name} and more") for at, name in enumerate((*FIRST, *LAST)))
    rows = tuple(
        Row(key=name.lower(), label=name, cells=tuple(count((at * 7 + number) % 13) for at, _ in enumerate(reasons)))
        for number, name in enumerate(LAST)
    )
    said = Column(key="why", label="Why it was handed over"), Column(key="band", label="Band")
    good = "Downloaded Checklist: Moving your help desk 3× this week. Compared products today. Operations Manager."
    parts = (
        Table(key="reason", title="By channel", heads="Channel", columns=reasons, rows=rows),
        Table(
            key="good",
            title="Three that were right",
            heads="Lead",
            columns=said,
            rows=tuple(Row(key=name, label=name, cells=(good, "A hot")) for name in FIRST[:3]),
        ),
        Table(
            key="standing",
            title="Where we are",
            heads="",
            columns=(Column(key="figure", label="Figure"),),
            rows=(Row(key="target", label="Target", cells=(Figure(value=400),)),),
        ),
        Words(key="sales", title="What sales promises", lines=(good, "Who asks is called within `5 min`.")),
    )
    return replace(follow_up(), name="rejects", title="Rejected leads", parts=parts)


PAGES = {
    "follow-up": follow_up,
    "funnel": funnel,
    "hostile": hostile,
    "empty": empty,
    "single": single,
    "wide": wide,
    "reconcile": quarrel,
}
