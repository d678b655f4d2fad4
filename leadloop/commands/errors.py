"""`leadloop errors`: writes that a system refused, in its own words, and leads whose rules failed."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from domain.place import FieldOf
from domain.run import OutboxStatus
from leadloop import exits, screen
from leadloop.actor import actor
from leadloop.app import open_app
from leadloop.finding import is_number
from leadloop.fought_over import show_stopped, stopped_as_data
from leadloop.kept_back import kept_back_as_data, show_kept_back
from leadloop.queues import queued_as_data, show_queued
from leadloop.staying_home import blocked_as_data, show_blocked
from leadloop.unjudging import show_unjudged, unjudged_as_data
from store import audit, deliveries, flaps, handoffs, leads, misfits, outbox, rule_problems
from store.audit import AuditEntry
from store.outbox import OutboxRow

STOPPED = (OutboxStatus.PARKED, OutboxStatus.UNSURE)
SHOWN = (*STOPPED, OutboxStatus.WAITING)


def listing(folder: Path, *, environment: str | None, as_json: bool) -> int:
    with closing(open_app(folder, environment=environment)) as app, app.store.read() as tx:
        rows = sorted(outbox.list_open(tx, None, SHOWN), key=lambda row: row.id, reverse=True)
        undecided = leads.failed(tx)
        stopped = flaps.stopped(tx)
        blocked = misfits.blocked(tx)
        queued = handoffs.queued(tx)
        untold = rule_problems.unjudged(tx)
        unmade = deliveries.kept_back(tx)
    if as_json:
        failed = [{"lead": lead, "message": message} for lead, message in undecided.items()]
        fields = [stopped_as_data(each) for each in stopped]
        screen.document(
            {
                "errors": [_as_data(row) for row in rows],
                "undecided": failed,
                "stopped": fields,
                "blocked": blocked_as_data(blocked),
                "unjudged": unjudged_as_data(untold),
                "queued": queued_as_data(queued),
                "kept_back": kept_back_as_data(unmade),
            }
        )
        return exits.OK
    screen.table(
        "Refused and unsure writes",
        ("id", "system", "record", "status", "code", "the system's words"),
        [(r.id, r.connection, _record(r), r.status, r.code, r.message) for r in rows],
    )
    if undecided:
        screen.table("\nLeads whose rules failed", ("lead", "what happened"), undecided.items())
    if stopped:
        show_stopped(stopped)
    if blocked:
        show_blocked(blocked)
    if untold:
        show_unjudged(untold)
    if queued:
        show_queued(queued)
    if unmade:
        show_kept_back(unmade)
    if rows:
        screen.say(
            "Next: mend it there, then `leadloop errors retry ID ...`, or give it up with `errors ignore ID ...`."
        )
    return exits.OK


def _as_data(row: OutboxRow) -> dict[str, object]:
    return {
        "id": row.id,
        "connection": row.connection,
        "object": row.change.object,
        "record": row.change.id,
        "lead": row.lead_id,
        "fields": sorted(row.change.values),
        "status": row.status,
        "code": row.code,
        "message": row.message,
        "attempts": row.attempts,
    }


def _record(row: OutboxRow) -> str:
    return f"{row.change.object} {row.change.id or '(new)'}"


def retry(folder: Path, ids: Sequence[int], *, environment: str | None) -> int:
    with closing(open_app(folder, environment=environment)) as app, app.store.write() as tx:
        known = outbox.get(tx, filter(is_number, ids))
        found, who, now = _standing(known.values(), SHOWN), actor(), app.clock.refresh()
        audit.append(tx, [_act(known[number], "retried a refused write", who, now) for number in found])
        outbox.retry(tx, found, now=now, actor=who)
    return _told(ids, known, found, done="are tried again in the next cycle")


def ignore(folder: Path, ids: Sequence[int], *, environment: str | None) -> int:
    with closing(open_app(folder, environment=environment)) as app, app.store.write() as tx:
        known = outbox.get(tx, filter(is_number, ids))
        found, who, now = _standing(known.values(), STOPPED), actor(), app.clock.refresh()
        audit.append(tx, [_act(known[number], "gave up a refused write", who, now) for number in found])
        outbox.ignore(tx, found, now=now, actor=who)
    return _told(ids, known, found, done="are given up")


def resume(folder: Path, connection: str, place: str, *, environment: str | None) -> int:
    """Write a field again that was left alone. It is stopped once more if it is overwritten again."""
    kind, _, field = place.partition(".")
    with closing(open_app(folder, environment=environment)) as app, app.store.write() as tx:
        wanted = FieldOf(connection=connection, object=kind, field=field)
        if wanted not in {each.field for each in flaps.stopped(tx)}:
            screen.say(f"! {wanted} is not stopped. See `leadloop errors list`.")
            return exits.BAD_DATA
        leads.mark_plan_due(tx, flaps.resume(tx, wanted))
        act = AuditEntry(
            at=app.clock.refresh(),
            actor=actor(),
            action="resumed writing a field",
            connection=connection,
            object=kind,
            fields=(field,),
        )
        audit.append(tx, [act])
    screen.show(f"{wanted} is written again from the next cycle on.")
    return exits.OK


def _act(row: OutboxRow, action: str, who: str, now: datetime) -> AuditEntry:
    return AuditEntry(
        at=now,
        actor=who,
        action=action,
        connection=row.connection,
        object=row.change.object,
        record_id=row.change.id,
        lead_id=row.lead_id,
        outbox_key=row.key,
    )


def _standing(rows: Iterable[OutboxRow], statuses: Sequence[OutboxStatus]) -> list[int]:
    return [row.id for row in rows if row.status in statuses]


def _told(ids: Sequence[int], known: Collection[int], found: Collection[int], *, done: str) -> int:
    """65 when no write has any of these numbers, 1 when some were left out."""
    if known:
        screen.show(f"{len(found)} of {len(ids)} {done}.")
    missing = sorted(set(ids) - set(found))
    if missing:
        screen.say(f"! not among the refused ones: {', '.join(map(str, missing))}. See `leadloop errors list`.")
    if not known:
        return exits.BAD_DATA
    return exits.SOME_FAILED if missing else exits.OK
