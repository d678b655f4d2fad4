"""`leadloop audit`: what was done by whom, and whether that record of it is whole."""

import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import orjson

from leadloop import exits, screen
from leadloop.anchors import AnchorFile, SetAside, accounted_for
from leadloop.app import App, open_app
from leadloop.finding import find_lead, unknown
from store import audit, audit_chain, audit_joins
from store.audit import AuditEntry, Wanted
from store.audit_chain import Verdict
from store.audit_joins import LooseEnd

TOLD = 20
"""Writes whose rows do not join that are named one by one."""
SHOWN = 100
"""Rows of a table that nobody asked to be longer."""


def verify(folder: Path, *, environment: str | None, anchor: Path | None, as_json: bool) -> int:
    """65 when a row is not as it was sealed; 1 when something cannot be vouched for; 0 otherwise."""
    with closing(open_app(folder, environment=environment)) as app:
        file = app.anchors if anchor is None else AnchorFile(anchor, app.clock.now)
        lines = tuple(file.all())  # before the rows: one that is written meanwhile would be ahead of what is looked at
        with app.store.read() as tx:
            anchors, gone = accounted_for(tx, lines)
            found = audit_chain.verify(tx, anchors)
            loose = list(audit_joins.loose_ends(tx, now=app.clock.refresh()))
    if as_json:
        screen.document({**verified_as_data(found, loose, file.path), "set_aside": [_gone(each) for each in gone]})
    else:
        _show_verdict(found, file.path)
        _show_gone(gone)
        _show_loose(loose)
    return _code(found, loose)


def _code(found: Verdict, loose: list[LooseEnd]) -> int:
    if not found.ok:
        return exits.BAD_DATA
    return exits.SOME_FAILED if loose or not _is_anchored(found) else exits.OK


def _is_anchored(found: Verdict) -> bool:
    return bool(found.anchors) or not found.sealed


def verified_as_data(found: Verdict, loose: list[LooseEnd], file: Path) -> dict[str, Any]:
    return {
        "ok": found.ok and not loose,
        "sealed": found.sealed,
        "waiting": found.waiting,
        "anchor": {"file": str(file), "lines": found.anchors},
        "first_bad": None
        if found.ok
        else {"row": found.first_bad, "fault": found.fault, "at": found.at, "action": found.action},
        "loose_ends": [asdict(each) for each in loose],
    }


def _show_verdict(found: Verdict, file: Path) -> None:
    if found.ok:
        screen.show(f"{found.sealed:,} rows are as they were sealed; {found.waiting:,} wait for the next seal.")
    else:
        what = f": {found.action!r}, {found.at:%Y-%m-%d %H:%M:%S} UTC" if found.at is not None else ""
        screen.show(f"✗ Row {found.first_bad:,} is {found.fault}{what}. The {found.sealed:,} rows before it hold.")
    if found.anchors:
        screen.show(f"{found.anchors:,} anchors of {file} were looked at.")
    elif found.sealed:
        screen.say(f"! There is no anchor in {file}: that the end was cut off, or all was made anew, cannot be seen.")


def _gone(each: SetAside) -> dict[str, Any]:
    return {"at": each.at, "by": each.by, "taken_at": each.taken_at, "after": each.end.number, "rows": each.rows}


def _show_gone(gone: list[SetAside]) -> None:
    """No tampering, and no whole account either: these rows are in the database that a restore set aside."""
    for each in gone:
        if not each.end.number and each.taken_at == each.at:
            screen.show(
                f"! {each.rows:,} rows are not in this database: {each.by} began with an empty one at "
                f"{each.at:%Y-%m-%d %H:%M} UTC."
            )
            continue
        screen.show(
            f"! {each.rows:,} rows after sealed row {each.end.number:,} are not in this database: {each.by} restored "
            f"the backup of {each.taken_at:%Y-%m-%d %H:%M} UTC at {each.at:%Y-%m-%d %H:%M} UTC. They are in the "
            "database that was set aside then."
        )


def _show_loose(loose: list[LooseEnd]) -> None:
    if not loose:
        screen.show("Every announced write has its end, or is on its way.")
        return
    rows = [(each.connection, each.key, each.seq, each.what) for each in loose[:TOLD]]
    screen.table(f"\nWrites whose rows do not join: {len(loose):,}", ("system", "key", "from row", "what"), rows)


def listing(
    folder: Path, wanted: Wanted, *, environment: str | None, lead: str | None, limit: int | None, as_json: bool
) -> int:
    """A table of the last rows; as JSON one line per row, all of them unless a limit is given."""
    with closing(open_app(folder, environment=environment)) as app:
        if lead is not None:
            with app.store.read() as tx:
                found = find_lead(tx, lead)
            if found is None:
                screen.say(unknown(lead))
                return exits.BAD_DATA
            wanted = replace(wanted, lead_id=found)
        if as_json:
            _lines(app, wanted, limit)
        else:
            _table(app, wanted, limit or SHOWN)
    return exits.OK


def _lines(app: App, wanted: Wanted, limit: int | None) -> None:
    with app.store.read() as tx:
        for seq, entry in audit.rows(tx, wanted, limit=limit):
            sys.stdout.buffer.write(orjson.dumps(_as_data(seq, entry), option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()


def _as_data(seq: int, entry: AuditEntry) -> Mapping[str, Any]:
    return {"row": seq, **{name: value for name, value in asdict(entry).items() if value not in (None, ())}}


def _table(app: App, wanted: Wanted, limit: int) -> None:
    with app.store.read() as tx:
        found = list(audit.rows(tx, wanted, limit=limit + 1))
    rows = [
        (
            seq,
            f"{entry.at:%Y-%m-%d %H:%M:%S}",
            entry.actor,
            entry.action,
            entry.connection,
            f"{entry.object} {entry.record_id or ''}".strip() if entry.object else "",
            entry.lead_id,
            ", ".join(entry.fields),
        )
        for seq, entry in found[-limit:]
    ]
    screen.table("Audit", ("row", "at (UTC)", "who", "did", "system", "record", "lead", "fields"), rows)
    if len(found) > limit:
        screen.say(f"These are the last {limit}. `--limit` shows more, `--jsonl` everything.")
