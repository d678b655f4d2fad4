"""Published rules: whoever publishes says what it was made from, and nobody undoes another's unseen."""

from threading import Thread

import pytest

from domain.run import RuleVersion
from domain.values import RuleHash
from store import leads, rules
from store.engine import Store
from store.rules import OvertakenError
from tests.unit.store.examples import NOON, at
from tests.unit.store.waiting import wait_for_a_waiter


def version(name: str, *, minute: int = 0) -> RuleVersion:
    return RuleVersion(
        hash=RuleHash(name * 8),
        author=name,
        published_at=at(minute),
        document=f'{{"name":"{name}"}}',
        sources={"scoring.yaml": f"# {name}\n"},
        message=f"why {name}",
    )


def test_a_version_comes_back_with_its_texts_its_number_and_why(store: Store) -> None:
    with store.write() as tx:
        assert rules.publish(tx, version("a")) is True
        kept = rules.current(tx)
        assert kept == version("a")
        assert (kept.number, dict(kept.sources)) == (1, {"scoring.yaml": "# a\n"})


def test_what_was_made_from_another_version_than_is_in_force_is_refused(store: Store) -> None:
    with store.write() as tx:
        rules.publish(tx, version("a"))
        rules.publish(tx, version("b"), base=1)
        with pytest.raises(OvertakenError, match="version 2 by b is in force") as refused:
            rules.publish(tx, version("c"), base=1)
        assert refused.value.now == version("b")
        assert rules.publish(tx, version("b"), base=1) is False, "the same rules: nothing is undone"
        assert [each.number for each in rules.history(tx)] == [2, 1]


def test_a_version_is_found_by_its_number_and_by_how_its_hash_begins(store: Store) -> None:
    with store.write() as tx:
        for name in ("a", "b"):
            rules.publish(tx, version(name))
        assert rules.by_name(tx, "1") == version("a")
        assert rules.by_name(tx, "bbbb") == version("b")
        assert [rules.by_name(tx, name) for name in ("9", "b", "cccc", "%%%%")] == [None] * 4


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_of_two_who_publish_at_once_the_second_is_told(store: Store) -> None:
    told: list[OvertakenError] = []

    def second() -> None:
        try:
            store.transact(lambda tx: rules.publish(tx, version("c"), base=1))
        except OvertakenError as error:
            told.append(error)

    with store.write() as tx:
        rules.publish(tx, version("a"))
    other = Thread(target=second)
    with store.write() as tx:
        rules.publish(tx, version("b"), base=1)
        other.start()
        wait_for_a_waiter(store)
    other.join()
    assert [error.now.author for error in told] == ["b"]


def test_leads_are_spread_evenly_over_all(store: Store) -> None:
    with store.write() as tx:
        made = [each.id for each in leads.create(tx, 10, now=NOON, installation="LL")]
        assert leads.spread(tx, None) == made
        assert leads.spread(tx, 10) == made
        assert leads.spread(tx, 5) == made[1::2]
        assert leads.spread(tx, 4) == made[2::3]
