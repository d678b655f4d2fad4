"""`leadloop decisions`: what both sides decide in the weekly review, kept until it is done or dropped."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from domain.errors import UsageError
from domain.review import LONGEST_NAME, AgendaPart, Draft, Ended, Ending, ReviewDecision, spoken, weeks_between
from leadloop import exits, screen, spreadsheet
from leadloop.actor import actor
from leadloop.app import App, open_app
from leadloop.options import Form
from store import review

COLUMNS = (
    "number", "part", "text", "owner", "due", "weeks", "days_over", "status", "outcome", "by", "at", "ended_by",
    "ended_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which decisions are listed, and how."""

    everything: bool
    part: AgendaPart | None
    form: Form


def listing(folder: Path, wanted: Wanted, *, environment: str | None) -> int:
    with closing(open_app(folder, environment=environment, to_publish=True)) as app:
        now, zone = app.clock.refresh(), _zone(app)
        with app.store.read() as tx:
            found = review.every(tx) if wanted.everything else review.open_ones(tx)
    told = [as_data(each, now, zone) for each in found if wanted.part in {None, each.draft.part}]
    match wanted.form:
        case Form.JSON:
            screen.document({"decisions": told})
        case Form.CSV:
            spreadsheet.write_named(COLUMNS, told)
        case Form.TABLE:
            _show(told, everything=wanted.everything)
    return exits.OK


def _zone(app: App) -> ZoneInfo:
    return ZoneInfo(app.settings.time_zone)


def as_data(each: ReviewDecision, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    draft, ended = each.draft, each.ended
    until = ended.at if ended is not None else now
    first, last = (at.astimezone(zone).date() for at in (each.added_at, until))
    return {
        "number": each.number,
        "part": draft.part,
        "text": draft.text,
        "owner": draft.owner,
        "due": draft.due,
        "weeks": weeks_between(first, last),
        "days_over": 0 if ended is not None else each.days_over(last),
        "status": ended.ending if ended is not None else "open",
        "outcome": ended.outcome if ended is not None else "",
        "by": each.added_by,
        "at": each.added_at,
        "ended_by": ended.by if ended is not None else None,
        "ended_at": ended.at if ended is not None else None,
    }


def _show(told: Sequence[dict[str, Any]], *, everything: bool) -> None:
    rows = [
        (f"#{each['number']}", each["text"], each["part"], each["owner"], f"{each['due']:%a %-d %b %Y}", _stands(each))
        for each in told
    ]
    title = "Decisions, the newest first" if everything else "Decisions that are open, by the day they are due"
    screen.table(title, ("", "decision", "about", "owner", "due", "stands"), rows)


def _stands(told: dict[str, Any]) -> str:
    if told["ended_at"] is not None:
        return f"{told['status']}: {told['outcome']}" if told["outcome"] else str(told["status"])
    over, weeks = told["days_over"], told["weeks"]
    said = [
        f"overdue by {over} {'day' if over == 1 else 'days'}" if over else "open",
        *([f"carried {weeks} {'week' if weeks == 1 else 'weeks'}"] if weeks else []),
    ]
    return ", ".join(said)


def add(folder: Path, typed: Draft, *, environment: str | None, as_json: bool) -> int:
    """UsageError for words that say nothing, too many of them, and a day that is over."""
    draft = replace(
        typed,
        text=spoken(typed.text, what="The decision"),
        owner=spoken(typed.owner, what="--owner", most=LONGEST_NAME),
    )
    with closing(open_app(folder, environment=environment, to_publish=True)) as app:
        now, zone = app.clock.refresh(), _zone(app)
        _require_ahead(draft.due, now.astimezone(zone).date())
        with app.store.write() as tx:
            made = review.add(tx, draft, by=actor(), now=now)
    if as_json:
        screen.document(as_data(made, now, zone))
    else:
        until = f"until {draft.due:%a %-d %b %Y}"
        screen.show(f"Decision {made.number} ({draft.part}): {draft.owner} sees to it {until}.")
    return exits.OK


def _require_ahead(due: date, today: date) -> None:
    if due < today:
        raise UsageError(f"--due {due} is over (today is {today}): name the day by which it is to be done.")


def end(folder: Path, number: int, ending: Ending, words: str | None, *, environment: str | None, as_json: bool) -> int:
    """65 where there is no such decision, or it is over already; nothing is changed then."""
    option = "--outcome" if ending is Ending.DONE else "--reason"
    outcome = spoken(words, what=option) if words is not None else ""
    with closing(open_app(folder, environment=environment, to_publish=True)) as app:
        now, zone = app.clock.refresh(), _zone(app)
        with app.store.write() as tx:
            is_new = review.end(tx, number, Ended(ending=ending, outcome=outcome, by=actor(), at=now))
            found = review.get(tx, number)
    if found is None:
        screen.say(f"There is no decision {number}. See `leadloop decisions list --all`.")
        return exits.BAD_DATA
    if not is_new and found.ended is not None:
        screen.say(_over(number, found.ended, zone))
        return exits.BAD_DATA
    if as_json:
        screen.document(as_data(found, now, zone))
    else:
        screen.show(f"Decision {number} is {ending}: {found.draft.text}")
    return exits.OK


def _over(number: int, ended: Ended, zone: ZoneInfo) -> str:
    when = f"{ended.at.astimezone(zone):%a %-d %b %Y %H:%M}"
    return f"Decision {number} is over already: {ended.ending} since {when}, as {ended.by} said."
