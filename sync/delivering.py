"""Reports go out by themselves: what is due is made, put out once for each addressee, and sent as every notice is.

Making a page lasts for seconds and only reads, so it is done in a thread of its own and in no transaction. Which due
times were served is kept in the same transaction as the messages: a daemon killed before it makes the page again, one
killed after it makes nothing, and what becomes of each message is the outbox's.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from config.deliver import Delivery
from config.notices import Channel
from domain.errors import FencedError, LeadloopError, StoreAwayError
from domain.values import to_text
from store import deliveries
from sync.due_times import Due, due_now
from sync.firstday import step_written
from sync.loop import Loop, StopAskedError
from sync.outgoing import put
from sync.report_telling import Made, late_words, messages_of

log = structlog.get_logger(__name__)

UNENDED = "leadloop stopped, or met a bug, while the page was made: its log has the place"

Make = Callable[[Delivery, datetime], Made]
"""Makes the page of a delivery as of its due time; raises LeadloopError when that cannot be done."""


def deliver_due(loop: Loop, make: Make, *, now: datetime) -> int:
    """Make and put out what is due; returns how many messages that makes."""
    return sum(_deliver(loop, each, due, make, now=now) for each, due in _due(loop, now=now))


def _due(loop: Loop, *, now: datetime) -> Sequence[tuple[Delivery, Due]]:
    """What is to be served now. Nothing while the installation only observes: then nothing leaves the house."""
    wanted, zone = loop.settings.deliver, ZoneInfo(loop.settings.time_zone)
    labels = {each.label for each in wanted}
    with loop.store.read() as tx:
        step, kept = step_written(tx, loop.settings.go_live), deliveries.all_of(tx)
    if labels != kept.keys() or any(each.since > now for each in kept.values()):
        with loop.store.write(loop.epoch) as tx:
            kept = deliveries.keep_only(tx, labels, now=now)
    if step is None:
        return ()
    found = ((each, due_now(each, kept[each.label], zone, now=now)) for each in wanted)
    return [(each, due) for each, due in found if due is not None]


def _deliver(loop: Loop, delivery: Delivery, due: Due, make: Make, *, now: datetime) -> int:
    """What keeps a page from being made is kept where `status` finds it; a bug goes on to the job's bulkhead."""
    with loop.store.write(loop.epoch) as tx:
        deliveries.begin(tx, delivery.label, due.at, UNENDED, now=now)
    loop.reached("deliver.begun")
    try:
        made = make(delivery, due.at)
    except (FencedError, StopAskedError, StoreAwayError):
        raise
    except LeadloopError as error:
        with loop.store.write(loop.epoch) as tx:
            deliveries.fail(tx, delivery.label, str(error))
        log.warning("report_not_made", report=delivery.name, due_at=to_text(due.at), reason=str(error))
        return 0
    count = _put_out(loop, delivery, due, made, now=now)
    loop.reached("deliver.committed")
    return count


def _put_out(loop: Loop, delivery: Delivery, due: Due, made: Made, *, now: datetime) -> int:
    late = late_words(due, ZoneInfo(loop.settings.time_zone))
    name = f"{delivery.label}\n{to_text(due.at)}"
    with loop.store.write(loop.epoch) as tx:
        if step_written(tx, loop.settings.go_live) is None:  # a person went back while it was made
            return 0
        drafts = list(messages_of(tx, loop, delivery.to, made, name=name, late=late, now=now))
        put(tx, drafts, now=now, run_id=None, random_bytes=loop.random_bytes)
        deliveries.serve(tx, delivery.label, due.at)
        loop.reached("deliver.before_commit")
    log.info("report_put_out", report=delivery.name, due_at=to_text(due.at), messages=len(drafts))
    return len(drafts)


def put_out_by_hand(loop: Loop, channel: Channel, made: Made, *, name: str, now: datetime, actor: str) -> int:
    """Put one out because somebody asked; returns how many messages that makes: none while we only observe."""
    with loop.store.write(loop.epoch) as tx:
        if step_written(tx, loop.settings.go_live) is None:
            return 0
        drafts = list(messages_of(tx, loop, [channel], made, name=name, now=now))
        put(tx, drafts, now=now, run_id=None, random_bytes=loop.random_bytes, actor=actor)
    return len(drafts)
