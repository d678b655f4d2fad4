"""What was read before does not show a field that is mapped later, or one that was away: it is read once more.

Beside what is new, never in its place: a portion per look, resumed where the last one ended, so that hand-raisers and
reps wait for none of it. The fields that were last asked for are kept beside the cursors and change in one transaction
with what they lead to, so that a crash or a publication in between neither skips the second reading nor repeats it.
"""

from datetime import datetime
from itertools import islice

import orjson
import structlog

from connectors.contract import Reader
from domain.drift import SILENT
from domain.record import Page
from store import back_fills, connections, drifts, installation, leads
from store.back_fills import BackFill
from store.engine import Tx
from sync.intake import Intake, Pulled, intake_of, keep
from sync.loop import Loop

log = structlog.get_logger(__name__)

PAGES_AT_ONCE = 50
"""Of one stream at one look: less than a minute's worth."""


def ask_for_gained(loop: Loop, name: str, *, now: datetime) -> None:
    """Have the streams read again that are asked for more than before; run by their puller alone."""
    wanted = {stream: sorted(fields) for stream, fields in loop.fields.get(name, {}).items()}
    with loop.store.read() as tx:
        known = _known(tx, name)
    if known == wanted:
        return
    with loop.store.write(loop.epoch) as tx:
        begun = connections.cursors(tx, name).keys()
        away = {(each.field.object, each.field.field) for each in drifts.of(tx, name) if each.drift.kind in SILENT}
        for stream in sorted(known.keys() & wanted.keys() & begun):
            gained = set(wanted[stream]) - set(known[stream])
            there = sorted(field for field in gained if (stream, field) not in away)
            if there:
                back_fills.ask(tx, name, stream, there, now=now)
                log.info("back_fill_asked_for", connection=name, stream=stream, fields=there)
        installation.put(tx, _key(name), orjson.dumps(wanted).decode())


def fill_back(loop: Loop, name: str, *, now: datetime) -> Pulled:
    """Read on in what is to be read again, a portion of each stream."""
    reader = loop.connections[name]
    with loop.store.read() as tx:
        waiting = back_fills.of(tx, name)
    pulled = Pulled()
    for one in waiting:
        if isinstance(reader, Reader) and one.stream in reader.streams:
            _read_on(loop, reader, one, pulled, now=now)
        else:
            _end(loop, one)  # what is not read needs no reading again
    return pulled


def _read_on(loop: Loop, reader: Reader, one: BackFill, pulled: Pulled, *, now: datetime) -> None:
    with loop.store.read() as tx:
        intake = intake_of(tx, loop, reader, [one.stream], connection=one.connection, now=now)
    intake.pulled = pulled
    pages = 0
    for page in islice(reader.read(one.stream, one.cursor), PAGES_AT_ONCE):
        pages += 1
        loop.reached("pull.page_received")
        with loop.store.write(loop.epoch) as tx:
            _keep(tx, intake, page)
        loop.reached("pull.page_committed")
    if pages < PAGES_AT_ONCE:
        _end(loop, one)


def _end(loop: Loop, one: BackFill) -> None:
    with loop.store.write(loop.epoch) as tx:
        ended = back_fills.end(tx, one)
        if ended and drifts.were_read(tx, one.connection, one.stream):
            leads.look_again_at(tx, one.connection, one.stream)
    if ended:
        log.info("back_fill_ended", connection=one.connection, stream=one.stream, fields=list(one.fields))


def _keep(tx: Tx, intake: Intake, page: Page) -> None:
    keep(tx, intake, page.stream, shown=page.records, activities=page.activities)
    back_fills.advance(tx, intake.connection, page.stream, page.cursor, read=len(page.records))


def _known(tx: Tx, name: str) -> dict[str, list[str]]:
    kept = installation.get(tx, _key(name))
    return {} if kept is None else orjson.loads(kept)


def _key(name: str) -> str:
    return f"fields:{name}"
