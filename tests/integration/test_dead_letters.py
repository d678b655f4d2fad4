"""What did not go through, told one by one and taken along as a file."""

import csv
import io
from typing import Any

import pytest

from leadloop import exits
from leadloop.spreadsheet import safe
from tests.cast import USERS, contact
from tests.installation import Done, Installation
from tests.rig import SimulatorProcess

EMAIL = "ann@globex.example"
WORDS = "=HYPERLINK('https://evil.example') is no budget"


@pytest.fixture
def office(installation: Installation, world: SimulatorProcess) -> Installation:
    """One Lead whose fields Salesforce refuses, with words that a spreadsheet would run."""
    lead = {"LastName": "Ann", "Company": "Globex", "Email": EMAIL}
    world.seed(users=USERS, contacts=[contact(EMAIL)], leads=[lead])
    refusal: dict[str, Any] = {"code": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": WORDS}
    world.fault("partial_failure", system="salesforce", method="PATCH", path="composite/sobjects$", **refusal)
    installation.run()
    return installation


def test_a_parked_write_is_told_with_what_to_do_next_and_taken_along_as_a_file(office: Installation) -> None:
    (listed,) = office.command("errors", "list", "--json").json()["errors"]
    told = office.command("errors", "show", str(listed["id"]), "--json").json()
    assert {name: told[name] for name in listed} == listed
    assert (told["status"], told["attempts"], told["kind"]) == ("parked", 1, "fields")
    assert told["why"].startswith("refused for a cause that does not pass by itself")
    assert f"leadloop errors retry {listed['id']}" in told["next"]

    words = office.command("errors", "show", str(listed["id"]))
    assert WORDS in words.out
    assert "parked" in words.out
    assert f"errors ignore {listed['id']}" in words.err

    (row,) = csv.DictReader(io.StringIO(office.command("errors", "export").out))
    assert row["message"] == f"'{WORDS}"
    assert row["fields"].split() == listed["fields"]
    exported = office.command("errors", "export", "--json").json()
    assert exported["schema_version"] == 1
    assert [each["message"] for each in exported["errors"]] == [WORDS]

    assert office.command("errors", "ignore", str(listed["id"])).code == exits.OK
    gone = office.command("errors", "show", str(listed["id"]))
    assert (gone.code, gone.out) == (exits.BAD_DATA, "")
    assert len(list(csv.DictReader(io.StringIO(office.command("errors", "export").out)))) == 0
    assert_nobody_is_named(words, office.command("errors", "export"))


def assert_nobody_is_named(*told: Done) -> None:
    assert all(EMAIL not in each.out + each.err for each in told)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_a_cell_is_no_formula(cell: str) -> None:
    assert safe(cell) == f"'{cell}"
