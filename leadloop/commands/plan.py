"""`leadloop plan`: every write of the next run, before it happens."""

from collections import Counter
from pathlib import Path

from domain.change import ChangeKind
from domain.values import LeadId
from leadloop import exits, screen
from leadloop.app import App, leading, open_app
from leadloop.finding import find_lead
from store.engine import Tx
from sync import planfile
from sync.apply import accounts_of
from sync.cycle import Tally, pull_one
from sync.loop import InForce, compile_version
from sync.planfile import PlanFile
from sync.preview import Preview, preview
from store import rules as rule_store


def run(
    folder: Path,
    *,
    environment: str | None,
    pull_first: bool,
    lead: str | None,
    out: Path | None,
    as_json: bool,
    detailed: bool,
) -> int:
    app = open_app(folder, environment=environment)
    try:
        if pull_first:
            _pull(app)
        made = make_plan(app, lead=lead)
        path = out or folder / f"{made.header.id}.jsonl"
        planfile.write(made, path)
        show(made, path, as_json=as_json)
        return _code(made) if detailed else exits.OK
    finally:
        app.close()


def _pull(app: App) -> None:
    with leading(app) as loop:
        tally, now = Tally(), app.clock.refresh()
        for name in loop.connections:
            pull_one(loop, name, tally, now=now)
        for failure in tally.failures:
            screen.say(f"✗ {failure}")


def make_plan(app: App, *, lead: str | None = None) -> PlanFile:
    """Preview the next run from the store as it is, and give the findings an identity."""
    with app.store.read() as tx:
        rules = _in_force(app, tx)
        found = preview(tx, app.settings, rules, now=app.clock.refresh())
        if lead is not None:
            found = _only(found, find_lead(tx, lead))
        return planfile.make(found, rule_hash=rules.hash, accounts=accounts_of(tx), counts=counts_of(found))


def _in_force(app: App, tx: Tx) -> InForce:
    version = rule_store.current(tx)
    if version is None:
        raise LookupError("open_app publishes the first rules")
    return compile_version(version, types=app.types, time_zone=app.settings.time_zone)


def _only(found: Preview, lead: LeadId) -> Preview:
    leads = tuple(each for each in found.leads if each.lead_id == lead)
    return Preview(as_of=found.as_of, leads=leads, held=found.held, routing=found.routing)


def counts_of(found: Preview) -> dict[str, int]:
    """The figures of a plan's last line."""
    counts: Counter[str] = Counter(creates=0, updates=0, assigns=0, recycles=0, members=0, held=0)
    calls: Counter[tuple[str, ChangeKind]] = Counter()
    for each in found.leads:
        for draft in each.changes:
            counts[_counted_as(draft.change.kind)] += 1
            calls[draft.connection, draft.change.kind] += 1
        if each.conclusion is not None:
            decision = each.conclusion.decision
            counts["assigns"] += decision.assignment is not None
            counts["recycles"] += any(move.after == "recycled" for move in decision.transitions)
    counts["held"] = sum(len(ids) for ids in found.held.values())
    counts["api_calls"] = sum(-(-count // 100) for count in calls.values())
    return dict(counts)


def _counted_as(kind: ChangeKind) -> str:
    return {ChangeKind.CREATE: "creates", ChangeKind.FIELDS: "updates", ChangeKind.MEMBER: "members"}[kind]


def _code(made: PlanFile) -> int:
    if made.header.counts.get("held"):
        return exits.HELD
    return exits.CHANGES_PENDING if any(each.changes for each in made.leads) else exits.OK


def show(made: PlanFile, path: Path, *, as_json: bool) -> None:
    rows = [
        {
            "lead": each.lead_id,
            "system": draft.connection,
            "object": draft.change.object,
            "id": draft.change.id,
            "field": name,
            "now": draft.before.get(name),
            "will_be": value,
            "rule": draft.rule_hash[:8],
            "why": draft.cause,
        }
        for each in made.leads
        for draft in each.changes
        for name, value in (draft.change.values or {draft.change.list or "": draft.change.member}).items()
    ]
    if as_json:
        screen.document({**made.header.counts, "id": made.header.id, "file": str(path), "changes": rows})
        return
    screen.table(
        f"As of {made.header.as_of:%Y-%m-%d %H:%M} UTC",
        ("lead", "system", "record", "field", "now", "will be", "why"),
        [
            (
                r["lead"],
                r["system"],
                f"{r['object']} {r['id'] or '(new)'}",
                r["field"],
                r["now"],
                r["will_be"],
                r["why"],
            )
            for r in rows
        ],
    )
    words = ", ".join(f"{count} {name}" for name, count in made.header.counts.items() if name != "api_calls")
    screen.out().print(f"\nPlan: {words} · about {made.header.counts['api_calls']} calls")
    screen.say(f"Next: leadloop apply {path}")
