"""Where somebody came from is kept as it was decided, over unions and their undoing, and goes with the person."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from domain.first_touch import FirstTouch
from domain.values import LeadId
from store import first_touches, identity, leads, unions, unmerging
from store.engine import Store, Tx
from tests.unit.store.examples import NOON, at

ADS = FirstTouch(channel="Ads", campaign="Fair", at=at(5), decided_at=NOON, rules="r1", revision=1)
WEB = replace(ADS, channel="Web", campaign="", at=at(9))
UNKNOWN = replace(ADS, channel="unknown", at=at(1))
BARE = replace(ADS, channel="Outbound", at=None)


@pytest.fixture
def tx(store: Store) -> Iterator[Tx]:
    with store.write() as tx:
        yield tx


def arrive(tx: Tx, *came: FirstTouch | None) -> list[LeadId]:
    made = [each.id for each in leads.create(tx, len(came), now=NOON, installation="LL")]
    first_touches.settle(tx, {lead: each for lead, each in zip(made, came, strict=True) if each is not None})
    return made


def wanting(tx: Tx, *, rules: str = "r1", known_by: int = 0) -> list[LeadId]:
    return first_touches.undecided(tx, known_by=at(known_by), rules=rules, after=LeadId(0), limit=9)


def test_what_was_decided_once_is_decided_by_nothing_later(tx: Tx) -> None:
    (ana,) = arrive(tx, ADS)
    first_touches.settle(tx, {ana: WEB})
    assert first_touches.of_leads(tx, [ana]) == {ana: ADS}


def test_who_is_unknown_is_decided_once_more(tx: Tx) -> None:
    (ana,) = arrive(tx, UNKNOWN)
    first_touches.settle(tx, {ana: WEB})
    first_touches.settle(tx, {ana: ADS})
    assert first_touches.of_leads(tx, [ana]) == {ana: WEB}


def test_those_are_looked_at_who_are_new_or_unknown_with_news_or_other_rules(tx: Tx) -> None:
    ana, ben, cat = arrive(tx, ADS, UNKNOWN, None)
    revision = leads.get(tx, [ben])[ben].revision
    tx.exec_driver_sql(f"UPDATE first_touch SET revision = {revision}")
    assert wanting(tx) == [cat]
    assert wanting(tx, known_by=-1) == [], "nobody was known by then"
    assert wanting(tx, rules="r2") == [ben, cat]
    leads.touch(tx, [ana, ben])
    assert wanting(tx) == [ben, cat]


@pytest.mark.parametrize(
    ("one", "other", "stays"),
    [(ADS, WEB, ADS), (ADS, UNKNOWN, ADS), (ADS, None, ADS), (ADS, BARE, ADS), (UNKNOWN, BARE, BARE)],
    ids=["the earlier", "what is known", "the only one", "what was met", "what is known of them"],
)
@pytest.mark.parametrize("turned", [False, True], ids=["", "the other way round"])
def test_of_two_who_are_one_the_earlier_stays_and_each_has_their_own_again(
    tx: Tx, one: FirstTouch, other: FirstTouch | None, stays: FirstTouch, *, turned: bool
) -> None:
    pair = (other, one) if turned else (one, other)
    ana, ben = arrive(tx, *pair)
    number = identity.merge(tx, ana, ben, now=NOON).union
    assert first_touches.of_leads(tx, [ana, ben]) == {ana: stays}
    union = unions.get(tx, number)
    assert union is not None
    unmerging.split(tx, union, by="ops", now=at(60))
    assert first_touches.of_leads(tx, [ana, ben]) == {
        lead: each for lead, each in zip((ana, ben), pair, strict=True) if each is not None
    }


def test_in_whatever_order_several_are_united_the_same_stays(tx: Tx) -> None:
    for order in permutations((ADS, WEB, UNKNOWN, BARE)):
        ana, *others = arrive(tx, *order)
        for each in others:
            identity.merge(tx, ana, each, now=NOON)
        assert first_touches.of_leads(tx, [ana])[ana] == ADS


def test_what_was_decided_anew_meanwhile_is_not_written_over(tx: Tx) -> None:
    (ana,) = arrive(tx, ADS)
    later = replace(WEB, decided_at=NOON + timedelta(days=1))
    assert first_touches.replace(tx, ana, ADS, later)
    assert not first_touches.replace(tx, ana, ADS, BARE)
    assert first_touches.of_leads(tx, [ana]) == {ana: later}


def test_who_was_decided_about_by_other_rules_is_found_until_it_is_confirmed(tx: Tx) -> None:
    ana, ben = arrive(tx, ADS, WEB)
    assert first_touches.by_other_rules(tx, "r1", after=LeadId(0), limit=9) == []
    first_touches.confirm(tx, ana, rules="r2")
    assert first_touches.by_other_rules(tx, "r2", after=LeadId(0), limit=9) == [ben]
    assert first_touches.channels(tx) == ["Ads", "Web"]
