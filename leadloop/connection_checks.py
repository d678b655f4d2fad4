"""What `doctor` asks of a connection itself: whether we get in, and find there what the rules need."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set

from config.mapping import MappingRules, People, Role, System
from config.rules import Rules
from connectors.abilities import Provisioner, ProvisionItem, Resting
from connectors.contract import Connector, Describer, Reader
from domain.errors import CredentialsError, LeadloopError, WrongAccountError
from domain.record import Field
from domain.run import ConnectionStatus
from leadloop.app import App
from leadloop.checkup import Finding, fine, warning, wrong
from leadloop.described_by import described_by
from leadloop.furnishing import counted, fittings_of
from leadloop.reaching import out_of_reach
from mapping.kinds import unkind
from store import connections
from sync.introduce import recognise

WRITTEN = frozenset({Role.OWNED, Role.ANSWER})
"""Properties that we write ourselves: their fields have to be editable."""


def examine_connection(app: App, name: str, connector: Connector, *, rules: Rules) -> Iterator[Finding]:
    """One connection: its login, its fields, what is made in it, what it does not give us, whom it cannot tell."""
    try:
        yield from _login(app, name, connector)
    except WrongAccountError as error:
        yield wrong(f"{name}: the wrong account", mend=str(error))
        return
    except CredentialsError as error:
        yield wrong(f"{name}: not logged in", mend=str(error))
        return
    except LeadloopError as error:
        yield wrong(f"{name}: does not answer", mend=str(error))
        return
    try:
        if isinstance(connector, Describer):
            yield from _fields(app, name, connector, rules=rules.mapping)
        if isinstance(connector, Resting):
            yield from _rests(app, name, connector)
        if isinstance(connector, Provisioner):
            yield from _furnished(name, connector.needed(fittings_of(app, name, rules)))
        yield from _reached(app, name, connector, rules=rules)
    except LeadloopError as error:
        yield wrong(f"{name}: cannot be described", mend=str(error))


def _login(app: App, name: str, connector: Connector) -> Iterator[Finding]:
    """A login that works again ends a suspension: a person has just looked."""
    account = connector.account()
    recognise(app.store, name, account, settings=app.settings)
    with app.store.write() as tx:
        before = connections.get(tx, name)
        again = before is not None and before.status is ConnectionStatus.SUSPENDED
        if again:
            connections.set_status(tx, name, ConnectionStatus.RUNNING, reason=None, now=app.clock.now())
    yield fine(f"{name}: {account.name} ({account.account_id}){', no longer suspended' if again else ''}")


def _fields(app: App, name: str, connector: Describer, *, rules: MappingRules) -> Iterator[Finding]:
    wanted = app.fields.get(name, {})
    known = dict(described_by(connector, sorted(wanted), people=rules.systems[name].people.objects))
    grant = f"Run `leadloop provision {name}`, or see docs/connecting-{app.types[name]}.md."
    for stream, fields in known.items():
        if isinstance(connector, Reader) and stream not in connector.streams:
            mend = "Add it to the streams of this connection in leadloop.yaml, or take it out of mapping.yaml."
            yield warning(f"{name}: {stream} is mapped and not read", mend=mend)
            continue
        missing = wanted[stream] - fields.keys() - excused(stream, name, known, rules=rules)
        if missing:
            yield wrong(f"{name}: {stream} lacks {', '.join(sorted(missing))}", mend=grant)
        else:
            yield fine(f"{name}: {stream} has every mapped field")
        for target in sorted(written_fields(stream, name, rules) & fields.keys()):
            if not fields[target].writable:
                mend = "Give the integration user edit permission on this field."
                yield wrong(f"{name}: {stream}.{target} cannot be written", mend=mend)
    for one in unkind(rules, app.types, name, known):
        yield warning(one.words, mend=f"{one.mend}.")


def _furnished(name: str, items: Sequence[ProvisionItem]) -> Iterator[Finding]:
    """What stands in the way by itself; what is merely not made yet in one line, or one per obstacle."""
    for item in items:
        if item.exists and item.problem:
            what, _, mend = item.problem.partition(". ")
            yield wrong(f"{name}: {item.kind} {item.object}.{item.name} {what}", mend=mend)
    show = f"Run `leadloop provision {name}`: it shows them and asks before it makes them."
    for problem in dict.fromkeys(item.problem for item in items if not item.exists):
        lacking = [item for item in items if not item.exists and item.problem == problem]
        kinds = Counter(item.kind for item in lacking)
        said = ", ".join(counted(kind, count) for kind, count in kinds.items())
        if problem and len(lacking) == 1:
            said = f"{lacking[0].kind} {lacking[0].object}.{lacking[0].name}"
        yield warning(f"{name}: {said} not there yet", mend=f"{problem}." if problem else show)


def excused(stream: str, name: str, known: Mapping[str, Mapping[str, Field]], *, rules: MappingRules) -> Set[str]:
    """Fields that an object may lack: links to other tools, currencies where there is but one, and of people what
    another people object of the system has.

    A Salesforce Contact has an account and no company, a Lead the other way round. A field that a
    property names on this very object is not excused.
    """
    system = rules.systems[name]
    if system.accounts is not None and stream == system.accounts.object:
        return frozenset(system.accounts.links)
    if stream not in system.people.objects:
        return _currency_of(stream, system)
    others = {field for each in system.people.objects for field in known.get(each, {})}
    elsewhere = {field for field in _one_of_them(system.people) if field in others}
    return (set(system.people.links) | elsewhere) - mapped_fields(stream, name, rules)


def _currency_of(stream: str, system: System) -> Set[str]:
    parts = [part for part in (system.deals, system.campaigns) if part is not None and part.object == stream]
    return {part.currency for part in parts if part.currency is not None}


def _one_of_them(people: People) -> Iterator[str]:
    yield from filter(None, (people.account, people.company, people.more_emails))


def mapped_fields(stream: str, name: str, rules: MappingRules, *, roles: Set[Role] = frozenset(Role)) -> set[str]:
    """The fields of one people object that properties of these roles name."""
    placed = [prop.fields.get(name) for prop in rules.properties if prop.role in roles]
    found = {place.get(stream) if isinstance(place, dict) else place for place in placed}
    return {field for field in found if field is not None}


def written_fields(stream: str, name: str, rules: MappingRules) -> set[str]:
    """The fields of one people object that we write; of other objects none."""
    if stream not in rules.systems[name].people.objects:
        return set()
    return mapped_fields(stream, name, rules, roles=WRITTEN)


def _rests(app: App, name: str, connector: Resting) -> Iterator[Finding]:
    """What a system does not give us; what it gives by now need not wait for the end of its rest."""
    told = sorted((stream, why) for stream, why in connector.knock().items() if why)
    for stream, why in told:
        what, _, mend = why.partition(". ")
        yield warning(f"{name}: {stream} is not read: {what}", mend=mend)
    with app.store.write() as tx:
        woken = connector.waking(connections.cursors(tx, name))
        for stream, cursor in woken.items():
            if cursor is None:
                connections.forget_cursors(tx, name, [stream])
            else:
                connections.save_cursor(tx, name, stream, cursor, read_at=app.clock.now())
    for stream in woken:
        yield fine(f"{name}: {stream} is given by now and read from the next cycle on")


def _reached(app: App, name: str, connector: Connector, *, rules: Rules) -> Iterator[Finding]:
    """Whom a connection that tells people cannot tell."""
    settings = app.settings
    for what, why in out_of_reach(name, connector, settings.notices, rules.routing, settings.deliver).items():
        yield wrong(f"{name}: {what} cannot be told anything", mend=f"{why[:1].upper()}{why[1:]}.")
