"""A month is closed: each deal that was opened or won in it is kept as it is known then, with everything it counts for.

The daemon closes months that ended since deals are read here, a while after their end; a person closes any that is
over. What is kept is not rewritten: a person may reopen a month, which says so from then on.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import structlog

from domain.counted_deal import ClosedMonth, CountedDeal
from domain.errors import SettingsError, UsageError
from leadloop.costing import costs_for, costs_in
from leadloop.deal_source import DealSource, deal_source
from leadloop.report_desk import Desk
from mapping.costs import Fault
from reports.pages.closed_months import months_between, window_of_month
from store import closed_months, deal_reads
from store.engine import Store, Tx
from sync.firstday import is_deaf, went_live_at
from sync.loop import nothing_reached

log = structlog.get_logger(__name__)


def first_day(month: str) -> date:
    """Of a month as it is typed, `2026-10`."""
    words = f"{month!r} is no month such as 2026-10."
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError as error:
        raise UsageError(words) from error
    if not 1900 <= first.year <= 9000:
        raise UsageError(words)
    return first


def close(
    desk: Desk,
    month: str,
    *,
    by: str,
    epoch: int | None = None,
    reached: Callable[[str], None] = nothing_reached,
) -> int | None:
    """Close a month that is over; how many deals it has, None where somebody else was quicker. SettingsError where the
    file of costs has a mistake by now: somebody saves it while the deals are read."""
    source = deal_source(desk.app.store, desk.rules, desk.scope)
    window = window_of_month(first_day(month), desk.scope.window.zone)
    kept = list(_deals_in(desk, source, month))
    known = costs_for(desk.app.installation, source, desk.scope.channels)
    if (broken := _first_of(desk, known.faults)) is not None:
        raise SettingsError(_lost(broken, month))
    closed = ClosedMonth(
        month=month,
        since=window.since,
        until=window.until,
        currency=source.currency,
        costs=known.costs,
        rules=desk.scope.channels.hash,
        closed_at=None,
        closed_by=None,
    )

    def work(tx: Tx) -> bool:
        is_done = closed_months.close(tx, closed, kept, now=desk.scope.now, by=by)
        reached("books.before_commit")
        return is_done

    is_done = desk.app.store.transact(work, epoch)
    if is_done:
        log.info("month_closed", month=month, deals=len(kept))
    return len(kept) if is_done else None


def _deals_in(desk: Desk, source: DealSource, month: str) -> Iterator[CountedDeal]:
    """What falls in a month and is kept with no other."""
    scope = replace(desk.scope, channel=None, team=None)
    with desk.app.store.read() as tx:
        elsewhere = closed_months.keys(tx, source.connection) if source.connection is not None else {}
    for story in source.stories(scope):
        for each in source.counted(story):
            if each.month_in(scope.window.zone) == month and each.key not in elsewhere:
                yield each


def hindrance(desk: Desk, month: str) -> str | None:
    """Why a person cannot close this month now, in words; None where they can."""
    window = window_of_month(first_day(month), desk.scope.window.zone)
    if window.until > desk.scope.now:
        return f"{month} is not over yet."
    connection = deal_source(desk.app.store, desk.rules, desk.scope).connection
    if connection is None:
        return "No system tells of deals: map `deals` of a system in mapping.yaml."
    with desk.app.store.read() as tx:
        known = {each.month: each for each in closed_months.months(tx)}.get(month)
        read = deal_reads.until(tx, connection)
    broken = unreadable_costs(desk)
    if broken is not None:
        return _lost(broken, month)
    if known is not None and known.closed_at is not None:
        return f"{month} was closed on {known.closed_at:%Y-%m-%d} by {known.closed_by}: `leadloop months reopen` it."
    if read is None or read < window.until:
        return (
            f"The deals of {connection} were not read to their end since {month} was over: `leadloop run` reads them."
        )
    return None


def unreadable_costs(desk: Desk) -> str | None:
    """Where the file of costs has its first mistake, in words: closed now, a month would be without it for good."""
    return _first_of(desk, costs_in(desk.app.installation).faults)


def _first_of(desk: Desk, faults: Sequence[Fault]) -> str | None:
    fault = next(iter(faults), None)
    return None if fault is None else f"{desk.app.installation.reports.costs} line {fault.line}: {fault.words}"


def _lost(broken: str, month: str) -> str:
    return f"{broken}. Its costs would be missing in {month} for good: mend the file first."


def due(desk: Desk) -> list[str]:
    """The months that are to be closed now without anybody's word, oldest first; none while the file of costs cannot
    be read, of which every page and `leadloop check` tell."""
    zone, now = desk.scope.window.zone, desk.scope.now
    source = deal_source(desk.app.store, desk.rules, desk.scope)
    span = _span(desk.app.store, source.connection)
    if span is None or unreadable_costs(desk) is not None:
        return []
    begins, read = span
    with desk.app.store.read() as tx:
        known = {each.month: each for each in closed_months.months(tx)}
    months = months_between(begins.astimezone(zone).date(), now.astimezone(zone).date())
    wait = timedelta(days=desk.scope.rules.attribution.closes_after_days)
    return [each for each in months if _is_due(each, known.get(each), desk, wait=wait, read=read)]


def _is_due(month: str, known: ClosedMonth | None, desk: Desk, *, wait: timedelta, read: datetime) -> bool:
    until = window_of_month(first_day(month), desk.scope.window.zone).until
    if read < until or (known is not None and known.is_closed):
        return False
    since = max(until, known.reopened_at) if known is not None and known.reopened_at is not None else until
    return since + wait <= desk.scope.now


def _span(store: Store, connection: str | None) -> tuple[datetime, datetime] | None:
    """Since when months are closed by themselves, and until when deals were read; None while none are to be closed.

    What ended before deals were read here, or before it was known who is who, was reported by nobody from here.
    """
    if connection is None:
        return None
    with store.read() as tx:
        live, since, until = went_live_at(tx), deal_reads.since(tx, connection), deal_reads.until(tx, connection)
        if live is None or since is None or until is None or is_deaf(tx):
            return None
    return max(live, since), until
