"""`leadloop audit`: whoever rewrites the database is found out, and told where."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from domain.run import InstallationStatus
from leadloop import cli, exits
from leadloop.anchors import unanchored
from leadloop.app import leading, open_app
from leadloop.status_of import look_at
from store import audit
from store.audit import AuditEntry
from sync.sealing import seal

ROWS = 5
Found = tuple[int | None, str | None]


@pytest.fixture
def sealed(starter: Path) -> Path:
    """A folder whose audit has the publication by `init` and five acts by ana, sealed in two goes."""
    for count in (2, ROWS - 2):
        app = open_app(starter)
        now = app.clock.now()
        with leading(app) as loop:
            with loop.store.write(loop.epoch) as tx:
                acts = [AuditEntry(at=now, actor="ana", action=f"act {number}") for number in range(count)]
                audit.append(tx, acts)
            seal(loop, now=now)
        app.close()
    return starter


def tamper(folder: Path, *statements: str) -> None:
    """As somebody would who owns the database."""
    app = open_app(folder)
    with app.store.write() as tx:
        for trigger in ("audit_no_update", "audit_no_delete"):
            tx.execute(text(f"DROP TRIGGER {trigger}"))
        for statement in statements:
            tx.execute(text(statement))
    app.close()


def verified(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = cli.run(["audit", "verify", "-C", str(folder), "--json", *options])
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, told


def test_an_untouched_audit_is_vouched_for_by_every_line_beside_the_database(
    sealed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = verified(sealed, capsys)
    assert (code, told["ok"], told["sealed"], told["waiting"]) == (exits.OK, True, ROWS + 1, 0)
    assert told["anchor"] == {"file": str(sealed / "audit.anchor"), "lines": 2}
    assert stat.S_IMODE((sealed / "audit.anchor").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("statements", "first_bad", "fault"),
    [
        (["UPDATE audit SET actor = 'bob' WHERE seq = 3"], 3, "changed"),
        (["DELETE FROM audit WHERE seq = 2"], 2, "missing"),
        (["DELETE FROM audit WHERE seq > 4", "DELETE FROM audit_seal WHERE seq > 4"], 6, "cut off"),
        (
            ["INSERT INTO audit (seq, at, actor, action, fields) VALUES (99, 1, 'ana', 'forged', '[]')"],
            99,
            "slipped in beside the chain",
        ),
    ],
    ids=["edited", "deleted", "cut off", "slipped in"],
)
def test_the_first_bad_row_is_named(
    sealed: Path, capsys: pytest.CaptureFixture[str], statements: list[str], first_bad: int, fault: str
) -> None:
    tamper(sealed, *statements)
    code, told = verified(sealed, capsys)
    assert (code, told["first_bad"]["row"], told["first_bad"]["fault"]) == (exits.BAD_DATA, first_bad, fault)
    assert cli.run(["audit", "verify", "-C", str(sealed)]) == exits.BAD_DATA
    assert f"✗ Row {first_bad} is {fault}" in capsys.readouterr().out


def test_a_chain_that_was_made_anew_meets_its_first_anchor_after_the_change(
    sealed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tamper(
        sealed,
        "UPDATE audit SET actor = 'bob' WHERE seq = 5",
        "DELETE FROM audit_seal",
        "INSERT INTO audit_unsealed SELECT seq FROM audit",
    )
    app = open_app(sealed)
    with leading(app) as loop:
        seal(loop, now=app.clock.now())
    app.close()
    code, told = verified(sealed, capsys)
    assert (code, told["first_bad"]["row"], told["first_bad"]["fault"]) == (
        exits.BAD_DATA,
        6,
        "in a chain that was made anew",
    )


def test_without_an_anchor_nothing_vouches_for_the_end(sealed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = sealed / "kept-elsewhere"
    (sealed / "audit.anchor").rename(kept)
    tamper(sealed, "DELETE FROM audit WHERE seq > 4", "DELETE FROM audit_seal WHERE seq > 4")
    code, told = verified(sealed, capsys)
    assert (code, told["ok"]) == (exits.SOME_FAILED, True)
    assert verified(sealed, capsys, "--anchor", str(kept))[0] == exits.BAD_DATA


def test_a_line_that_is_no_anchor_is_named(sealed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (sealed / "audit.anchor").open("a") as file:
        file.write("nonsense\n")
    assert cli.run(["audit", "verify", "-C", str(sealed)]) == exits.CONFIG
    assert "audit.anchor:3" in capsys.readouterr().err


def test_an_audit_that_lost_its_end_fails_the_installation_and_reading_goes_on(sealed: Path) -> None:
    tamper(sealed, "DELETE FROM audit WHERE seq > 4", "DELETE FROM audit_seal WHERE seq > 4")
    app = open_app(sealed)
    found = look_at(app)
    app.close()
    assert found.status is InstallationStatus.FAILING
    assert "the audit does not reach row 6, which audit.anchor vouches for" in found.reason


def test_an_anchor_that_cannot_be_written_stops_nobody_and_doctor_says_how_much_it_lacks(
    sealed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (sealed / "audit.anchor").unlink()
    (sealed / "audit.anchor").mkdir()
    app = open_app(sealed)
    with leading(app) as loop:
        with loop.store.write(loop.epoch) as tx:
            audit.append(tx, [AuditEntry(at=app.clock.now(), actor="ana", action="one more")])
        seal(loop, now=app.clock.now())
    assert unanchored(app.store, app.anchors) == ROWS + 2
    app.close()
    assert "anchor_not_written" in capsys.readouterr().out


def test_a_write_without_its_rows_is_a_loose_end(sealed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app = open_app(sealed)
    with app.store.write() as tx:
        entry = AuditEntry(
            at=app.clock.now(), actor="loop", action="wrote: applied", connection="salesforce", outbox_key="c9"
        )
        audit.append(tx, [entry])
    app.close()
    code, told = verified(sealed, capsys)
    assert (code, told["ok"], told["first_bad"]) == (exits.SOME_FAILED, False, None)
    assert [(each["connection"], each["key"], each["seq"]) for each in told["loose_ends"]] == [("salesforce", "c9", 7)]


def listed(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> list[str]:
    capsys.readouterr()
    assert cli.run(["audit", "list", "-C", str(folder), "--jsonl", *options]) == exits.OK
    return [json.loads(line)["action"] for line in capsys.readouterr().out.splitlines()]


def test_the_list_is_narrowed_by_who_and_what_and_how_much(sealed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert listed(sealed, capsys) == ["published rules 1", "act 0", "act 1", "act 0", "act 1", "act 2"]
    assert listed(sealed, capsys, "--actor", "init") == ["published rules 1"]
    assert listed(sealed, capsys, "--action", "act 1") == ["act 1", "act 1"]
    assert listed(sealed, capsys, "-n", "2") == ["act 1", "act 2"]
    assert listed(sealed, capsys, "--until", "2000-01-01T00:00:00Z") == []
