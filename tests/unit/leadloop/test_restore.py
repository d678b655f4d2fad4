"""`leadloop backup` and `restore`: what is called a backup can be put back, and what is put back goes on carefully."""

import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing, suppress
from pathlib import Path

import orjson
import pytest
from sqlalchemy import text

from connectors.contract import Lane
from domain.change import Change, ChangeKind
from domain.errors import FencedError, StoreError
from domain.run import OutboxStatus
from domain.values import LeadId, RuleHash
from leadloop import exits
from leadloop.app import leading, open_app
from store import audit, leadership, leads, outbox, restored
from store.engine import Store
from store.outbox import OutboxDraft
from store.vault import make_key
from store.views import making
from tests.postgres import PostgresServer
from tests.restore_desk import NOW, acts, back_up, does, opened, tamper

ROOT = Path(__file__).parents[3]


def done(folder: Path) -> list[str]:
    with opened(folder) as store, store.read() as tx:
        return [entry.action for _, entry in audit.rows(tx, audit.Wanted(actor="ana"))]


def test_a_backup_brings_back_what_was_and_keeps_aside_what_came_after(folder: Path) -> None:
    file = back_up(folder)
    assert file.stat().st_mode & 0o777 == 0o600
    acts(folder, "after")
    assert does(folder, "restore", str(file), "--yes") == exits.OK
    assert done(folder) == ["before 0", "before 1", "before 2"]
    (aside,) = folder.glob("leadloop*before-restore-*")
    assert aside.stat().st_size > 0
    if "LEADLOOP_DATABASE_URL" not in os.environ:
        with closing(sqlite3.connect(aside)) as db:
            assert db.execute("SELECT count(*) FROM audit WHERE actor = 'ana'").fetchone() == (6,)
    assert [each.name for each in folder.glob(".leadloop-*")] == []


def test_the_audit_of_a_restored_store_verifies_tells_of_the_restore_and_still_sees_a_cut(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = back_up(folder)
    acts(folder, "after", 4)
    assert does(folder, "restore", str(file), "--yes") == exits.OK
    acts(folder, "again", 5)
    capsys.readouterr()
    assert does(folder, "audit", "verify", "--json") == exits.OK
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], [each["rows"] for each in told["set_aside"]]) == (True, [4])
    assert open_and_ask(folder, "SELECT count(*) FROM audit WHERE action LIKE 'restored a backup of%'") == 1
    cut_short(folder, 2)
    assert does(folder, "audit", "verify", "--json") == exits.BAD_DATA
    assert json.loads(capsys.readouterr().out)["first_bad"]["fault"] == "cut off"


def open_and_ask(folder: Path, statement: str) -> object:
    with opened(folder) as store, store.read() as tx:
        return tx.execute(text(statement)).scalar()


def cut_short(folder: Path, rows: int) -> None:
    """As the database's owner would, without a trace."""
    with opened(folder) as store, store.write() as tx:
        if store.is_postgresql:
            tx.execute(text("ALTER TABLE audit DISABLE TRIGGER audit_append_only"))
        else:
            tx.execute(text("DROP TRIGGER audit_no_delete"))
        seqs = [row[0] for row in tx.execute(text(f"SELECT seq FROM audit ORDER BY seq DESC LIMIT {rows}"))]
        for name in ("audit", "audit_seal"):
            tx.execute(text(f"DELETE FROM {name} WHERE seq >= {min(seqs)}"))


