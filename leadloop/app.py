"""The composition root: an installation folder becomes an open store, connections and a loop.

Everything that a floor needs from a sibling is handed over here and nowhere else.
"""

import os
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from config.load import Installation, rules_from_document
from config.settings import Settings
from connectors.contract import CallBudget, Connector, Lane, Surroundings
from domain.errors import LeadloopError, RuleError, SettingsError
from domain.run import ConnectionStatus, RuleVersion
from leadloop import beginnings
from leadloop.actor import actor
from leadloop.anchors import AnchorFile, trouble
from leadloop.checked import load
from leadloop.clock import AnyClock, SystemClock, clock_of
from leadloop.drafts import note_base
from leadloop.freezing import frozen_at
from leadloop.registry import connector_class
from mapping.wanted import wanted_fields
from store import connections, leadership, restored
from store import installation as notebook
from store import rules as rule_store
from store.budget import BudgetLimit, StoreBudget
from store.engine import Store, Tx
from store.known import StoreRecords
from store.pins import StorePins
from store.sweeps import StoreSweeps
from store.vault import StoreTokenCache, Vault
from store.wire import StoreWireLog
from sync.golive import heed_setting, is_known
from sync.loop import Compiled, InForce, Loop, compile_here, nothing_reached

CRASH = "LEADLOOP_CRASH"
TESTING = "LEADLOOP_TESTING"

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class App:
    """One opened installation. `connectors` is filled by `connect`; closing closes the store."""

    installation: Installation
    store: Store
    clock: AnyClock
    budget: StoreBudget
    wire: StoreWireLog
    fields: dict[str, dict[str, frozenset[str]]] = field(default_factory=dict)
    """Per connection and stream: what the rules in force want to see. Changed in place on publish."""
    lists: dict[str, set[str]] = field(default_factory=dict)
    """Per connection: the nurture lists that the rules in force keep there. Changed in place on publish."""
    introduced: set[str] = field(default_factory=set)
    compiled: Compiled = field(default_factory=Compiled)
    """The rules in force, shared with every loop."""
    _connectors: dict[str, Connector] | None = None
    _anchors: AnchorFile | None = None

    @property
    def settings(self) -> Settings:
        return self.installation.settings

    @property
    def types(self) -> dict[str, str]:
        """Connection name → kind of system."""
        return {name: str(getattr(each, "type", "")) for name, each in self.settings.connections.items()}

    @property
    def anchors(self) -> AnchorFile:
        """Where the ends of the audit's chain are kept."""
        if self._anchors is None:
            self._anchors = AnchorFile(self.installation.folder / self.settings.audit.anchor, self.clock.now)
        return self._anchors

    @property
    def connectors(self) -> dict[str, Connector]:
        """The connectors of this process's main thread: what they learnt (tokens, fields) serves every cycle."""
        if self._connectors is None:
            self._connectors = self.connect()
        return self._connectors

    def connect(self, *, lane: Lane = Lane.BACKGROUND, budget: CallBudget | None = None) -> dict[str, Connector]:
        """Build every connection's connector: no call goes out before the first one is used."""
        vault = Vault(self.settings.key.get_secret_value() if self.settings.key else None)
        tokens = StoreTokenCache(self.store, vault)
        built: dict[str, Connector] = {}
        for name, own in self.settings.connections.items():
            surroundings = Surroundings(
                connection=name,
                clock=self.clock,
                tokens=tokens,
                budget=budget or self.budget,
                wire=self.wire,
                fields=self.fields.setdefault(name, {}),
                lists=self.lists.setdefault(name, set()),
                lane=lane,
                describe_again=timedelta(hours=self.settings.schedule.describe_hours),
                known=StoreRecords(self.store),
                confirmations=StoreSweeps(self.store, self.clock),
                smaller_sweep_percent=self.settings.blast_radius.smaller_sweep_percent,
                pins=StorePins(self.store),
            )
            built[name] = connector_class(self.types[name])(own, surroundings)
        return built

    def in_force(self, tx: Tx) -> InForce:
        """The published rules, compiled with all that is known of the systems; LookupError where none are."""
        return self.compiled.in_force(tx, types=self.types, time_zone=self.settings.time_zone)

    def compile(self, tx: Tx, version: RuleVersion) -> InForce:
        """Any rules as they would be in force here."""
        return compile_here(tx, version, types=self.types, time_zone=self.settings.time_zone)

    def close(self) -> None:
        self.budget.flush()
        self.wire.flush()
        self.store.dispose()


def open_app(folder: Path, *, environment: str | None = None, to_publish: bool = False, adopt: bool = False) -> App:
    """Load, open, migrate, and publish the rules if none ever were; SettingsError says what to mend.

    `to_publish`: also where this release cannot read the published rules, for whoever puts others in their place.
    `adopt`: an empty database may take the place of one that has been at work.
    """
    installation = load(folder, environment)
    settings = installation.settings
    if not adopt:
        beginnings.require_there(settings, folder)
    store = Store.open(settings.database_url, folder=folder)
    begins = _prepare(store, settings, folder, adopt=adopt)
    clock = clock_of(settings.clock)
    kinds = {name: str(getattr(each, "type", "")) for name, each in settings.connections.items()}
    limits = {name: _limit(settings, name, kind) for name, kind in kinds.items()}
    app = App(
        installation=installation,
        store=store,
        clock=clock,
        budget=StoreBudget(store, limits, clock),
        wire=StoreWireLog(store),
    )
    first_publish(app, now=clock.now())
    if begins:
        beginnings.begin_anew(store, settings, folder, by=actor(), now=clock.refresh())
    heed_folder(app, settings)
    try:
        refresh_fields(app)
    except RuleError:
        if not to_publish:
            raise
    return app


