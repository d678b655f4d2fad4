"""`leadloop doctor`: tries every connection and names what is missing, with the mend on the next line."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from config.load import rules_from_document
from config.mapping import MappingRules, People, Role
from config.rules import Rules
from connectors.abilities import Provisioner, ProvisionItem, Resting
from connectors.contract import Connector, Describer, Reader
from domain.drift import DriftKind
from domain.errors import CredentialsError, LeadloopError, WrongAccountError
from domain.record import Field
from domain.run import ConnectionStatus
from leadloop import exits, screen
from leadloop.anchors import trouble, unanchored
from leadloop.app import App, open_app
from leadloop.furnishing import counted, fittings_of
from leadloop.owning import owner_troubles
from leadloop.status_of import look_at
from mapping.contested import undecided
from mapping.kinds import unkind
from reports import owners, unjudged
from reports.drift import sentence
from reports.going_live import Word
from reports.standing import by_whom, on_how_many
from reports.staying import cause, mend, nearest
from store import connections
from store import rules as rule_store
from store import survey as survey_store
from sync.introduce import recognise
from sync.material import users

WRITTEN = frozenset({Role.OWNED, Role.ANSWER})
"""Properties that we write ourselves: their fields have to be editable."""


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
    with closing(open_app(folder, environment=environment)) as app:
        findings = list(examine(app))
    wrong = any(finding.mark is Mark.WRONG for finding in findings)
    if as_json:
        checks = [{"mark": each.mark.name.lower(), "what": each.what, "mend": each.mend} for each in findings]
        screen.document({"ok": not wrong, "checks": checks})
    else:
        for finding in findings:
            screen.show(f"{finding.mark} {finding.what}")
            if finding.mend:
                screen.show(f"    {finding.mend}")
    return exits.SOME_FAILED if wrong else exits.OK


def examine(app: App) -> Iterator[Finding]:
    """Every check in the order in which a person would mend things."""
    draft = app.installation.rules
    with app.store.read() as tx:
        published = rule_store.current(tx)
    yield _fine(f"settings and rules {draft.hash[:8]} can be read")
    if published is not None and published.hash != draft.hash:
        yield _warning("the folder differs from the rules in force", mend="Run `leadloop config publish`.")
    in_force = rules_from_document(published.document) if published is not None else draft
    for name, connector in app.connectors.items():
        yield from _connection(app, name, connector, rules=in_force)
    yield from _webhooks(app)
    yield from _drifted(app)
    yield from _others(app)
    yield from _fought_over(app)
    yield from _stays(app)
    yield from _untold(app)
    yield from _audited(app)
    yield from _steps(app)
    yield from _reps(app)


def _connection(app: App, name: str, connector: Connector, *, rules: Rules) -> Iterator[Finding]:
    try:
        yield from _login(app, name, connector)
    except WrongAccountError as error:
        yield _wrong(f"{name}: the wrong account", mend=str(error))
        return
    except CredentialsError as error:
        yield _wrong(f"{name}: not logged in", mend=str(error))
        return
    except LeadloopError as error:
        yield _wrong(f"{name}: does not answer", mend=str(error))
        return
    try:
        if isinstance(connector, Describer):
            yield from _fields(app, name, connector, rules=rules.mapping)
        if isinstance(connector, Resting):
            yield from _rests(app, name, connector)
        if isinstance(connector, Provisioner):
            yield from _furnished(name, connector.needed(fittings_of(app, name, rules)))
    except LeadloopError as error:
        yield _wrong(f"{name}: cannot be described", mend=str(error))


def _rests(app: App, name: str, connector: Resting) -> Iterator[Finding]:
    """What a system does not give us; what it gives by now need not wait for the end of its rest."""
    for stream, why in sorted(connector.knock().items()):
        what, _, mend = why.partition(". ")
        yield _warning(f"{name}: {stream} is not read: {what}", mend=mend)
    with app.store.write() as tx:
        woken = connector.waking(connections.cursors(tx, name))
        for stream, cursor in woken.items():
            if cursor is None:
                connections.forget_cursors(tx, name, [stream])
            else:
                connections.save_cursor(tx, name, stream, cursor, read_at=app.clock.now())
    for stream in woken:
        yield _fine(f"{name}: {stream} is given by now and read from the next cycle on")


def _login(app: App, name: str, connector: Connector) -> Iterator[Finding]:
    """A login that works again ends a suspension: a person has just looked."""
    account = connector.account()
    recognise(app.store, name, account, settings=app.settings)
    with app.store.write() as tx:
        before = connections.get(tx, name)
        again = before is not None and before.status is ConnectionStatus.SUSPENDED
        if again:
            connections.set_status(tx, name, ConnectionStatus.RUNNING, reason=None, now=app.clock.now())
    yield _fine(f"{name}: {account.name} ({account.account_id}){', no longer suspended' if again else ''}")


def _fields(app: App, name: str, connector: Describer, *, rules: MappingRules) -> Iterator[Finding]:
    wanted = app.fields.get(name, {})
    known = {stream: connector.describe(stream) for stream in sorted(wanted)}
    grant = f"Run `leadloop provision {name}`, or see docs/connecting-{app.types[name]}.md."
    for stream, fields in known.items():
        if isinstance(connector, Reader) and stream not in connector.streams:
            mend = "Add it to the streams of this connection in leadloop.yaml, or take it out of mapping.yaml."
            yield _warning(f"{name}: {stream} is mapped and not read", mend=mend)
            continue
        missing = wanted[stream] - fields.keys() - excused(stream, name, known, rules=rules)
        if missing:
            yield _wrong(f"{name}: {stream} lacks {', '.join(sorted(missing))}", mend=grant)
        else:
            yield _fine(f"{name}: {stream} has every mapped field")
        for target in sorted(written_fields(stream, name, rules) & fields.keys()):
            if not fields[target].writable:
                mend = "Give the integration user edit permission on this field."
                yield _wrong(f"{name}: {stream}.{target} cannot be written", mend=mend)
    for one in unkind(rules, app.types, name, known):
        yield _warning(one.words, mend=f"{one.mend}.")


def _furnished(name: str, items: Sequence[ProvisionItem]) -> Iterator[Finding]:
    """What stands in the way by itself; what is merely not made yet in one line, or one per obstacle."""
    for item in items:
        if item.exists and item.problem:
            what, _, mend = item.problem.partition(". ")
            yield _wrong(f"{name}: {item.kind} {item.object}.{item.name} {what}", mend=mend)
    show = f"Run `leadloop provision {name}`: it shows them and asks before it makes them."
    for problem in dict.fromkeys(item.problem for item in items if not item.exists):
        lacking = [item for item in items if not item.exists and item.problem == problem]
        kinds = Counter(item.kind for item in lacking)
        said = ", ".join(counted(kind, count) for kind, count in kinds.items())
        if problem and len(lacking) == 1:
            said = f"{lacking[0].kind} {lacking[0].object}.{lacking[0].name}"
        yield _warning(f"{name}: {said} not there yet", mend=f"{problem}." if problem else show)


def excused(stream: str, name: str, known: Mapping[str, Mapping[str, Field]], *, rules: MappingRules) -> Set[str]:
    """Fields that an object may lack: links to other tools, and of people what another people object of the system has.

    A Salesforce Contact has an account and no company, a Lead the other way round. A field that a
    property names on this very object is not excused.
    """
    system = rules.systems[name]
    if system.accounts is not None and stream == system.accounts.object:
        return frozenset(system.accounts.links)
    if stream not in system.people.objects:
        return frozenset()
    others = {field for each in system.people.objects for field in known.get(each, {})}
    elsewhere = {field for field in _one_of_them(system.people) if field in others}
    return (set(system.people.links) | elsewhere) - mapped_fields(stream, name, rules)


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


def _webhooks(app: App) -> Iterator[Finding]:
    """Half of what they need is as good as nothing."""
    listens = app.settings.webhooks.public_url is not None
    able = [name for name, each in app.settings.connections.items() if getattr(each, "webhook_secret", None)]
    if listens and not able:
        mend = "Give the connection the `webhook_secret` of its app: until then every call is turned away."
        yield _warning("webhooks are on and no connection has a secret to tell them by", mend=mend)
    for name in able if not listens else ():
        mend = "Set `public_url` under `webhooks` in leadloop.yaml, or take `webhook_secret` away."
        yield _warning(f"{name}: has a webhook_secret, and nobody listens", mend=mend)


def _drifted(app: App) -> Iterator[Finding]:
    """Fields that became others than the rules rely on; what lacks altogether or cannot be written is told above."""
    for one in look_at(app).drifts:
        if one.drift.kind in (DriftKind.GONE, DriftKind.RETYPED, DriftKind.WORDS):
            yield _warning(sentence(one), mend=f"{one.mend}.")


def _others(app: App) -> Iterator[Finding]:
    """Fields that a survey found contested and nobody has decided about: they are not written meanwhile."""
    with app.store.read() as tx:
        surveys = survey_store.latest(tx)
    if not surveys:
        yield _warning("nobody looked yet who else writes our fields", mend="Run `leadloop survey`.")
        return
    waiting = undecided(surveys, app.installation.rules.mapping, app.types)
    if waiting:
        places = ", ".join(f"{each.field.connection} {each.field.place}" for each in waiting)
        mend = "`leadloop survey` says who else writes them, and which lines mapping.yaml wants."
        yield _warning(f"not written until decided: {places}", mend=mend)


def _fought_over(app: App) -> Iterator[Finding]:
    """Fields that we stopped writing, and what the neighbour did not carry in time."""
    found = look_at(app)
    for one in found.stopped:
        mend = (
            f"Switch it off there, or decide in mapping.yaml whose the field is; then `leadloop errors resume "
            f"{one.field.connection} {one.field.object}.{one.field.field}`."
        )
        yield _warning(f"{one.field} is written no more {on_how_many(one)}: overwritten by {by_whom(one)}", mend=mend)
    for late in found.overdue:
        what = f"{late.field}: {late.values:,} values have not arrived since {late.since:%Y-%m-%d %H:%M} UTC"
        yield _warning(what, mend="Look at its sync errors in HubSpot, and at its field mapping.")


def _stays(app: App) -> Iterator[Finding]:
    """What the systems would refuse, or nobody can read: it goes by itself once it is mended."""
    for one in look_at(app).blocked:
        yield _warning(f"{one.column} {cause(one)}{nearest(one)}: {one.values:,} stay at home", mend=mend(one))


def _untold(app: App) -> Iterator[Finding]:
    """Rules whose conditions fail: they go on as not met until somebody mends them."""
    for one in look_at(app).unjudged:
        mend = f"Mend its condition in {one.problem.file}, or the type of the property in mapping.yaml."
        yield _warning(unjudged.sentence(one), mend=mend)


def _audited(app: App) -> Iterator[Finding]:
    """Whether the audit's end is where its anchor says, and is anchored at all."""
    if cut := trouble(app.store, app.anchors):
        yield _wrong(cut, mend="`leadloop audit verify` names the first row that is not as it was.")
    elif behind := unanchored(app.store, app.anchors):
        mend = "See whether it can be written; until then a cut of the audit's end would not be seen."
        yield _warning(f"the last {behind:,} rows of the audit have no anchor in {app.anchors.path}", mend=mend)


