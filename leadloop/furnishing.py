"""What the rules in force need of a connection, and how it is told: shared by `doctor` and `provision`."""

from config.load import rules_from_document
from config.rules import Rules
from connectors.abilities import ProvisionKind
from domain.fitting import Fittings
from leadloop.app import App
from mapping.fittings import fittings
from store import rules as rule_store


def rules_in_force(app: App) -> Rules:
    """Those last published; opening an installation publishes the first."""
    with app.store.read() as tx:
        published = rule_store.current(tx)
    return rules_from_document(published.document) if published is not None else app.installation.rules


def fittings_of(app: App, name: str, rules: Rules) -> Fittings:
    scorecard = rules.scoring.scorecard
    return fittings(rules.mapping, rules.lifecycle, name, kind=app.types[name], scorecard=scorecard)


def counted(kind: ProvisionKind, count: int) -> str:
    """`1 field`, `12 fields`."""
    return f"{count} {kind}" if count == 1 else f"{count} {kind}s"
