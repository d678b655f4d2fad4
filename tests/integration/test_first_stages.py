"""The table of first stages: shown with counts, given anew until a person confirms it, and then it stands."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from leadloop import exits
from tests.cast import FAY, USERS, contact
from tests.installation import Installation, install
from tests.rig import SimulatorProcess
from tests.witness import Witness

ANN, BOB, CAT = (f"{name}@globex.example" for name in ("ann", "bob", "cat"))
WORKING = "  - { status: Working - Contacted, stage: accepted }\n"


def lead(email: str, status: str, **more: Any) -> dict[str, Any]:
    return {"Email": email, "LastName": "Globex", "Company": "Globex", "Status": status, **more}


@pytest.fixture
def made(tmp_path: Path, world: SimulatorProcess) -> Iterator[Installation]:
    installation = install(tmp_path / "careful", world, go_live="observe")
    yield installation
    installation.close()


@pytest.fixture
def read(made: Installation, world: SimulatorProcess) -> Installation:
    """Two leads at work, one of a status that no row names, and a contact; all read and decided."""
    world.seed(
        users=USERS,
        leads=[
            lead(ANN, "Working - Contacted", OwnerEmail=FAY),
            lead(BOB, "working - contacted"),
            lead(CAT, "Fridge 2011"),
        ],
        contacts=[contact("dan@initech.example", lifecyclestage="lead")],
    )
    made.run()
    made.settle(1)
    return made


def table(of: Installation, *more: str) -> dict[str, Any]:
    found: dict[str, Any] = of.command("baseline", "--json", *more).json()
    return found


def stages(of: Installation) -> dict[str, int]:
    found: dict[str, int] = of.command("status", "--json").json()["stages"]
    return found


def publish(of: Installation) -> str:
    done = of.command("config", "publish", "-m", "first stages")
    assert done.code == exits.OK, done.err
    return done.out


def test_every_combination_is_shown_with_its_leads_their_row_and_their_stage(read: Installation) -> None:
    text = (read.folder / "lifecycle.yaml").read_text(encoding="utf-8")
    line = text[: text.index(WORKING)].count("\n") + 1
    found = table(read)
    rows = {each["status"]: each for each in found["combinations"]}
    keys = ("row", "stage", "leads", "named")
    assert [rows["Working - Contacted"][key] for key in keys] == [f"lifecycle.yaml:{line}", "accepted", 2, True]
    assert rows["Working - Contacted"]["example"].startswith("salesforce:Lead:00Q")
    assert [rows["Fridge 2011"][key] for key in keys[1:]] == ["known", 1, False]
    assert (found["leads"], found["unnamed"]["leads"], found["baseline"]) == (4, 1, "not confirmed")


def test_a_status_no_row_names_has_to_be_named_or_waved_through_before_anything_is_confirmed(
    read: Installation,
) -> None:
    refused = read.command("baseline", "confirm")
    assert refused.code == exits.BAD_DATA
    assert ": 1 of 3 combinations, 1 of 4 leads." in refused.out
    assert read.command("status", "--json").json()["baseline"] == "not confirmed"
    assert read.command("baseline", "confirm", "--rest-is-known").code == exits.OK
    assert read.command("status", "--json").json()["baseline"] == "confirmed"
    (told,) = read.command("audit", "list", "--action", "confirmed", "--jsonl").out.splitlines()
    assert "for 4 leads, the rest is known" in told


def test_an_edited_table_changes_first_stages_until_it_is_confirmed_and_nobody_s_afterwards(
    read: Installation,
) -> None:
    assert stages(read) == {"accepted": 2, "known": 2}
    read.rewrite("lifecycle.yaml", WORKING, "  - { status: Fridge 2011, stage: recycled }\n")
    assert "1 combinations" not in publish(read)
    read.settle(1)
    assert stages(read) == {"known": 3, "recycled": 1}
    assert read.command("baseline", "confirm", "--rest-is-known").code == exits.OK
    read.rewrite("lifecycle.yaml", "  - { status: Fridge 2011, stage: recycled }\n", WORKING)
    said = publish(read)
    assert "so this applies to new leads only, 2 combinations unconfirmed (3 of 4 leads looked at)" in said
    read.settle(1)
    assert stages(read) == {"known": 3, "recycled": 1}
    assert read.command("status", "--json").json()["baseline"] == "changed since it was confirmed"


def test_whom_a_rep_moved_since_keeps_the_stage_whatever_the_table_says(
    read: Installation, world: SimulatorProcess
) -> None:
    (ann,) = Witness(simulator=world).leads(ANN)
    world.act("edit", system="salesforce", id=ann["Id"], as_="rep", Status="Closed - Not Converted")
    read.settle(1)
    assert stages(read) == {"accepted": 1, "known": 2, "recycled": 1}
    read.rewrite("lifecycle.yaml", WORKING, "  - { status: Working - Contacted, stage: qualified }\n")
    assert "1 leads" not in publish(read)
    read.settle(1)
    assert stages(read) == {"qualified": 1, "known": 2, "recycled": 1}


STATUSES = tuple(f"Status of {2011 + number % 15}, kind {number}" for number in range(40))
CYCLE_STAGES = (
    "subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer", "evangelist",
    "other", "", "", "", "",
)  # fmt: skip


def test_fifteen_years_of_statuses_hand_nobody_off_and_write_nothing_before_they_are_confirmed(
    made: Installation, world: SimulatorProcess
) -> None:
    pairs = list(product(range(len(STATUSES)), range(len(CYCLE_STAGES))))
    emails = {pair: f"p{at}@old{at}.example" for at, pair in enumerate(pairs)}
    world.seed(
        users=USERS,
        leads=[lead(emails[pair], STATUSES[pair[0]]) for pair in pairs],
        contacts=[
            contact(emails[pair], **({"lifecyclestage": CYCLE_STAGES[pair[1]]} if CYCLE_STAGES[pair[1]] else {}))
            for pair in pairs
        ],
    )
    made.run()
    made.settle(1)
    found = table(made)
    assert sum(each["leads"] for each in found["combinations"]) == len(pairs) == 480
    assert {each["status"] for each in found["combinations"]} == set(STATUSES)
    refused = made.command("golive", "pilot", "--yes", "--json")
    assert refused.code == exits.CONFIG
    (check,) = [each for each in refused.json()["checks"] if each["name"] == "baseline"]
    assert (check["ok"], check["needed"]) == (False, True)
    assert made.command("baseline", "confirm").code == exits.BAD_DATA
    with made.app.store.read() as tx:
        handed = tx.exec_driver_sql("SELECT count(*) FROM handoff").scalar()
    assert (handed, Witness(simulator=world).writes()) == (0, [])
