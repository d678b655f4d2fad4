"""The leads: their standing, what is due, and the score as last computed.

`due` says that something about the lead changed; `wake_at` that time alone may change it. Saving a
decision clears `due` only if nothing touched the lead since it was read, so no touch is ever lost.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, case, func, select, update
from sqlalchemy.sql.elements import ColumnElement

from domain.lead import Lead
from domain.stage import Stage
from domain.values import LeadId
from store import numbers
from store.chunks import chunks, read_many
from store.columns import AnyRow, Instant, from_json, from_micros, maybe_moment, to_micros
from store.engine import Tx
from store.schema import activity, record
from store.schema import lead as table
from store.scores import never_scored, save_scores, scores_of

NOBODY = LeadId(0)
"""Whom a lead was merged into that was erased: its row stands, and leads to no person any more."""


def create(
    tx: Tx,
    count: int,
    *,
    now: datetime,
    installation: str,
    armed_at: datetime | None = None,
    keys: Mapping[int, str] | None = None,
) -> list[Lead]:
    """Found new leads, due at once; `armed_at` defaults to now. `keys`: of those that had one, by their place."""
    had = keys or {}
    made = [
        Lead(
            id=LeadId(number),
            key=had.get(place, f"{installation}-{number}"),
            revision=1,
            stage=Stage.KNOWN,
            stage_since=now,
            armed_at=now if armed_at is None else armed_at,
        )
        for place, number in enumerate(numbers.take(tx, "lead", count))
    ]
    if made:
        fresh = {"due": True, "plan_due": False, "created_at": now}
        tx.execute(
            table.insert(),
            [{"id": lead.id, **_standing(lead), "revision": 1, "key": lead.key, **fresh} for lead in made],
        )
    return made


def get(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, Lead]:
    """The leads of these numbers; those that were merged into another are left out."""
    found: dict[LeadId, Lead] = {}
    for row in read_many(tx, _READ, ids):
        found[LeadId(row[0])] = _to_lead(row)
    return found


def by_key(tx: Tx, keys: Iterable[str]) -> dict[str, Lead]:
    """The leads of our own unique keys, as they are written to the systems."""
    found: dict[str, Lead] = {}
    for row in read_many(tx, _READ_BY_KEY, keys):
        found[row[1]] = _to_lead(row)
    return found


def erased_one(tx: Tx, lead_id: LeadId) -> Lead | None:
    """What is left of somebody who was erased; None of everybody else."""
    return next(map(_to_lead, read_many(tx, _READ_ERASED, [lead_id])), None)


def keys_of(tx: Tx, ids: Collection[LeadId]) -> tuple[str, ...]:
    """Our own unique keys of these leads, merged ones too."""
    return tuple(sorted(tx.execute(select(table.c.key).where(table.c.id.in_(ids))).scalars()))


def survivor(tx: Tx, lead_id: LeadId) -> LeadId:
    """The living lead at the end of a chain of merges."""
    while True:
        into = tx.execute(select(table.c.merged_into).where(table.c.id == lead_id)).scalar()
        if into is None:
            return lead_id
        lead_id = LeadId(into)


def hold(tx: Tx, ids: Iterable[LeadId]) -> None:
    """Lock these leads until the commit, in the order of their numbers.

    Whoever writes what hangs on leads holds them first, and the records before them: in two orders, each of two
    would wait for the other. SQLite has one writer at a time.
    """
    if tx.dialect.name == "postgresql":
        for portion in chunks(sorted(set(ids))):
            tx.execute(select(table.c.id).where(table.c.id.in_(portion)).order_by(table.c.id).with_for_update())


def touch(tx: Tx, ids: Iterable[LeadId]) -> None:
    """Something about these leads changed: raise the revision and have them decided anew."""
    _update(tx, ids, {"revision": table.c.revision + 1, "due": True})


def due(tx: Tx, *, now: datetime, limit: int | None) -> list[LeadId]:
    """The next leads to decide: those that changed, by number, then those whose time has come, earliest first."""
    changed = select(table.c.id).where(table.c.due).order_by(table.c.id)
    found = _next(tx, changed, limit)
    woken = select(table.c.id).where(table.c.wake_at <= now, ~table.c.due).order_by(table.c.wake_at, table.c.id)
    return found + _next(tx, woken, None if limit is None else limit - len(found))


def _next(tx: Tx, query: Select[Any], limit: int | None) -> list[LeadId]:
    """On PostgreSQL the rows stay locked until the commit: a touch waits and is not lost under the decision."""
    if limit is not None and limit < 1:
        return []
    query = query.limit(limit)
    if not tx.get_execution_options().get("postgresql_readonly", False):
        query = query.with_for_update(skip_locked=True)
    return [LeadId(number) for number in tx.execute(query).scalars()]


def save(tx: Tx, leads: Sequence[Lead], *, now: datetime, replan: Collection[LeadId] = ()) -> None:
    """Write leads back as decided; `due` is cleared unless they were touched since they were read.

    A changed stage or owner raises the revision. `now` is when it was decided: a `wake_at` that has
    passed would come up in the same pass again, so it is moved to the next moment.
    """
    if not leads:
        return
    moved = case(
        (
            (table.c.stage != bindparam("new_stage")) | table.c.owner.is_distinct_from(bindparam("new_owner")),
            table.c.revision + 1,
        ),
        else_=table.c.revision,
    )
    settled: ColumnElement[Any] = case((table.c.revision <= bindparam("read_revision"), False), else_=table.c.due)
    statement = (
        update(table)
        .where(table.c.id == bindparam("number"))
        .values(
            {name: bindparam(f"new_{name}") for name in _STANDING}
            | {"revision": moved, "due": settled, "failure": None}
        )
    )
    tx.execute(
        statement,
        [_decided(lead, now) | {"number": lead.id, "read_revision": lead.revision} for lead in leads],
    )
    mark_plan_due(tx, replan)


def clear_due(tx: Tx, ids: Iterable[LeadId], *, now: datetime) -> None:
    """Note that these leads were looked at and need nothing now: neither due nor, if its time has come, awake."""
    late = case((table.c.wake_at <= now, None), else_=table.c.wake_at)
    _update(tx, ids, {"due": False, "wake_at": late})


def fail(tx: Tx, lead_id: LeadId, message: str, *, now: datetime) -> None:
    """Set a lead aside that could not be decided: shown with its reason, tried again when something touches it."""
    _update(tx, [lead_id], {"failure": message})
    clear_due(tx, [lead_id], now=now)


def failed(tx: Tx) -> dict[LeadId, str]:
    """The leads that could not be decided, with the reason."""
    rows = tx.execute(select(table.c.id, table.c.failure).where(table.c.failure.is_not(None)).order_by(table.c.id))
    return {LeadId(row.id): row.failure for row in rows}


def mark_all_plan_due(tx: Tx) -> None:
    """Have every lead's writes worked out anew: more may be written from now on than before."""
    tx.execute(update(table).where(table.c.merged_into.is_(None)).values(plan_due=True))


