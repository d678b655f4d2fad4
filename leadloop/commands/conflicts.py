"""`leadloop conflicts`: what no rule could decide, and a person's word on it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from domain.survey import HUBSPOT_CONNECTOR, Author
from domain.values import Value
from leadloop import exits, screen
from leadloop.actor import actor
from leadloop.answers import Answer
from leadloop.app import App, open_app
from leadloop.asking import is_agreed
from leadloop.filing import lead_or_file
from leadloop.finding import names_of
from leadloop.undecided import RESOLVE, resolve_all
from mapping.scalars import as_text
from reports.conflicts import Side, Undecided, by_property, described
from store import conflicts
from store.conflicts import Open
from store.engine import Tx
from sync.conflicts import Choice, number_of, try_out

AGREED = "agreed"
"""In place of a connection: what was agreed before."""
_SHOWN = 50
"""Rows on the screen; `--json` gives all."""
_NAMED = 10
"""Names in one sentence."""
_BY = {
    Author.PERSON: "a person",
    Author.VISITOR: "the person themselves",
    Author.WORKFLOW: "a workflow",
    Author.INTEGRATION: "an integration",
    Author.NEIGHBOUR: HUBSPOT_CONNECTOR,
    Author.IMPORT: "an import",
    Author.SYSTEM: "the system",
    Author.OURS: "leadloop",
    Author.UNKNOWN: "nobody knows who",
}
_COLUMNS = ("conflict", "who", "property", "sides", "agreed before", "since")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which conflicts are meant, and what all their sides are to show."""

    names: Sequence[str] = ()
    about: str | None = None
    """All of this property, instead of names."""
    use: str | None = None
    value: str | None = None

    @property
    def choice(self) -> Choice:
        return Choice(connection=None if self.use == AGREED else self.use, value=self.value)

    @property
    def words(self) -> str:
        """For the person who says so."""
        if self.use is None:
            return f"with {self.value!r} on every side"
        return "as it was agreed before" if self.use == AGREED else f"as in {self.use}"


def listing(folder: Path, *, environment: str | None, property: str | None, as_json: bool) -> int:
    with closing(open_app(folder, environment=environment)) as app, app.store.read() as tx:
        found = conflicts.open_ones(tx, property=property)
        if as_json:
            rows = [as_data(each) for each in described(tx, found, app.in_force(tx).fields)]
            screen.document({"counts": by_property(found), "conflicts": rows})
            return exits.OK
        screen.table("Undecided", ("property", "leads"), by_property(found).items())
        if found:
            _show(tx, app, found)
            screen.say(
                "Decide: `leadloop conflicts resolve ID ... --use CONNECTION`. Or make them alike in their systems."
            )
    return exits.OK


def resolve(folder: Path, wish: Wish, *, environment: str | None, yes: bool, wait: bool) -> int:
    """0 when all are decided; 1 when some are not; 2 when nobody said yes; 65 when there is nothing of the kind."""
    with closing(open_app(folder, environment=environment)) as app:
        if wish.use not in {None, AGREED, *app.settings.connections}:
            known = ", ".join([*app.settings.connections, AGREED])
            raise typer.BadParameter(f"--use takes one of {known}")
        with app.store.read() as tx:
            found = _meant(tx, wish)
            code = _without(tx, app, wish.names, found)
            if found:
                _show(tx, app, found)
        if not found:
            return code or exits.BAD_DATA
        if (refused := _foreseen(app, found, wish.choice)) is not None:
            return refused
        if not (yes or is_agreed(f"Decide {_so_many(len(found))} {wish.words}?")):
            return exits.CHANGES_PENDING
        choice = wish.choice
        names = [one.name for one in found]
        payload = {"conflicts": names, "connection": choice.connection, "value": choice.value, "by": actor()}
        answer = lead_or_file(
            app, lambda loop: resolve_all(app, loop, payload), kind=RESOLVE, payload=payload, wait=wait
        )
        with app.store.read() as tx:
            return _report(tx, app, answer) or code


def _meant(tx: Tx, wish: Wish) -> list[Open]:
    """Those of the property, or those that still are what their names say."""
    if wish.about is None:
        return [one for one in _numbered(tx, wish.names).values() if one.name in wish.names]
    found = conflicts.open_ones(tx, property=wish.about)
    if not found:
        screen.say(f"Nothing is undecided about {wish.about}. See `leadloop conflicts list`.")
    return found


