"""One lead's clocks for `explain`: what is due, which steps were taken, and whether they act for its rep."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.handoff import Handoff
from domain.values import LeadId
from handoff.earshot import footing
from leadloop import screen
from store import clock_steps
from store.engine import Tx
from sync.hearing import earshot
from sync.loop import InForce


def clock_of_lead(
    tx: Tx, lead: LeadId, rules: InForce, passes: Sequence[Handoff], *, now: datetime
) -> dict[str, Any] | None:
    """None for a lead without any clock, running or past."""
    steps = clock_steps.of_leads(tx, [lead]).get(lead, [])
    running = passes[-1] if passes and passes[-1].is_open and passes[-1].owner is not None else None
    if running is None and not steps:
        return None
    heard = earshot(tx, rules.mapping)
    stands = footing(rules.book, heard.coverage, rules.book.team_of(running.owner).name) if running else None
    due = running.touch_due_at if running else None
    waits = [name for name, until in sorted(heard.until.items()) if due is not None and until < due <= now]
    return {
        "touch_due_at": due,
        "outcome_due_at": running.outcome_due_at if running else None,
        "mode": stands.force if stands else None,
        "why": stands.why if stands else None,
        "waits_for": waits,
        "steps": [
            {
                "handoff": each.handoff,
                "step": each.step,
                "owner": each.owner,
                "due_at": each.due_at,
                "at": each.at,
                "enforced": each.enforced,
            }
            for each in steps
        ],
    }


def show_clock(told: dict[str, Any]) -> None:
    if told["mode"] is not None:
        due = f"touch due {_minute(told['touch_due_at'])}; " if told["touch_due_at"] else ""
        screen.show(f"\nClock: {due}touch clock {told['mode'].replace('_', ' ')}: {told['why']}")
    if told["waits_for"]:
        screen.show(f"Clock waits for {', '.join(told['waits_for'])}: not read since it was due")
    if told["steps"]:
        rows = [
            (
                _minute(each["at"]),
                each["handoff"],
                each["step"],
                each["owner"],
                "acted" if each["enforced"] else "counted",
            )
            for each in told["steps"]
        ]
        screen.table("\nWhat its clocks did", ("at", "handoff", "step", "owner", "how"), rows)


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
