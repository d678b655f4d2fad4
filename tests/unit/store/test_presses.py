"""Buttons that were pressed: kept once, heard once, shown once, forgotten after a quarter."""

from dataclasses import replace
from datetime import timedelta

from domain.handoff import Verdict
from domain.notice import Heard, Press
from domain.values import LeadId
from store import presses
from store.engine import Store
from store.retention import purge
from tests.unit.store.examples import NOON

PRESS = Press(
    connection="slack",
    key="D1:1.2:U1:3.4",
    lead_key="LL-7",
    handoff=1,
    user="U1",
    message="D1:1.2",
    at=NOON,
    verdict=Verdict.ACCEPT,
)
ANA = LeadId(7)


def test_what_is_told_again_is_kept_once(store: Store) -> None:
    with store.write() as tx:
        assert presses.add(tx, PRESS, now=NOON)
        assert not presses.add(tx, replace(PRESS, verdict=Verdict.NOT_TARGET), now=NOON)
        assert presses.add(tx, replace(PRESS, connection="other"), now=NOON)
    with store.read() as tx:
        assert [press for _, press, _ in presses.untaken(tx, "slack", now=NOON, limit=9)] == [PRESS]


def test_what_is_put_off_waits(store: Store) -> None:
    later = NOON + timedelta(minutes=1)
    with store.write() as tx:
        presses.add(tx, PRESS, now=NOON)
        ((number, _, attempts),) = presses.untaken(tx, "slack", now=NOON, limit=9)
        presses.put_off(tx, number, until=later)
        assert (attempts, presses.has_untaken(tx, "slack", now=NOON)) == (0, False)
        ((_, _, attempts),) = presses.untaken(tx, "slack", now=later, limit=9)
        assert attempts == 1


def test_it_is_heard_by_the_lead_that_it_was_taken_for_and_then_no_more(store: Store) -> None:
    with store.write() as tx:
        presses.add(tx, PRESS, now=NOON)
        ((number, _, _),) = presses.untaken(tx, "slack", now=NOON, limit=9)
        presses.take(tx, number, ANA, "fay@acme.example")
        (pressed,) = presses.unheard_of(tx, [ANA, LeadId(8)])[ANA]
        assert pressed.press == replace(PRESS, email="fay@acme.example")
        presses.hear(tx, [Heard(press=number, lead_id=ANA, words="Fay accepted", counts=True)], now=NOON)
        assert (presses.unheard_of(tx, [ANA]), presses.has_untaken(tx, "slack", now=NOON)) == ({}, False)
        assert [(lead, words, counts) for _, _, lead, words, counts in presses.unshown(tx, limit=9)] == [
            (ANA, "Fay accepted", True)
        ]
        presses.show(tx, [number], now=NOON)
        assert presses.unshown(tx, limit=9) == []


def test_what_no_lead_will_hear_is_answered_all_the_same(store: Store) -> None:
    with store.write() as tx:
        presses.add(tx, PRESS, now=NOON)
        ((number, _, _),) = presses.untaken(tx, "slack", now=NOON, limit=9)
        presses.refuse(tx, number, "Not counted: a stranger", now=NOON)
        assert [(lead, words) for _, _, lead, words, _ in presses.unshown(tx, limit=9)] == [
            (None, "Not counted: a stranger")
        ]


def test_what_was_shown_a_quarter_ago_is_forgotten(store: Store) -> None:
    with store.write() as tx:
        presses.add(tx, PRESS, now=NOON)
        ((number, _, _),) = presses.untaken(tx, "slack", now=NOON, limit=9)
        presses.refuse(tx, number, "no", now=NOON)
        presses.show(tx, [number], now=NOON)
        assert purge(tx, now=NOON + timedelta(days=90)).presses == 0
        assert purge(tx, now=NOON + timedelta(days=91)).presses == 1
