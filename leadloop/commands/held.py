"""`leadloop held`: what the blast radius holds back, and a person's word on it."""

import getpass
from datetime import timedelta
from pathlib import Path

from leadloop import exits, screen
from leadloop.app import open_app
from store import held, leads


def listing(folder: Path, *, as_json: bool) -> int:
    app = open_app(folder)
    try:
        with app.store.read() as tx:
            sets = held.sets(tx)
        if as_json:
            screen.document(
                {"sets": [{"name": s.name, "cause": s.cause, "leads": s.leads, "status": s.status} for s in sets]}
            )
        else:
            screen.table(
                "Held", ("set", "leads", "status", "cause"), [(s.name, s.leads, s.status, s.cause) for s in sets]
            )
        return exits.OK
    finally:
        app.close()


def approve(folder: Path, name: str) -> int:
    app = open_app(folder)
    try:
        now = app.clock.refresh()
        until = now + timedelta(hours=app.settings.blast_radius.approval_hours)
        with app.store.write() as tx:
            ids = held.approve(tx, name, by=getpass.getuser(), now=now, until=until)
            leads.touch(tx, ids)
        screen.say(f"{len(ids)} leads of {name} go through, each looked at again, until {until:%Y-%m-%d %H:%M} UTC.")
        return exits.OK
    finally:
        app.close()


def discard(folder: Path, name: str) -> int:
    app = open_app(folder)
    try:
        with app.store.write() as tx:
            count = held.discard(tx, name, now=app.clock.refresh())
        screen.say(f"{name} is dropped: {count} leads stay as they are.")
        return exits.OK
    finally:
        app.close()