def _without(tx: Tx, app: App, names: Sequence[str], found: Sequence[Open]) -> int:
    """Say which of the names mean nothing any more, and show those of which a side moved; the exit code for that."""
    known, meant = _numbered(tx, names), {one.name for one in found}
    others = [name for name in names if name not in meant]
    for name in others:
        if number_of(name) in known:
            screen.say(f"! {name}: a side moved since it was listed. As it stands now:")
        else:
            screen.say(f"! {name}: nothing of that name is undecided. See `leadloop conflicts list`.")
    moved = [known[number] for name in others if (number := number_of(name)) in known]
    if moved:
        _show(tx, app, moved)
    return exits.SOME_FAILED if moved or (others and found) else exits.OK


def _numbered(tx: Tx, names: Sequence[str]) -> dict[int, Open]:
    return conflicts.get(tx, [number for name in names if (number := number_of(name)) is not None])


def _report(tx: Tx, app: App, answer: Answer) -> int:
    """What became of it; who moved meanwhile is shown as they stand now."""
    if "error" in answer:
        screen.say(f"leadloop: {answer['error']}")
        return int(answer["exit_code"])
    if answer["decided"]:
        screen.show(f"Decided: {_so_many(answer['decided'])}. The next cycle carries it out.")
    _say_refused(answer["refused"])
    again = list(conflicts.get(tx, answer["moved"]).values())
    if again:
        _show(tx, app, again)
    return int(answer["exit_code"])


def _foreseen(app: App, found: Sequence[Open], choice: Choice) -> int | None:
    """What no system could be told is refused before anybody is asked; None where something is left to be decided."""
    names = [one.name for one in found]
    with app.store.read() as tx:
        tried = try_out(tx, app.in_force(tx), names, choice, now=app.clock.refresh())
    if tried.count or tried.moved:
        return None
    _say_refused(tried.refused)
    return exits.SOME_FAILED


def _say_refused(refused: Mapping[str, str]) -> None:
    for why, names in _by_reason(refused).items():
        others = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
        screen.say(f"! {', '.join(names[:_NAMED])}{others}: {why}.")


def _by_reason(refused: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, why in refused.items():
        found.setdefault(why, []).append(name)
    return found


def _so_many(count: int) -> str:
    return f"{count:,} conflict{'s' if count != 1 else ''}"


def _show(tx: Tx, app: App, found: Sequence[Open]) -> None:
    some = described(tx, found[:_SHOWN], app.in_force(tx).fields)
    people = names_of(tx, {each.lead_id for each in some})
    rows = (
        (
            each.name,
            people.get(each.lead_id, f"lead {each.lead_id}"),
            each.property,
            " | ".join(_sides(each)),
            "—" if each.agreed is None else each.agreed,
            f"{each.since:%Y-%m-%d %H:%M} UTC",
        )
        for each in some
    )
    title = "\nThe sides, as the rules read them (possible: when its record last changed, in whatever field)"
    screen.table(title, _COLUMNS, rows)
    if len(found) > _SHOWN:
        screen.say(f"{len(found) - _SHOWN:,} more: `leadloop conflicts list --json`.")


def _sides(one: Undecided) -> Iterator[str]:
    for name, side in one.sides.items():
        shows = "" if side.shown is None or as_text(side.shown) == _text(side.value) else f", shows {side.shown!r}"
        yield f"{name} {'—' if side.value is None else side.value!r}{shows}{_when(side)}"


def _text(value: Value) -> str | None:
    return None if value is None else as_text(value)


def _when(side: Side) -> str:
    if side.changed_at is None:
        return ""
    how = f"certain, {_BY[side.author]}" if side.certain and side.author else "possible"
    return f" ({how}, {side.changed_at:%Y-%m-%d %H:%M})"


def _evidence_word(side: Side) -> str | None:
    return None if side.changed_at is None else "certain" if side.certain else "possible"


def as_data(one: Undecided) -> dict[str, Any]:
    return {
        "id": one.name,
        "lead": one.lead_id,
        "property": one.property,
        "sides": {
            name: {
                "value": side.value,
                "shown": side.shown,
                "object": side.ref.object if side.ref else None,
                "record": side.ref.id if side.ref else None,
                "changed_at": side.changed_at,
                "evidence": _evidence_word(side),
                "by": side.author.value if side.author else None,
            }
            for name, side in one.sides.items()
        },
        "agreed": one.agreed,
        "since": one.since,
    }
