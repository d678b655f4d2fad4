"""`leadloop explain LEAD`: why this number, this stage and this owner, line by line."""

from datetime import UTC, datetime
from pathlib import Path

from domain.errors import SettingsError
from domain.score import POINT
from domain.values import LeadId, from_text
from leadloop import exits, screen
from leadloop.app import App, open_app
from leadloop.finding import find_lead
from scoring.explain import Explanation, explain
from store import handoffs, leads, ledger, scores
from store import rules as rule_store
from store.engine import Tx
from sync.loop import compile_version


def run(folder: Path, lead: str, *, at: str | None, as_json: bool) -> int:
    """A past moment is recomputed from the ledger as it was known then."""
    app = open_app(folder)
    try:
        moment = _moment(at) if at else app.clock.refresh()
        with app.store.read() as tx:
            found = find_lead(tx, lead)
            payload = explained(app, tx, found, at=moment)
        if as_json:
            screen.document(payload)
        else:
            _show(payload)
        return exits.OK
    finally:
        app.close()


def _moment(text: str) -> datetime:
    try:
        return from_text(text)
    except ValueError as error:
        raise SettingsError(f"--at takes a time with its zone, such as 2026-11-22T10:00:00Z: {error}") from error


def explained(app: App, tx: Tx, lead: LeadId, *, at: datetime) -> dict[str, object]:
    """Everything about one lead's standing as plain data; the lines add up to the totals."""
    version = rule_store.current(tx)
    if version is None:
        raise LookupError("open_app publishes the first rules")
    rules = compile_version(version, types=app.types, time_zone=app.settings.time_zone)
    facts = ledger.facts_of(tx, [lead]).get(lead, [])
    activities = ledger.activities_of(tx, [lead]).get(lead, [])
    found = explain(rules.scorer, facts, activities, as_of=at, known_at=at)
    standing = leads.get(tx, [lead])[lead]
    passes = handoffs.all_of(tx, [lead]).get(lead, [])
    return {
        "lead": lead,
        "key": standing.key,
        "stage": standing.stage,
        "stage_since": standing.stage_since,
        "as_of": at.astimezone(UTC),
        "rule_hash": rules.hash,
        **_score(found),
        "why": scores.scores_of(tx, [lead])[lead][1] if lead in scores.scores_of(tx, [lead]) else None,
        "assignments": [
            {"handoff": a.handoff, "owner": a.owner, "at": a.at, "rule": a.rule, "why": a.why, "trace": a.trace}
            for a in handoffs.assignments_of(tx, [lead]).get(lead, [])
        ],
        "handoffs": [
            {
                "number": h.number,
                "kind": h.kind,
                "opened_at": h.opened_at,
                "why": h.why,
                "owner": h.owner,
                "queue": h.queue,
                "queue_cause": h.queue_cause,
                "verdict": h.verdict,
                "outcome": h.outcome,
                "closed_at": h.closed_at,
            }
            for h in passes
        ],
        "transitions": [
            {"at": t.at, "before": t.before, "after": t.after, "cause": t.cause, "why": t.why}
            for t in handoffs.transitions_of(tx, [lead]).get(lead, [])
        ],
    }


def _score(found: Explanation) -> dict[str, object]:
    score = found.score
    return {
        "score": score.shown,
        "engagement": score.engagement / POINT,
        "fit_percent": score.fit_percent,
        "band": score.band,
        "excluded": score.excluded,
        "lines": [
            {
                "dimension": row.dimension,
                "group": row.group,
                "rule": row.rule,
                "events": row.events,
                "raw": row.raw / POINT,
                "after_decay": row.decayed / POINT,
                "points": row.after_cap / POINT,
            }
            for row in found.rows
        ],
        "near_misses": [
            {"rule": miss.rule, "points": miss.points / POINT, "missing": miss.missing} for miss in found.near_misses
        ],
    }


def _show(payload: dict[str, object]) -> None:
    console = screen.out()
    console.print(f"Lead {payload['lead']}  {payload['key']}  {payload['stage']} since {payload['stage_since']}")
    console.print(f"{payload['band']} {payload['score']}   {payload['why'] or ''}\n")
    lines = payload["lines"]
    rows = lines if isinstance(lines, list) else []
    screen.table(
        "Why this score",
        ("group", "rule", "events", "raw", "after decay", "points"),
        [(r["group"], r["rule"], r["events"], r["raw"], r["after_decay"], r["points"]) for r in rows],
    )
    for title, key, names in (
        ("\nHow it got here", "transitions", ("at", "before", "after", "cause", "why")),
        ("\nWhy this owner", "assignments", ("handoff", "owner", "rule", "why")),
        ("\nNearly", "near_misses", ("rule", "points", "missing")),
    ):
        found = payload[key]
        if isinstance(found, list) and found:
            screen.table(title, names, [tuple(row[name] for name in names) for row in found])
