"""The rules in force are compiled once for all loops of a process, and anew whenever something of them is new."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.drift import Drift, DriftKind, Noticed, Told
from domain.place import FieldOf
from domain.record import Field, FieldType
from domain.run import RuleVersion
from domain.values import RuleHash
from store import described, drifts
from store import rules as rule_store
from store.engine import Store, Tx
from sync.loop import Compiled, InForce
from tests.unit.sync.looping import TYPES

NOON = datetime(2026, 9, 7, 12, tzinfo=UTC)
TITLE = Field(name="Title", label="Title", type=FieldType.TEXT)


@pytest.fixture
def published(store: Store, version: RuleVersion) -> Store:
    with store.write() as tx:
        rule_store.publish(tx, version)
    return store


def asked(store: Store, compiled: Compiled) -> InForce:
    with store.read() as tx:
        return compiled.in_force(tx, types=TYPES, time_zone="UTC")


def tell(tx: Tx, _: RuleVersion) -> None:
    described.save(tx, "salesforce", "Lead", {"Title": TITLE}, now=NOON)


def drift(tx: Tx, _: RuleVersion) -> None:
    gone = Drift(field=FieldOf(connection="salesforce", object="Lead", field="Title"), kind=DriftKind.GONE)
    told = Told(drift=gone, effect="not written", mend="make it visible")
    drifts.settle(tx, "salesforce", "Lead", [told], noticed=Noticed.LOOK, now=NOON)


def publish(tx: Tx, version: RuleVersion) -> None:
    rule_store.publish(tx, replace(version, hash=RuleHash("f" * 64), published_at=NOON))


def test_who_asks_again_is_given_the_same(published: Store) -> None:
    compiled = Compiled()
    assert asked(published, compiled) is asked(published, compiled)


@pytest.mark.parametrize("do", [tell, drift, publish])
def test_what_is_new_of_them_is_compiled_in(
    published: Store, version: RuleVersion, do: Callable[[Tx, RuleVersion], None]
) -> None:
    compiled = Compiled()
    before = asked(published, compiled)
    with published.write() as tx:
        do(tx, version)
    after = asked(published, compiled)
    assert after is not before
    assert asked(published, compiled) is after


def test_without_published_rules_it_says_so(store: Store) -> None:
    with pytest.raises(LookupError, match="no rules are published"):
        asked(store, Compiled())
