"""A held set as its approver has to see it: what would happen to whom, since when they wait, what came since.

Names and values stand on the operator's screen only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.radius import WriteClass
from domain.values import LeadId, Value
from leadloop.app import App
from leadloop.finding import names_of
from store import held, heldwrites, records
from store import rules as rule_store
from store.engine import Tx
from store.held import HeldSet
from store.heldwrites import KeptWrite
from sync.foreseen import Foreseen, foreseen

DECISION = ("lead", "name", "score", "owner", "would", "since", "news")
WRITE = ("lead", "name", "system", "object", "id", "field", "now", "will_be", "was", "since", "why")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """`rows` have the keys of DECISION, or of WRITE where single fields wait."""

    found: HeldSet
    rules: str
    """The version of the rules that were in force when it was opened."""
    rows: tuple[dict[str, Any], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return WRITE if self.found.writes else DECISION

    def as_data(self) -> dict[str, Any]:
        return {**summary(self.found), "rules": self.rules, "rows": list(self.rows)}


def summary(found: HeldSet) -> dict[str, Any]:
    """A set without those who are in it."""
    return {
        "number": found.number,
        "name": found.name,
        "class": kind_of(found),
        "cause": found.cause,
        "leads": found.leads,
        "writes": found.writes,
        "status": found.status,
        "opened_at": found.opened_at,
        "answered_by": found.answered_by,
        "answered_at": found.answered_at,
        "valid_until": found.valid_until,
        "limit": found.about.get("limit"),
    }


def kind_of(found: HeldSet) -> str:
    """The class of the blast radius, or what else keeps it back: `publish`, `baseline`, a step of go-live."""
    return found.name.partition("-")[0]


def pick(tx: Tx, name: str) -> HeldSet | None:
    """A waiting set by its name, an open one before one that goes through already; `NAME#NUMBER` is that very one."""
    plain, _, number = name.partition("#")
    named = [each for each in held.sets(tx) if each.name == plain and number in {"", str(each.number)}]
    return min(named, key=lambda each: (each.status != "open", -each.number), default=None)


def look(app: App, tx: Tx, found: HeldSet, *, limit: int, now: datetime) -> Waiting:
    """With the first so many rows."""
    if found.writes:
        rows = _writes(tx, heldwrites.of_set(tx, found.number, limit=limit))
    else:
        rows = _decisions(app, tx, found, held.in_set(tx, found.number)[:limit], now=now)
    before = (each for each in rule_store.history(tx) if each.published_at <= found.opened_at)
    version = max(before, key=lambda each: each.number, default=None)
    words = f"version {version.number} ({version.hash[:8]})" if version is not None else "unknown"
    return Waiting(found=found, rules=words, rows=tuple(rows))


def _writes(tx: Tx, kept: Sequence[KeptWrite]) -> list[dict[str, Any]]:
    names = names_of(tx, {each.write.lead_id for each in kept})
    shown = records.get(tx, [each.write.place.ref for each in kept])
    rows = []
    for each in kept:
        write, ref = each.write, each.write.place.ref
        record = shown.get(ref)
        now = record.values.get(write.place.field) if record is not None else None
        is_field = record is not None and write.place.field in record.values
        rows.append(
            {
                "lead": write.lead_id,
                "name": names.get(write.lead_id, f"lead {write.lead_id}"),
                "system": ref.connection,
                "object": ref.object,
                "id": ref.id,
                "field": write.place.field,
                "now": now if is_field else write.before,
                "will_be": write.value,
                "was": write.before,
                "since": each.held_at,
                "why": write.cause,
            }
        )
    return rows


def _decisions(
    app: App, tx: Tx, found: HeldSet, entries: Sequence[tuple[LeadId, datetime | None]], *, now: datetime
) -> list[dict[str, Any]]:
    ids = [lead for lead, _ in entries]
    names = names_of(tx, ids)
    taking_away = kind_of(found) == WriteClass.DESTRUCTIVE
    would = foreseen(tx, app.in_force(tx), ids, taking_away=taking_away, now=now)
    return [
        {
            "lead": lead,
            "name": names.get(lead, f"lead {lead}"),
            "score": would[lead].conclusion.score.shown if lead in would else None,
            "owner": would[lead].material.lead.owner if lead in would else None,
            "would": _words(would[lead]) if lead in would else "cannot be told: no lead any more, or the rules fail",
            "since": since or found.opened_at,
            "news": would[lead].news(since or found.opened_at) if lead in would else 0,
        }
        for lead, since in entries
    ]


def _words(each: Foreseen) -> str:
    """`engaged → mql → assigned, to rep@acme.example by EMEA mid-market: above the line`."""
    decision = each.conclusion.decision
    moves = decision.transitions
    if not moves and decision.assignment is None:
        return "nothing any more"
    steps = [moves[0].before.value, *(move.after.value for move in moves)] if moves else []
    to = f"to {decision.assignment.owner} by {decision.assignment.rule}" if decision.assignment is not None else ""
    told = ", ".join(filter(None, (" → ".join(steps), to)))
    return f"{told}: {moves[-1].why}" if moves else told


def cell(value: Value | datetime) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return "—" if value is None or value == "" else " ".join(str(value).split())
