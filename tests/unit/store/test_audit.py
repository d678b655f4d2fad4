"""The audit: append-only, chained, silent about people, and honest about what was done to it."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from domain.errors import StoreError
from domain.values import LeadId
from store import audit, audit_chain
from store.audit import AuditEntry
from store.audit_chain import Anchor, Fault
from store.engine import Store, Tx
from tests.unit.store.examples import NOON, RULES, at

ENTRY = AuditEntry(
    at=NOON, actor="loop", action="write fields", connection="salesforce", object="Lead", record_id="00Q1",
    lead_id=LeadId(1), fields=("LL_Score__c", "Status"), rule_hash=RULES, outbox_key="c1", values_hmac="ab",
)  # fmt: skip


def sealed(store: Store, count: int = 5) -> Anchor:
    with store.write() as tx:
        audit.append(tx, [AuditEntry(at=at(number), actor="loop", action=f"step {number}") for number in range(count)])
        anchor = audit_chain.seal(tx, now=NOON)
    assert anchor is not None
    return anchor


def tamper(store: Store, *statements: str) -> None:
    """As somebody would who owns the database."""
    with store.write() as tx:
        if store.is_postgresql:
            tx.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        else:
            tx.execute(text("DROP TRIGGER audit_no_update"))
            tx.execute(text("DROP TRIGGER audit_no_delete"))
        for statement in statements:
            tx.execute(text(statement))


def test_an_entry_comes_back_as_it_was_written(store: Store) -> None:
    with store.write() as tx:
        audit.append(tx, [ENTRY])
        audit.append(tx, [])
        assert audit.of_lead(tx, LeadId(1)) == [ENTRY]


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_nothing_written_can_be_changed(store: Store, statement: str) -> None:
    sealed(store)

    def change() -> None:
        with store.write() as tx:
            tx.execute(text(statement))

    with pytest.raises(StoreError):
        change()
    with store.read() as tx:
        assert tx.execute(text("SELECT count(*) FROM audit WHERE actor = 'loop'")).scalar() == 5


def test_the_chain_holds_over_several_seals(store: Store) -> None:
    first = sealed(store)
    second = sealed(store, 600)
    with store.write() as tx:
        assert (first.number, second.number) == (5, 605)
        assert audit_chain.seal(tx, now=at(1)) == second == audit_chain.end(tx)
        assert audit_chain.verify(tx, [first, second]).ok
        assert audit_chain.verify(tx).ok
        audit.append(tx, [ENTRY])
        found = audit_chain.verify(tx, [second])
        assert (found.ok, found.sealed, found.waiting, found.anchors) == (True, 605, 1, 1)
    assert Anchor.from_text(second.to_text()) == second


def test_an_empty_audit_has_no_anchor_and_verifies(store: Store) -> None:
    with store.write() as tx:
        assert audit_chain.seal(tx, now=NOON) is None
        assert audit_chain.verify(tx).ok


def test_what_the_first_release_sealed_is_sealed_alike_however_much_at_once(store: Store) -> None:
    """Whatever columns the table gets: a hash is for ever made of those it had then."""
    steps = [AuditEntry(at=at(number), actor="loop", action=f"step {number}") for number in range(4)]
    with store.write() as tx:
        audit.append(tx, [*steps, ENTRY])
        for _ in range(3):
            end = audit_chain.seal(tx, now=NOON, most=2)
    assert end == Anchor(number=5, seq=5, hash="a47c06d1208381f5c2cce93946fc0fe33377c700a722c4183da4cf910609fd8e")


@pytest.mark.parametrize(
    ("statements", "first_bad", "fault"),
    [
        (["UPDATE audit SET actor = 'somebody' WHERE seq = 3"], 3, Fault.CHANGED),
        (["UPDATE audit SET at = at + 1 WHERE seq = 5"], 5, Fault.CHANGED),
        (["DELETE FROM audit WHERE seq = 2"], 2, Fault.MISSING),
        (["DELETE FROM audit WHERE seq > 3", "DELETE FROM audit_seal WHERE seq > 3"], 5, Fault.CUT_OFF),
        (["DELETE FROM audit WHERE seq = 4", "DELETE FROM audit_seal WHERE seq = 4"], 5, Fault.GAP),
        (
            ["INSERT INTO audit (seq, at, actor, action, fields) VALUES (99, 1, 'loop', 'forged', '[]')"],
            99,
            Fault.INSERTED,
        ),
    ],
    ids=["edited", "time moved", "deleted", "end cut off", "cut out of the middle", "slipped in"],
)
def test_the_first_bad_row_is_named(store: Store, statements: list[str], first_bad: int, fault: Fault) -> None:
    anchor = sealed(store)
    tamper(store, *statements)
    with store.read() as tx:
        found = audit_chain.verify(tx, [anchor])
    assert (found.first_bad, found.fault) == (first_bad, fault)


def test_a_row_that_went_before_it_was_sealed_is_missed_by_the_next_looks(store: Store) -> None:
    anchor = sealed(store)
    with store.write() as tx:
        audit.append(tx, [ENTRY, ENTRY])
    tamper(store, "DELETE FROM audit WHERE seq = 6")
    with store.write() as tx:
        audit_chain.seal(tx, now=NOON)
        found = audit_chain.verify(tx, [anchor])
    assert (found.sealed, found.first_bad, found.fault) == (6, 6, Fault.MISSING)


def test_a_chain_made_anew_does_not_match_the_anchor(store: Store) -> None:
    anchor = sealed(store)
    tamper(
        store,
        "UPDATE audit SET actor = 'somebody' WHERE seq = 3",
        "DELETE FROM audit_seal",
        "INSERT INTO audit_unsealed SELECT seq FROM audit",
    )
    with store.write() as tx:
        audit_chain.seal(tx, now=NOON)
        assert audit_chain.verify(tx).ok
        found = audit_chain.verify(tx, [anchor])
    assert (found.first_bad, found.fault) == (5, Fault.MADE_ANEW)


def test_of_several_anchors_the_first_that_does_not_hold_says_where_the_chain_was_made_anew(store: Store) -> None:
    anchors = [sealed(store, 2), sealed(store, 2), sealed(store, 2)]
    tamper(
        store,
        "UPDATE audit SET actor = 'somebody' WHERE seq = 3",
        "DELETE FROM audit_seal",
        "INSERT INTO audit_unsealed SELECT seq FROM audit",
    )
    with store.write() as tx:
        audit_chain.seal(tx, now=NOON)
        assert audit_chain.verify(tx, anchors).first_bad == 4


def test_a_subject_has_one_key_until_it_is_forgotten(store: Store) -> None:
    made: list[bytes] = []

    def source(letter: bytes) -> Callable[[int], bytes]:
        def give(count: int) -> bytes:
            made.append(letter)
            return letter * count

        return give

    def key(tx: Tx, letter: bytes) -> bytes:
        return audit.subject_keys_of(tx, [LeadId(1)], random_bytes=source(letter))[LeadId(1)]

    with store.write() as tx:
        assert key(tx, b"a") == b"a" * 32
        assert key(tx, b"b") == b"a" * 32
        before = audit.hmac_of(key(tx, b"c"), {"Email": "ana@acme.example", "Title": "VP"})
        assert before == audit.hmac_of(b"a" * 32, {"Title": "VP", "Email": "ana@acme.example"})
        audit.forget_subject(tx, LeadId(1))
        assert audit.subject_keys_of(tx, [LeadId(1)]) == {}
        assert key(tx, b"d") == b"d" * 32
    assert made == [b"a", b"d"]
