"""`leadloop months`: which months are closed; close one; have one counted anew, which takes a person and a reason."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from domain.counted_deal import ClosedMonth
from domain.errors import UsageError
from domain.values import to_text
from leadloop import exits, screen
from leadloop.actor import actor
from leadloop.app import open_app
from leadloop.asking import is_agreed
from leadloop.closing import close, first_day, hindrance
from leadloop.report_desk import Ask, desk_of
from store import closed_months

COLUMNS = ("month", "closed", "by", "reopened", "by", "because")


def listing(folder: Path, *, environment: str | None, as_json: bool) -> int:
    with closing(open_app(folder, environment=environment)) as app, app.store.read() as tx:
        found = closed_months.months(tx)
    if as_json:
        screen.document({"months": [as_data(each) for each in found]})
    elif not found:
        screen.show("No month is closed yet: the daemon closes the first one that ends while deals are read here.")
    else:
        screen.table("Closed months", COLUMNS, _rows(found))
    return exits.OK


def close_one(folder: Path, month: str, *, environment: str | None) -> int:
    with closing(open_app(folder, environment=environment)) as app:
        desk = desk_of(app, Ask())
        if (words := hindrance(desk, month)) is not None:
            raise UsageError(words)
        count = close(desk, month, by=actor())
    if count is None:
        raise UsageError(f"{month} was closed by somebody else just now.")
    screen.say(f"{month} is closed: {count:,} deals opened or won in it are kept as they are known now.")
    return exits.OK


def reopen(folder: Path, month: str, *, reason: str, yes: bool, environment: str | None) -> int:
    """0 when it is open again, 2 when nobody said yes."""
    first_day(month)
    if not reason.strip():
        raise UsageError("--reason says why: every page of the month shows it.")
    with closing(open_app(folder, environment=environment)) as app:
        with app.store.read() as tx:
            known = next((each for each in closed_months.months(tx) if each.month == month), None)
        if known is None or not known.is_closed:
            raise UsageError(f"{month} is not closed.")
        screen.say(f"{month} was closed on {known.closed_at:%Y-%m-%d} by {known.closed_by}.")
        if not (yes or is_agreed("Have it counted anew? Figures that people know may change.")):
            return exits.CHANGES_PENDING
        now = app.clock.refresh()
        with app.store.write() as tx:
            closed_months.reopen(tx, month, now=now, by=actor(), reason=reason.strip())
    screen.say(f"{month} is open: its figures are those of today until it is closed again.")
    return exits.OK


def as_data(each: ClosedMonth) -> dict[str, Any]:
    return {
        "month": each.month,
        "closed_at": None if each.closed_at is None else to_text(each.closed_at),
        "closed_by": each.closed_by,
        "currency": each.currency,
        "reopened_at": None if each.reopened_at is None else to_text(each.reopened_at),
        "reopened_by": each.reopened_by,
        "because": each.reopened_because,
    }


def _rows(found: Sequence[ClosedMonth]) -> list[tuple[object, ...]]:
    return [
        (
            each.month,
            "open" if each.closed_at is None else f"{each.closed_at:%Y-%m-%d %H:%M}",
            each.closed_by or "",
            "" if each.reopened_at is None else f"{each.reopened_at:%Y-%m-%d %H:%M}",
            each.reopened_by or "",
            each.reopened_because or "",
        )
        for each in found
    ]