def look_again_at(tx: Tx, connection: str, object: str) -> None:
    """Decide and plan anew whoever has a record of this object: what its fields show, or take, has changed."""
    theirs = select(record.c.lead_id).where(
        record.c.connection == connection, record.c.object == object, record.c.lead_id.is_not(None)
    )
    tx.execute(
        update(table)
        .where(table.c.id.in_(theirs), table.c.merged_into.is_(None))
        .values(revision=table.c.revision + 1, due=True, plan_due=True)
    )


def mark_plan_due(tx: Tx, ids: Iterable[LeadId]) -> None:
    """What should be there may differ from what is: have these leads planned."""
    _update(tx, ids, {"plan_due": True})


def plan_due(tx: Tx, limit: int | None) -> list[LeadId]:
    rows = tx.execute(select(table.c.id).where(table.c.plan_due).order_by(table.c.id).limit(limit))
    return [LeadId(row.id) for row in rows]


def clear_plan_due(tx: Tx, ids: Iterable[LeadId]) -> None:
    _update(tx, ids, {"plan_due": False})


def arm_all(tx: Tx, at: datetime) -> None:
    """From now on only what happens after `at` may open a handoff; a later arming of a lead stands."""
    tx.execute(update(table).where(table.c.armed_at < at).values(armed_at=at))


def make_all_due(tx: Tx) -> None:
    """Have every lead decided anew, as after a publish."""
    tx.execute(update(table).where(table.c.merged_into.is_(None)).values(revision=table.c.revision + 1, due=True))


def count(tx: Tx) -> int:
    return tx.execute(select(func.count()).where(table.c.merged_into.is_(None))).scalar_one()


def with_news(tx: Tx, since: datetime) -> frozenset[LeadId]:
    """The leads of which a record was modified, or an activity was first seen, from then on."""
    queries = (
        select(record.c.lead_id).where(record.c.modified_at >= since, record.c.lead_id.is_not(None)),
        select(activity.c.lead_id).where(activity.c.seen_at >= since, activity.c.lead_id.is_not(None)),
    )
    return frozenset(LeadId(lead) for query in queries for lead in tx.execute(query.distinct()).scalars())


