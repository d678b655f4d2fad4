"""Rules are tried on people and on history, and nothing comes of it: nothing kept, nothing asked, nobody stopped."""

import csv
import io
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from domain.errors import SettingsError, UsageError
from leadloop import exits
from leadloop.app import leading
from leadloop.commands.score_backtest import Ask, run
from leadloop.options import Form
from tests.cast import USERS, contact
from tests.installation import Installation, install
from tests.rig import SimulatorProcess

READERS = [f"{name}@globex.example" for name in ("ann", "bob", "cat")]
RAISER, SILENT = "zoe@initech.example", "sam@initech.example"
DAY_S = 24 * 3600.0
SINCE = "2026-09-07"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Three read a guide, 10 points each; one asked for a demo, and a rep called; ten days passed.

    `bolder` draws the line at 5 points.
    """
    with SimulatorProcess(start=datetime(2026, 9, 7, 8, tzinfo=UTC)) as world:
        world.seed(users=USERS, contacts=[contact(email) for email in (*READERS, RAISER, SILENT)])
        made = install(tmp_path_factory.mktemp("trying") / "office", world)
        made.run()
        for email in READERS:
            world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Guide", values={})
        world.act("submit_form", system="hubspot", id=RAISER, as_="prospect", form="Demo request", values={})
        made.settle(2)
        made.run(after_s=10 * DAY_S)
        bolder = made.folder / "bolder"
        bolder.mkdir()
        text = (made.folder / "scoring.yaml").read_text(encoding="utf-8")
        changed = text.replace("engagement: 50", "engagement: 5").replace("rearm_below: 40", "rearm_below: 4")
        (bolder / "scoring.yaml").write_text(changed, encoding="utf-8")
        yield made
        made.close()


def told(office: Installation, *arguments: str) -> Any:
    done = office.command("score", *arguments, "--rules", str(office.folder / "bolder"), "--json")
    assert done.code == exits.OK, done.err
    return done.json()


def try_everything(office: Installation) -> None:
    told(office, "test", READERS[0])
    told(office, "preview")
    told(office, "backtest", "--since", SINCE)


def kept(office: Installation) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with office.app.store.read() as tx:
        names = tx.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
        return {name: [tuple(row) for row in tx.exec_driver_sql(f'SELECT * FROM "{name}"')] for name in names}


def test_trying_rules_beside_a_daemon_that_leads_keeps_nothing_and_asks_nobody(office: Installation) -> None:
    rows, asked = kept(office), office.simulator.seq()
    with leading(office.app):
        held = kept(office)
        try_everything(office)
        assert kept(office) == held
    assert {name for name, was in rows.items() if kept(office)[name] != was} <= {"leadership"}
    assert office.simulator.seq() == asked


def test_trying_rules_leaves_the_folder_as_it_was_to_the_byte(office: Installation) -> None:
    with office.app.store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    office.close()

    def files() -> dict[str, bytes]:
        every = {path.name: path for path in office.folder.iterdir() if path.is_file()}
        return {name: path.read_bytes() for name, path in every.items() if not name.startswith("last.")}

    before = files()
    try_everything(office)
    assert files() == before


def test_a_folder_that_was_never_run_gets_no_database(office: Installation, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh"
    shutil.copytree(office.folder, fresh, ignore=shutil.ignore_patterns("leadloop.db*", "last.*"))
    done = Installation(folder=fresh, simulator=office.simulator).command("score", "preview")
    assert (done.code, "There is no database" in done.err) == (exits.CONFIG, True)
    assert not (fresh / "leadloop.db").exists()


def test_one_lead_is_told_line_by_line_and_the_lines_add_up(office: Installation) -> None:
    found = told(office, "test", READERS[0])
    (guide,) = [line for line in found["lines"] if line["dimension"] == "engagement"]
    assert (guide["rule"], guide["in_force"], guide["draft"], guide["change"]) == (
        "Gated content",
        guide["draft"],
        guide["in_force"],
        0.0,
    )
    for dimension, totals in found["totals"].items():
        lines = [line for line in found["lines"] if line["dimension"] == dimension]
        assert sum(line["change"] for line in lines) == totals["change"]
        assert sum(line["draft"] or 0 for line in lines) == totals["draft"]
    assert found["in_force"]["missing"] == ["engagement 7 of 50"]
    assert (found["in_force"]["above_line"], found["draft"]["above_line"]) == (False, True)
    assert found["differences"] == ["It would stand above the line."]


def test_an_unknown_lead_is_bad_data(office: Installation) -> None:
    done = office.command("score", "test", "nobody@nowhere.example")
    assert (done.code, "No lead is known by that address" in done.err) == (exits.BAD_DATA, True)


def test_a_mistake_in_the_draft_is_told_with_its_place(office: Installation, tmp_path: Path) -> None:
    text = (office.folder / "bolder" / "scoring.yaml").read_text(encoding="utf-8")
    broken = tmp_path / "broken.yaml"
    broken.write_text(text.replace("property: job_title", "property: job_titel", 1), encoding="utf-8")
    done = office.command("score", "preview", "--rules", str(broken))
    line = next(at for at, words in enumerate(broken.read_text().splitlines(), 1) if "job_titel" in words)
    assert done.code == exits.CONFIG
    assert f"broken.yaml:{line}:" in done.err
    assert "did you mean `job_title`?" in done.err


def test_the_preview_says_who_would_change_sides_and_that_nobody_is_handed_off(office: Installation) -> None:
    found = told(office, "preview")
    assert (found["leads"], found["up"], found["down"], found["listed"]) == (5, 4, 0, 3)
    assert (found["in_force"]["above"], found["draft"]["above"], found["handed_off_by_publishing"]) == (0, 4, 0)
    listed = {row["name"]: (row["would_be_listed"], row["asked_to_be_called"]) for row in found["risers"]}
    assert sorted(listed.values()) == [(False, True), *[(True, False)] * 3]
    assert sum(bar["leads"] for bar in found["draft"]["histogram"]) == 5
    shown = office.command("score", "preview", "--rules", str(office.folder / "bolder"), "-n", "1").out
    assert "Publishing hands nobody off. 3 would stand above the line" in shown


def test_the_preview_as_csv_names_everybody_who_changes_sides(office: Installation) -> None:
    done = office.command("score", "preview", "--rules", str(office.folder / "bolder"), "--csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [(row["direction"], row["would_be_listed"]) for row in rows].count(("up", "True")) == 3
    assert len(rows) == 4


def test_the_back_test_lays_the_draft_beside_what_is_in_force(office: Installation) -> None:
    found = told(office, "backtest", "--since", SINCE, "--capacity", "1", "--won", "stage accepted", "--within", "5d")
    now, bolder = found["rules"]
    assert (now["name"], now["mqls"], now["asked"]["mqls"]) == ("in force (version 1)", 1, 1)
    assert (bolder["mqls"], bolder["asked"]["mqls"], bolder["crossed"]["mqls"]) == (4, 1, 3)
    assert sum(bolder["by_week"].values()) == 4
    assert bolder["accepted"]["of"] == 0
    assert found["capacity"]["per_week"] == 2.0
    assert bolder["proposed"] == {"engagement": 15, "fit": "C", "rearm_below": 12}
    shown = office.command("score", "backtest", "--since", SINCE, "--rules", str(office.folder / "bolder")).out
    assert "too young to tell" in shown


def test_a_line_that_more_reps_than_needed_could_work_is_not_lowered_to_the_cold(office: Installation) -> None:
    """Below 20 points, where a lead is warm, nobody else enters; a line at 5 would give four times as many."""
    shown = office.command("score", "backtest", "--since", SINCE, "--capacity", "99").out
    assert "The line as it is gives 0.7" in shown


ASK = Ask(
    rules=(), since=SINCE, until=None, within="90d", won="stage customer", accepted=None, timeless=(), capacity=None,
    reps=None, form=Form.TABLE,
)  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"since": "yesterday"}, "--since: 'yesterday' is no day, such as 2026-03-01"),
        ({"since": "2027-01-01"}, "--since comes first"),
        ({"won": "applause"}, "--won: 'applause' is no kind of activity"),
        ({"within": "soon"}, "--within: 'soon' is no length of time"),
        ({"timeless": ["shoe_size"]}, "--timeless: mapping.yaml has no property `shoe_size`"),
        ({"rules": [Path("nowhere")]}, "There are no rules to try at nowhere"),
    ],
    ids=["no day", "future", "no occasion", "no time", "no property", "no rules"],
)
def test_what_cannot_be_asked_is_said_in_one_sentence(office: Installation, wrong: dict[str, Any], words: str) -> None:
    with pytest.raises((SettingsError, UsageError)) as failure:
        run(office.folder, replace(ASK, **wrong), environment=None)
    assert exits.code_of(failure.value) == (exits.CONFIG if "rules" in wrong else exits.USAGE)
    assert words in str(failure.value)
    assert "\n" not in str(failure.value)


def test_where_nobody_is_yet_the_next_step_is_said(tmp_path: Path, world: SimulatorProcess) -> None:
    made = install(tmp_path / "office", world)
    made.app.close()
    made.close()
    for arguments in (("preview",), ("backtest", "--since", SINCE)):
        assert "There is nobody to try rules on yet: `leadloop run`" in made.command("score", *arguments).out
