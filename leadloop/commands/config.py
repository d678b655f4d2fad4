"""`leadloop config publish`: put the folder's rules in force."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.edits import Edit, clashes, edits_of_documents
from config.rules import mapping_of
from domain.effect import Effect
from domain.errors import RuleError, SettingsError
from domain.run import RuleVersion
from leadloop import exits, screen
from leadloop.actor import actor
from leadloop.app import App, open_app, version_of
from leadloop.checked import load
from leadloop.commands.plan import compile_for, in_force
from leadloop.drafts import note_base, read_base
from leadloop.foretelling import Foretold, foretell
from mapping.contested import undecided
from reports.changes_for_you import lines_of, paragraphs
from reports.survey import lines_to_decide
from store import leads
from store import rules as rule_store
from store import survey as survey_store
from store.rules import OvertakenError
from sync.effect import SAMPLE, effect_of
from sync.moving import mapping_changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What publishing did: `changed` is False when these rules were in force already. `leads` are rescored."""

    number: int
    changed: bool
    leads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How to publish. `over`: the version to replace though the folder was not made from it; `only_try`: do not."""

    author: str | None
    message: str = ""
    over: int | None = None
    whole: bool = False
    only_try: bool = False


def publish(folder: Path, wish: Wish, *, environment: str | None, as_json: bool) -> int:
    load(folder, environment)  # before the store: rules that would stop the next run are not even its first version
    with closing(open_app(folder, environment=environment, to_publish=True)) as app:
        refuse_undecided(app)
        trial = try_out(app, whole=wish.whole)
        foretold = foretell(app) if trial.edits else Foretold()
        if wish.only_try:
            return _tell(app, trial, None, foretold=foretold, as_json=as_json)
        try:
            base = wish.over if wish.over is not None else _base(app)
            done = put_in_force(app, author=wish.author or actor(), message=wish.message, base=base)
        except OvertakenError as error:
            return _overtaken(app, error.now)
        return _tell(app, trial, done, foretold=foretold, as_json=as_json)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What the folder's rules would change. `effect`: None where nothing differs or those in force are unreadable."""

    edits: tuple[Edit, ...]
    effect: Effect | None = None

    def paragraphs(self, teams: Sequence[str]) -> dict[str, str]:
        return {} if self.effect is None else paragraphs(self.effect, [each.words for each in self.edits], teams)


def try_out(app: App, *, whole: bool = False) -> Trial:
    """Try the folder's rules on the leads there are; nothing is saved."""
    now = app.clock.refresh()
    with app.store.read() as tx:
        version = rule_store.current(tx)
        edits = () if version is None else edits_of_documents(version.document, app.installation.rules.document)
        if not edits:
            return Trial(edits=())
        try:
            before = in_force(app, tx)
        except RuleError as error:
            screen.say(f"What would change cannot be told: {error}")
            return Trial(edits=edits)
        after = compile_for(app, tx, version_of(app, author="", now=now))
        return Trial(edits=edits, effect=effect_of(tx, before, after, now=now, most=None if whole else SAMPLE))


def _tell(app: App, trial: Trial, done: Publication | None, *, foretold: Foretold, as_json: bool) -> int:
    rules = app.installation.rules
    told = trial.paragraphs([team.name for team in rules.routing.teams])
    if as_json:
        screen.document(
            {
                "rule_hash": rules.hash,
                "version": done.number if done else None,
                "changed": done is not None and done.changed,
                "edits": [each.words for each in trial.edits],
                "effect": _as_data(trial.effect),
                "for_teams": told,
                "leads_to_rescore": done.leads if done else 0,
                **foretold.as_data(),
            }
        )
        return exits.OK
    for each in trial.edits:
        screen.show(each.words)
    for line in lines_of(trial.effect) if trial.effect else ():
        screen.show(line)
    for team, words in told.items():
        screen.show(f"For {team}: {words}")
    foretold.show()
    _say_done(rules.hash, done)
    return exits.OK


