"""What the weekly review decided, as it stood when the week was over: new, carried on, overdue, done, dropped.

One part at the end of the page, in the order of the agenda: whoever reads has the figures before them when they ask
what became of a decision, each owner finds all of theirs in one place, and no meeting begins with who is late.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from domain.review import KEPT_FOR, AgendaPart, ReviewDecision, weeks_between
from reports.pages.page import Column, Figure, Missing, Row, Table
from reports.pages.window import Window

_COLUMNS = (
    Column(key="part", label="About", says="The part of the agenda that it belongs to."),
    Column(key="owner", label="Owner"),
    Column(key="due", label="Due", says="The last day for it."),
    Column(key="weeks", label="Weeks", says="How many weeks it was carried on, by this week or up to its end."),
    Column(key="stands", label="How it stood"),
)
_ORDER = list(AgendaPart)
_STATES = ("new", "open", "overdue", "done", "dropped")


def decided(found: Sequence[ReviewDecision], window: Window, *, now: datetime) -> Table:
    """`found`: what was known of in the window (`store.review.known_in`)."""
    ends = min(window.until, now)
    ranked = sorted(found, key=lambda each: _rank(each, ends))
    return Table(
        key="decisions",
        title="6. What we decided",
        heads="Decision",
        columns=_COLUMNS,
        rows=tuple(_row(each, window, ends) for each in ranked),
        counts="decisions",
        says=f"{_together(ranked, window, ends)}As it stood at the end of these days. As it stands now: "
        "`leadloop decisions list`.",
        empty="Nothing was open, done or dropped in these days. `leadloop decisions add` writes a decision down.",
        names=True,
    )


def _together(found: Sequence[ReviewDecision], window: Window, ends: datetime) -> str:
    """`3 open, 1 overdue, 2 done. `"""
    counted = Counter(_state(each, window, ends) for each in found)
    told = ", ".join(f"{counted[state]} {state}" for state in _STATES if counted[state])
    return f"{told}. " if told else ""


def _state(each: ReviewDecision, window: Window, ends: datetime) -> str:
    if (ended := each.ended_before(ends)) is not None:
        return ended.ending.value
    if each.days_over(ends.astimezone(window.zone).date()):
        return "overdue"
    return "new" if window.covers(each.added_at) else "open"


def too_old(window: Window, *, now: datetime) -> Iterator[Missing]:
    """Said of a window that began before the oldest ended decisions that are still kept."""
    if window.since < now - KEPT_FOR:
        yield Missing(
            what="What was decided and has ended more than two years ago is not kept: it is missing here.",
            mend="Keep the page of a week as a file, with --html.",
        )


def _rank(each: ReviewDecision, ends: datetime) -> tuple[int, bool, str, int]:
    """By the agenda; what is open before what is over, and what is due first before the rest."""
    draft = each.draft
    return _ORDER.index(draft.part), each.ended_before(ends) is not None, draft.due.isoformat(), each.number


def _row(each: ReviewDecision, window: Window, ends: datetime) -> Row:
    draft, ended = each.draft, each.ended_before(ends)
    until = ended.at if ended is not None else ends - timedelta(microseconds=1)
    first, last = (at.astimezone(window.zone).date() for at in (each.added_at, until))
    weeks = Figure(value=weeks_between(first, last))
    cells = (draft.part.value, draft.owner, f"{draft.due:%a %-d %b %Y}", weeks, standing(each, window, ends))
    return Row(key=str(each.number), label=f"#{each.number} {draft.text}", cells=cells)


def standing(each: ReviewDecision, window: Window, ends: datetime) -> str:
    """`new`, `open`, `overdue by 3 days`, `done: 12 calls a day`."""
    state, ended = _state(each, window, ends), each.ended_before(ends)
    if ended is not None:
        return f"{state}: {ended.outcome}" if ended.outcome else state
    over = each.days_over(ends.astimezone(window.zone).date())
    return f"{state} by {over} {'day' if over == 1 else 'days'}" if over else state
