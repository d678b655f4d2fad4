"""What a store knows of having been put back: by whom, from when, and what is not certain since.

Between a backup and its restore the systems were written to, and the store does not know what. So it begins as a new
leader begins after a crash, only further back: nothing that was open is sent, every stream is read again before
anything is decided, and what would be created is looked for first.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

import orjson
from sqlalchemy import func, select, text, update

from domain.change import ChangeKind
from domain.errors import StoreError
from domain.run import OutboxStatus
from domain.values import to_text
from store import audit, audit_chain, leads
from store import installation as notebook
from store.audit import AuditEntry
from store.audit_chain import Anchor
from store.chunks import chunks
from store.engine import Tx
from store.outbox_row import READY, words
from store.schema import audit as audit_table
from store.schema import cursor as cursor_table
from store.schema import handoff as handoff_table
from store.schema import leadership
from store.schema import outbox as outbox_table
from store.superseding import supersede
from store.upserts import insert_for

NAME = "restored"
BROKEN_OFF = "restore_under_way"
"""Put in with a backup's rows and taken away with the mark: a store that has it was left in the middle."""
BACKUP = "backup"
ACTION = "restored a backup"
BEGAN_ANEW = "began with an empty database"
DOUBTED_FOR = timedelta(days=14)
"""How long whatever would be created is looked for first: longer than anything waits that was decided anew."""
TOLD_FOR = timedelta(hours=1)
"""How long a message may be one that was sent already, from when on everything was read again."""
UNSURE = "A backup was restored: it is not known whether this was sent before."
AGAIN = "a backup was restored: it is planned anew from what the systems show"
_OURS = re.compile(r"R\d{12}$")
UNKNOWN_EPOCHS = 1_000_000
"""How far the epoch goes on where what was there cannot say how many leaders it had: more than it can have had."""
_NEVER = 0
_ROOM = 10
"""More handoffs than one lead has between a backup and its restore."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """`taken_at`: as of when the store was put back. `unread`: connections that were not read since. `prefix`: what
    the keys of leads begin with that are founded since; `handoffs_from`: the number of the others' next handoff."""

    at: datetime
    by: str
    taken_at: datetime
    unread: tuple[str, ...]
    prefix: str
    handoffs_from: int
    heard_at: datetime | None = None

    @property
    def is_deaf(self) -> bool:
        """Whether something that was done since the backup may not have been read yet."""
        return bool(self.unread)

    def is_recent(self, now: datetime) -> bool:
        """Whether decisions may still meet what was decided after the backup."""
        return now < self.at + DOUBTED_FOR

    def numbers_from(self, key: str, newest: datetime | None) -> int:
        """The least number of a lead's next handoff. One by what was done before the restore may be known to the
        systems and keeps its number, by which its task is found; one by anything newer must not find that task."""
        is_news = newest is not None and newest > self.at
        return self.handoffs_from if is_news and not key.startswith(f"{self.prefix}-") else 1

    def doubts(self, kind: str, *, message: str, now: datetime) -> bool:
        """Whether what would be created now, of this kind, may have been created before."""
        if kind == message:
            return self.heard_at is None or now < self.heard_at + TOLD_FOR
        return self.is_recent(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Who puts a store back as of when. `times`: how often that was done to this installation, this time included."""

    by: str
    at: datetime
    taken_at: datetime
    connections: Collection[str]
    times: int = 1


def last(tx: Tx) -> Restored | None:
    """The last restore of this store; None: there was none."""
    kept = notebook.get(tx, NAME)
    if kept is None:
        return None
    told = orjson.loads(kept)
    moments = {name: datetime.fromisoformat(told[name]) for name in ("at", "taken_at")}
    heard = told["heard_at"]
    heard_at = None if heard is None else datetime.fromisoformat(heard)
    return Restored(
        by=told["by"],
        unread=tuple(told["unread"]),
        prefix=told["prefix"],
        handoffs_from=told["handoffs_from"],
        heard_at=heard_at,
        **moments,
    )


def note_read(tx: Tx, connection: str, *, now: datetime) -> None:
    """This connection was read to the present since the restore, or nobody waits for it any more."""
    found = last(tx)
    if found is None or connection not in found.unread:
        return
    left = tuple(each for each in found.unread if each != connection)
    _keep(tx, replace(found, unread=left, heard_at=None if left else now))


def mark(tx: Tx, how: Mark, *, epoch: int) -> Anchor | None:
    """Make a store that was put back one that goes on carefully; returns the end of its audit's chain as it was.

    `epoch`: the highest that any leader of the store before it had; the next one has a higher one.
    """
    end, at = audit_chain.end(tx), how.at
    _raise_epoch(tx, epoch)
    _doubt_what_was_open(tx, now=at)
    tx.execute(update(cursor_table).values(read_at=datetime.fromtimestamp(_NEVER, at.tzinfo)))
    highest = tx.execute(select(func.max(handoff_table.c.number))).scalar() or 0
    restored = Restored(
        at=at,
        by=how.by,
        taken_at=how.taken_at,
        unread=tuple(sorted(how.connections)),
        prefix=_begin_new_keys(tx, at),
        handoffs_from=highest + _ROOM * how.times + 1,
    )
    _keep(tx, restored)
    action = f"{ACTION} of {to_text(how.taken_at)}"
    audit.append(tx, [AuditEntry(at=at, actor=how.by, action=action, object=BACKUP, record_id=name_of(end))])
    leads.mark_all_plan_due(tx)
    notebook.remove(tx, BROKEN_OFF)
    return end


def begin_anew(tx: Tx, *, by: str, at: datetime) -> None:
    """A person begins with an empty store where one has been; its leads' keys and epochs are new ones."""
    _begin_new_keys(tx, at)
    _raise_epoch(tx, UNKNOWN_EPOCHS)
    action = f"{BEGAN_ANEW}, over what another one had done"
    audit.append(tx, [AuditEntry(at=at, actor=by, action=action, object=BACKUP, record_id=name_of(None))])


def name_of(end: Anchor | None) -> str:
    """By which the audit and the anchors name the same restore: the end of the chain that was put back."""
    return "0" if end is None or not end.number else f"{end.number}:{end.hash[:16]}"


def require_whole(tx: Tx) -> None:
    """StoreError when a restore was left in the middle: nothing may be written on what it left."""
    if notebook.get(tx, BROKEN_OFF) is not None:
        raise StoreError(
            "A restore of this database was broken off before its end. Run the same `leadloop restore` once more."
        )


def doubt(tx: Tx, ids: Iterable[int], *, message: str, now: datetime) -> None:
    """Of rows that were just put out: what may have been created before is asked for, not sent."""
    found = last(tx)
    if found is None or not found.is_recent(now):
        return
    table = outbox_table.c
    for portion in chunks(sorted(set(ids))):
        fresh = (table.id.in_(portion), table.kind == ChangeKind.CREATE.value, table.attempts == 0)
        rows = tx.execute(
            select(table.id, table.object).where(*fresh, table.status == OutboxStatus.PENDING.value)
        ).all()
        _make_unsure(tx, [row.id for row in rows if found.doubts(row.object, message=message, now=now)], now=now)


def is_ours(tx: Tx, key: str) -> bool:
    """Whether a lead's key that nobody here has was given by this installation, after the backup."""
    if last(tx) is None:
        return False
    before, _, number = key.rpartition("-")
    return number.isdecimal() and _family(before) == _family(notebook.get(tx, "installation_id") or "")


def _family(installation: str) -> str:
    return _OURS.sub("", installation)


def _begin_new_keys(tx: Tx, at: datetime) -> str:
    """Numbers go back with the store: under the same beginning, two people would get one key."""
    prefix = f"{_family(notebook.get(tx, 'installation_id') or 'leadloop')}R{at:%y%m%d%H%M%S}"
    notebook.put(tx, "installation_id", prefix)
    return prefix


def _raise_epoch(tx: Tx, epoch: int) -> None:
    known = tx.execute(select(leadership.c.epoch)).scalar() or 0
    highest = max(known, epoch) + 1
    statement = insert_for(tx, leadership).values(id=1, epoch=highest, holder=None)
    tx.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"epoch": highest, "holder": None}))


