"""`leadloop doctor`: tries every connection and names what is missing, with the mend on the next line."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from config.load import rules_from_document
from config.mapping import MappingRules, System
from connectors.contract import Connector, Describer, Provisioner
from domain.errors import CredentialsError, LeadloopError, WrongAccountError
from leadloop import exits, screen
from leadloop.app import App, open_app
from store import connections
from store import rules as rule_store
from sync.material import users


class Mark(StrEnum):
    FINE = "✓"
    WARNING = "!"
    WRONG = "✗"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check: how it went, what was looked at, and how to mend it."""

    mark: Mark
    what: str
    mend: str = ""


def run(folder: Path, *, environment: str | None, as_json: bool) -> int:
    """0 when nothing is wrong, 1 otherwise; warnings alone are 0."""
    app = open_app(folder, environment=environment)
    try:
        findings = list(examine(app))
    finally:
        app.close()
    if as_json:
        screen.document({"checks": [{"mark": f.mark, "what": f.what, "mend": f.mend} for f in findings]})
    else:
        for finding in findings:
            screen.out().print(f"{finding.mark} {finding.what}")
            if finding.mend:
                screen.out().print(f"    {finding.mend}")
    return exits.SOME_FAILED if any(f.mark is Mark.WRONG for f in findings) else exits.OK


def examine(app: App) -> Iterator[Finding]:
    """Every check in the order in which a person would mend things."""
    rules = app.installation.rules
    with app.store.read() as tx:
        published = rule_store.current(tx)
    yield Finding(mark=Mark.FINE, what=f"settings and rules {rules.hash[:8]} can be read")
    if published is not None and published.hash != rules.hash:
        yield Finding(
            mark=Mark.WARNING, what="the folder differs from the rules in force", mend="Run `leadloop config publish`."
        )
    in_force = rules_from_document(published.document) if published is not None else rules
    for name, connector in app.connect().items():
        yield from _connection(app, name, connector, in_force.mapping)
    yield from _reps(app)


def _connection(app: App, name: str, connector: Connector, rules: MappingRules) -> Iterator[Finding]:
    try:
        account = connector.account()
        with app.store.write() as tx:
            connections.pin_account(tx, name, account.account_id)
    except (CredentialsError, WrongAccountError) as error:
        yield Finding(mark=Mark.WRONG, what=f"{name}: not logged in", mend=str(error))
        return
    except LeadloopError as error:
        yield Finding(mark=Mark.WRONG, what=f"{name}: does not answer", mend=str(error))
        return
    yield Finding(mark=Mark.FINE, what=f"{name}: {account.name} ({account.account_id})")
    try:
        yield from _fields(app, name, connector, rules)
        yield from _provisions(name, connector)
    except LeadloopError as error:
        yield Finding(mark=Mark.WRONG, what=f"{name}: cannot be described", mend=str(error))


def _fields(app: App, name: str, connector: Connector, rules: MappingRules) -> Iterator[Finding]:
    system = rules.systems.get(name)
    if system is None or not isinstance(connector, Describer):
        return
    for stream, wanted in sorted(app.fields.get(name, {}).items()):
        known = connector.describe(stream)
        missing = sorted(wanted - known.keys())
        if missing:
            yield Finding(
                mark=Mark.WRONG,
                what=f"{name}: {stream} lacks {', '.join(missing)}",
                mend=f"Create them or grant field-level security (docs/connecting-{connector_kind(app, name)}.md).",
            )
        else:
            yield Finding(mark=Mark.FINE, what=f"{name}: {stream} has every mapped field")
        yield from _writable(
            name, stream, system, rules, {field.name for field in known.values() if not field.writable}
        )


def _writable(name: str, stream: str, system: System, rules: MappingRules, fixed: set[str]) -> Iterator[Finding]:
    if stream not in system.people.objects:
        return
    for prop in rules.properties:
        placed = prop.fields.get(name)
        target = placed.get(stream) if isinstance(placed, dict) else placed
        if prop.role in {"owned", "answer"} and target in fixed:
            yield Finding(
                mark=Mark.WRONG,
                what=f"{name}: {stream}.{target} cannot be written",
                mend="Give the integration user edit permission on this field.",
            )


def connector_kind(app: App, name: str) -> str:
    return app.types[name]


def _provisions(name: str, connector: Connector) -> Iterator[Finding]:
    if not isinstance(connector, Provisioner):
        return
    missing = [item for item in connector.missing() if not item.exists]
    for item in missing:
        yield Finding(mark=Mark.WARNING, what=f"{name}: {item.kind} {item.name} is not there yet")


def _reps(app: App) -> Iterator[Finding]:
    """Pool members that no system knows, as of the last pull."""
    rules = app.installation.rules
    with app.store.read() as tx:
        known = users(tx, rules.mapping).reps
    if not known:
        yield Finding(
            mark=Mark.WARNING, what="no users were read yet", mend="Run `leadloop run` or `leadloop plan --pull`."
        )
        return
    for pool in rules.routing.pools:
        away = [member.email for member in pool.members if not (known.get(member.email) and known[member.email].active)]
        if len(away) == len(pool.members):
            yield Finding(mark=Mark.WRONG, what=f"pool {pool.name} has no active member", mend="Edit routing.yaml.")
        elif away:
            yield Finding(mark=Mark.WARNING, what=f"pool {pool.name}: {len(away)} members are no active users")