def test_what_came_back_with_an_audit_that_was_tampered_with_is_not_marked(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tamper(folder)
    anchors = (folder / "audit.anchor").read_bytes()
    capsys.readouterr()
    assert does(folder, "restore", "--already", "--yes") == exits.CONFIG
    assert "is not whole: row 2 is changed. It was not marked" in capsys.readouterr().err
    assert (folder / "audit.anchor").read_bytes() == anchors


def test_after_a_restore_that_was_broken_off_the_leader_of_before_it_writes_nothing(folder: Path) -> None:
    """The backup that stood meanwhile knows nothing of the leaders since."""
    good, bad = back_up(folder), folder / "bad.tar"
    tamper(folder)
    assert does(folder, "backup", str(bad)) == exits.SOME_FAILED
    for _ in range(3):
        acts(folder, "after")
    with opened(folder) as store, store.read() as tx:
        before = leadership.epoch_now(tx)
    assert does(folder, "restore", str(bad), "--yes") == exits.CONFIG
    assert does(folder, "restore", str(good), "--yes") == exits.OK
    with opened(folder) as store:
        lead = leadership.acquire(store, holder="test")
        assert lead.epoch > before
        lead.release()


def test_a_restore_is_refused_while_somebody_leads_and_changes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = back_up(folder)
    acts(folder, "after")
    with opened(folder) as store:
        lead = leadership.acquire(store, holder="daemon")
        assert does(folder, "restore", str(file), "--yes") == exits.TRY_AGAIN
        lead.release()
    assert "stop it" in capsys.readouterr().err
    assert len(done(folder)) == 6


def test_nobody_is_restored_over_without_a_word(folder: Path) -> None:
    file = back_up(folder)
    acts(folder, "after")
    assert does(folder, "restore", str(file)) == exits.CHANGES_PENDING
    assert len(done(folder)) == 6


def test_a_leader_of_before_writes_nothing_after_a_restore(folder: Path) -> None:
    """A process that was asleep since then: its epoch may not come round again."""
    file = back_up(folder)
    acts(folder, "after")
    with opened(folder) as store:
        former = leadership.acquire(store, holder="asleep")
        former.release()
    assert does(folder, "restore", str(file), "--yes") == exits.OK
    with opened(folder) as store:
        heir = leadership.acquire(store, holder="heir")
        assert heir.epoch > former.epoch
        with pytest.raises(FencedError), store.write(former.epoch):
            pass
        heir.release()


def _draft(change: Change, lead: LeadId) -> OutboxDraft:
    return OutboxDraft(
        connection="salesforce", lane=Lane.HANDOFF, change=change, cause="test", rule_hash=RuleHash("r"), lead_id=lead
    )


def test_what_was_open_is_asked_for_or_planned_anew_and_never_sent(folder: Path) -> None:
    now = NOW
    with opened(folder) as store, store.write() as tx:
        (lead,) = leads.create(tx, 1, now=now, installation="LL")
        task = Change(key="k1", kind=ChangeKind.CREATE, object="Task", values={"LL_Key__c": "k1"}, unique="LL_Key__c")
        score = Change(key="", kind=ChangeKind.FIELDS, object="Lead", id="00Q1", values={"LL_Score__c": 1})
        for change in (task, score):
            outbox.put(tx, [_draft(change, lead.id)], now=now)
    file = back_up(folder)
    assert does(folder, "restore", str(file), "--yes") == exits.OK
    with opened(folder) as store, store.read() as tx:
        rows = {row.change.object: row for row in outbox.get(tx, [1, 2]).values()}
        found = restored.last(tx)
    assert rows["Task"].status is OutboxStatus.UNSURE
    assert (rows["Lead"].status, rows["Lead"].code) == (OutboxStatus.DONE, "superseded")
    assert found is not None
    assert found.is_deaf


def test_a_key_that_does_not_open_the_backup_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = back_up(folder)
    (folder / "leadloop.key").write_text(make_key())
    assert does(folder, "restore", str(file), "--yes") == exits.LOGIN
    assert "The key is not in a backup" in capsys.readouterr().err
    assert list(folder.glob("*before-restore*")) == []


def test_a_file_that_is_no_whole_backup_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = back_up(folder)
    whole = file.read_bytes()
    for content in (whole[: len(whole) // 2], b"nonsense", whole[:-9000] + b"\xa5" * 4000 + whole[-5000:]):
        file.write_bytes(content)
        acts(folder, "after", 1)
        kept = done(folder)
        code = does(folder, "restore", str(file), "--yes")
        if code != exits.OK:
            assert code == exits.CONFIG
            assert done(folder) == kept
    assert "take another one" in capsys.readouterr().err
    assert does(folder, "restore", str(folder / "none.tar"), "--yes") == exits.CONFIG


def test_the_backup_of_another_installation_is_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = back_up(folder)
    lines = (folder / "audit.anchor").read_text().splitlines()
    (folder / "audit.anchor").write_text("\n".join(line[:-4] + "0000" for line in lines) + "\n")
    assert does(folder, "restore", str(file), "--yes") == exits.CONFIG
    assert "another installation" in capsys.readouterr().err


def test_a_database_that_is_gone_comes_back(folder: Path) -> None:
    file = back_up(folder)
    if "LEADLOOP_DATABASE_URL" in os.environ:
        store = Store.open(os.environ["LEADLOOP_DATABASE_URL"])
        with store.write() as tx:
            tx.execute(text("DROP SCHEMA public CASCADE"))
            tx.execute(text("CREATE SCHEMA public"))
        store.dispose()
    else:
        for each in folder.glob("leadloop.db*"):
            each.unlink()
    with pytest.raises(StoreError, match="was at work"):
        open_app(folder)
    assert does(folder, "restore", str(file), "--yes") == exits.OK
    assert done(folder) == ["before 0", "before 1", "before 2"]
    assert does(folder, "audit", "verify") == exits.OK


def test_a_database_that_was_put_back_by_other_means_is_announced(starter: Path) -> None:
    acts(starter, "before")
    kept = (starter / "leadloop.db").read_bytes()
    acts(starter, "after")
    for each in starter.glob("leadloop.db*"):
        each.unlink()
    (starter / "leadloop.db").write_bytes(kept)
    assert does(starter, "audit", "verify") == exits.BAD_DATA
    assert does(starter, "restore", "--already", "--yes") == exits.OK
    assert does(starter, "audit", "verify") == exits.OK


def test_a_backup_while_others_write_holds_what_was_committed_at_one_moment(starter: Path) -> None:
    acts(starter, "before")
    program = (
        "import sys; from pathlib import Path; from tests.unit.leadloop.test_restore import acts\n"
        "print('writes', flush=True)\n"
        "while True: acts(Path(sys.argv[1]), 'meanwhile', 2)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, starter], cwd=ROOT, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"writes\n"
        try:
            for number in range(3):
                assert does(starter, "backup", str(starter / f"{number}.tar")) == exits.OK
        finally:
            writer.kill()
    with tarfile.open(starter / "2.tar") as tar:
        page = tar.extractfile("backup.json")
        assert page is not None
        assert orjson.loads(page.read())["database"] == "sqlite"
    assert does(starter, "restore", str(starter / "2.tar"), "--yes") == exits.OK
    assert len(done(starter)) % 2 == 1


@pytest.mark.parametrize("after_s", [0.0, 0.05, 0.15, 0.3, 0.6])
def test_a_restore_that_is_killed_leaves_the_old_store_or_the_new_one(starter: Path, after_s: float) -> None:
    acts(starter, "before")
    file = back_up(starter)
    acts(starter, "after")
    program = "import sys; from leadloop import cli; print('begins', flush=True); sys.exit(cli.run(sys.argv[1:]))"
    arguments = ["restore", str(file), "--yes", "-C", str(starter)]
    with subprocess.Popen([sys.executable, "-c", program, *arguments], cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begins\n"
        with suppress(subprocess.TimeoutExpired):
            process.wait(after_s)
        process.kill()
    assert len(done(starter)) in {3, 6}
    assert does(starter, "restore", str(file), "--yes") == exits.OK
    assert does(starter, "audit", "verify") == exits.OK
    assert done(starter) == ["before 0", "before 1", "before 2"]


def test_what_a_broken_off_restore_left_is_not_led(folder: Path) -> None:
    app = open_app(folder)
    with app.store.write() as tx:
        tx.execute(text(f"INSERT INTO installation (name, value) VALUES ('{restored.BROKEN_OFF}', 'x')"))
    with pytest.raises(StoreError, match="broken off"), leading(app):
        pass
    app.close()


def test_without_the_servers_programs_it_is_said_what_to_run(
    starter: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    postgres.drop_database("bare")
    monkeypatch.setenv("LEADLOOP_DATABASE_URL", postgres.create_store("bare"))
    acts(starter, "before")
    monkeypatch.setenv("PATH", str(starter))
    assert does(starter, "backup", str(starter / "kept.tar")) == exits.CONFIG
    assert "pg_dump --format=custom" in capsys.readouterr().err


@pytest.mark.parametrize("folder", ["postgresql"], indirect=True)
def test_whoever_was_granted_a_view_has_it_after_a_restore(folder: Path) -> None:
    file = back_up(folder)
    with opened(folder) as store, store.write() as tx:
        tx.exec_driver_sql("GRANT SELECT ON ll_leads TO PUBLIC")
    assert does(folder, "restore", str(file), "--yes") == exits.OK
    with opened(folder) as store, store.read() as tx:
        assert [(each.view, each.to) for each in making.readers(tx)] == [("ll_leads", "PUBLIC")]


@pytest.mark.parametrize("folder", ["postgresql"], indirect=True)
def test_a_restore_takes_away_nothing_that_reads_from_a_view(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = back_up(folder)
    with opened(folder) as store, store.write() as tx:
        tx.exec_driver_sql("CREATE VIEW month_ends AS SELECT lead_id FROM ll_leads")
    assert does(folder, "restore", str(file), "--yes") == exits.CONFIG
    assert "month_ends. Drop them" in capsys.readouterr().err
    with opened(folder) as store, store.read() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM month_ends").scalar() == 0
