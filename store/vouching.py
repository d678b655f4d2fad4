"""A person's word that somebody really did what looks like a machine's doing; the row itself stays as it was seen."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from domain.activity import ActivityKind
from domain.values import LeadId
from store.chunks import chunks, run_many
from store.columns import to_micros
from store.engine import Tx
from store.locking import locked
from store.retraction import TAKEN_BACK, UNCLAIMED, ActivityKey, key_of, lead_of
from store.schema import activity as table


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an activity stands: whose it is, and what was said of it. `retracted_by_person`: it is out for good."""

    kind: ActivityKind
    lead: LeadId | None
    retracted: bool
    retracted_by_person: bool
    vouched: bool


def standing(tx: Tx, keys: Collection[ActivityKey]) -> Mapping[ActivityKey, Standing]:
    """Those of these activities that there are; in a write they are locked."""
    columns = table.c
    by_stream: dict[tuple[str, str], list[str]] = {}
    for connection, stream, external_id in sorted(keys):
        by_stream.setdefault((connection, stream), []).append(external_id)
    found: dict[ActivityKey, Standing] = {}
    for (connection, stream), ids in by_stream.items():
        for portion in chunks(ids):
            query = select(
                columns.connection,
                columns.stream,
                columns.external_id,
                columns.lead_id,
                columns.kind,
                columns.retracted_at,
                columns.retracted_why,
                columns.vouched_at,
            ).where(columns.connection == connection, columns.stream == stream, columns.external_id.in_(portion))
            for row in tx.execute(locked(tx, query, columns.external_id)):
                retracted = row.retracted_at is not None
                found[key_of(row)] = Standing(
                    kind=ActivityKind(row.kind),
                    lead=lead_of(row),
                    retracted=retracted,
                    retracted_by_person=retracted and row.retracted_why != TAKEN_BACK,
                    vouched=row.vouched_at is not None,
                )
    return found


def vouch(tx: Tx, keys: Collection[ActivityKey], *, at: datetime) -> None:
    """Say of these that a person did them. Whoever said so before is not overwritten."""
    run_many(
        tx,
        "UPDATE activity SET vouched_at = ? "
        "WHERE connection = ? AND stream = ? AND external_id = ? AND vouched_at IS NULL",
        [(to_micros(at), *key) for key in sorted(keys)],
    )


def leads_with(tx: Tx, kinds: Collection[ActivityKind]) -> Iterator[LeadId]:
    """Every lead with an activity of these kinds that counts, in the order of their numbers."""
    columns = table.c
    query = (
        select(columns.lead_id)
        .where(columns.kind.in_(sorted(kinds)), columns.retracted_at.is_(None), columns.lead_id != UNCLAIMED)
        .distinct()
        .order_by(columns.lead_id)
    )
    return (LeadId(number) for number in tx.execute(query).scalars().all())
