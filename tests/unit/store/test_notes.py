"""What was found about a lead stands until the lead moves on, or for thirty days."""

from datetime import timedelta

from domain.values import LeadId
from store import notes
from store.engine import Store
from store.notes import Note, Noted
from tests.unit.store.examples import NOON

ANA, BEN = LeadId(1), LeadId(2)
PURPLE, TWO = "status 'Purple' means no stage", "answered at once"
LATER = NOON + timedelta(days=1)


def test_a_finding_stands_until_its_lead_moves_on(store: Store) -> None:
    with store.write() as tx:
        notes.save(tx, {ANA: [PURPLE, PURPLE], BEN: [PURPLE]}, (), now=NOON)
        notes.save(tx, {ANA: [TWO]}, (), now=LATER)
        assert notes.of_lead(tx, ANA, at=LATER) == [Note(words=PURPLE, since=NOON), Note(words=TWO, since=LATER)]
        assert notes.of_lead(tx, ANA, at=NOON) == [Note(words=PURPLE, since=NOON)], "as it was known then"
        assert notes.noted(tx) == (
            Noted(words=PURPLE, leads=2, since=NOON, examples=(ANA, BEN)),
            Noted(words=TWO, leads=1, since=LATER, examples=(ANA,)),
        )
        notes.save(tx, {BEN: [TWO]}, [ANA, BEN], now=LATER)
        assert notes.of_lead(tx, ANA, at=LATER) == []
        assert notes.of_lead(tx, BEN, at=LATER) == [Note(words=TWO, since=LATER)], "found as it moved"


def test_what_is_found_again_counts_from_then(store: Store) -> None:
    with store.write() as tx:
        notes.save(tx, {ANA: [PURPLE]}, (), now=NOON)
        notes.save(tx, {ANA: [PURPLE]}, (), now=LATER)
        assert notes.of_lead(tx, ANA, at=LATER) == [Note(words=PURPLE, since=LATER)]


def test_what_nobody_acted_on_is_forgotten_in_portions(store: Store) -> None:
    with store.write() as tx:
        notes.save(tx, {ANA: [PURPLE], BEN: [PURPLE, TWO]}, (), now=NOON)
        over = NOON + notes.KEPT_FOR + timedelta(seconds=1)
        assert [notes.purge(tx, before=over - notes.KEPT_FOR, limit=2) for _ in range(3)] == [2, 1, 0]
        assert notes.noted(tx) == ()