def _steps(app: App) -> Iterator[Finding]:
    """Where leadloop.yaml and the step in force differ, and a table of first stages that nobody looked at."""
    going = look_at(app).going
    if going is None:
        return
    step, setting = going.order.step, app.settings.go_live
    if step is not setting:
        mend = "The last order counts. Edit go_live to say the same, or to order another step."
        yield _warning(f"go_live is `{step}` by {going.order.by}, and leadloop.yaml says `{setting}`", mend=mend)
    if going.baseline is not Word.CONFIRMED:
        mend = "`leadloop baseline` shows the table; then `leadloop baseline confirm`."
        yield _warning(f"the first stages are {going.baseline}", mend=mend)


def _reps(app: App) -> Iterator[Finding]:
    """Reps whom the rules name, and owners of leads, who are nobody somewhere, as of the last pull."""
    rules = app.installation.rules
    with app.store.read() as tx:
        known = users(tx, rules.mapping).reps
    if not known:
        yield _warning("no users were read yet", mend="Run `leadloop plan --pull`.")
        return
    for pool in rules.routing.pools:
        if not any((rep := known.get(each.email.casefold())) and rep.active for each in pool.members):
            yield _wrong(f"pool {pool.name} has no active member", mend="Edit routing.yaml.")
    for one in owner_troubles(app.store, rules, app.types):
        found = _wrong if one.is_error else _warning
        yield found(owners.sentence(one), mend=owners.mend(one))


def _fine(what: str) -> Finding:
    return Finding(mark=Mark.FINE, what=what)


def _warning(what: str, *, mend: str = "") -> Finding:
    return Finding(mark=Mark.WARNING, what=what, mend=mend)


def _wrong(what: str, *, mend: str) -> Finding:
    return Finding(mark=Mark.WRONG, what=what, mend=mend)