def spread(tx: Tx, most: int | None) -> list[LeadId]:
    """Every lead by number, or at most so many of them, evenly spread over all."""
    living = table.c.merged_into.is_(None)
    if most is None or (total := count(tx)) <= most:
        query = select(table.c.id).where(living)
    else:
        ranked = select(table.c.id, func.row_number().over(order_by=table.c.id).label("at")).where(living).subquery()
        query = select(ranked.c.id).where(ranked.c.at % -(-total // most) == 0)
    return [LeadId(each) for each in tx.execute(query.order_by("id")).scalars()]


def after(tx: Tx, number: int, limit: int) -> list[LeadId]:
    """The next leads above this number: all of them, portion by portion."""
    query = select(table.c.id).where(table.c.id > number, table.c.merged_into.is_(None)).order_by(table.c.id)
    return [LeadId(each) for each in tx.execute(query.limit(limit)).scalars()]


def count_by_stage(tx: Tx) -> dict[Stage, int]:
    rows = tx.execute(select(table.c.stage, func.count()).where(table.c.merged_into.is_(None)).group_by(table.c.stage))
    return {Stage(row[0]): row[1] for row in rows}


def by_stage(tx: Tx, stage: Stage) -> list[LeadId]:
    rows = tx.execute(
        select(table.c.id).where(table.c.stage == stage.value, table.c.merged_into.is_(None)).order_by(table.c.id)
    )
    return [LeadId(row.id) for row in rows]


def next_wake(tx: Tx) -> datetime | None:
    """When time alone next makes a lead due."""
    found: datetime | None = tx.execute(
        select(table.c.wake_at).where(table.c.wake_at.is_not(None)).order_by(table.c.wake_at).limit(1)
    ).scalar()
    return found


def count_due(tx: Tx, *, now: datetime) -> int:
    waiting = select(func.count()).where(table.c.due)
    woken = select(func.count()).where(table.c.wake_at <= now, ~table.c.due)
    return tx.execute(waiting).scalar_one() + tx.execute(woken).scalar_one()


def waits(tx: Tx, lead_id: LeadId, *, now: datetime) -> tuple[bool, bool]:
    """Whether the lead waits to be decided, and whether its writes wait to be planned."""
    row = tx.execute(select(table.c.due, table.c.wake_at, table.c.plan_due).where(table.c.id == lead_id)).one()
    return bool(row.due or (row.wake_at is not None and row.wake_at <= now)), bool(row.plan_due)


_STANDING = (
    "stage", "stage_since", "armed_at", "owner", "mql_since", "return_at", "recycled_as", "times_recycled",
    "set_aside_because", "reached",
    "left_lists", "nurture_withheld", "silent_since", "shown_score", "shown_band", "shown_at", "wake_at",
)  # fmt: skip

_MOMENTS = tuple(name for name in _STANDING if isinstance(table.c[name].type, Instant))
_LEADS = f"SELECT id, key, revision, {', '.join(_STANDING)} FROM lead"  # noqa: S608 - names of our own
_READ = f"{_LEADS} WHERE id IN ({{keys}}) AND merged_into IS NULL"
_READ_ERASED = f"{_LEADS} WHERE id IN ({{keys}}) AND merged_into = {NOBODY}"
_READ_BY_KEY = f"{_LEADS} WHERE key IN ({{keys}}) AND (merged_into IS NULL OR merged_into <> {NOBODY})"


def _standing(lead: Lead) -> dict[str, Any]:
    found = {name: getattr(lead, name) for name in _STANDING}
    reached = {stage.value: to_micros(at) for stage, at in lead.reached.items()}
    return found | {"stage": lead.stage.value, "left_lists": list(lead.left_lists), "reached": reached}


def _decided(lead: Lead, now: datetime) -> dict[str, Any]:
    standing = _standing(lead)
    if lead.wake_at is not None and lead.wake_at <= now:
        standing["wake_at"] = now + timedelta(microseconds=1)
    return {f"new_{name}": value for name, value in standing.items()}


_STAGES = {each.value: each for each in Stage}


def _to_lead(row: AnyRow) -> Lead:
    number, key, revision, *standing = row
    kept: dict[str, Any] = dict(zip(_STANDING, standing, strict=True))
    kept.update({name: maybe_moment(kept[name]) for name in _MOMENTS})
    kept["stage"], kept["left_lists"] = _STAGES[kept["stage"]], tuple(from_json(kept["left_lists"]))
    kept["reached"] = {_STAGES[stage]: from_micros(at) for stage, at in from_json(kept["reached"]).items()}
    return Lead(id=LeadId(number), key=key, revision=revision, **kept)


def _update(tx: Tx, ids: Iterable[LeadId], values: Mapping[str, Any]) -> None:
    wanted = sorted(ids)
    if len(wanted) > 1:
        hold(tx, wanted)
    for portion in chunks(wanted):
        tx.execute(update(table).where(table.c.id.in_(portion), table.c.merged_into.is_(None)).values(dict(values)))


__all__ = [
    "NOBODY",
    "arm_all",
    "by_key",
    "by_stage",
    "clear_due",
    "clear_plan_due",
    "count",
    "count_by_stage",
    "count_due",
    "create",
    "due",
    "erased_one",
    "fail",
    "failed",
    "get",
    "hold",
    "keys_of",
    "make_all_due",
    "mark_plan_due",
    "never_scored",
    "next_wake",
    "plan_due",
    "save",
    "save_scores",
    "scores_of",
    "survivor",
    "touch",
]
