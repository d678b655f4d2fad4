"""`leadloop runs`: cycles and applied plans, and what each of them wrote."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from domain.run import Run
from leadloop import exits, screen
from leadloop.app import open_app
from leadloop.finding import is_number
from store import runs
from store.runs import Written


def listing(folder: Path, *, environment: str | None, limit: int, as_json: bool) -> int:
    with closing(open_app(folder, environment=environment)) as app, app.store.read() as tx:
        found = runs.last(tx, limit)
    if as_json:
        screen.document({"runs": [as_data(each) for each in found]})
        return exits.OK
    screen.table(
        "Runs",
        ("run", "began (UTC)", "took", "who", "why", "planned", "applied", "refused", "failures"),
        [
            (
                each.id,
                f"{each.started_at:%Y-%m-%d %H:%M:%S}",
                _took(each),
                each.actor,
                each.trigger,
                *(each.counts.get(name, 0) or "" for name in ("planned", "applied", "refused")),
                len(each.failures) or "",
            )
            for each in found
        ],
    )
    return exits.OK


def show(folder: Path, number: int, *, environment: str | None, as_json: bool) -> int:
    with closing(open_app(folder, environment=environment)) as app, app.store.read() as tx:
        found = runs.find(tx, number) if is_number(number) else None
        written = runs.written(tx, number) if found is not None else []
    if found is None:
        screen.say(
            f"There is no run {number}: none had that number, or it was over 90 days ago. See `leadloop runs list`."
        )
        return exits.BAD_DATA
    if as_json:
        screen.document({**as_data(found), "writes": [_written_as_data(each) for each in written]})
    else:
        _show(found, written)
    return exits.OK


def as_data(run: Run) -> dict[str, Any]:
    return {
        "run": run.id,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "who": run.actor,
        "why": run.trigger,
        "counts": dict(run.counts),
        "failures": list(run.failures),
    }


def _written_as_data(each: Written) -> dict[str, Any]:
    return {
        "system": each.connection,
        "object": each.object,
        "kind": each.kind,
        "status": each.status,
        "outcome": each.code,
        "writes": each.count,
    }


def _took(run: Run) -> str:
    if run.ended_at is None:
        return "not ended"
    return str(timedelta(seconds=round((run.ended_at - run.started_at).total_seconds())))


def _show(run: Run, written: list[Written]) -> None:
    screen.show(f"Run {run.id} · {run.trigger} · by {run.actor}")
    screen.show(f"began {run.started_at:%Y-%m-%d %H:%M:%S} UTC · {_took(run)}")
    for name, count in run.counts.items():
        if count:
            screen.show(f"  {name.replace('_', ' '):20} {count:>8,}")
    for failure in run.failures:
        screen.show(f"  ✗ {failure}")
    screen.table(
        "\nIts writes, as they stand now",
        ("system", "object", "kind", "status", "outcome", "writes"),
        [(each.connection, each.object, each.kind, each.status, each.code, each.count) for each in written],
    )
    if any(each.kind == "fields" and each.code == "applied" for each in written):
        screen.say(f"`leadloop undo {run.id}` shows which of its fields can be set back.")
