"""`leadloop held`: what the blast radius holds back, and a person's word on it."""

import getpass
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from leadloop import exits, screen
from leadloop.app import App, open_app
from store import held, leads
from store.held import HeldStatus
from sync.material import BASELINE


def listing(folder: Path, *, environment: str | None, as_json: bool) -> int:
    with closing(open_app(folder, environment=environment)) as app, app.store.read() as tx:
        sets = held.sets(tx)
    if as_json:
        rows = [{"name": s.name, "cause": s.cause, "leads": s.leads, "status": s.status} for s in sets]
        screen.document({"sets": rows})
    else:
        rows_shown = [(s.name, s.leads, s.status, s.cause) for s in sets]
        screen.table("Held", ("set", "leads", "status", "cause"), rows_shown)
    return exits.OK


def approve(folder: Path, name: str, *, environment: str | None) -> int:
    with closing(open_app(folder, environment=environment)) as app:
        if not _is_open(app, name):
            return _not_open(name)
        screen.show(_release_by_the_day(app, name) if name == BASELINE else _let_through(app, name))
    return exits.OK


def _let_through(app: App, name: str) -> str:
    now = app.clock.refresh()
    until = now + timedelta(hours=app.settings.blast_radius.approval_hours)
    with app.store.write() as tx:
        ids = held.approve(tx, name, by=getpass.getuser(), now=now, until=until)
        leads.touch(tx, ids)
    return f"{len(ids)} leads of {name} go through, each looked at again, until {until:%Y-%m-%d %H:%M} UTC."


def _release_by_the_day(app: App, name: str) -> str:
    """The loop takes them out as there is room, which may take weeks: this approval lasts until all are through."""
    with app.store.write() as tx:
        ids = held.approve(tx, name, by=getpass.getuser(), now=app.clock.refresh(), until=None)
    each = app.settings.backlog.per_rep_per_day
    return f"{len(ids)} leads of {name} go through by the day, {each} per rep, each looked at again."


def discard(folder: Path, name: str, *, environment: str | None) -> int:
    with closing(open_app(folder, environment=environment)) as app:
        if not _is_open(app, name):
            return _not_open(name)
        with app.store.write() as tx:
            count = held.discard(tx, name, now=app.clock.refresh(), by=getpass.getuser())
    screen.show(f"{name} is dropped: {count} leads stay as they are until something newer speaks for moving them.")
    return exits.OK


def _is_open(app: App, name: str) -> bool:
    with app.store.read() as tx:
        return any(each.name == name and each.status is HeldStatus.OPEN for each in held.sets(tx))


def _not_open(name: str) -> int:
    screen.say(f"No set {name!r} waits for a word. See `leadloop held list`.")
    return exits.BAD_DATA
