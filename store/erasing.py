"""A person is erased: what the tables hold of them goes, in the transaction of the caller.

Nothing of them is left but a husk and keyed hashes (store/erased.py).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, Text, and_, delete, func, or_, select, type_coerce, update

from domain.handoff import Outcome
from domain.run import OutboxStatus
from domain.values import LeadId, RecordRef
from store import trail
from store.chunks import chunks
from store.columns import to_json
from store.engine import Tx
from store.holdings import ERASED, MESSAGES, OF_LEADS, SEARCHED, Holding
from store.outbox_row import OPEN, to_outbox_row, words
from store.schema import activity, flap, handoff, leadership, outbox, press, record, record_value

_FEWEST = 4
"""A shorter word is looked for in no text: it would be found in half of all."""
_WHY = "the person was erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is erased: the numbers of the lead and of whoever it was made of, and their records.

    `keys`: our own unique keys of these leads; `words`: by which they are found in text (addresses, names, our keys).
    """

    leads: tuple[LeadId, ...]
    records: tuple[RecordRef, ...]
    emails: tuple[str, ...]
    keys: tuple[str, ...]
    words: tuple[str, ...]


def alone(tx: Tx) -> None:
    """Wait until every other writing of the loop is over, and let none begin before this one is: a page that was read
    with the person in it must not be saved beside us. Each of them holds this row, see `engine.check_epoch`."""
    if tx.dialect.name == "postgresql":
        tx.execute(select(leadership.c.epoch).where(leadership.c.id == 1).with_for_update())


def is_under_way(tx: Tx, leads: Sequence[LeadId]) -> bool:
    """Whether something about them is out at this moment: its answer would find nobody."""
    query = select(outbox.c.id).where(outbox.c.lead_id.in_(leads), outbox.c.status == OutboxStatus.CLAIMED.value)
    return tx.execute(query.limit(1)).first() is not None


def counts(tx: Tx, leads: Sequence[LeadId]) -> dict[str, int]:
    """What there is of these leads, in words, without what there is none of."""
    found: dict[str, int] = {}
    for holding in OF_LEADS:
        number = tx.execute(select(func.count()).select_from(holding.table).where(_theirs(holding, leads))).scalar_one()
        if number:
            found[holding.what] = number
    return found


def erase(tx: Tx, person: Person, *, now: datetime, actor: str) -> None:
    """Empty every table of them; the audit gets an end for each write that waited."""
    _end_writes(tx, person, now=now, actor=actor)
    _close_handoffs(tx, person.leads, now=now)
    for holding in OF_LEADS:
        if holding.blank is None:
            tx.execute(delete(holding.table).where(_theirs(holding, person.leads)))
        else:
            tx.execute(update(holding.table).where(_theirs(holding, person.leads)).values(dict(holding.blank)))
    tx.execute(delete(press).where(press.c.lead_key.in_(person.keys)))
    _forget_unclaimed(tx, person)
    _forget_places(tx, person.records)
    _forget_words(tx, person.words)


def _theirs(holding: Holding, leads: Sequence[LeadId]) -> ColumnElement[bool]:
    return or_(*(holding.table.c[name].in_(leads) for name in holding.by))


def _end_writes(tx: Tx, person: Person, *, now: datetime, actor: str) -> None:
    waiting = select(outbox).where(outbox.c.lead_id.in_(person.leads), outbox.c.status.in_(words(OPEN)))
    rows = [to_outbox_row(row) for row in tx.execute(waiting.order_by(outbox.c.id))]
    trail.end_unsent(tx, rows, _WHY, now=now, actor=actor)


def _close_handoffs(tx: Tx, leads: Sequence[LeadId], *, now: datetime) -> None:
    still_open = and_(handoff.c.lead_id.in_(leads), handoff.c.closed_at.is_(None))
    tx.execute(update(handoff).where(still_open).values(closed_at=now, outcome=Outcome.ERASED.value))


def _forget_unclaimed(tx: Tx, person: Person) -> None:
    """What waited until somebody knew whose it is."""
    for portion in chunks(person.emails):
        tx.execute(delete(activity).where(activity.c.lead_id == 0, activity.c.email.in_(portion)))
    for ref in person.records:
        place = (ref.connection, ref.object, ref.id)
        columns = (activity.c.record_connection, activity.c.record_object, activity.c.record_id)
        same = (column == value for column, value in zip(columns, place, strict=True))
        tx.execute(delete(activity).where(activity.c.lead_id == 0, activity.c.record_id.is_not(None), *same))


def _forget_places(tx: Tx, refs: Sequence[RecordRef]) -> None:
    """What lies with their records and names no lead."""
    for ref in refs:
        tx.execute(delete(record_value).where(*_at(record_value, ref, "id")))
        tx.execute(delete(flap).where(*_at(flap, ref, "record_id")))
        tx.execute(update(record).where(*_at(record, ref, "id")).values(content="{}", former_ids="[]", read_hash=""))


def _at(table: Table, ref: RecordRef, id: str) -> tuple[ColumnElement[bool], ...]:
    return (table.c.connection == ref.connection, table.c.object == ref.object, table.c[id] == ref.id)


def _forget_words(tx: Tx, said: Sequence[str]) -> None:
    """Texts about nobody in particular: what names them is left out of what is said, the rest stays."""
    found = sorted({word for each in said if len(each) >= _FEWEST for word in (each, to_json(each)[1:-1])})
    if not found:
        return
    pattern = re.compile("|".join(re.escape(each) for each in sorted(found, key=len, reverse=True)), re.IGNORECASE)
    for column in SEARCHED:
        _leave_out(tx, column, pattern, [_has(column, each) for each in found])
    for column in MESSAGES:
        _leave_out(tx, column, pattern, [and_(outbox.c.lead_id.is_(None), _has(column, each)) for each in found])


def _has(column: Column[Any], word: str) -> ColumnElement[bool]:
    return _text(column).icontains(word, autoescape=True)


def _text(column: Column[Any]) -> ColumnElement[str]:
    """A JSON column as the text it lies in."""
    return type_coerce(column, Text)


def _leave_out(tx: Tx, column: Column[Any], pattern: "re.Pattern[str]", which: Sequence[ColumnElement[bool]]) -> None:
    (key,) = column.table.primary_key
    for number, text in tx.execute(select(key, _text(column)).where(or_(*which))).all():
        without = type_coerce(pattern.sub(ERASED, text), Text)
        tx.execute(update(column.table).where(key == number).values({column: without}))
