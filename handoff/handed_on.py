"""What the pass before noted, in the words of the task that follows on it: who had it, what came of it, and when."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.handoff import Handoff
from handoff.draft import Draft
from handoff.notices import name_of


def noted_before(draft: Draft, handoff: Handoff) -> str:
    """A paragraph for a handoff that follows on another one; empty for all others."""
    passes = (*draft.view.past, *draft.closed)
    before = next((each for each in passes if handoff.after is not None and each.number == handoff.after), None)
    if before is None:
        return ""
    return "\n".join(_lines(draft, before, draft.book.calendar_of(handoff.owner).zone))


def _lines(draft: Draft, before: Handoff, zone: ZoneInfo) -> Iterator[str]:
    who, lifecycle = name_of(draft, before.owner), draft.book.lifecycle
    if before.outcome is not None:
        yield f"{who} handed it on: {draft.book.road(before.outcome).label}{_on(before.closed_at, zone)}"
    elif before.verdict is not None:
        said = lifecycle.verdicts.get(before.verdict, before.verdict.value)
        yield f"{who} gave it back: {said}{_on(before.closed_at, zone)}"
    moments = (("given", before.assigned_at), ("first touched", before.touched_at), ("accepted", before.accepted_at))
    dates = [f"{what} {at.astimezone(zone):%d %b %H:%M}" for what, at in moments if at is not None]
    if dates:
        yield f"- {', '.join(dates)}"
    labels = {each.name: each.title for each in draft.book.scoring.scorecard.factors}
    for name, answer in before.scorecard:
        if answer is not None:
            yield f"- {labels.get(name, name)}: {answer}"


def _on(at: datetime | None, zone: ZoneInfo) -> str:
    return f", on {at.astimezone(zone):%a %d %b %Y}" if at is not None else ""