def _doubt_what_was_open(tx: Tx, *, now: datetime) -> None:
    """Creations are asked for; everything else is a difference, which is worked out again."""
    table = outbox_table.c
    rows = tx.execute(
        select(table.id, table.kind).where(table.status.in_(words((*READY, OutboxStatus.CLAIMED)))).order_by(table.id)
    ).all()
    creates = ChangeKind.CREATE.value
    _make_unsure(tx, [row.id for row in rows if row.kind == creates], now=now)
    supersede(tx, [row.id for row in rows if row.kind != creates], now=now, why=AGAIN)


def _make_unsure(tx: Tx, ids: Iterable[int], *, now: datetime) -> None:
    unsure = {"status": OutboxStatus.UNSURE.value, "code": NAME, "message": UNSURE, "owner": None, "due_at": now}
    for portion in chunks(sorted(ids)):
        tx.execute(update(outbox_table).where(outbox_table.c.id.in_(portion)).values(**unsure))


def _keep(tx: Tx, restored: Restored) -> None:
    notebook.put(tx, NAME, orjson.dumps(asdict(restored)).decode())


def highest_epoch(tx: Tx) -> int:
    """Of any leader that this store had; 0 where there was none."""
    return tx.execute(text("SELECT epoch FROM leadership WHERE id = 1")).scalar() or 0


def last_moment(tx: Tx) -> datetime | None:
    """When something was last written down: as of when a database is that says nothing else of itself."""
    found: datetime | None = tx.execute(select(func.max(audit_table.c.at))).scalar()
    return found


def epoch_before(tx: Tx) -> int:
    """As `highest_epoch`, and surely no less than that of a store which a restore that was broken off took away."""
    known = highest_epoch(tx)
    return known + UNKNOWN_EPOCHS if not known or notebook.get(tx, BROKEN_OFF) is not None else known
