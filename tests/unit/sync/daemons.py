"""A daemon over a real store without a system, whose jobs are run one by one on the test's thread."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event

from config.settings import Settings
from connectors.contract import Connector
from domain.run import RuleVersion
from domain.values import RuleHash
from store import runs
from store.engine import Store
from sync.daemon import Daemon
from sync.loop import InForce, Loop
from tests.unit.sync.looping import TYPES

NOON = datetime(2026, 9, 7, 12, tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Stage:
    """A daemon and what it called."""

    store: Store
    daemon: Daemon
    jobs: dict[str, Callable[[], None]] = field(default_factory=dict)
    answered: list[int] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    now: datetime = NOON

    def run(self, name: str) -> None:
        self.jobs[name]()


def version_of(rules: InForce, rule_hash: str) -> RuleVersion:
    return RuleVersion(hash=RuleHash(rule_hash), author="test", published_at=NOON, document=rules.rules.document)


def daemon_of(store: Store, epoch: int, *names: str, systems: Sequence[Connector] = ()) -> Daemon:
    loops = {
        name: Loop(
            store=store,
            settings=Settings(),
            connections={each.name: each for each in systems},
            holder="test",
            epoch=epoch,
            types=TYPES,
            introduced=set(TYPES),
        )
        for name in names or ("decide", "operators")
    }
    return Daemon(loops=loops, now=lambda: NOON, answer=lambda _: None, published=lambda: None, stop=Event())


def recorded(stage: Stage) -> list[tuple[str, ...]]:
    with stage.store.read() as tx:
        return [run.failures for run in reversed(runs.last(tx, 10))]
