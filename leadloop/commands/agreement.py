"""`leadloop agreement`: a name from each side under the words that the published rules make."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from domain.errors import SettingsError, UsageError
from domain.review import LONGEST_NAME, spoken
from domain.signing import Clause, Side, Signature, Standing, Word, fingerprint_of, is_same_name, standings
from leadloop import exits, screen
from leadloop.actor import actor
from leadloop.agreed import change_as_data, clauses_in_force
from leadloop.app import App, open_app
from leadloop.asking import is_agreed
from reports.pages.signed import signed_by, told
from store import signatures


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Who is to sign for which side."""

    side: Side
    name: str
    yes: bool
    as_json: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The words in force, and the last signature of each side."""

    clauses: tuple[Clause, ...]
    signed: Mapping[Side, Signature]

    @property
    def standings(self) -> tuple[Standing, ...]:
        return standings(self.clauses, self.signed)

    def holder(self, side: Side) -> Signature | None:
        """Whose name stands for the side under these very words."""
        found = self.signed.get(side)
        return found if found is not None and found.fingerprint == fingerprint_of(self.clauses) else None


def status(folder: Path, *, environment: str | None, as_json: bool) -> int:
    with closing(open_app(folder, environment=environment)) as app:
        found = _look(app)
        _tell(app, found, as_json=as_json)
    return exits.OK


def _look(app: App) -> Found:
    with app.store.read() as tx:
        return Found(clauses=clauses_in_force(app, tx), signed=signatures.latest(tx))


def _tell(app: App, found: Found, *, as_json: bool) -> None:
    if as_json:
        screen.document(as_data(found))
        return
    screen.show(f"The agreement {fingerprint_of(found.clauses)[:8]}, made from the published rules")
    for line in told(found.standings, ZoneInfo(app.settings.time_zone)):
        screen.show(f"  {line}")
    screen.say("What it says: `leadloop report agreement`.")


def as_data(found: Found) -> dict[str, Any]:
    stand = found.standings
    return {
        "fingerprint": fingerprint_of(found.clauses),
        "signed": all(each.word is Word.SIGNED for each in stand),
        "sides": {each.side: _standing_as_data(each) for each in stand},
    }


def _standing_as_data(each: Standing) -> dict[str, Any]:
    signature = each.signature
    return {
        "status": each.word,
        "name": signature.name if signature else None,
        "at": signature.signed_at if signature else None,
        "by": signature.login if signature else None,
        "fingerprint": signature.fingerprint if signature else None,
        "changes": [change_as_data(change) for change in each.changes],
    }


def sign(folder: Path, wish: Wish, *, environment: str | None) -> int:
    """2 when nobody said yes; UsageError for a name that stands for the other side; nothing is signed then."""
    wish = replace(wish, name=spoken(wish.name, what="--name", most=LONGEST_NAME))
    with closing(open_app(folder, environment=environment)) as app:
        found = _look(app)
        if not wish.as_json:
            _show(found.clauses)
        if (held := found.holder(wish.side)) is not None and is_same_name(held.name, wish.name):
            screen.say(f"{signed_by(held, ZoneInfo(app.settings.time_zone))} already.")
        else:
            _require_another(found, wish)
            if not (wish.yes or is_agreed(f"Sign this for {wish.side} as {wish.name}?")):
                return exits.CHANGES_PENDING
            _put(app, found, wish)
        _tell(app, _look(app), as_json=wish.as_json)
    return exits.OK


def _show(clauses: Sequence[Clause]) -> None:
    for each in clauses:
        screen.show(each.title)
        for line in each.lines:
            screen.show(f"  {line}")
        screen.show()


def _require_another(found: Found, wish: Wish) -> None:
    """Nobody agrees with themselves."""
    other = found.holder(wish.side.other)
    if other is not None and is_same_name(other.name, wish.name):
        raise UsageError(f"{wish.name} has signed for {other.side}: somebody else has to sign for {wish.side}.")


def _put(app: App, seen: Found, wish: Wish) -> None:
    """Under the words that were shown and no others."""
    signature = Signature(
        side=wish.side, name=wish.name, signed_at=app.clock.refresh(), login=actor(), clauses=seen.clauses
    )
    with app.store.write() as tx:
        signatures.lock(tx)
        found = Found(clauses=clauses_in_force(app, tx), signed=signatures.latest(tx))
        if fingerprint_of(found.clauses) != signature.fingerprint:
            raise SettingsError("other rules were published meanwhile: read the agreement again")
        _require_another(found, wish)
        signatures.add(tx, signature)
