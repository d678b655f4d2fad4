"""`leadloop explain LEAD`: why this number, this stage and this owner, line by line."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from domain.handoff import Assignment, Handoff
from domain.rule_problem import RuleFile, RuleProblem
from domain.run import RuleVersion
from domain.score import POINT, Dimension
from domain.stage import Stage, Transition
from domain.values import LeadId
from leadloop import exits, screen
from leadloop.account_told import account_as_data, account_lines
from leadloop.app import App, open_app
from leadloop.changed_since import change_lines, changes_as_data
from leadloop.clock_told import clock_of_lead, show_clock
from leadloop.finding import find_lead, unknown
from leadloop.noted import note_as_data, stays_until
from leadloop.options import asked_about
from leadloop.routing_told import routing_as_data, show_routing
from leadloop.scorecard_told import scorecard_as_data, show_scorecard
from leadloop.unjudging import problem_as_data
from scoring.explain import Explanation, explain
from scoring.ledger import standing
from scoring.why import why
from store import handoffs, leads, ledger, notes, rule_problems
from store import rules as rule_store
from store.engine import Tx
from sync.loop import compile_version

Dated = TypeVar("Dated", Transition, Assignment)


def run(
    folder: Path,
    lead: str,
    *,
    environment: str | None,
    at: datetime | None,
    as_json: bool,
    since: datetime | None = None,
) -> int:
    """A past moment is recomputed from the ledger as it was known then, with the rules of then."""
    with closing(open_app(folder, environment=environment)) as app:
        moment = asked_about(at, app.clock.refresh())
        if since is not None and since >= moment:
            screen.say(f"leadloop: --since {_minute(since)} is not in the past: it is {_minute(moment)}.")
            return exits.USAGE
        with app.store.read() as tx:
            found = find_lead(tx, lead)
            payload = explained(app, tx, found, at=moment, is_now=at is None) if found is not None else None
            if found is not None and payload is not None and since is not None:
                payload["changes"] = changed(app, tx, found, since=since, at=moment)
    if payload is None:
        screen.say(unknown(lead))
        return exits.BAD_DATA
    if as_json:
        screen.document(payload)
    else:
        show(payload)
    return exits.OK


def explained(app: App, tx: Tx, lead: LeadId, *, at: datetime, is_now: bool) -> dict[str, Any]:
    """Everything about one lead's standing at a moment as plain data; the lines add up to the totals.

    What is known of the present alone, as the account, is left out of the past.
    """
    rules = compile_version(rules_at(tx, at), types=app.types, time_zone=app.settings.time_zone)
    facts = ledger.facts_of(tx, [lead]).get(lead, [])
    activities = ledger.activities_of(tx, [lead], known_at=at).get(lead, [])
    found = explain(rules.scorer, facts, activities, as_of=at, known_at=at)
    values = {name: fact.value for name, fact in standing(facts, as_of=at, known_at=at).items()}
    known = [each for each in activities if each.seen_at is None or each.seen_at <= at]
    moves = _until(handoffs.transitions_of(tx, [lead]).get(lead, []), at)
    passes = [each for each in handoffs.all_of(tx, [lead]).get(lead, []) if each.opened_at <= at]
    assigned = _until(handoffs.assignments_of(tx, [lead]).get(lead, []), at)
    return {
        "lead": lead,
        "key": leads.get(tx, [lead])[lead].key,
        "as_of": at.astimezone(UTC),
        "rule_hash": rules.hash,
        "stage": moves[-1].after if moves else Stage.KNOWN,
        "stage_since": moves[-1].at if moves else None,
        "stays_until": stays_until(tx, lead, rules, now=at) if is_now else None,
        **_score(found),
        "why": why(found.score, values, known, rules.rules.scoring, now=at, time_zone=rules.time_zone),
        "transitions": [_transition(each) for each in moves],
        "handoffs": [_handoff(each) for each in passes],
        "assignments": [_assignment(each) for each in assigned],
        "routing": routing_as_data(tx, lead, rules, assigned, now=at if is_now else None),
        "clocks": clock_of_lead(tx, lead, rules, passes, now=at) if is_now else None,
        "scorecard": scorecard_as_data(tx, passes[-1], rules.scorer, facts) if is_now and passes else None,
        "labels": {each.property: each.label or each.property for each in rules.rules.scoring.scores},
        "account": account_as_data(tx, lead, rules, activities, now=at) if is_now else None,
        "unjudged": [problem_as_data(each) for each in _untold(tx, lead, found, at=at)],
        "notes": [note_as_data(each) for each in notes.of_lead(tx, lead, at=at)],
    }


def _untold(tx: Tx, lead: LeadId, found: Explanation, *, at: datetime) -> Iterator[RuleProblem]:
    """Rules that could not be told: those of the score are asked again, of the others it is kept what they said."""
    yield from found.score.problems
    yield from (each for each in rule_problems.of_lead(tx, lead, at=at) if each.file is not RuleFile.SCORING)


def changed(app: App, tx: Tx, lead: LeadId, *, since: datetime, at: datetime) -> dict[str, Any]:
    """What moved the score between two moments."""
    then, now = (
        compile_version(rules_at(tx, moment), types=app.types, time_zone=app.settings.time_zone).scorer
        for moment in (since, at)
    )
    return changes_as_data(tx, lead, then=(then, since), now=(now, at), versions=rule_store.history(tx))


def rules_at(tx: Tx, at: datetime) -> RuleVersion:
    """The rules in force at a moment; before the first publication, the first."""
    history = rule_store.history(tx)
    if not history:
        raise LookupError("open_app publishes the first rules")
    return next((version for version in history if version.published_at <= at), history[-1])


def _until(rows: Sequence[Dated], at: datetime) -> list[Dated]:
    return [each for each in rows if each.at <= at]


def _score(found: Explanation) -> dict[str, Any]:
    score = found.score
    lines = [
        {
            "dimension": row.dimension,
            "score": row.of or row.dimension,
            "group": row.group,
            "rule": row.rule,
            "events": row.events,
            "counted": row.counted,
            "raw": row.raw / POINT,
            "after_decay": row.decayed / POINT,
            "points": row.after_cap / POINT,
        }
        for row in found.rows
    ]
    fit = sum(row.after_cap for row in found.rows if row.dimension is Dimension.FIT)
    totals = {"engagement": score.engagement / POINT, "sales": score.sales / POINT, "fit": fit / POINT}
    totals |= {name: points / POINT for name, points in score.named.items()}
    missing = [
        {"rule": miss.rule, "points": miss.points / POINT, "missing": miss.missing} for miss in found.near_misses
    ]
    return {
        "score": score.shown,
        "engagement": score.engagement / POINT,
        "grade": score.grade,
        "band": score.band,
        "fit_percent": score.fit_percent,
        "excluded": score.excluded,
        "totals": totals,
        "lines": lines,
        "near_misses": missing,
        "scans": [
            {"at": scan.at, "words": scan.words, "keys": [":".join(key) for key in scan.keys]} for scan in found.scans
        ],
    }


def _transition(move: Transition) -> dict[str, Any]:
    return {"at": move.at, "before": move.before, "after": move.after, "cause": move.cause, "why": move.why}


def _assignment(each: Assignment) -> dict[str, Any]:
    return {
        "at": each.at,
        "handoff": each.handoff,
        "owner": each.owner,
        "rule": each.rule,
        "why": each.why,
        "trace": each.trace,
    }


def _handoff(each: Handoff) -> dict[str, Any]:
    names = ("number", "kind", "opened_at", "why", "owner", "queue", "queue_cause", "verdict", "outcome", "closed_at")
    return {name: getattr(each, name) for name in (*names, "after")}


def show(payload: dict[str, Any]) -> None:
    """The waterfall, and below it how the lead got where it is."""
    since = f" since {_minute(payload['stage_since'])}" if payload["stage_since"] else ""
    until = f", until {_minute(payload['stays_until'])} at the latest" if payload["stays_until"] else ""
    screen.show(f"Lead {payload['lead']} · {payload['key']} · {payload['stage']}{since}{until}")
    screen.show(f"As of {_minute(payload['as_of'])} · rules {payload['rule_hash'][:8]}")
    screen.show(f"{payload['band']} · {payload['score']} · {payload['why']}\n")
    if payload["account"] is not None:
        screen.show("\n".join(account_lines(payload["account"])) + "\n")
    if payload.get("changes") is not None:
        screen.show("\n".join(change_lines(payload["changes"], _minute(payload["changes"]["since"]))) + "\n")
    titles = ("group", "rule", "events", "raw", "after_decay", "points")
    rows = [[line[name] for name in titles] for line in payload["lines"]]
    called = payload["labels"]
    totals = [["", f"{called.get(name, name)} together", "", "", "", told] for name, told in payload["totals"].items()]
    for scan in payload["scans"]:
        screen.show(f"{_minute(scan['at'])}: {scan['words']}.")
    screen.table("Why this score", ("group", "rule", "events", "raw", "after decay", "points"), [*rows, *totals])
    if payload["clocks"] is not None:
        show_clock(payload["clocks"])
    if payload["scorecard"] is not None:
        show_scorecard(payload["scorecard"])
    for title, key, names in (
        ("\nHow it got here", "transitions", ("at", "before", "after", "cause", "why")),
        ("\nWhy this owner", "assignments", ("at", "handoff", "owner", "rule", "why")),
        ("\nChanged by people, and not followed", "notes", ("at", "what")),
        ("\nWould count if", "near_misses", ("rule", "points", "missing")),
        ("\nCould not be judged, so not met", "unjudged", ("file", "rule", "why")),
    ):
        if payload[key]:
            screen.table(title, names, [[_cell(row[name]) for name in names] for row in payload[key]])
        if key == "assignments" and payload["routing"] is not None:
            show_routing(payload["routing"])


def _cell(value: object) -> object:
    return _minute(value) if isinstance(value, datetime) else value


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
