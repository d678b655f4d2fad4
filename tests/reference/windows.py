"""What a user asks of reports, and the stretch of time that is meant: whole local days of the installation."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tests.reference.figures import Sight
from tests.reference.local_days import local, midnight
from tests.reference.measured import STEPS
from tests.reference.office import Office

REPORTS = (
    *("week", "funnel", "followup", "bands", "rejects", "nurture", "interactions", "channels", "assets", "playbook"),
)
OF_NO_TEAM = ("channels", "nurture", "funnel", "playbook")
BEGINNING = date(2020, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One question. Without `since` and `until`: the usual window of the report; `drive`: by its name; `what`: is
    counted by each system."""

    report: str
    since: date | None = None
    until: date | None = None
    team: str | None = None
    channel: str | None = None
    drive: str | None = None
    what: str | None = None

    @property
    def words(self) -> str:
        days = f"{self.since} to {self.until}" if self.since is not None else "usual"
        return ", ".join(
            filter(None, (f"{self.report} {self.drive or self.what or ''}".strip(), days, self.team, self.channel))
        )


def sight_of(look: Look, office: Office, *, now: int, loaded: int | None) -> Sight:
    """The last 90 days up to now, the last whole week from Monday to Sunday or month, or the days that were named."""
    today = local(now, office.zone).date()
    since, until = midnight(today - timedelta(days=90), office.zone), now
    if look.report == "week":
        monday = today - timedelta(days=today.weekday())
        since, until = (midnight(each, office.zone) for each in (monday - timedelta(days=7), monday))
    if look.report == "reconcile":
        first = today.replace(day=1)
        before = (first - timedelta(days=1)).replace(day=1)
        since, until = (midnight(each, office.zone) for each in (before, first))
    if look.since is not None and look.until is not None:
        since, until = midnight(look.since, office.zone), midnight(look.until + timedelta(days=1), office.zone)
    return Sight(since=since, until=until, team=look.team, channel=look.channel, loaded=loaded)


def looks(office: Office, channels: Iterable[str], *, now: int) -> Iterator[Look]:
    """The usual window, the last whole week, all time, each team and each channel, of every report."""
    today = local(now, office.zone).date()
    monday = today - timedelta(days=today.weekday() + 7)
    of_channels = list(channels)
    for report in REPORTS:
        yield Look(report=report)
        yield Look(report=report, since=monday, until=monday + timedelta(days=6))
        yield Look(report=report, since=BEGINNING, until=today)
        if report not in OF_NO_TEAM:
            yield from (Look(report=report, team=crew.name) for crew in office.crews)
        if report != "playbook":
            yield from (Look(report=report, channel=each, since=BEGINNING, until=today) for each in of_channels)


def quarrels(office: Office, *, now: int) -> Iterator[Look]:
    """The last whole month, the one that lasts and all time, of each step that systems count."""
    today = local(now, office.zone).date()
    for what in STEPS:
        yield Look(report="reconcile", what=what)
        yield Look(report="reconcile", what=what, since=today.replace(day=1), until=today)
        yield Look(report="reconcile", what=what, since=BEGINNING, until=today)
