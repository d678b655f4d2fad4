"""What is asked of a report, and what it is made from: the rules in force, the window, who and what is looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from config.words import did_you_mean
from domain.counted import Counted
from domain.errors import UsageError
from leadloop.app import App
from mapping.channels import channels_of
from reports.pages.passes import Scope
from reports.pages.tally import SHOWN
from reports.pages.window import window_of
from store import first_touches
from sync.firstday import went_live_at
from sync.loop import InForce
from sync.material import users


class Form(StrEnum):
    """How a page is told."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    HTML = "html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is wanted. `behind`: the name of the figure whose leads are wanted instead of the page; `people`: with what
    only managers are to see."""

    since: date | None = None
    until: date | None = None
    team: str | None = None
    channel: str | None = None
    form: Form = Form.TABLE
    html: Path | None = None
    behind: str | None = None
    people: bool = False
    drive: str | None = None
    what: Counted | None = None
    """What is counted, where the report counts one of several steps."""
    weekly: bool = False
    """Whether the window is the last whole week where none is named."""
    at: datetime | None = None
    """At which moment the window is chosen where none is named; None: now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a page is made from."""

    app: App
    rules: InForce
    scope: Scope
    ask: Ask


def desk_of(app: App, ask: Ask) -> Desk:
    now = app.clock.refresh()
    with app.store.read() as tx:
        rules, loaded_until = app.in_force(tx), went_live_at(tx)
        known = users(tx, rules.mapping)
    reports, book = app.installation.reports, rules.book
    require(ask.team, [each.name for each in rules.rules.routing.teams], "team", "routing.yaml")
    channels = [*dict.fromkeys(each.name for each in reports.channels), "unknown"]
    if ask.channel not in {None, *channels}:
        with app.store.read() as tx:
            channels = [*dict.fromkeys([*channels, *first_touches.channels(tx)])]
    require(ask.channel, channels, "channel", "reports.yaml")
    scope = Scope(
        window=window_of(since=ask.since, until=ask.until, zone=book.zone, now=ask.at or now, weekly=ask.weekly),
        book=book,
        rules=reports,
        channels=channels_of(reports.channels),
        names={email: rep.name for email, rep in known.reps.items()},
        now=now,
        most=None if ask.behind is not None else SHOWN,
        loaded_until=loaded_until,
        team=ask.team,
        channel=ask.channel,
    )
    return Desk(app=app, rules=rules, scope=scope, ask=ask)


def require(word: str | None, known: Sequence[str], what: str, file: str) -> None:
    if word is None or word in known:
        return
    hint = did_you_mean(word, known)
    raise UsageError(f"{file} has no {what} {word!r}" + (f": {hint}" if hint else "."))
