"""What an erasure waits for, what it leaves of texts about several people, and how who was erased is known again."""

from sqlalchemy import select

from domain.change import Change, ChangeKind
from domain.values import LeadId, RecordRef
from store import erased, erasing, leads, outbox, runs
from store.engine import Store
from store.erased import Hashes
from store.erasing import Person
from store.identity import Key
from store.outbox import OutboxDraft
from store.schema import outbox as outbox_table
from tests.unit.store.examples import NOON, RULES, draft

ZORA = Key("email", "zora.quill@globex.example")
HERS = (ZORA.kind, ZORA.value)


def person(lead: LeadId) -> Person:
    ref = RecordRef(connection="salesforce", object="Lead", id="00Q1")
    words = (ZORA.value, "Zora Quill", "LL-1")
    return Person(leads=(lead,), records=(ref,), emails=(ZORA.value,), keys=("LL-1",), words=words)


def digest(text: str) -> OutboxDraft:
    change = Change(key="digest-1", kind=ChangeKind.CREATE, object="message", values={"text": text})
    return OutboxDraft(connection="slack", lane="handoff", change=change, cause="notice: digest", rule_hash=RULES)


def test_nobody_is_erased_while_a_write_about_them_is_out(store: Store) -> None:
    with store.write() as tx:
        (one,) = leads.create(tx, 1, now=NOON, installation="LL")
        outbox.put(tx, [draft("00Q1")], now=NOON)
        tx.execute(outbox_table.update().values(lead_id=one.id))
        assert not erasing.is_under_way(tx, [one.id])
        assert len(outbox.claim(tx, "salesforce", lane=None, limit=1, owner="a:1", epoch=1, now=NOON)) == 1
        assert erasing.is_under_way(tx, [one.id])


def test_a_message_about_several_people_goes_on_without_the_one(store: Store) -> None:
    with store.write() as tx:
        outbox.put(tx, [digest("Zora Quill <zora.quill@globex.example> and Ben Cole wait for you")], now=NOON)
        number = runs.start(tx, "schedule", now=NOON)
        runs.finish(tx, number, now=NOON, counts={}, failures=["salesforce refused ZORA.QUILL@globex.example"])
        erasing.erase(tx, person(LeadId(1)), now=NOON, actor="mia")
        (row,) = outbox.get(tx, tx.execute(select(outbox_table.c.id)).scalars()).values()
        assert row.change.values == {"text": "(erased) <(erased)> and Ben Cole wait for you"}
        assert runs.get(tx, number).failures == ("salesforce refused (erased)",)


def test_the_hash_is_known_under_the_key_before_this_one_and_under_no_other(store: Store) -> None:
    with store.write() as tx:
        erased.ask(tx, [LeadId(7)], by="mia", reason="DSR-17", now=NOON)
        erased.done(tx, [LeadId(7)], now=NOON)
        erased.note_keys(tx, Hashes("old"), [ZORA], LeadId(7), now=NOON)
        asked = [HERS, ("email", "ben.cole@initech.example")]
        known = {key: each.lead_id for key, each in erased.known(tx, Hashes("new, old"), asked).items()}
        assert known == {HERS: LeadId(7)}
        assert erased.known(tx, Hashes("new"), asked) == {}
        erased.release(tx, Hashes("new, old"), [HERS])
        assert not erased.anybody(tx)


def test_asked_twice_it_is_one_erasure_with_the_first_word(store: Store) -> None:
    with store.write() as tx:
        erased.ask(tx, [LeadId(7)], by="hubspot", reason="erased in hubspot", now=NOON)
        erased.ask(tx, [LeadId(7)], by="mia", reason="DSR-17", now=NOON)
        assert [(each.lead_id, each.asked_by) for each in erased.waiting(tx)] == [(7, "hubspot")]