def _as_data(effect: Effect | None) -> dict[str, Any] | None:
    if effect is None:
        return None
    return {
        "leads": effect.total,
        "looked_at": effect.looked_at,
        "up": effect.up,
        "down": effect.down,
        "bands": {" → ".join(move): count for move, count in effect.bands.items()},
        "stages": {" → ".join(move): count for move, count in effect.stages.items()},
        "newly_above": effect.newly_above,
        "no_longer_above": effect.no_longer_above,
        "values": {f"{connection} {kind}.{name}": n for (connection, kind, name), n in effect.values.items()},
        "failed": effect.failed,
    }


def _say_done(rule_hash: str, done: Publication | None) -> None:
    if done is None:
        screen.say("Nothing was published.")
    elif done.changed:
        screen.show(
            f"Rules {rule_hash[:8]} (version {done.number}) are in force; {done.leads} leads are rescored in the next "
            "cycle."
        )
        screen.say("Who stands newly above the line is listed by `leadloop held list`, not handed off.")
    else:
        screen.show(f"Rules {rule_hash[:8]} (version {done.number}) were in force already.")


def refuse_undecided(app: App) -> None:
    """Rules that would write what a machine writes too wait for a person's word, as far as a survey was taken."""
    with app.store.read() as tx:
        known = survey_store.latest(tx)
    waiting = undecided(known, app.installation.rules.mapping, app.types)
    if not waiting:
        return
    told = [
        f"mapping.yaml: {each.field.connection} {each.field.place} is contested: {'; '.join(each.reasons)}"
        for each in waiting
    ]
    lines = "\n".join((*told, "Decide in mapping.yaml, then publish again:", "", *lines_to_decide(waiting)))
    raise SettingsError(lines)


def put_in_force(app: App, *, author: str, message: str = "", base: int | None = None) -> Publication:
    """Publish the draft, re-arm every lead from now on, have all rescored.

    `base`: the version that the draft was made from; OvertakenError when another was published since.
    """
    now = app.clock.refresh()
    with app.store.write() as tx:
        before = rule_store.current(tx)
        changed = rule_store.publish(tx, version_of(app, author=author, now=now, message=message), base=base)
        version = rule_store.current(tx)
        if version is None:
            raise LookupError("a publication that is not there was written in this transaction")
        count = leads.count(tx) if changed else 0
        if changed:
            if before is not None and (mapping := mapping_of(before.document)) is not None:
                mapping_changed(tx, mapping, app.installation.rules.mapping)
            leads.arm_all(tx, now)
            leads.make_all_due(tx)
    note_base(app.installation.folder, version)
    return Publication(number=version.number, changed=changed, leads=count)


def _base(app: App) -> int:
    """The version that the folder was taken up from; 0, which none has, where it does not say so."""
    base = read_base(app.installation.folder)
    return base.number if base is not None else 0


def _overtaken(app: App, now: RuleVersion) -> int:
    """Say what the two have changed, and what to do about it; nothing was written."""
    base = read_base(app.installation.folder)
    with app.store.read() as tx:
        before = rule_store.by_number(tx, base.number) if base is not None else None
    who = f"version {now.number} by {now.author} ({now.published_at:%Y-%m-%d %H:%M} UTC)"
    if before is None:
        screen.say(f"Nothing was published: the folder does not say which version it was made from. In force is {who}.")
        screen.say(
            f"`leadloop config diff` shows what would change; then `leadloop config publish --over {now.number}`."
        )
        return exits.BAD_DATA
    ours = edits_of_documents(before.document, app.installation.rules.document)
    theirs = edits_of_documents(before.document, now.document)
    screen.say(f"Nothing was published: the folder was taken up from version {before.number}, and in force is {who}.")
    for line in _both_sides(ours, theirs):
        screen.show(line)
    screen.say(
        f"`leadloop config pull` brings theirs into the folder; `leadloop config publish --over {now.number}` puts "
        "yours in place of theirs."
    )
    return exits.BAD_DATA


def _both_sides(ours: Sequence[Edit], theirs: Sequence[Edit]) -> Iterator[str]:
    fought = clashes(ours, theirs)
    for mine, other in fought:
        yield f"both changed {mine.place}"
        yield f"  yours:  {mine.words}"
        yield f"  theirs: {other.words}"
    taken = {id(other) for _, other in fought}
    yield from (f"theirs alone: {each.words}" for each in theirs if id(each) not in taken)
