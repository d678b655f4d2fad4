"""The demo's installation: the starter that `leadloop init` writes, pointed at the simulator, with the demo's reps."""

from datetime import timedelta
from pathlib import Path

from config.template import write as write_starter
from domain.run import GoLive
from leadloop.app import App
from leadloop.demo.people import AWAY_ALL_DAY, MANAGER, REPS
from store import held, leads
from store.held import HeldStatus
from store.vault import make_key
from sync.material import BASELINE

START = "2026-09-07T00:00:00+00:00"
"""A Monday; the simulated world begins here."""

PORTAL = {"burst_per_10_s": 1100, "search_per_s": 25}
"""The simulated portal's limits: they count real seconds, of which the demo has a minute for a month."""

COSTS = """\
campaign,channel,month,amount,currency
Search ads: help desk,Paid search,2026-07,2400,EUR
Search ads: help desk,Paid search,2026-08,2650,EUR
Search ads: help desk,Paid search,2026-09,2900,EUR
,Paid social,2026-08,1900,EUR
,Paid social,2026-09,1900,EUR
,Partner,2026-09,850,GBP
"""
"""What was spent on what, as marketing keeps it: of the advertisements the CRM says something else."""

REPORTS = """
costs: costs.csv

targets:
  accepted_percent: 75

drives:
  - name: September conversations
    counts: meaningful
    target: 60
    first: 2026-09-07
    last: 2026-09-30
"""

_FIT = "  fit: C # this grade or better\n"
LINE = f"  engagement: 50\n{_FIT}  rearm_below: 40"
LOWERED = f"  engagement: 20\n{_FIT}  rearm_below: 16"

SETTINGS = """\
# The demo's settings: the starter's rules on a simulated Salesforce and HubSpot.
database_url: sqlite:///leadloop.db
key: ${{file:leadloop.key}}
environment: simulator
clock: {salesforce}
time_zone: UTC
go_live: {go_live}
connections:
  salesforce:
    type: salesforce
    login_url: {salesforce}
    auth: client_credentials
    client_id: leadloop
    client_secret: leadloop-secret
    calls_per_10_s: 1000
  hubspot:
    type: hubspot
    base_url: {hubspot}
    access_token: pat-na1-simulator
    # A month passes in a minute here: the portal's windows of real seconds are made as much wider (PORTAL).
    calls_per_10_s: 1000
    searches_per_second: 20
    streams: [contacts, forms, email_events, page_views, lists, owners]
backlog:
  per_rep_per_day: 1
blast_radius:
  handoff: {{ floor: 20, factor: 3, per_rep: 5 }}
  destructive: {{ floor: 25, share_percent: 5, ceiling: 500 }}
schedule:
  describe_hours: 168
health:
  port: 0
"""

ROUTING = """\
# Who gets a lead in the demo. Every rep of the first pool is at a training on one day: nobody is there.
teams:
  - name: Sales
    time_zone: UTC
    hours:
      - {{ days: [mon, tue, wed, thu, fri, sat, sun], start: "09:00", end: "17:00" }}
    manager: {manager}
    absences:
{absences}
pools:
  - name: SDR
    team: Sales
    members:
{members}
    new_per_day: 10
    open_at_once: 40
rules:
  - name: Their account's owner
    when:
      any:
        - {{ property: is_customer, operator: equals, value: true }}
        - {{ property: has_open_deal, operator: equals, value: true }}
    to: {{ account_owner: true }}
fallback: {{ pool: SDR }}
all_away: queue
"""


def write(folder: Path, *, salesforce: str, hubspot: str, go_live: GoLive = GoLive.OBSERVE) -> None:
    """Write the folder; files that stand there already are the demo's own and are written anew."""
    write_starter(folder, key=make_key())
    settings = SETTINGS.format(salesforce=salesforce, hubspot=hubspot, go_live=go_live.value)
    (folder / "leadloop.yaml").write_text(settings, encoding="utf-8")
    (folder / "routing.yaml").write_text(_routing(), encoding="utf-8")
    (folder / "costs.csv").write_text(COSTS, encoding="utf-8")
    _append(folder / "reports.yaml", REPORTS)


def _routing() -> str:
    members = "\n".join(f"      - {{ email: {email} }}" for email in REPS)
    absences = "\n".join(f"      - {{ email: {email}, first: {AWAY_ALL_DAY}, last: {AWAY_ALL_DAY} }}" for email in REPS)
    return ROUTING.format(manager=MANAGER, members=members, absences=absences)


def set_go_live(folder: Path, step: GoLive) -> None:
    _replace(folder / "leadloop.yaml", f"go_live: {GoLive.OBSERVE.value}", f"go_live: {step.value}")


def stop_the_clock(folder: Path, address: str, at: str) -> None:
    """Nobody answers there any more: for who looks into the folder later it is always the end of the play."""
    _replace(folder / "leadloop.yaml", f"clock: {address}", f'clock: "{at}"')


def lower_the_line(folder: Path) -> None:
    _replace(folder / "scoring.yaml", LINE, LOWERED)


def raise_the_line(folder: Path) -> None:
    _replace(folder / "scoring.yaml", LOWERED, LINE)


def _append(path: Path, text: str) -> None:
    """Once, however often the demo is played in the folder."""
    there = path.read_text(encoding="utf-8")
    if text not in there:
        path.write_text(there + text, encoding="utf-8")


def _replace(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    if before not in text:
        raise ValueError(f"{path.name} has no line {before.strip()!r}: the starter and the demo have parted")
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def approve_backlog(app: App) -> int:
    """An admin lets the backlog go, metered per rep and day, and the fields that the first plan held back."""
    now = app.clock.refresh()
    with app.store.write() as tx:
        for each in held.sets(tx):
            if each.writes and each.status is HeldStatus.OPEN:
                held.approve(tx, each.name, by="admin", now=now, until=now + timedelta(days=1))
        waiting = held.of_set(tx, BASELINE)
        if waiting:
            held.approve(tx, BASELINE, by="admin", now=now, until=now + timedelta(days=365))
            leads.touch(tx, [])
        held.close(tx, BASELINE, now=now)
    return len(waiting)
