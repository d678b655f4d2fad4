"""What observing is for: whom we would have handed off beside whom today's process took up, lead by lead."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from leadloop import exits
from tests.cast import FAY, USERS, contact
from tests.installation import Installation, install
from tests.rig import SimulatorProcess
from tests.witness import Witness

DAY_S = 24 * 3600.0
ANN, BOB, CAT, DAN, EVE, GUS, BOBBY = (
    f"{name}@globex.example" for name in ("ann", "bob", "cat", "dan", "eve", "gus", "bobby")
)
KIM = "kim@a-competitor.example"
PEOPLE = (ANN, BOB, CAT, DAN, EVE, GUS, BOBBY, KIM)

Install = Callable[[str], Installation]


def seed(world: SimulatorProcess) -> None:
    """Ann and Eve are Leads in Salesforce as well; Dan was an MQL before anybody looked; Bob has a second address."""
    leads = [{"Email": email, "LastName": "Globex", "Company": "Globex"} for email in (ANN, EVE)]
    more = {DAN: {"lifecyclestage": "marketingqualifiedlead"}, EVE: {"jobtitle": "Intern", "country": "KP"}}
    world.seed(users=USERS, leads=leads, contacts=[contact(email, **more.get(email, {})) for email in PEOPLE])


@pytest.fixture
def installing(tmp_path: Path, world: SimulatorProcess) -> Iterator[Install]:
    """Installs at a step of go-live, and runs twice."""
    seed(world)
    made: list[Installation] = []

    def at(step: str) -> Installation:
        made.append(install(tmp_path / "watching", world, go_live=step))
        made[-1].run()
        made[-1].settle(1)
        return made[-1]

    yield at
    for each in made:
        each.close()


def ask(world: SimulatorProcess, email: str) -> None:
    world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={})


def work(world: SimulatorProcess, email: str) -> None:
    lead = Witness(simulator=world).lead(email)
    world.act("edit", system="salesforce", id=lead["Id"], Status="Working - Contacted")


def marketing_qualifies(world: SimulatorProcess, email: str) -> None:
    found = Witness(simulator=world).contact(email)
    world.act("edit", system="hubspot", id=found["hs_object_id"], lifecyclestage="marketingqualifiedlead")


def compared(installation: Installation, *options: str) -> Any:
    done = installation.command("compare", "--json", *options)
    assert done.code == exits.OK, done.err
    return done.json()


def who(name: str) -> str:
    return next(email for email in PEOPLE if email in name)


def table(found: Any) -> dict[str, tuple[str, float | None]]:
    return {who(row["name"]): (row["verdict"], row["days_earlier"]) for row in found["rows"]}


@pytest.fixture(scope="module")
def fortnight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """On Monday Ann, Bob, Dan and Gus asked for a demo, and marketing qualified Cat, Kim and Bob's second address.

    On Wednesday a rep worked Ann and Eve, and somebody merged what is known of Bob. Nothing was written all the while.
    """
    with SimulatorProcess(start=datetime(2026, 9, 7, 8, tzinfo=UTC)) as world:
        seed(world)
        made = install(tmp_path_factory.mktemp("observing"), world, go_live="observe")
        made.run()
        for email in (ANN, BOB, DAN, GUS):
            ask(world, email)
        for email in (CAT, KIM, BOBBY):
            marketing_qualifies(world, email)
        made.settle(1)
        made.run(after_s=2 * DAY_S)
        work(world, ANN)
        work(world, EVE)
        world.act("merge", system="hubspot", id=BOB, loser_id=BOBBY)
        made.run(after_s=0.5 * DAY_S)
        made.run(after_s=7.5 * DAY_S)
        assert Witness(simulator=world).writes() == []
        yield made
        made.close()


TABLE = {
    ANN: ("agree", 2.0),
    BOB: ("agree", -0.02),
    GUS: ("only_us", None),
    CAT: ("only_them", None),
    EVE: ("only_them", None),
    KIM: ("only_them", None),
}


def test_a_merged_lead_is_compared_once_as_every_lead_that_either_saw(fortnight: Installation) -> None:
    found = compared(fortnight)
    assert table(found) == TABLE
    assert len(found["rows"]) == len(TABLE)
    totals = found["totals"]
    assert {name: totals[name] for name in ("agree", "only_us", "only_them", "not_comparable")} == {
        "agree": 2,
        "only_us": 1,
        "only_them": 3,
        "not_comparable": 1,
    }
    assert totals["because"] == {"with sales before the period began": 1}
    assert totals["days_earlier"] == 0.99
    assert {name: each["only_them"] for name, each in found["segments"].items()} == {"Sales": 0, "no team": 3}
    rows = {who(row["name"]): row for row in found["rows"]}
    assert {email: rows[email]["remark"] for email in (GUS, CAT, KIM)} == {
        GUS: "engaged; no rep has been in touch since",
        CAT: "0 of 50 points",
        KIM: "excluded: Competitors",
    }
    assert rows[EVE]["remark"].startswith("0 of 50 points; fit E, the line asks for C")
    assert rows[ANN]["theirs"]["sign"] == "Lead status became Working - Contacted in salesforce"
    ours = rows[ANN]["ours"]
    assert (ours["score"], ours["band"], ours["owner"], ours["why"]) == (
        25,
        "A warm",
        FAY,
        "Asked for a demo today. VP Operations.",
    )
    lines = list(csv.DictReader(io.StringIO(fortnight.command("compare", "--csv").out)))
    assert [(who(line["name"]), line["verdict"].replace(" ", "_")) for line in lines] == [
        (who(row["name"]), row["verdict"]) for row in found["rows"]
    ]


def test_the_table_can_be_asked_for_one_verdict_one_lead_and_a_later_beginning(fortnight: Installation) -> None:
    assert table(compared(fortnight, "--verdict", "only-us")) == {GUS: TABLE[GUS]}
    (dan,) = compared(fortnight, "--lead", DAN)["rows"]
    assert (dan["verdict"], dan["remark"]) == ("not_comparable", "with sales before the period began")
    assert fortnight.command("compare", "--lead", "nobody@globex.example").code == exits.BAD_DATA
    later = compared(fortnight, "--since", "2026-09-08T00:00:00Z")
    assert table(later) == {EVE: TABLE[EVE]}
    assert later["totals"]["because"] == {
        "with sales before the period began": 4,
        "above our line before the period began": 2,
    }
    said = fortnight.command("compare")
    assert "6 leads: 2 agree, 1 only us, 3 only them." in said.out
    assert "Where both saw a lead we would have been 1.0 days earlier (median)." in said.out
    assert "1 lead not comparable: 1 with sales before the period began." in said.out


def test_after_going_live_the_table_stays_as_it_was(fortnight: Installation) -> None:
    assert fortnight.command("held", "approve", "observe", "--yes").code == exits.OK
    fortnight.rewrite("leadloop.yaml", "go_live: observe", "go_live: live")
    fortnight.settle(2)
    assert Witness(simulator=fortnight.simulator).contact(GUS)["ll_stage"] == "assigned"
    found = compared(fortnight)
    assert table(found) == TABLE
    assert found["period"]["ends"] < "2026-09-17T12"


def test_with_nothing_seen_yet_the_table_is_empty(installing: Install, world: SimulatorProcess) -> None:
    found = compared(installing("observe"))
    assert found["rows"] == []
    assert found["totals"]["not_comparable"] == 1
    assert found["process"]["derived"]


def test_an_installation_that_never_observed_says_so(installing: Install, world: SimulatorProcess) -> None:
    done = installing("live").command("compare")
    assert (done.code, done.out) == (exits.OK, "")
    assert "nothing was observed" in done.err
