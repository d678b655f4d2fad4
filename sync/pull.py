"""Read what changed in one system and keep it: a page, its leads and its cursor in one transaction."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import structlog

from config.settings import Schedule
from connectors.contract import Pace, Reader
from domain.errors import ContractError
from domain.record import Cursor, Page
from store import connections, deal_reads, mailings, sweeps
from store import heard as heard_store
from store.engine import Tx
from sync.firstday import note_whole, went_live_at
from sync.hearing import telling
from sync.hints import follow
from sync.intake import Intake, Pulled, intake_of, keep
from sync.loop import Loop, StopAskedError
from sync.reading import Reading
from sync.second_look import look_twice
from sync.widen import ask_for_gained

log = structlog.get_logger(__name__)

NIGHT = timedelta(hours=20)
"""A nightly listing is due again after this: less than a day, so that it does not wander through the hours."""


def due_streams(
    reader: Reader, read_at: Mapping[str, datetime], waits: Mapping[Pace, timedelta], *, now: datetime
) -> list[str]:
    """The streams whose pace is up; one that was never read is always due, and one that was read in the future: the
    clock was set back since, and nobody waits until it has caught up."""
    return [
        name
        for name, stream in reader.streams.items()
        if name not in read_at or not timedelta() <= now - read_at[name] < waits.get(stream.pace, timedelta())
    ]


def waits_of(schedule: Schedule, *, hot: timedelta) -> dict[Pace, timedelta]:
    """How long each pace rests between two reads. `hot` is zero where the caller is the cycle itself."""
    return {Pace.HOT: hot, Pace.SLOW: timedelta(minutes=schedule.slow_minutes), Pace.NIGHTLY: NIGHT}


def pull(loop: Loop, name: str, *, now: datetime, hot: timedelta = timedelta()) -> Pulled:
    """Bring one connection up to date. What fails in the middle has saved every page before it.

    Where only streams answered what we cannot understand or believe, everything else is read to its end
    and one ContractError says so afterwards.
    """
    reader = loop.connections[name]
    if not isinstance(reader, Reader):
        return Pulled()
    ask_for_gained(loop, name, now=now)
    with loop.store.read() as tx:
        read_at = connections.read_at(tx, name)
        spoken_of = sweeps.approved_at(tx, name, now=now)
        rested = {stream: at for stream, at in read_at.items() if stream not in spoken_of}
        streams = due_streams(reader, rested, waits_of(loop.settings.schedule, hot=hot), now=now)
        reading = Reading(reader=reader, cursors=connections.cursors(tx, name))
        intake = intake_of(tx, loop, reader, streams, connection=name, now=now)
    _take_in(loop, reading, intake, streams)
    if intake.came_back:
        follow(loop, name, now=now)
    troubles = [*(f"{stream}: {error}" for stream, error in reading.stopped.items()), *intake.doubts]
    if troubles:
        raise ContractError("; ".join(troubles)) from next(iter(reading.stopped.values()), None)
    return intake.pulled


def _take_in(loop: Loop, reading: Reading, intake: Intake, streams: Collection[str]) -> None:
    idle: dict[str, Cursor] = {}
    begun: set[str] = set()
    cut: set[str] = set()
    try:
        for page in reading.pages(streams):
            begun.add(page.stream)
            loop.reached("pull.page_received")
            intake.tells_mail |= page.reached is not None
            if not (page.records or page.activities or page.rejected or page.reached):
                idle[page.stream] = page.cursor
                loop.reached("pull.page_idle")
                continue
            idle.pop(page.stream, None)
            look_twice(loop, intake.connection, page.records, intake.rules.fields, now=intake.now)
            with loop.store.write(loop.epoch) as tx:
                _keep(tx, page, intake)
                loop.reached("pull.before_commit")
            loop.reached("pull.page_committed")
    except StopAskedError:
        cut = begun - reading.whole
        raise
    finally:
        _keep_ends(loop, intake, reading.reader, idle, whole=reading.whole, cut=cut)


def _keep_ends(
    loop: Loop,
    intake: Intake,
    reader: Reader,
    idle: Mapping[str, Cursor],
    *,
    whole: Collection[str],
    cut: Collection[str],
) -> None:
    """Cursors that moved without bringing a row may be saved late, and together; with what was read to its end.

    What was cut short for somebody else's sake does not count as read: it is gone on with at the next look.
    """
    streams = telling(reader)
    heard = streams.intersection(whole)
    with loop.store.read() as tx:
        awaited = whole if went_live_at(tx) is None else ()
        deals = _deals_of(intake) in whole and deal_reads.is_news(tx, intake.connection, now=intake.now)
    if idle or awaited or cut or heard or deals:
        with loop.store.write(loop.epoch) as tx:
            heard_store.note(tx, intake.connection, streams, heard, now=intake.now)
            connections.save_cursors(tx, intake.connection, idle, read_at=intake.now)
            if intake.tells_mail:
                mailings.begin(tx, intake.connection, now=intake.now)
            if awaited:
                note_whole(tx, intake.connection, awaited)
            if deals:
                deal_reads.note(tx, intake.connection, now=intake.now)
            if cut:
                connections.let_be_due(tx, intake.connection, cut)


def _deals_of(intake: Intake) -> str | None:
    """The stream of the deals that reports count."""
    system = intake.rules.mapping.systems.get(intake.connection)
    return None if system is None or system.deals is None else system.deals.object


def _keep(tx: Tx, page: Page, intake: Intake) -> None:
    news = keep(tx, intake, page.stream, shown=page.records, activities=page.activities)
    if page.reached:
        mailings.note(tx, intake.connection, page.reached)
    connections.save_cursor(tx, intake.connection, page.stream, page.cursor, read_at=intake.now)
    for reason in page.rejected:
        log.warning("row_rejected", connection=intake.connection, stream=page.stream, reason=reason)
    intake.pulled.rejected += len(page.rejected)
    late = sum(ref.id in page.late for ref in news)
    if late:
        log.warning("rows_came_late", connection=intake.connection, stream=page.stream, records=late)
        intake.pulled.late += late
