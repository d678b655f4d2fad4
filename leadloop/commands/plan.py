"""`leadloop plan`: every write of the next run, before it happens."""

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from domain.misfit import BlockedTally
from domain.run import GoLive, OutboxStatus
from domain.values import LeadId
from leadloop import exits, planned, screen
from leadloop.answers import code_of_run
from leadloop.app import App, leading, open_app
from leadloop.finding import find_lead, names_of, unknown
from leadloop.mending import retry_suspended, suspended
from leadloop.options import there
from leadloop.plan_figures import calls_of, counts_of, newcomers_of, price_of
from leadloop.planned import Shown
from leadloop.whole_files import whole
from reports.standing import ago
from store import connections, leads, outbox, runs, unions
from sync import planfile
from sync.apply import accounts_of
from sync.cycle import Tally, pull_one
from sync.firstday import step_in_force
from sync.planfile import PlanFile
from sync.preview import Preview, preview

RUNS = 50
"""So many runs may have begun since the last one ended."""
K = TypeVar("K")

REFUSED = frozenset({OutboxStatus.PARKED, OutboxStatus.UNSURE})


def run(
    folder: Path,
    *,
    environment: str | None,
    pull_first: bool,
    lead: str | None,
    since: datetime | None = None,
    out: Path | None,
    as_json: bool,
    detailed: bool,
) -> int:
    with closing(open_app(folder, environment=environment)) as app:
        pulled = _pull(app) if pull_first else exits.OK
        only = _find(app, lead) if lead is not None else None
        if lead is not None and only is None:
            screen.say(unknown(lead))
            return exits.BAD_DATA
        made = make_plan(app, only=only, since=since)
        path = out or folder / f"{made.header.id}.jsonl"
        with whole(path) as file:
            planfile.write(made, file)
        _report(replace(shown(app, made, path), since=since), folder, as_json=as_json)
    if pulled != exits.OK:
        return pulled
    return _code(made) if detailed else exits.OK


def _pull(app: App) -> int:
    """A normal, committed pull; returns its exit code."""
    with leading(app) as loop:
        tally, now = Tally(), app.clock.refresh()
        retry_suspended(loop, now=now)
        for name in loop.connections:
            pull_one(loop, name, tally, now=now)
        still = any(suspended(loop))
    for failure in tally.failures:
        screen.say(f"✗ {failure}")
    return code_of_run(tally.counts(), suspended=still, failed=bool(tally.failures))


def _find(app: App, lead: str) -> LeadId | None:
    with app.store.read() as tx:
        return find_lead(tx, lead)


def make_plan(app: App, *, only: LeadId | None = None, since: datetime | None = None) -> PlanFile:
    """Preview the next run from the store as it is, and give the findings an identity.

    `only` this lead, and only leads of which a system showed something new `since` then.
    """
    with app.store.read() as tx:
        rules = app.in_force(tx)
        found = preview(tx, app.settings, rules, now=app.clock.refresh())
        if only is not None:
            found = _only(found, frozenset({only}))
        if since is not None:
            found = _only(found, leads.with_news(tx, since))
        return planfile.make(
            found,
            rule_hash=rules.hash,
            go_live=step_in_force(tx, app.settings.go_live),
            accounts=accounts_of(tx),
            counts=counts_of(found),
        )


def _only(found: Preview, some: frozenset[LeadId]) -> Preview:
    """The part of some leads. The turns of the pools stay with the whole: the state after it is not theirs alone."""
    theirs = tuple(each for each in found.leads if each.lead_id in some)
    blocked = BlockedTally()
    for each in theirs:
        blocked.add((*each.misfits, *(each.conclusion.unread if each.conclusion is not None else ())))
    return replace(
        found,
        leads=theirs,
        held={name: tuple(lead for lead in ids if lead in some) for name, ids in found.held.items() if some & {*ids}},
        blocked=blocked.blocked(),
        waiting=_within(found.waiting, some),
        conflicts=_within(found.conflicts, some),
        unjudged=_within(found.unjudged, some),
        radius=(),
    )


def _within(found: Mapping[K, frozenset[LeadId]], some: frozenset[LeadId]) -> dict[K, frozenset[LeadId]]:
    return {name: theirs for name, ids in found.items() if (theirs := ids & some)}


def shown(app: App, made: PlanFile, path: Path) -> Shown:
    """The plan with what only the store knows: names, age of the data, writes that stand refused."""
    with app.store.read() as tx:
        read = [at for name in app.settings.connections for at in connections.read_at(tx, name).values()]
        refused = sum(count for (_, status), count in outbox.counts(tx).items() if status in REFUSED)
        people = names_of(tx, [each.lead_id for each in made.leads])
        mapping = app.in_force(tx).mapping
        last = next((run.started_at for run in runs.last(tx, RUNS) if run.ended_at is not None), None)
        joined = unions.made_since(tx, last) if last is not None else []
    return Shown(
        plan=made,
        file=str(path),
        calls=calls_of(made.leads, {name: price_of(connector) for name, connector in app.connectors.items()}),
        refused=refused,
        pulled=_age(read, made.header.as_of),
        people=people,
        environment=app.settings.environment,
        newcomers=newcomers_of(made.leads, mapping),
        types=app.types,
        joined=joined,
    )


def _age(read: Iterable[datetime], now: datetime) -> str:
    newest = max(read, default=None)
    return "never: use --pull" if newest is None else f"{ago(now - newest)} ago"


def _code(made: PlanFile) -> int:
    if made.header.counts.get("held"):
        return exits.HELD
    return exits.CHANGES_PENDING if any(each.changes for each in made.leads) else exits.OK


def _report(found: Shown, folder: Path, *, as_json: bool) -> None:
    if as_json:
        screen.long_document(planned.as_data(found), "changes", planned.changes_of(found.plan))
        return
    planned.show(found)
    if found.plan.header.go_live is GoLive.OBSERVE:
        screen.say(
            "go_live is `observe`: this is only to look at. `leadloop golive` says what the next step still needs."
        )
    else:
        screen.say(f"Next: leadloop apply {found.file}{there(folder)}")