def _prepare(store: Store, settings: Settings, folder: Path, *, adopt: bool) -> bool:
    """Bring the schema up to date; whether an empty database takes the place of another one."""
    begins = adopt and store.revision() is None
    try:
        if not adopt:
            beginnings.require_filled(store, settings, folder)
        store.migrate()
    except BaseException:
        store.dispose()
        raise
    return begins


def _limit(settings: Settings, name: str, kind: str) -> BudgetLimit:
    budget = settings.budget
    return BudgetLimit(
        daily=budget.daily_limit.get(name, 250_000 if kind == "hubspot" else 100_000),
        background_account_percent=budget.background_account_percent,
        background_own_percent=budget.background_own_percent,
        handoff_percent=budget.handoff_percent,
        untouched_percent=budget.untouched_percent,
    )


def first_publish(app: App, *, now: datetime) -> None:
    """The first start publishes the draft by itself; later only `config publish` does."""
    with app.store.write() as tx:
        connections.ensure(tx, list(app.settings.connections), now=now)
        if notebook.get(tx, "installation_id") is None:
            notebook.put(tx, "installation_id", f"LL{now:%y%m%d%H%M}")
        if rule_store.current(tx) is not None:
            return
        rule_store.publish(tx, version_of(app, author="init", now=now))
        first = rule_store.current(tx)
    if first is not None:
        note_base(app.installation.folder, first)


def heed_folder(app: App, settings: Settings) -> None:
    """Take up the folder's `go_live` if it is news: nobody is to edit it for nothing."""
    folder, said = name_of(app.installation.folder), settings.go_live
    with app.store.read() as tx:
        is_heard = is_known(tx, said, folder=folder)
    if not is_heard:
        with app.store.write() as tx:
            now = app.clock.refresh()
            heed_setting(tx, said, folder=folder, now=now, frozen=frozen_at(settings, now) is not None)


def name_of(folder: Path) -> str:
    """What the store knows a folder by: two machines may have one at the same place."""
    return f"{socket.gethostname()}:{folder.resolve()}"


def version_of(app: App, *, author: str, now: datetime, message: str = "") -> RuleVersion:
    """The folder's rules as a version to be published."""
    rules = app.installation.rules
    return RuleVersion(
        hash=rules.hash,
        author=author,
        published_at=now,
        document=rules.document,
        sources=app.installation.sources,
        message=message,
    )


def refresh_fields(app: App) -> None:
    """Point every connector at the fields and lists that the rules in force want."""
    with app.store.read() as tx:
        version = rule_store.current(tx)
    if version is None:
        raise SettingsError("no rules are published: run `leadloop config publish`")
    rules = rules_from_document(version.document)
    for name in app.settings.connections:
        wanted = app.fields.setdefault(name, {})
        wanted.clear()
        wanted.update(wanted_fields(rules.mapping, name))
        kept = app.lists.setdefault(name, set())
        kept.clear()
        if (system := rules.mapping.systems.get(name)) is not None and system.lists:
            kept.update(rules.lifecycle.lists())


@contextmanager
def leading(app: App, *, connectors: Mapping[str, Connector] | None = None) -> Iterator[Loop]:
    """Take the lead and give a loop that may write; LeadHeldError when another process has it."""
    holder = f"{socket.gethostname()}:{os.getpid()}"
    lead = leadership.acquire(app.store, holder=holder)
    try:
        with app.store.read() as tx:
            restored.require_whole(tx)
        _try_again(app, lead.epoch)
        if cut := trouble(app.store, app.anchors):
            log.error("audit_cut_off", reason=cut)
        yield Loop(
            store=app.store,
            settings=app.settings,
            connections=connectors if connectors is not None else app.connectors,
            holder=holder,
            epoch=lead.epoch,
            types=app.types,
            fields=app.fields,
            compiled=app.compiled,
            reached=crash_points(os.environ),
            keep_lead=lead.keep,
            random_bytes=os.urandom,
            anchored=app.anchors.keep,
            introduced=app.introduced,
        )
    finally:
        lead.release()


def ask_the_time(app: App) -> None:
    """Have every system tell the time before anything is made of this machine's own; who does not answer is passed by.

    What is wrong with a connection is told by whoever uses it next.
    """
    if isinstance(app.clock, SystemClock):
        for connector in app.connectors.values():
            with suppress(LeadloopError):
                connector.account()


def _try_again(app: App, epoch: int) -> None:
    """A connection that was suspended is tried again by whoever takes the lead: somebody may have mended it."""
    now = app.clock.now()
    with app.store.write(epoch) as tx:
        for each in connections.all(tx):
            if each.status is ConnectionStatus.SUSPENDED:
                connections.set_status(tx, each.name, ConnectionStatus.DEGRADED, reason=each.reason, now=now)


def crash_points(environment: Mapping[str, str]) -> Callable[[str], None]:
    """For tests: `LEADLOOP_CRASH=point:n` kills this process at the n-th pass of a named point.

    Does nothing unless `LEADLOOP_TESTING=1` is set beside it.
    """
    order = environment.get(CRASH)
    if environment.get(TESTING) != "1" or not order:
        return nothing_reached
    point, _, times = order.partition(":")
    left = int(times or 1)

    def reached(name: str) -> None:
        nonlocal left
        if name == point:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return reached
