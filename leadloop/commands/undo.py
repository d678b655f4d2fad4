"""`leadloop undo RUN`: what a run wrote and what of it can be taken back, as a plan that `apply` carries out."""

from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.values import LeadId
from leadloop import exits, planned, screen
from leadloop.actor import actor
from leadloop.app import App, open_app
from leadloop.badge import show_badge
from leadloop.finding import find_lead, is_number, names_of, unknown
from leadloop.options import there
from leadloop.plan_figures import counts_of
from leadloop.whole_files import whole
from store import runs
from store.engine import Tx
from sync import planfile
from sync.apply import accounts_of
from sync.firstday import step_in_force, step_now
from sync.material import users
from sync.planfile import PlanFile
from sync.preview import Preview
from sync.reversal import Kept, Wish
from sync.undo import Undoing, plan_undo

NAMED = 20
"""Fields that stay as they are and are named one by one; a script gets all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What the command line asks for."""

    run_id: int
    lead: str | None
    column: str | None
    out: Path | None
    as_json: bool
    detailed: bool


def run(folder: Path, ask: Ask, *, environment: str | None) -> int:
    """65 for a run or a lead that is not known; with `detailed` 2 when something can be taken back."""
    with closing(open_app(folder, environment=environment)) as app:
        with app.store.read() as tx:
            lead = find_lead(tx, ask.lead) if ask.lead is not None else None
            known = is_number(ask.run_id) and runs.find(tx, ask.run_id) is not None
            if not known or (ask.lead is not None and lead is None):
                screen.say(_no_run(ask.run_id) if not known else unknown(ask.lead or ""))
                return exits.BAD_DATA
            wish = Wish(run_id=ask.run_id, actor=actor(), lead_id=lead, column=ask.column)
            made, found = _make(app, tx, wish)
            names = names_of(tx, [each.lead_id for each in made.leads])
        path = (ask.out or folder / f"{made.header.id}.jsonl") if made.leads else None
        if path is not None:
            with whole(path) as file:
                planfile.write(made, file)
        if ask.as_json:
            screen.document(as_data(made, found, path))
        else:
            show_badge(app)
            _show(made, found, names)
            _say_next(found, path, folder)
    return exits.CHANGES_PENDING if ask.detailed and made.leads else exits.OK


def _no_run(number: int) -> str:
    return f"There is no run {number}: none had that number, or it was over 90 days ago. See `leadloop runs list`."


def _make(app: App, tx: Tx, wish: Wish) -> tuple[PlanFile, Undoing]:
    rules, now, step = app.in_force(tx), app.clock.refresh(), step_now(tx, app.settings.go_live)
    found = plan_undo(tx, wish, rules, users(tx, rules.mapping), step=step, now=now)
    preview = Preview(as_of=now, leads=found.leads, held={}, routing={})
    made = planfile.make(
        preview,
        rule_hash=rules.hash,
        go_live=step_in_force(tx, app.settings.go_live),
        accounts=accounts_of(tx),
        counts=counts_of(preview),
        undoes=wish.run_id,
    )
    return made, found


def as_data(made: PlanFile, found: Undoing, path: Path | None) -> dict[str, Any]:
    return {
        "undoes": made.header.undoes,
        "id": made.header.id if path is not None else None,
        "file": str(path) if path is not None else None,
        "writes": found.rows,
        "unsent": found.unsent,
        "changes": [
            {
                "lead": each.lead_id,
                "system": draft.connection,
                "object": draft.change.object,
                "id": draft.change.id,
                "field": name,
                "now": before,
                "will_be": after,
            }
            for each in made.leads
            for draft in each.changes
            for name, before, after in planned.fields_of(draft)
        ],
        "kept": [
            {
                "lead": each.lead_id,
                "system": each.ref.connection,
                "object": each.ref.object,
                "id": each.ref.id,
                "field": each.field,
                "because": each.why,
            }
            for each in found.kept
        ],
    }


def _show(made: PlanFile, found: Undoing, names: Mapping[LeadId, str]) -> None:
    fields = sum(len(draft.change.values) for each in made.leads for draft in each.changes)
    screen.show(f"Run {made.header.undoes} made {found.rows:,} writes; {fields:,} fields go back to what they were.\n")
    for lead in made.leads:
        screen.show(f"  ~ {names.get(lead.lead_id, f'lead {lead.lead_id}')}")
        for line in planned.lines_of(lead):
            screen.show(f"      {line}")
    if found.unsent:
        screen.show(f"  ⨯ {found.unsent:,} writes were not sent yet: they are withdrawn")
    _show_kept(found.kept)


def _show_kept(kept: tuple[Kept, ...]) -> None:
    for why, count in Counter(each.why for each in kept).most_common():
        screen.show(f"  ⨯ {count:,} stay: {why}")
    rows = [
        (each.lead_id, each.ref.connection, f"{each.ref.object} {each.ref.id}", each.field or "", each.why)
        for each in kept[:NAMED]
    ]
    if rows:
        screen.table("\nStays as it is", ("lead", "system", "record", "field", "because"), rows)
    if len(kept) > NAMED:
        screen.say(f"{len(kept) - NAMED:,} more: `--json` names all of them.")


def _say_next(found: Undoing, path: Path | None, folder: Path) -> None:
    if path is not None:
        screen.say(f"Next: leadloop apply {path}{there(folder)}")
    elif not found.rows:
        screen.say("Nothing is kept of what it wrote: it wrote nothing, or that was over 90 days ago.")
    else:
        screen.say("There is nothing to take back.")
