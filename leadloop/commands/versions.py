"""`leadloop config diff | history | pull | revert | promote | schema`: what was published, and the folder beside it."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from config.edits import Edit, edits_of_documents
from config.load import load_settings
from config.schema import stale_schemas, write_schemas
from config.text_merge import Clash, merge_texts
from domain.errors import SettingsError
from domain.run import RuleVersion
from leadloop import exits, screen
from leadloop.actor import actor
from leadloop.agreed import amended
from leadloop.app import App, open_app, version_of
from leadloop.drafts import note_base, read_base
from leadloop.publishing import Publication, keep_rules_if_frozen, put_in_force
from leadloop.registry import settings_types
from leadloop.rewriting import rewrite
from store import installation as notebook
from store import rules as rule_store
from store.engine import Store
from store.proposals import Kind

Texts = dict[str, str]


def diff(
    folder: Path, before: str | None, after: str | None, *, environment: str | None, detailed: bool, as_json: bool
) -> int:
    """By default what publishing the folder would change."""
    with closing(open_app(folder, environment=environment, to_publish=True)) as app:
        old = _version(app, before) if before else _in_force(app)
        new = _version(app, after) if after else version_of(app, author="", now=app.clock.now())
    edits = edits_of_documents(old.document, new.document)
    if as_json:
        screen.document({"before": old.number, "after": new.number or None, "edits": [as_data(each) for each in edits]})
    else:
        for each in edits:
            screen.show(each.words)
        if not edits:
            screen.say("No difference.")
    return exits.CHANGES_PENDING if detailed and edits else exits.OK


def as_data(edit: Edit) -> dict[str, Any]:
    return {"path": list(edit.path), "kind": edit.kind, "before": edit.before, "after": edit.after}


def history(folder: Path, *, environment: str | None, as_json: bool) -> int:
    with closing(open_app(folder, environment=environment, to_publish=True)) as app, app.store.read() as tx:
        versions = rule_store.history(tx)
    rows = [(each, _edits_since(each, versions[at + 1 :])) for at, each in enumerate(versions)]
    if as_json:
        screen.document({"versions": [_told(version, edits) for version, edits in rows]})
        return exits.OK
    screen.table(
        "Published rules, newest first: the first is in force",
        ("version", "rules", "published", "by", "edits", "why"),
        [
            (each.number, each.hash[:8], f"{each.published_at:%Y-%m-%d %H:%M}", each.author, edits, each.message)
            for each, edits in rows
        ],
    )
    return exits.OK


def _edits_since(version: RuleVersion, older: Sequence[RuleVersion]) -> int:
    return len(edits_of_documents(older[0].document, version.document)) if older else 0


def _told(version: RuleVersion, edits: int) -> dict[str, Any]:
    return {
        "version": version.number,
        "rule_hash": version.hash,
        "published_at": version.published_at,
        "author": version.author,
        "message": version.message,
        "edits": edits,
    }


def pull(folder: Path, *, environment: str | None, take: str | None) -> int:
    """Bring what was published meanwhile into the folder's files, beside what was edited there."""
    with closing(open_app(folder, environment=environment, to_publish=True)) as app:
        now, base = _in_force(app), _base_version(app)
        if base.number == now.number:
            screen.show(f"The folder is up to date with version {now.number}.")
            return exits.OK
        texts, clashes = _merged(base.sources, _texts_of(app), now.sources, take=take)
        if clashes:
            return _clashing(clashes, now)
        rewrite(folder, texts, environment=environment, rule_hash=None)
        note_base(folder, now)
    screen.show(f"The folder holds version {now.number} by {now.author} now, with your own edits where you made any.")
    return exits.OK


def revert(folder: Path, name: str, *, environment: str | None, author: str | None, message: str | None) -> int:
    """Publish an older version once more, and make the folder hold it; comments made since then stay where they can."""
    with closing(open_app(folder, environment=environment, to_publish=True)) as app:
        now, target = _in_force(app), _version(app, name)
        _refuse_unpublished(app, now)
        why = message or f"back to version {target.number}"
        asked = replace(target, author=author or actor(), message=why)
        if (kept := keep_rules_if_frozen(app, asked, kind=Kind.REVERT, base=now.number)) is not None:
            return kept.say()
        _adopt(app, folder, now, target, environment=environment)
    return _publish(folder, now, author=author, message=why, environment=environment)


def promote(folder: Path, source: Path, *, environment: str | None, author: str | None, overlay: str | None) -> int:
    """Publish here what is in force in another installation: tried in a test org, now for this one."""
    theirs, origin, types = _in_force_at(source, overlay)
    with closing(open_app(folder, environment=environment, to_publish=True)) as app:
        now = _in_force(app)
        if types != app.types:
            raise SettingsError(
                f"{source} has the connections {_listed(types)}, this installation {_listed(app.types)}: the rules of "
                "one cannot be used in the other"
            )
        _refuse_unpublished(app, now)
        why = f"promoted: version {theirs.number} of {origin}"
        asked = replace(theirs, author=author or actor(), message=why)
        if (kept := keep_rules_if_frozen(app, asked, kind=Kind.PROMOTE, base=now.number)) is not None:
            return kept.say()
        _adopt(app, folder, now, theirs, environment=environment)
    return _publish(folder, now, author=author, message=why, environment=environment)


