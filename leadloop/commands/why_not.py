"""`leadloop why-not LEAD`: why this record is not syncing, and what to do about it."""

from contextlib import closing
from pathlib import Path
from typing import Any

from connectors.contract import Lane
from domain.obstacle import Obstacle
from domain.values import LeadId, RecordRef
from leadloop import exits, screen
from leadloop.app import App, open_app
from leadloop.finding import find_lead, same_id, unknown
from reports.not_syncing import Asked, causes
from store import leads, records
from store.engine import Tx
from sync.firstday import step_in_force


def run(folder: Path, lead: str, *, environment: str | None, as_json: bool) -> int:
    with closing(open_app(folder, environment=environment)) as app:
        payload = told(app, lead)
    if payload is None:
        screen.say(unknown(lead))
        return exits.BAD_DATA
    if as_json:
        screen.document(payload)
        return exits.OK
    screen.show(f"Lead {payload['lead']} · {payload['key']} · {payload['stage']}")
    for at, each in enumerate(payload["causes"], start=1):
        screen.show(f"{at}. {each['what']}")
        screen.show(f"   {each['next']}")
    return exits.OK


def told(app: App, text: str) -> dict[str, Any] | None:
    """Every cause as plain data; None where nobody is known by that."""
    with app.store.read() as tx:
        found = find_lead(tx, text)
        if found is None:
            return None
        about = leads.get(tx, [found])[found]
        rows = [_as_data(each) for each in causes(tx, asked_of(app, tx, found, text))]
    return {"lead": found, "key": about.key, "stage": about.stage, "causes": rows}


def asked_of(app: App, tx: Tx, lead: LeadId, text: str) -> Asked:
    rules = app.in_force(tx)
    told = {name: app.budget.refusal(name, Lane.BACKGROUND) for name in rules.mapping.systems}
    return Asked(
        lead=lead,
        ref=_named(tx, lead, text),
        fields=rules.fields,
        step=step_in_force(tx, app.settings.go_live),
        refusals={name: words for name, words in told.items() if words is not None},
        from_step=rules.rules.scoring.showing.from_step,
        now=app.clock.refresh(),
    )


def _named(tx: Tx, lead: LeadId, text: str) -> RecordRef | None:
    """The record, where it was an id of one."""
    theirs = records.of_leads(tx, [lead]).get(lead, ())
    return next((record.ref for record in theirs if same_id(record.ref.id, text)), None)


def _as_data(each: Obstacle) -> dict[str, Any]:
    return {
        "cause": each.kind,
        "system": each.connection,
        "object": each.ref.object if each.ref else None,
        "id": each.ref.id if each.ref else None,
        "field": each.field,
        "what": each.what,
        "next": each.mend,
    }
