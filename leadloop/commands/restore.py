"""`leadloop restore`: a backup in the place of the database, and a start that sends nothing blindly."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.load import load_settings
from domain.errors import SettingsError, UsageError
from leadloop import exits, screen
from leadloop.actor import actor
from leadloop.archives import ANCHOR, SQLITE, Page, unpack, workshop
from leadloop.asking import is_agreed
from leadloop.clock import clock_of
from leadloop.putting_back import Place, PutBack, announce, put_back, require_fit
from leadloop.registry import settings_types
from reports.standing import ago
from store import copy_sqlite
from store.erased_since import Carried


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What was asked for. `already`: the database came back by other means."""

    file: Path | None
    already: bool
    yes: bool
    as_json: bool


def run(folder: Path, ask: Ask, *, environment: str | None) -> int:
    if (ask.file is None) is not ask.already:
        raise UsageError("Name the backup's FILE, or say --already if the database came back by other means.")
    if not folder.is_dir():
        raise SettingsError(f"There is no folder {folder}. `leadloop init {folder}` makes one.")
    settings = load_settings(folder, settings_types(), environment)
    now = clock_of(settings.clock).refresh()
    place = Place(settings=settings, folder=folder, by=actor(), now=now)
    return _announce(place, ask) if ask.file is None else _put_back(place, ask, ask.file)


def _put_back(place: Place, ask: Ask, file: Path) -> int:
    near = place.folder if place.file is None else place.file.parent
    with workshop(near) as within:
        page, database = unpack(file, within=within)
        if page.database == SQLITE:
            copy_sqlite.require_sound(database)
        require_fit(place, page, within / ANCHOR)
        _show_what(page, place.now)
        if not ask.yes and not is_agreed("Put it in the place of the database that is there?"):
            return exits.CHANGES_PENDING
        done = put_back(place, page, database, within / ANCHOR)
    _told(ask, page.taken_at, done)
    return exits.OK


def _announce(place: Place, ask: Ask) -> int:
    if not ask.yes and not is_agreed("Treat the database that is there as one that was put back?"):
        return exits.CHANGES_PENDING
    _told(ask, announce(place), PutBack(aside=None, carried=None))
    return exits.OK


def _show_what(page: Page, now: datetime) -> None:
    screen.say(
        f"The backup of {page.taken_at:%Y-%m-%d %H:%M} UTC, {ago(now - page.taken_at)} ago: schema {page.revision}, "
        f"{page.sealed:,} sealed rows of the audit, rules {page.rules[:8] or 'none'}, go_live {page.go_live}."
    )


def _told(ask: Ask, taken_at: datetime, done: PutBack) -> None:
    if ask.as_json:
        aside = None if done.aside is None else str(done.aside)
        erased = None if done.carried is None else {"again": done.carried.again, "to_ask": done.carried.to_ask}
        screen.document({"restored": True, "taken_at": taken_at, "aside": aside, "erased_since": erased})
        return
    screen.show(f"Restored as of {taken_at:%Y-%m-%d %H:%M} UTC.")
    if done.aside is not None:
        screen.show(f"What was there is kept as {done.aside}.")
    for line in _of_erased(done.carried):
        screen.show(line)
    screen.say(
        "The next cycle reads every system again before it decides or writes. What would be created is looked for "
        "first; what cannot be looked for waits in `leadloop errors list`. Approvals, published rules and steps of "
        "go-live of the time between are gone: look at `leadloop status` before you start the daemon."
    )


def _of_erased(carried: Carried | None) -> Iterator[str]:
    if carried is None:
        yield "Whom you erased since the backup cannot be known here: erase them again, by your tickets."
        return
    if carried.again:
        yield f"Erased since the backup, and again in the first cycle: {carried.again}."
    if carried.to_ask:
        yield (
            "Erased since the backup, or still to be, and in it part of another person or not there yet: "
            f"{carried.to_ask}. Ask for it again once everything was read."
        )