def schema(folder: Path, *, check: bool) -> int:
    """Write the editors' schemas anew where they are stale."""
    stale = stale_schemas(folder, settings_types()) if check else write_schemas(folder, settings_types())
    for path in stale:
        screen.show(f"{'stale: ' if check else 'wrote '}{path}")
    if not stale:
        screen.say("Every schema is current.")
    return exits.SOME_FAILED if check and stale else exits.OK


def _adopt(app: App, folder: Path, now: RuleVersion, target: RuleVersion, *, environment: str | None) -> None:
    """Make the folder's files say what `target` says, with the comments that were added since `now`."""
    _require_texts(target)
    texts, _ = _merged(now.sources or target.sources, _texts_of(app), target.sources, take="theirs")
    try:
        rewrite(folder, texts, environment=environment, rule_hash=target.hash)
    except SettingsError:
        rewrite(folder, target.sources, environment=environment, rule_hash=target.hash)


def _publish(folder: Path, base: RuleVersion, *, author: str | None, message: str, environment: str | None) -> int:
    with closing(open_app(folder, environment=environment, to_publish=True)) as app:
        done: Publication = put_in_force(app, author=author or actor(), message=message, base=base.number)
        changed = amended(app, base.document)
    if done.changed:
        screen.show(
            f"Version {done.number} ({message}) is in force; {done.leads} leads are rescored in the next cycle."
        )
        if done.first_stages:
            screen.show(f"{done.first_stages:,} leads are given their first stage anew.")
        for line in changed.words() if changed else ():
            screen.show(line)
    else:
        screen.show(f"These rules are in force already (version {done.number}).")
    return exits.OK


def _in_force(app: App) -> RuleVersion:
    with app.store.read() as tx:
        version = rule_store.current(tx)
    if version is None:
        raise SettingsError("no rules are published: run `leadloop config publish`")
    return version


def _version(app: App, name: str) -> RuleVersion:
    with app.store.read() as tx:
        version = rule_store.by_name(tx, name)
    if version is None:
        raise SettingsError(f"There is no version {name!r}. See `leadloop config history`.")
    return version


def _base_version(app: App) -> RuleVersion:
    base = read_base(app.installation.folder)
    if base is None:
        raise SettingsError(
            "The folder does not say which version it was taken up from, so nothing can be merged: compare with "
            "`leadloop config diff`"
        )
    version = _version(app, str(base.number))
    _require_texts(version)
    return version


def _require_texts(version: RuleVersion) -> None:
    if not version.sources:
        raise SettingsError(
            f"Version {version.number} was published without the text of its files. "
            f"`leadloop config diff {version.number}` shows what it said; edit the folder by hand."
        )


def _refuse_unpublished(app: App, now: RuleVersion) -> None:
    if app.installation.rules.hash != now.hash:
        raise SettingsError(
            f"The folder holds edits that are not published (`leadloop config diff`): publish them or take them back "
            f"first. In force is version {now.number}."
        )


def _in_force_at(source: Path, overlay: str | None) -> tuple[RuleVersion, str, dict[str, str]]:
    """What is in force in another installation, its name, and its connections."""
    settings = load_settings(source, settings_types(), overlay)
    store = Store.open(settings.database_url, folder=source)
    try:
        store.require_schema()
        with store.read() as tx:
            version, origin = rule_store.current(tx), notebook.get(tx, "installation_id") or str(source)
    finally:
        store.dispose()
    if version is None:
        raise SettingsError(f"{source} has no published rules")
    return version, origin, dict(settings.types())


def _listed(types: Mapping[str, str]) -> str:
    return ", ".join(f"{name} ({kind})" for name, kind in sorted(types.items()))


def _texts_of(app: App) -> Texts:
    return dict(app.installation.sources)


def _merged(
    base: Mapping[str, str], ours: Mapping[str, str], theirs: Mapping[str, str], *, take: str | None
) -> tuple[Texts, list[tuple[str, Clash]]]:
    """File by file. `take`: whose lines stand where both changed the same; None: such clashes are returned.

    A table that only they have is taken as it is; one that only we have is left alone.
    """
    texts: Texts = {name: text for name, text in theirs.items() if name not in ours}
    clashes: list[tuple[str, Clash]] = []
    for name, text in ours.items():
        if name not in theirs:
            continue
        mine, other = (theirs[name], text) if take == "theirs" else (text, theirs[name])
        found = merge_texts(base.get(name, ""), mine, other)
        texts[name] = found.text
        clashes += [(name, each) for each in found.clashes if take is None]
    return texts, clashes


def _clashing(clashes: Sequence[tuple[str, Clash]], now: RuleVersion) -> int:
    screen.say(f"Nothing was changed: you and {now.author} (version {now.number}) edited the same lines.")
    for name, each in clashes:
        screen.show(f"{name}:{each.line}")
        for mark, text in (("yours ", each.ours), ("theirs", each.theirs)):
            for line in text.splitlines() or ["(nothing)"]:
                screen.show(f"  {mark} | {line}")
    screen.say("Make the lines alike by hand, or `leadloop config pull --take ours` or `--take theirs`.")
    return exits.BAD_DATA
