"""Whom a database erased after a backup was taken is erased again once the backup is back."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.values import LeadId
from leadloop import exits
from store import erased, erased_since, leads
from store.engine import Tx
from store.erased import Hashes
from store.identity import Key
from tests.restore_desk import NOW, back_up, does, opened, tamper

HASHES = Hashes("a key")


def test_who_was_erased_since_is_known_after_a_restore_that_was_broken_off(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A backup whose audit was tampered with stands in PostgreSQL before that shows: what was there is gone by then."""
    with opened(folder) as store, store.write() as tx:
        (ana,) = leads.create(tx, 1, now=NOW, installation="acme")
    good, bad = back_up(folder), folder / "bad.tar"
    tamper(folder)
    assert does(folder, "backup", str(bad)) == exits.SOME_FAILED
    with opened(folder) as store, store.write() as tx:
        (ben,) = leads.create(tx, 1, now=NOW, installation="acme")
        for lead in (ana, ben):
            forgotten(tx, lead.id)
    assert does(folder, "restore", str(bad), "--yes") == exits.CONFIG
    capsys.readouterr()
    assert does(folder, "restore", str(good), "--yes", "--json") == exits.OK
    assert json.loads(capsys.readouterr().out)["erased_since"] == {"again": 1, "to_ask": 0}
    with opened(folder) as store, store.read() as tx:
        assert [(each.lead_id, each.asked_by, each.reason) for each in erased.waiting(tx)] == [
            (ana.id, "olga", "DSR-17")
        ]
        asked = [("email", f"{lead.id}@example.org") for lead in (ana, ben)]
        known = erased.known(tx, HASHES, asked)
        assert {key[1]: leads.keys_of(tx, [each.lead_id]) for key, each in known.items()} == {
            f"{lead.id}@example.org": (lead.key,) for lead in (ana, ben)
        }
        assert erased_since.noted(tx) is None


def forgotten(tx: Tx, lead: LeadId) -> None:
    """As somebody is who was erased."""
    erased.ask(tx, [lead], by="olga", reason="DSR-17", now=NOW)
    erased.done(tx, [lead], now=NOW)
    erased.note_keys(tx, HASHES, [Key("email", f"{lead}@example.org")], lead, now=NOW)
    tx.execute(text("UPDATE lead SET merged_into = 0 WHERE id = :id"), {"id": lead})


def test_whoever_was_parted_from_another_since_is_not_erased_together_with_them(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(folder) as store, store.write() as tx:
        ana, ben, whole, part = leads.create(tx, 4, now=NOW, installation="acme")
        for one, into in ((ben, ana), (part, whole)):
            tx.execute(text("UPDATE lead SET merged_into = :into WHERE id = :id"), {"id": one.id, "into": into.id})
    file = back_up(folder)
    with opened(folder) as store, store.write() as tx:
        for lead in (ben, whole, part):
            forgotten(tx, lead.id)
    capsys.readouterr()
    assert does(folder, "restore", str(file), "--yes", "--json") == exits.OK
    assert json.loads(capsys.readouterr().out)["erased_since"] == {"again": 1, "to_ask": 1}
    with opened(folder) as store, store.read() as tx:
        assert [each.lead_id for each in erased.waiting(tx)] == [whole.id]


def test_where_what_was_there_cannot_be_read_whom_it_erased_is_for_a_person_to_know(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = back_up(folder)
    with opened(folder) as store, store.write() as tx:
        tx.execute(text("DROP TABLE erasure"))
    assert does(folder, "restore", str(file), "--yes") == exits.OK
    assert "Whom you erased since the backup cannot be known here" in capsys.readouterr().out
