"""`leadloop config publish`: put the folder's rules in force."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.edits import Edit, clashes, edits_of_documents
from config.mapping import MappingRules
from domain.effect import Effect
from domain.errors import RuleError, SettingsError
from domain.rule_problem import unjudged
from domain.run import RuleVersion
from leadloop import exits, screen
from leadloop.actor import actor
from leadloop.agreed import Amendment, amendment
from leadloop.app import App, open_app, version_of
from leadloop.badge import show_badge
from leadloop.checked import load
from leadloop.drafts import read_base
from leadloop.foretelling import Foretold, foretell
from leadloop.freezing import Kept
from leadloop.publishing import Publication, keep_rules_if_frozen, put_in_force
from leadloop.restaging import foretell_stages
from leadloop.unjudging import unjudged_as_data
from mapping.contested import undecided
from reports.changes_for_you import lines_of, paragraphs
from reports.survey import lines_to_decide
from store import rules as rule_store
from store import survey as survey_store
from store.proposals import Kind
from store.rules import OvertakenError
from sync.effect import SAMPLE, effect_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How to publish. `over`: the version to replace though the folder was not made from it; `only_try`: do not."""

    author: str | None
    message: str = ""
    over: int | None = None
    whole: bool = False
    only_try: bool = False


def publish(folder: Path, wish: Wish, *, environment: str | None, as_json: bool) -> int:
    read = load(folder, environment)  # before the store: rules that would stop the next run are not its first version
    for each in read.warnings:
        screen.say(f"warning: {each}")
    with closing(open_app(folder, environment=environment, to_publish=True)) as app:
        refuse_undecided(app, app.installation.rules.mapping)
        trial = try_out(app, whole=wish.whole)
        foretold = foretell(app) if trial.edits else Foretold()
        foretold.restaged = foretell_stages(app, whole=wish.whole)
        if wish.only_try:
            return _tell(app, trial, None, foretold=foretold, as_json=as_json)
        try:
            base = wish.over if wish.over is not None else _base(app)
            author = wish.author or actor()
            version = version_of(app, author=author, now=app.clock.now(), message=wish.message)
            kept = keep_rules_if_frozen(app, version, kind=Kind.PUBLISH, base=base)
            done = None if kept else put_in_force(app, author=author, message=wish.message, base=base)
        except OvertakenError as error:
            return _overtaken(app, error.now)
        return _tell(app, trial, done, foretold=foretold, as_json=as_json, kept=kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What the folder's rules would change. `effect`: None where nothing differs or those in force are unreadable;
    `amendment`: None where both sides' promises stay as they are."""

    edits: tuple[Edit, ...]
    effect: Effect | None = None
    amendment: Amendment | None = None

    def lines(self) -> Iterator[str]:
        """What they do to the leads there are, and to the agreement."""
        yield from lines_of(self.effect) if self.effect else ()
        yield from self.amendment.words() if self.amendment else ()

    def paragraphs(self, teams: Sequence[str]) -> dict[str, str]:
        return {} if self.effect is None else paragraphs(self.effect, [each.words for each in self.edits], teams)


def try_out(app: App, tried: RuleVersion | None = None, *, whole: bool = False) -> Trial:
    """Try the folder's rules, or these, on the leads there are; nothing is saved."""
    now = app.clock.refresh()
    tried = tried or version_of(app, author="", now=now)
    with app.store.read() as tx:
        version = rule_store.current(tx)
        edits = () if version is None else edits_of_documents(version.document, tried.document)
        if not edits:
            return Trial(edits=())
        try:
            before = app.in_force(tx)
        except RuleError as error:
            screen.say(f"What would change cannot be told: {error}")
            return Trial(edits=edits)
        after = app.compile(tx, tried)
        effect = effect_of(tx, before, after, now=now, most=None if whole else SAMPLE)
        return Trial(edits=edits, effect=effect, amendment=amendment(app, tx, before.rules, after.rules))


def _tell(
    app: App,
    trial: Trial,
    done: Publication | None,
    *,
    foretold: Foretold,
    as_json: bool,
    kept: Kept | None = None,
) -> int:
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
                "agreement": trial.amendment.as_data() if trial.amendment else None,
                "leads_to_rescore": done.leads if done else 0,
                "proposal": kept.proposal.number if kept else None,
                **foretold.as_data(),
            }
        )
        return exits.HELD if kept else exits.OK
    show_badge(app)
    for each in trial.edits:
        screen.show(each.words)
    for line in trial.lines():
        screen.show(line)
    for team, words in told.items():
        screen.show(f"For {team}: {words}")
    foretold.show()
    if kept:
        return kept.say()
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
        "gates": [
            {"connection": name, "gate": way, "out": effect.taken_out[name, way], "in": effect.let_in[name, way]}
            for name, way in sorted({*effect.taken_out, *effect.let_in})
        ],
        "undecided": dict(effect.undecided),
        "settled": dict(effect.settled),
        "failed": effect.failed,
        "unjudged": unjudged_as_data(unjudged(effect.unjudged)),
    }


def _say_done(rule_hash: str, done: Publication | None) -> None:
    if done is None:
        screen.say("Nothing was published.")
    elif done.changed:
        screen.show(
            f"Rules {rule_hash[:8]} (version {done.number}) are in force; {done.leads} leads are rescored in the next "
            "cycle."
        )
        if done.first_stages:
            screen.show(f"{done.first_stages:,} leads are given their first stage anew.")
        screen.say("Who stands newly above the line is listed by `leadloop held list`, not handed off.")
    else:
        screen.show(f"Rules {rule_hash[:8]} (version {done.number}) were in force already.")


def refuse_undecided(app: App, mapping: MappingRules) -> None:
    """Rules that would write what a machine writes too wait for a person's word, as far as a survey was taken."""
    with app.store.read() as tx:
        known = survey_store.latest(tx)
    waiting = undecided(known, mapping, app.types)
    if not waiting:
        return
    told = [
        f"mapping.yaml: {each.field.connection} {each.field.place} is contested: {'; '.join(each.reasons)}"
        for each in waiting
    ]
    lines = "\n".join((*told, "Decide in mapping.yaml, then publish again:", "", *lines_to_decide(waiting)))
    raise SettingsError(lines)


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
