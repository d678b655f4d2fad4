"""`leadloop held`: what the blast radius holds back, and a person's word on it."""

import csv
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from leadloop import exits, screen
from leadloop.actor import actor
from leadloop.app import open_app
from leadloop.badge import show_badge
from leadloop.finding import find_lead, unknown
from leadloop.letting_through import keep_set_if_frozen, let_through, note
from leadloop.options import Form
from leadloop.spreadsheet import safe
from leadloop.waiting import Waiting, cell, look, pick, summary
from store import held
from store.held import HeldSet, HeldStatus


def listing(folder: Path, *, environment: str | None, as_json: bool) -> int:
    with closing(open_app(folder, environment=environment)) as app:
        with app.store.read() as tx:
            sets = held.sets(tx)
        if not as_json:
            show_badge(app)
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
        if shown is not None and form is Form.TABLE:
            show_badge(app)
    if shown is None:
        return _unknown(name)
    match form:
        case Form.JSON:
            screen.document(shown.as_data())
        case Form.CSV:
            writer = csv.DictWriter(sys.stdout, fieldnames=shown.columns)
            writer.writeheader()
            writer.writerows({key: safe(value) for key, value in row.items()} for row in shown.rows)
        case Form.TABLE:
            _show(shown, limit)
    return exits.OK


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
        show_badge(app)
        if not yes and not _typed(found, len(chosen) or found.leads):
            return exits.USAGE
        picked = [number for number in chosen.values() if number is not None]
        now = app.clock.refresh()
        if (kept := keep_set_if_frozen(app, found, picked, reason=reason, now=now)) is not None:
            return kept.say()
        with app.store.write() as tx:
            screen.show(let_through(tx, app.settings, found, picked or None, by=actor(), reason=reason, now=now))
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


def discard(folder: Path, name: str, *, environment: str | None) -> int:
    with closing(open_app(folder, environment=environment)) as app:
        with app.store.read() as tx:
            found = pick(tx, name)
        if found is None or found.status is not HeldStatus.OPEN:
            return _not_open(name)
        show_badge(app)
        now = app.clock.refresh()
        with app.store.write() as tx:
            count = held.discard(tx, found.name, now=now, by=actor())
            note(tx, f"discarded {found.name}: {count} leads", (), now=now)
    until = "something else is wished there" if found.writes else "something newer speaks for moving them"
    screen.show(f"{found.name} is dropped: {count} leads stay as they are until {until}.")
    return exits.OK


def _unknown(name: str) -> int:
    screen.say(f"There is no waiting set {name!r}. See `leadloop held list`.")
    return exits.BAD_DATA


def _not_open(name: str) -> int:
    screen.say(f"No set {name!r} waits for a word. See `leadloop held list`.")
    return exits.BAD_DATA
