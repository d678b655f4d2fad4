"""The starter's rules, as they are published and as the loop has them in force; a store of one's own, and a daemon
on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from domain.run import RuleVersion
from store import leadership
from store import rules as rule_store
from store.engine import Store
from sync.loop import InForce, compile_version
from tests.starter import starter_version
from tests.stores import empty_store
from tests.unit.sync.daemons import Stage, daemon_of, version_of


@pytest.fixture(scope="session")
def version(tmp_path_factory: pytest.TempPathFactory) -> RuleVersion:
    return starter_version(tmp_path_factory.mktemp("starter"))


@pytest.fixture(scope="session")
def rules(version: RuleVersion) -> InForce:
    return compile_version(version, types={"salesforce": "salesforce", "hubspot": "hubspot"}, time_zone="UTC")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(empty_store(tmp_path / "leadloop.db"))
    yield opened
    opened.dispose()


@pytest.fixture
def stage(store: Store, rules: InForce) -> Iterator[Stage]:
    structlog.reset_defaults()
    lead = leadership.acquire(store, holder="test")
    with store.write() as tx:
        rule_store.publish(tx, version_of(rules, rules.hash))
    made = Stage(store=store, daemon=daemon_of(store, lead.epoch))
    made.daemon.now = lambda: made.now
    made.daemon.answer = lambda _loop: made.answered.append(1)
    made.daemon.published = lambda: made.published.append("yes")
    made.jobs = {job.name: job.run for job in made.daemon.jobs()}
    yield made
    lead.release()
