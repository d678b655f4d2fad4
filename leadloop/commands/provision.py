"""`leadloop provision [CONNECTION]`: the fields, lists and buttons that the rules need, shown first and then made.

Nothing is made without a word: a yes at the terminal, or `--yes`. Nothing that is there is changed or deleted.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import typer

from connectors.abilities import ByHand, Provisioner, ProvisionItem, ProvisionKind
from domain.errors import ConnectorError, CredentialsError, SettingsError
from domain.record import AccountInfo
from leadloop import exits, making, screen
from leadloop.actor import actor
from leadloop.app import App, open_app
from leadloop.furnishing import counted, fittings_of, rules_in_force
from sync.introduce import recognise


class Standing(StrEnum):
    """How it is with one thing at the end."""

    THERE = "there"
    MADE = "made"
    MISSING = "missing"
    REFUSED = "refused"
    """Not there, and cannot be made as things are."""
    UNFIT = "unfit"
    """There, and unfit for its use: never touched."""


MARKS = {Standing.MADE: "✓", Standing.MISSING: "+", Standing.REFUSED: "✗", Standing.UNFIT: "✗"}
ON_AN_OBJECT = frozenset({ProvisionKind.FIELD, ProvisionKind.PERMISSION, ProvisionKind.VIEW, ProvisionKind.ACTION})
IN_THE_WAY = frozenset({Standing.REFUSED, Standing.UNFIT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the command line asks for."""

    dry_run: bool
    yes: bool
    as_json: bool
    detailed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One connection: whose it is and how it is with everything that it needs."""

    name: str
    account: AccountInfo
    items: Sequence[tuple[ProvisionItem, Standing]]

    def count(self, standing: Standing) -> int:
        return sum(each is standing for _, each in self.items)


def run(folder: Path, connection: str | None, wish: Wish, *, environment: str | None) -> int:
    """1 when something stands in the way, 2 when something is missing that nobody said yes to, else 0."""
    with closing(open_app(folder, environment=environment)) as app:
        _warn_of_draft(app)
        found = [_provision(app, name, each, wish=wish) for name, each in _chosen(app, connection).items()]
    if wish.as_json:
        screen.document({"ok": _code(found, wish) == exits.OK, "connections": [_plain(each) for each in found]})
    return _code(found, wish)


def write(folder: Path, connection: str | None, target: Path, *, environment: str | None) -> int:
    """Everything that is missing, as files for an admin; where we cannot log in, everything that is needed."""
    with closing(open_app(folder, environment=environment)) as app:
        name, connector = _one_by_hand(app, connection)
        needs = fittings_of(app, name, rules_in_force(app))
        _write(connector.manual(needs, _known(app, name, connector)), target)
        screen.show(f"{name}: read {target / 'README.md'}.")
    return exits.OK


def _one_by_hand(app: App, wanted: str | None) -> tuple[str, ByHand]:
    able = [(name, each) for name, each in _chosen(app, wanted).items() if isinstance(each, ByHand)]
    if not able and wanted is not None:
        raise SettingsError(f"{wanted!r} takes no folder: only Salesforce does")
    if not able:
        raise SettingsError("there is no connection here whose system takes a folder: only Salesforce does")
    if len(able) > 1:
        raise SettingsError(f"a folder is for one connection: name {' or '.join(name for name, _ in able)}")
    return able[0]


def _chosen(app: App, wanted: str | None) -> dict[str, Provisioner]:
    """The connection that was named, or all in which something may have to be made."""
    if wanted is not None and wanted not in app.connectors:
        raise SettingsError(f"there is no connection {wanted!r}; known are {', '.join(sorted(app.connectors))}")
    able: dict[str, Provisioner] = {
        name: each for name, each in app.connectors.items() if isinstance(each, Provisioner)
    }
    if wanted is not None and wanted not in able:
        raise SettingsError(f"{wanted!r} needs no fields of ours: nothing can be made there")
    return able if wanted is None else {wanted: able[wanted]}


def _warn_of_draft(app: App) -> None:
    if rules_in_force(app).hash != app.installation.rules.hash:
        screen.say("! This is for the rules in force; the folder differs. See `leadloop config publish`.")


def _provision(app: App, name: str, connector: Provisioner, *, wish: Wish) -> Found:
    """Look, show, ask, make, tell."""
    account = _account(app, name)
    before = connector.needed(fittings_of(app, name, rules_in_force(app)))
    making.end_found(app, name, before, by=actor(), now=app.clock.now())
    found = Found(name=name, account=account, items=[(each, _standing(each)) for each in before])
    if not wish.as_json:
        _show(found)
    if found.count(Standing.MISSING) and _agreed(found, wish):
        screen.say(f"Making {found.count(Standing.MISSING)} things in {name}: a second or so for each.")
        after = _make(app, name, connector, before)
        items = [(now, _standing(now, was)) for was, now in zip(before, after, strict=True)]
        found = Found(name=name, account=account, items=items)
        if not wish.as_json:
            _tell(found, app.types[name])
    return found


def _make(app: App, name: str, connector: Provisioner, before: Sequence[ProvisionItem]) -> Sequence[ProvisionItem]:
    """Make them, each announced in the audit before and ended after."""
    by = actor()
    making.announce(app, name, before, by=by, now=app.clock.refresh())
    after = connector.provision(before)
    making.end(app, name, before, after, by=by, now=app.clock.refresh())
    return after


def _account(app: App, name: str) -> AccountInfo:
    """Whose system this is; WrongAccountError when nothing may be written there."""
    account = app.connectors[name].account()
    recognise(app.store, name, account, settings=app.settings)
    return account


def _standing(item: ProvisionItem, before: ProvisionItem | None = None) -> Standing:
    if item.problem:
        return Standing.UNFIT if item.exists else Standing.REFUSED
    if not item.exists:
        return Standing.MISSING
    return Standing.MADE if before is not None and not before.exists else Standing.THERE


def _agreed(found: Found, wish: Wish) -> bool:
    if wish.dry_run or wish.yes:
        return not wish.dry_run
    if wish.as_json or not sys.stdin.isatty():
        screen.say(f"Nothing was made in {found.name}: nobody could be asked. Say --yes to make it.")
        return False
    return typer.confirm(f"Make these in {found.name} ({found.account.name})?", err=True)


def _show(found: Found) -> None:
    lacking = [(item, standing) for item, standing in found.items if standing is not Standing.THERE]
    title = f"{found.name}: {found.account.name} ({found.account.account_id})"
    there = f"{found.count(Standing.THERE)} of {len(found.items)} things are there"
    if not lacking:
        screen.show(f"{title}: all {len(found.items)} things are there.")
        return
    rows = [(MARKS[standing], item.kind, _name(item), item.detail) for item, standing in lacking]
    screen.table(f"{title}: {there}. Missing (+) or in the way (✗):", ("", "what", "name", "as"), rows)
    _show_problems(found)


def _tell(found: Found, kind: str) -> None:
    made = Counter(item.kind for item, standing in found.items if standing is Standing.MADE)
    said = ", ".join(counted(each, count) for each, count in made.items()) or "nothing"
    screen.show(f"Made in {found.name}: {said}.")
    _show_problems(found)
    screen.say(f"What is left to do by hand: docs/connecting-{kind}.md. Then run `leadloop doctor`.")


def _show_problems(found: Found) -> None:
    """Each problem once, with what it is about."""
    about: dict[str, list[str]] = {}
    for item, standing in found.items:
        if standing in IN_THE_WAY:
            about.setdefault(item.problem, []).append(f"{item.kind} {_name(item)}")
    for problem, names in about.items():
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        screen.show(f"✗ {names[0]}{more}: {problem}.")


def _name(item: ProvisionItem) -> str:
    return f"{item.object}.{item.name}" if item.kind in ON_AN_OBJECT else item.name


def _code(found: Sequence[Found], wish: Wish) -> int:
    if any(each.count(standing) for each in found for standing in IN_THE_WAY):
        return exits.SOME_FAILED
    missing = any(each.count(Standing.MISSING) for each in found)
    return exits.CHANGES_PENDING if missing and (wish.detailed or not wish.dry_run) else exits.OK


def _plain(found: Found) -> dict[str, object]:
    items = [
        {
            "kind": item.kind,
            "object": item.object,
            "name": item.name,
            "standing": standing,
            "detail": item.detail,
            "why": item.why,
            "problem": item.problem,
        }
        for item, standing in found.items
    ]
    counts = {standing.value: found.count(standing) for standing in Standing}
    return {"name": found.name, "account_id": found.account.account_id, "counts": counts, "items": items}


def _known(app: App, name: str, connector: object) -> Sequence[ProvisionItem]:
    """What is there, where we can log in."""
    if not isinstance(connector, Provisioner):
        return ()
    try:
        return connector.needed(fittings_of(app, name, rules_in_force(app)))
    except (CredentialsError, ConnectorError) as error:
        screen.say(f"! {name} cannot be looked at, so the folder holds everything: {error}")
        return ()


def _write(files: Mapping[str, str], target: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise SettingsError(f"{target} is not empty: name a new folder")
    for path, text in files.items():
        place = target / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    for path in _listed(files):
        screen.say(f"wrote {target / path}")


def _listed(files: Mapping[str, str]) -> Iterator[str]:
    """The folders in which the files are, and those that are in none."""
    yield from dict.fromkeys(str(Path(path).parent) if "/" in path else path for path in files)
