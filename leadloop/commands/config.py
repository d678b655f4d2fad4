"""`leadloop config publish`: put the folder's rules in force."""

import getpass
from contextlib import closing
from pathlib import Path

from domain.errors import SettingsError
from leadloop import exits, screen
from leadloop.app import App, open_app, version_of
from leadloop.checked import load
from mapping.contested import undecided
from reports.survey import lines_to_decide
from store import leads
from store import rules as rule_store
from store import survey as survey_store


def publish(folder: Path, *, environment: str | None, author: str | None, as_json: bool) -> int:
    load(folder, environment)  # before the store: rules that would stop the next run are not even its first version
    with closing(open_app(folder, environment=environment)) as app:
        refuse_undecided(app)
        changed, count = put_in_force(app, author=author or getpass.getuser())
        rule_hash = app.installation.rules.hash
    if as_json:
        screen.document({"rule_hash": rule_hash, "changed": changed, "leads_to_rescore": count})
    elif changed:
        screen.show(f"Rules {rule_hash[:8]} are in force; {count} leads are rescored in the next cycle.")
        screen.say("Who stands newly above the line is listed by `leadloop held list`, not handed off.")
    else:
        screen.show(f"Rules {rule_hash[:8]} were in force already.")
    return exits.OK


def refuse_undecided(app: App) -> None:
    """Rules that would write what a machine writes too wait for a person's word, as far as a survey was taken."""
    with app.store.read() as tx:
        known = survey_store.latest(tx)
    waiting = undecided(known, app.installation.rules.mapping, app.types)
    if not waiting:
        return
    told = [
        f"mapping.yaml: {each.field.connection} {each.field.place} is contested: {'; '.join(each.reasons)}"
        for each in waiting
    ]
    lines = "\n".join((*told, "Decide in mapping.yaml, then publish again:", "", *lines_to_decide(waiting)))
    raise SettingsError(lines)


def put_in_force(app: App, *, author: str) -> tuple[bool, int]:
    """Publish the draft, re-arm every lead from now on, have all rescored. Returns (changed, leads)."""
    now = app.clock.refresh()
    with app.store.write() as tx:
        if not rule_store.publish(tx, version_of(app, author=author, now=now)):
            return False, 0
        leads.arm_all(tx, now)
        leads.make_all_due(tx)
        return True, leads.count(tx)
