"""Rules that set two systems apart: told before they are in force, and shown in every system's own words after."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from leadloop import exits
from tests.cast import USERS, contact
from tests.installation import Installation, install
from tests.rig import SimulatorProcess
from tests.witness import Witness

ANN, BOB = "ann@acme.example", "bob@acme.example"
PLAIN = "fields: { salesforce: { Lead: Industry }, hubspot: industry }\n"
WORDED = (
    "fields:\n"
    "      salesforce:\n        field: { Lead: Industry }\n"
    "        read: ['map(Technology=software, Banking=finance)']\n"
    "      hubspot: industry\n"
)
SYNC = "    sync: {}\n    transforms: [trim]\n  - name: opted_out\n"
APART, TWO_WAY = SYNC.format("Don't sync"), SYNC.format("Two-way")
WAITS = "! Newly undecided, to wait in `leadloop conflicts list` with both sides left as they are: industry of 1 lead."
SETTLED = "No longer undecided: industry of 1 lead."


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Ann, whom sales works on, was `Technology` here and `software` there, which was one thing until the last rules;
    Bob is blank in both."""

    office: Installation
    two_way: dict[str, Any]
    """What a dry run told of *Two-way* alone."""
    worded: dict[str, Any]
    renamed: dict[str, Any]
    lines: str
    """What the screen told of it."""

    def listed(self) -> dict[str, Any]:
        (found,) = self.office.command("conflicts", "list", "--json").json()["conflicts"]
        assert isinstance(found, dict)
        return found


def publish(office: Installation, *options: str) -> dict[str, Any]:
    done = office.command("config", "publish", "--json", *options)
    assert done.code == exits.OK, done.err
    document: dict[str, Any] = done.json()
    return document


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    with SimulatorProcess(start=datetime(2026, 9, 7, 8, tzinfo=UTC)) as world:
        office = install(tmp_path_factory.mktemp("apart") / "office", world)
        same = {"Company": "Acme", "LastName": "Acme", "Title": "VP Operations", "Country": "United States"}
        world.seed(
            users=USERS,
            contacts=[contact(ANN, industry="software"), contact(BOB, industry="")],
            leads=[{"Email": ANN, "Industry": "Technology", **same}, {"Email": BOB, **same}],
        )
        office.run()
        world.act("submit_form", system="hubspot", id=ANN, as_="prospect", form="Demo request", values={})
        office.settle(2)
        office.rewrite("mapping.yaml", APART, TWO_WAY)
        two_way = publish(office, "--dry-run")
        office.rewrite("mapping.yaml", PLAIN, WORDED)
        worded = publish(office)
        office.settle(2)
        office.rewrite("mapping.yaml", "Technology=software", "Technology=tech")
        lines = office.command("config", "publish", "--dry-run").out
        renamed = publish(office)
        office.settle(1)
        yield Published(office=office, two_way=two_way, worded=worded, renamed=renamed, lines=lines)
        office.close()


def undecided(told: dict[str, Any]) -> tuple[dict[str, int], dict[str, int]]:
    return told["effect"]["undecided"], told["effect"]["settled"]


def test_who_will_wait_for_a_persons_word_is_told_before_and_is_who_then_waits(published: Published) -> None:
    assert undecided(published.two_way) == ({"industry": 1}, {})
    assert undecided(published.worded) == ({}, {})
    assert undecided(published.renamed) == ({"industry": 1}, {})
    listed = published.office.command("conflicts", "list", "--json").json()
    assert listed["counts"] == published.renamed["effect"]["undecided"]
    assert WAITS in published.lines


def test_the_team_whose_leads_they_are_is_told_and_not_that_nothing_changes(published: Published) -> None:
    words = published.renamed["for_teams"]
    assert words["Sales"].endswith(
        "Of your 1 lead: no number changes. The systems newly differ on 1 lead, until somebody decides."
    )
    assert words["marketing"].endswith("newly above the line; no number changes. Newly undecided: industry of 1 lead.")
    assert "until somebody decides" not in published.worded["for_teams"]["Sales"]


def test_rules_that_bring_the_sides_together_again_tell_that_too(published: Published) -> None:
    office = published.office
    office.rewrite("mapping.yaml", "Technology=tech", "Technology=software")
    told, lines = publish(office, "--dry-run"), office.command("config", "publish", "--dry-run").out
    office.rewrite("mapping.yaml", "Technology=software", "Technology=tech")
    assert undecided(told) == ({}, {"industry": 1})
    assert told["for_teams"]["Sales"].endswith("no number changes. On 1 lead something is no longer undecided.")
    assert SETTLED in lines


def test_a_conflict_shows_what_each_system_shows_beside_our_word_for_it(published: Published) -> None:
    sides = published.listed()["sides"]
    assert {name: (side["value"], side["shown"]) for name, side in sides.items()} == {
        "salesforce": ("tech", "Technology"),
        "hubspot": ("software", "software"),
    }
    screen = " ".join(published.office.command("conflicts", "list").out.split())
    assert "salesforce 'tech', shows 'Technology'" in screen
    assert "hubspot 'software', shows" not in screen


def test_the_mapping_tells_that_the_rules_and_nobody_else_set_them_apart(published: Published) -> None:
    rows = published.office.command("explain", ANN, "--mapping", "--json").json()["mapping"]
    notes = {row["note"] for row in rows if row["property"] == "industry"}
    assert notes == {"nobody changed it, the rules read the sides differently now: `leadloop conflicts list`"}


@pytest.mark.parametrize("word", ["Technology", "software"])
def test_a_word_that_a_system_has_no_word_for_is_refused_before_anybody_is_asked(
    published: Published, word: str
) -> None:
    office, one = published.office, published.listed()
    since = office.simulator.seq()
    done = office.command("conflicts", "resolve", one["id"], "--value", word)
    assert (done.code, "--yes" in done.err) == (exits.SOME_FAILED, False)
    assert " ".join(done.err.split()).endswith(
        f"! {one['id']}: it cannot be said in salesforce: map(Technology=tech, Banking=finance) has no word for it; "
        "choose one of finance, tech, or say in mapping.yaml how salesforce writes it."
    )
    assert published.listed() == one
    office.settle(1)
    assert Witness(simulator=office.simulator, since=since).writes() == []


def test_a_word_of_ours_is_written_in_each_systems_own(published: Published) -> None:
    """The last one: nothing is undecided after it."""
    office, one = published.office, published.listed()
    done = office.command("conflicts", "resolve", one["id"], "--value", "finance", "--yes")
    assert done.code == exits.OK, done.err
    office.settle(1)
    witness = Witness(simulator=office.simulator)
    assert (witness.lead(ANN)["Industry"], witness.contact(ANN)["industry"]) == ("Banking", "finance")
