"""`leadloop held`: what the blast radius holds back, and a person's word on it."""

import csv
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from domain.values import LeadId
from leadloop import exits, screen
from leadloop.actor import actor
from leadloop.app import App, open_app
from leadloop.finding import find_lead, unknown
from leadloop.waiting import Waiting, cell, look, pick, summary
from store import audit, held, leads
from store.audit import AuditEntry
from store.engine import Tx
from store.held import HeldSet, HeldStatus
from sync.material import METERED


class Form(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def listing(folder: Path, *, environment: str | None, as_json: bool) -> int:
    with closing(open_app(folder, environment=environment)) as app, app.store.read() as tx:
        sets = held.sets(tx)
    if as_json:
        screen.document({"sets": [summary(each) for each in sets]})
        return exits.OK
    rows = [(s.name, s.leads, s.writes or "", _status(s), cell(s.opened_at), s.cause) for s in sets]
    screen.table("Held", ("set", "leads", "fields", "status", "since (UTC)", "cause"), rows)
    if any(each.status is HeldStatus.OPEN for each in sets):
        screen.say("Next: `leadloop held show SET`, then `leadloop held approve SET` or `leadloop held discard SET`.")
    return exits.OK


def _status(found: HeldSet) -> str:
    if found.status is not HeldStatus.APPROVED:
        return found.status.value
    until = f", until {cell(found.valid_until)}" if found.valid_until is not None else ""
    return f"approved by {found.answered_by}{until}"


def show(folder: Path, name: str, *, environment: str | None, form: Form, limit: int) -> int:
    """Who is in a set and what would happen to them; looks and changes nothing."""
    with closing(open_app(folder, environment=environment)) as app, app.store.read() as tx:
        found = pick(tx, name)
        shown = look(app, tx, found, limit=limit, now=app.clock.refresh()) if found is not None else None
    if shown is None:
        return _unknown(name)
    match form:
        case Form.JSON:
            screen.document(shown.as_data())
        case Form.CSV:
            writer = csv.DictWriter(sys.stdout, fieldnames=shown.columns)
            writer.writeheader()
            writer.writerows({key: _safe(value) for key, value in row.items()} for row in shown.rows)
        case Form.TABLE:
            _show(shown, limit)
    return exits.OK


def _safe(value: object) -> object:
    """A value of somebody's must not be a formula where the file is opened."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value


def _show(shown: Waiting, limit: int) -> None:
    found = shown.found
    limit_then = found.about.get("limit")
    room = f", {limit_then} a day are let through" if limit_then is not None else ""
    screen.show(f"{found.name} (#{found.number}): {found.cause}{room}")
    screen.show(f"{_status(found)} · opened {cell(found.opened_at)} UTC under rules {shown.rules}")
    rows = [[cell(row[key]) for key in shown.columns] for row in shown.rows]
    fields = f", {found.writes} fields" if found.writes else ""
    screen.table(f"{found.leads} leads{fields}", shown.columns, rows)
    left = (found.writes or found.leads) - len(rows)
    if left > 0:
        screen.say(f"and {left} more: --limit {limit + left}")


def approve(
    folder: Path, name: str, *, environment: str | None, only: Sequence[str] = (), reason: str = "", yes: bool = True
) -> int:
    with closing(open_app(folder, environment=environment)) as app:
        with app.store.read() as tx:
            found = pick(tx, name)
            chosen = {each: find_lead(tx, each) for each in only}
        if found is None or found.status is not HeldStatus.OPEN:
            return _not_open(name)
        for lead, number in chosen.items():
            if number is None:
                screen.say(unknown(lead))
                return exits.BAD_DATA
        if not yes and not _typed(found, len(chosen) or found.leads):
            return exits.USAGE
        picked = [number for number in chosen.values() if number is not None]
        screen.show(_let_through(app, found, picked or None, reason))
    return exits.OK


def _typed(found: HeldSet, count: int) -> bool:
    """On a terminal whoever approves types how many leads it is about; a script has said it by running the command."""
    if not sys.stdin.isatty():
        return True
    screen.say(f"{found.name} is about {count} leads. Type {count} to let them through:")
    typed = sys.stdin.readline().strip()
    if typed != str(count):
        screen.say("Nothing was approved.")
    return typed == str(count)


def _let_through(app: App, found: HeldSet, only: Sequence[LeadId] | None, reason: str) -> str:
    """A backlog goes by the day as there is room, which may take weeks: its approval lasts until all are through."""
    now = app.clock.refresh()
    by_the_day = found.name in METERED
    until = None if by_the_day else now + timedelta(hours=app.settings.blast_radius.approval_hours)
    with app.store.write() as tx:
        ids = held.approve(tx, found.name, by=actor(), now=now, until=until, only=only, reason=reason)
        if not by_the_day and not found.writes:
            leads.touch(tx, ids)
        _note(tx, f"approved {found.name}: {len(ids)} leads", ids, now=now)
    if until is None:
        each = app.settings.backlog.per_rep_per_day
        when = "" if app.settings.go_live.hands_off else f" as soon as go_live, now `{app.settings.go_live}`, hands off"
        return f"{len(ids)} leads of {found.name} go through by the day, {each} per rep, each looked at again{when}."
    return f"{len(ids)} leads of {found.name} go through, each looked at again, until {until:%Y-%m-%d %H:%M} UTC."


def discard(folder: Path, name: str, *, environment: str | None) -> int:
    with closing(open_app(folder, environment=environment)) as app:
        with app.store.read() as tx:
            found = pick(tx, name)
        if found is None or found.status is not HeldStatus.OPEN:
            return _not_open(name)
        now = app.clock.refresh()
        with app.store.write() as tx:
            count = held.discard(tx, found.name, now=now, by=actor())
            _note(tx, f"discarded {found.name}: {count} leads", (), now=now)
    until = "something else is wished there" if found.writes else "something newer speaks for moving them"
    screen.show(f"{found.name} is dropped: {count} leads stay as they are until {until}.")
    return exits.OK


def _note(tx: Tx, action: str, ids: Sequence[LeadId], *, now: datetime) -> None:
    """One row for the set, and one for each lead that is let through."""
    about = (None, *ids)
    audit.append(tx, [AuditEntry(at=now, actor=actor(), action=action, lead_id=lead) for lead in about])


def _unknown(name: str) -> int:
    screen.say(f"There is no waiting set {name!r}. See `leadloop held list`.")
    return exits.BAD_DATA


def _not_open(name: str) -> int:
    screen.say(f"No set {name!r} waits for a word. See `leadloop held list`.")
    return exits.BAD_DATA
