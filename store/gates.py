"""Which gates are closed to which leads: kept where it is decided, so that planning and people go by the same."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, literal, select, tuple_, update

from domain.change import ChangeKind
from domain.gate import KEPT_OUT, Closed, Way
from domain.run import OutboxStatus
from domain.values import LeadId
from store import trail
from store.chunks import BulkInsert, chunks, read_many, run_many
from store.columns import to_micros
from store.engine import Tx
from store.outbox_row import READY, SUPERSEDED, OutboxRow, to_outbox_row
from store.outbox_row import words as plain_words
from store.schema import gate_closed as table
from store.schema import handoff, outbox

_COLUMNS = ("lead_id", "connection", "way", "words", "errs", "after_no")
_READ = f"SELECT {', '.join(_COLUMNS)} FROM gate_closed WHERE lead_id IN ({{keys}}) ORDER BY lead_id, connection, way"  # noqa: S608
_PUT = BulkInsert(
    table,
    (*_COLUMNS, "since"),
    "ON CONFLICT (lead_id, connection, way) DO UPDATE SET words = excluded.words, errs = excluded.errs, "
    "after_no = excluded.after_no",
)
_DROP = "DELETE FROM gate_closed WHERE lead_id = ? AND connection = ? AND way = ?"


@dataclass(slots=True, kw_only=True)
class Counted:
    """One gate: how many leads do not pass, by cause, the most first; and how many of them wait for a rep for it."""

    connection: str
    way: Way
    causes: dict[str, int] = field(default_factory=dict)
    errs: int = 0
    """So many could not be told."""
    kept_from_reps: int = 0

    @property
    def closed(self) -> int:
        return sum(self.causes.values())


def replace(tx: Tx, found: Mapping[LeadId, Sequence[Closed]], *, now: datetime) -> set[LeadId]:
    """Make these all the gates that are closed to these leads; returns those of them for which that is news."""
    before = of_leads(tx, found)
    news = {lead for lead, closed in found.items() if set(closed) != set(before.get(lead, ()))}
    kept = {(lead, each.connection, each.way) for lead in news for each in found[lead]}
    gone = [(lead, each.connection, each.way) for lead in sorted(news) for each in before.get(lead, ())]
    run_many(tx, _DROP, [(lead, name, way.value) for lead, name, way in gone if (lead, name, way) not in kept])
    since = to_micros(now)
    _PUT.run(
        tx,
        [
            (lead, each.connection, each.way.value, each.words, each.errs, each.after_no, since)
            for lead in sorted(news)
            for each in found[lead]
        ],
    )
    return news


def of_leads(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, tuple[Closed, ...]]:
    found: dict[LeadId, tuple[Closed, ...]] = {}
    for lead, connection, way, words, errs, after_no in read_many(tx, _READ, ids):
        one = Closed(connection=connection, way=Way(way), words=words, errs=bool(errs), after_no=bool(after_no))
        found[LeadId(lead)] = (*found.get(LeadId(lead), ()), one)
    return found


def counted(tx: Tx) -> dict[tuple[str, Way], Counted]:
    """Every gate that is closed to anybody."""
    columns = table.c
    rows = tx.execute(
        select(columns.connection, columns.way, columns.words, columns.errs, func.count().label("leads"))
        .group_by(columns.connection, columns.way, columns.words, columns.errs)
        .order_by(func.count().desc(), columns.words)
    )
    found: dict[tuple[str, Way], Counted] = {}
    for row in rows:
        one = _of(found, row.connection, row.way)
        one.causes[row.words] = one.causes.get(row.words, 0) + row.leads
        one.errs += row.leads if row.errs else 0
    waits = (
        select(columns.connection, columns.way, func.count().label("leads"))
        .join(handoff, handoff.c.lead_id == columns.lead_id)
        .where(handoff.c.closed_at.is_(None), handoff.c.queue_cause.like(_kept_out()))
        .group_by(columns.connection, columns.way)
    )
    for row in tx.execute(waits):
        _of(found, row.connection, row.way).kept_from_reps = row.leads
    return found


def _kept_out() -> ColumnElement[str]:
    """A handoff's cause that names the gate."""
    return literal("%") + literal(KEPT_OUT) + table.c.connection + literal(" by its ") + table.c.way + literal(" gate%")


def _of(found: dict[tuple[str, Way], Counted], connection: str, way: str) -> Counted:
    return found.setdefault((connection, Way(way)), Counted(connection=connection, way=Way(way)))


def drop_all_but(tx: Tx, kept: Collection[tuple[str, Way]]) -> list[LeadId]:
    """Only these gates are there any more; returns the leads to which another one was closed."""
    which = tuple_(table.c.connection, table.c.way).not_in([(name, way.value) for name, way in kept])
    ids = tx.execute(select(table.c.lead_id).where(which).distinct().order_by(table.c.lead_id)).scalars().all()
    tx.execute(delete(table).where(which))
    return [LeadId(each) for each in ids]


def take_back(tx: Tx, rows: Sequence[OutboxRow], why: str, *, now: datetime) -> None:
    """Settle what of these rows is still unsent. A creation goes without a trace: it may be put out again, under the
    same key."""
    ended = {"status": OutboxStatus.DONE.value, "code": SUPERSEDED, "message": why, "settled_at": now}
    for portion in chunks(row.id for row in rows):
        which = (outbox.c.id.in_(portion), outbox.c.status.in_(plain_words(READY)))
        unsent = tx.execute(select(outbox).where(*which).order_by(outbox.c.id).with_for_update())
        found = [to_outbox_row(row) for row in unsent]
        tx.execute(delete(outbox).where(*which, outbox.c.kind == ChangeKind.CREATE.value))
        tx.execute(update(outbox).where(*which).values(**ended))
        trail.end_unsent(tx, found, why, now=now)
