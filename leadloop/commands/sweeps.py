"""`leadloop sweeps`: what full listings show no more and nobody believes, and a person's word that it is gone."""

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from leadloop import exits, screen
from leadloop.actor import actor
from leadloop.app import open_app
from store import audit, sweeps
from store.audit import AuditEntry
from store.sweeps import Finding


def listing(folder: Path, *, environment: str | None, as_json: bool) -> int:
    with closing(open_app(folder, environment=environment)) as app, app.store.read() as tx:
        found, now = sweeps.findings(tx), app.clock.refresh()
    if as_json:
        screen.document({"sweeps": [as_data(each, now=now) for each in found]})
        return exits.OK
    screen.table(
        "Shown no more, and not believed to be gone",
        ("id", "connection", "object", "gone", "of", "since", "for example", "word"),
        [
            (
                each.id,
                each.connection,
                each.object,
                each.missing,
                each.known,
                f"{each.found_at:%Y-%m-%d %H:%M} UTC",
                ", ".join(each.examples),
                _word(each, now=now),
            )
            for each in found
        ],
    )
    if any(not each.is_approved(now=now) for each in found):
        screen.say(
            "Next: look some of them up there (`leadloop sweeps show ID` names all). If the user or key sees less than "
            "before, mend that. If they really are gone: `leadloop sweeps approve ID`."
        )
    return exits.OK


def show(folder: Path, number: int, *, environment: str | None, as_json: bool) -> int:
    with closing(open_app(folder, environment=environment)) as app, app.store.read() as tx:
        ids = sweeps.ids_of(tx, number)
    if ids is None:
        return _not_open(number)
    if as_json:
        screen.document({"id": number, "records": ids})
    else:
        for each in ids:
            screen.show(each)
    return exits.OK


def approve(folder: Path, number: int, *, environment: str | None) -> int:
    """Nothing is archived here: the next listing is compared first, and lets through no more than was shown."""
    with closing(open_app(folder, environment=environment)) as app:
        now = app.clock.refresh()
        until = now + timedelta(hours=app.settings.blast_radius.approval_hours)
        with app.store.write() as tx:
            found = sweeps.approve(tx, number, by=actor(), now=now, until=until)
            if found is not None:
                audit.append(tx, [_entry(found, now)])
    if found is None:
        return _not_open(number)
    screen.show(
        f"{found.connection} is listed again in the next cycle. What of these {found.missing} of {found.object} is "
        "still missing then is taken to be gone, unless others are missing too. Good once, until "
        f"{until:%Y-%m-%d %H:%M} UTC."
    )
    return exits.OK


def as_data(found: Finding, *, now: datetime) -> dict[str, Any]:
    return {
        "id": found.id,
        "connection": found.connection,
        "stream": found.stream,
        "object": found.object,
        "missing": found.missing,
        "known": found.known,
        "found_at": found.found_at,
        "examples": found.examples,
        "approved": found.is_approved(now=now),
        "valid_until": found.valid_until,
    }


def _word(found: Finding, *, now: datetime) -> str:
    if found.valid_until is None:
        return "waits for yours"
    until = f"{found.valid_until:%Y-%m-%d %H:%M} UTC"
    return f"{found.approved_by}'s, until {until}" if found.is_approved(now=now) else f"ran out {until}, unused"


def _entry(found: Finding, now: datetime) -> AuditEntry:
    return AuditEntry(
        at=now,
        actor=actor(),
        action="approved that missing records are gone",
        connection=found.connection,
        object=found.object,
    )


def _not_open(number: int) -> int:
    screen.say(f"! {number} is not open: it was settled, or others are missing by now. See `leadloop sweeps list`.")
    return exits.BAD_DATA
