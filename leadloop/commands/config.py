"""`leadloop config publish`: put the folder's rules in force."""

import getpass
from pathlib import Path

from leadloop import exits, screen
from leadloop.app import App, open_app, version_of
from store import leads
from store import rules as rule_store


def publish(folder: Path, *, author: str | None, as_json: bool) -> int:
    app = open_app(folder)
    try:
        changed, count = put_in_force(app, author=author or getpass.getuser())
        rule_hash = app.installation.rules.hash
        if as_json:
            screen.document({"rule_hash": rule_hash, "changed": changed, "leads_to_rescore": count})
        elif changed:
            screen.say(f"Rules {rule_hash[:8]} are in force; {count} leads are rescored in the next cycle.")
            screen.say("Who stands newly above the line is listed by `leadloop held list`, not handed off.")
        else:
            screen.say(f"Rules {rule_hash[:8]} were in force already.")
        return exits.OK
    finally:
        app.close()


def put_in_force(app: App, *, author: str) -> tuple[bool, int]:
    """Publish the draft, re-arm every lead from now on, have all rescored. Returns (changed, leads)."""
    now = app.clock.refresh()
    with app.store.write() as tx:
        current = rule_store.current(tx)
        if current is not None and current.hash == app.installation.rules.hash:
            return False, 0
        rule_store.publish(tx, version_of(app, author=author, now=now))
        leads.arm_all(tx, now)
        leads.make_all_due(tx)
        return True, leads.count(tx)
