"""`leadloop errors show` and `export`: one write that did not go through, and all that nobody tries again.

Values stay out of both: they are people's. The system's own words are shown as `errors list` shows them.
"""

from contextlib import closing
from pathlib import Path
from typing import Any

from domain.run import OutboxStatus
from leadloop import exits, screen, spreadsheet
from leadloop.app import open_app
from leadloop.finding import is_number
from store import outbox
from store.outbox import OutboxRow

STOPPED = (OutboxStatus.PARKED, OutboxStatus.UNSURE)
SHOWN = (*STOPPED, OutboxStatus.WAITING)

_WHY = {
    OutboxStatus.PARKED: "refused for a cause that does not pass by itself: not sent again until somebody says so",
    OutboxStatus.UNSURE: "sent, and no answer came: it may have had its effect, so it is not sent again unasked",
    OutboxStatus.WAITING: "what stood in the way may pass: sent again by itself",
}
_NEXT = {
    OutboxStatus.PARKED: "Mend it there, then `leadloop errors retry {id}`; or `leadloop errors ignore {id}`.",
    OutboxStatus.UNSURE: (
        "leadloop asks the system where it can. Otherwise look there: if it arrived, "
        "`leadloop errors ignore {id}`; if not, `leadloop errors retry {id}`."
    ),
    OutboxStatus.WAITING: "Nothing; or `leadloop errors retry {id}` to try it in the next cycle.",
}
_COLUMNS = (
    "id", "status", "connection", "object", "record", "lead", "kind", "fields", "code", "message", "attempts",
    "cause", "created_at",
)  # fmt: skip


def show(folder: Path, number: int, *, environment: str | None, as_json: bool) -> int:
    with closing(open_app(folder, environment=environment)) as app, app.store.read() as tx:
        row = outbox.get(tx, filter(is_number, [number])).get(number)
    if row is None or row.status not in SHOWN or row.ignored:
        screen.say(f"! {number} is not among the refused ones. See `leadloop errors list`.")
        return exits.BAD_DATA
    told = {**_as_data(row), "why": _WHY[row.status], "next": _NEXT[row.status].format(id=row.id)}
    told |= {"list": row.change.list, "lane": row.lane, "due_at": row.due_at, "settled_at": row.settled_at}
    if as_json:
        screen.document(told)
    else:
        _show(row, told)
    return exits.OK


def _show(row: OutboxRow, told: dict[str, Any]) -> None:
    change = row.change
    where = f"{row.connection}: {change.object} {change.id or '(new)'}"
    lines = {
        "where": f"{where}, list {change.list}" if change.list else where,
        "what": f"{change.kind}: {', '.join(told['fields']) or 'no fields'}",
        "because": row.cause,
        "answered": f"{row.code}: {row.message}".strip(": ") or "nothing",
        "sent": f"{row.attempts} times, first put out {row.created_at:%Y-%m-%d %H:%M} UTC",
        "now": f"{row.status}: {told['why']}",
    }
    if row.status is OutboxStatus.WAITING:
        lines["again"] = f"{row.due_at:%Y-%m-%d %H:%M} UTC"
    screen.table(f"Write {row.id}", ("", ""), list(lines.items()))
    screen.say(f"Next: {told['next']}")


def export(folder: Path, *, environment: str | None, as_json: bool) -> int:
    """Row by row: as many as there are need no more memory than one portion."""
    with closing(open_app(folder, environment=environment)) as app, app.store.read() as tx:
        rows = (_as_data(row) for row in outbox.list_open(tx, None, STOPPED))
        if as_json:
            screen.long_document({}, "errors", rows)
        else:
            spreadsheet.write_named(_COLUMNS, map(_plain, rows))
    return exits.OK


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "fields": " ".join(row["fields"]), "created_at": f"{row['created_at']:%Y-%m-%dT%H:%M:%SZ}"}


def _as_data(row: OutboxRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "status": row.status,
        "connection": row.connection,
        "object": row.change.object,
        "record": row.change.id,
        "lead": row.lead_id,
        "kind": row.change.kind,
        "fields": sorted(row.change.values),
        "code": row.code,
        "message": row.message,
        "attempts": row.attempts,
        "cause": row.cause,
        "created_at": row.created_at,
    }
