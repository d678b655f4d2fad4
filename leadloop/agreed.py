"""The words of the agreement as they are in force, and what a publication does to them and to the names under them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from config.load import rules_from_document
from config.rules import Rules
from domain.errors import RuleError, SettingsError
from domain.signing import Clause, ClauseChange, Side, Word, changes_between, standings
from leadloop.app import App
from reports.pages.promises import promises_of
from reports.pages.signed import lines_of, titles
from store import rules as rule_store
from store import signatures
from store.engine import Tx


def clauses_in_force(app: App, tx: Tx) -> tuple[Clause, ...]:
    version = rule_store.current(tx)
    if version is None:
        raise SettingsError("no rules are published: run `leadloop config publish`")
    return clauses_of(app, rules_from_document(version.document))


def clauses_of(app: App, rules: Rules) -> tuple[Clause, ...]:
    """The goal, and what is meaningful, are reports.yaml's as it is now: in force without being published."""
    return promises_of(rules, app.installation.reports)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """What other rules make of the agreement. `missing`: the sides that have not signed what it will say."""

    changes: tuple[ClauseChange, ...]
    missing: tuple[Side, ...]

    def words(self) -> Iterator[str]:
        """Publishing is not refused for it: the rules decide, and the page says whose name is under what."""
        yield f"! This changes the agreement: {titles(self.changes)}."
        yield from (f"    {line}" for line in lines_of(self.changes, before="until now"))
        if self.missing:
            each = " and ".join(self.missing)
            yield f"    It takes a name from {each}: `leadloop agreement sign`, once it is published."
        else:
            yield "    Both sides have signed these words before."

    def as_data(self) -> dict[str, Any]:
        return {"changes": [change_as_data(each) for each in self.changes], "to_sign": list(self.missing)}


def change_as_data(change: ClauseChange) -> dict[str, Any]:
    return {"part": change.key, "title": change.title, "gone": list(change.gone), "new": list(change.new)}


def amendment(app: App, tx: Tx, before: Rules, after: Rules) -> Amendment | None:
    """None where both say the same."""
    then = clauses_of(app, after)
    changes = changes_between(clauses_of(app, before), then)
    if not changes:
        return None
    stand = standings(then, signatures.latest(tx))
    return Amendment(changes=changes, missing=tuple(each.side for each in stand if each.word is not Word.SIGNED))


def amended(app: App, before: str) -> Amendment | None:
    """What the folder's rules, just published, made of the agreement. `before`: the document that was in force; None
    also where this release no longer reads that one."""
    try:
        old = rules_from_document(before)
    except RuleError:
        return None
    with app.store.read() as tx:
        return amendment(app, tx, old, app.installation.rules)
