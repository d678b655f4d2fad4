"""Two people changed one thing in two systems, and the systems' own histories tell who was the last: that one wins."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from leadloop import cli
from leadloop.commands.conflicts import as_data
from mapping.compiled import FieldMap
from reports.conflicts import described
from store import conflicts
from store.schema import outbox
from tests.cast import USERS, contact
from tests.installation import Installation, install
from tests.rig import SimulatorProcess
from tests.witness import Witness

PEOPLE = 20
ROOMY = "blast_radius:\n  destructive: { floor: 100 }\n"
PREFER = "Prefer Salesforce unless blank"
MORE = """\
  - name: revenue
    type: number
    sync: Two-way
    fields: { salesforce: { Lead: AnnualRevenue }, hubspot: zip }
  - name: warmth
    sync: Two-way
    fields: { salesforce: { Lead: Rating }, hubspot: fax }
"""
TWO_WAY = (
    (f"hubspot: jobtitle }}\n    sync: {PREFER}", "hubspot: jobtitle }\n    sync: Two-way"),
    (f"hubspot: company }}\n    sync: {PREFER}", "hubspot: company }\n    sync: Two-way"),
    (
        f"hubspot: phone }}\n    sync: {PREFER}\n    nulls: clear_only_if_ours\n    transforms: [trim, e164]",
        "hubspot: phone }\n    sync: Two-way",
    ),
    ("  - name: country\n", f"{MORE}  - name: country\n"),
)
BEFORE, REP, FORM = "VP Operations", "Chief of Staff", "CEO and Founder"
MINUTE_S = 60.0
OURS = "integration@leadloop.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ana:
    """Somebody whose title and company are agreed."""

    office: Installation
    email: str
    lead_id: str
    contact_id: str

    @property
    def world(self) -> SimulatorProcess:
        return self.office.simulator

    @property
    def titles(self) -> tuple[Any, Any]:
        witness = Witness(simulator=self.world)
        return witness.lead(self.email)["Title"], witness.contact(self.email)["jobtitle"]

    def rep_writes(self, **values: Any) -> None:
        self.world.act("edit", system="salesforce", id=self.lead_id, as_="admin", **values)
        self.world.time(advance_s=MINUTE_S)

    def writes(self, **values: Any) -> None:
        self.world.act("edit", system="hubspot", id=self.contact_id, as_="admin", **values)
        self.world.time(advance_s=MINUTE_S)

    def calls(self) -> Counter[str]:
        """Those of one cycle, by path."""
        since = self.world.seq()
        self.office.settle(1)
        return Counter(line["path"] for line in Witness(simulator=self.world, since=since).calls())

    def undecided(self) -> list[dict[str, Any]]:
        app = self.office.app
        with app.store.read() as tx:
            found = described(tx, conflicts.open_ones(tx), FieldMap(app.installation.rules.mapping, app.types))
        return [row for row in map(as_data, found) if row["sides"]["salesforce"]["record"] == self.lead_id]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Salesforce keeps the history of titles, and not of companies."""
    with SimulatorProcess(start=datetime(2026, 9, 7, 8, tzinfo=UTC)) as world:
        made = install(tmp_path_factory.mktemp("evidence") / "office", world, more=ROOMY)
        for field in TWO_WAY:
            made.rewrite("mapping.yaml", *field)
        tracked = {"EntityDefinitionId": "Lead", "QualifiedApiName": "Title", "IsFieldHistoryTracked": True}
        world.seed(users=USERS, salesforce={"FieldDefinition": [tracked]})
        made.run()
        yield made
        made.close()


@pytest.fixture(scope="module")
def people(office: Installation) -> Iterator[Ana]:
    """One for each test, read together."""
    emails = [f"ana{number}.ruiz@globex.example" for number in range(PEOPLE)]
    lead = {"FirstName": "Ana", "LastName": "Ruiz", "Company": "Globex", "Title": BEFORE}
    made = office.simulator.seed(
        contacts=[contact(email, lastname="Ruiz", jobtitle=BEFORE) for email in emails],
        leads=[{**lead, "Email": email} for email in emails],
    )
    office.settle(1)
    rows = zip(emails, made["Lead"], made["contacts"], strict=True)
    return iter([Ana(office=office, email=each, lead_id=one, contact_id=other) for each, one, other in rows])


@pytest.fixture
def ana(people: Iterator[Ana]) -> Ana:
    return next(people)


@pytest.mark.parametrize("last", ["salesforce", "hubspot"])
def test_the_side_that_changed_last_wins_once_the_histories_were_asked(ana: Ana, last: str) -> None:
    if last == "salesforce":
        ana.writes(jobtitle=FORM)
        ana.rep_writes(Title=REP)
    else:
        ana.rep_writes(Title=REP)
        ana.writes(jobtitle=FORM)
    ana.office.settle(1)
    assert (ana.titles, len(ana.undecided())) == ((REP, FORM), 1)
    ana.office.settle(1)
    wins = REP if last == "salesforce" else FORM
    assert (ana.titles, ana.undecided()) == ((wins, wins), [])
    since = ana.world.seq()
    ana.office.settle(1)
    assert Witness(simulator=ana.world, since=since).writes() == []


def test_the_write_says_by_what_it_was_decided(ana: Ana) -> None:
    ana.rep_writes(Title=REP)
    ana.writes(jobtitle=FORM)
    ana.office.settle(2)
    with ana.office.app.store.read() as tx:
        causes = tx.execute(select(outbox.c.cause).where(outbox.c.record_id == ana.lead_id)).scalars().all()
    (told,) = [each for each in causes if "history" in each]
    assert re.fullmatch(
        r"job_title as both systems' values come to, Two-way: newer by field history: "
        r"hubspot 2026-\d\d-\d\d (\d\d:\d\d), salesforce 2026-\d\d-\d\d (?!\1)\d\d:\d\d",
        told,
    ), told


def test_each_history_is_asked_once_about_what_is_shown(ana: Ana) -> None:
    ana.writes(jobtitle=FORM, company="Globex Inc")
    ana.rep_writes(Title=REP, Company="Globex GmbH")
    ana.office.settle(1)
    calls = [ana.calls() for _ in range(3)]
    assert [each["/crm/v3/objects/contacts/batch/read"] for each in calls] == [1, 0, 0]
    composites = [
        each["/services/data/v62.0/composite"] - 2 for each in calls
    ]  # two are the reading, after half an hour
    assert (composites, sum(each["/services/data/v62.0/query"] for each in calls)) == ([1, 0, 0], 1)


def test_without_a_history_a_person_decides_and_is_shown_what_is_known(
    ana: Ana, capsys: pytest.CaptureFixture[str]
) -> None:
    ana.writes(company="Globex Inc")
    ana.rep_writes(Company="Globex GmbH")
    ana.office.settle(2)
    (conflict,) = ana.undecided()
    sides = conflict["sides"]
    assert [(sides[name]["evidence"], sides[name]["by"]) for name in ("salesforce", "hubspot")] == [
        ("possible", None),
        ("certain", "person"),
    ]
    capsys.readouterr()
    cli.run(["conflicts", "list", "--property", "company", "-C", str(ana.office.folder)])
    shown = " ".join(capsys.readouterr().out.split())
    assert f"hubspot 'Globex Inc' (certain, a person, {sides['hubspot']['changed_at']:%Y-%m-%d %H:%M})" in shown
    assert f"salesforce 'Globex GmbH' (possible, {sides['salesforce']['changed_at']:%Y-%m-%d %H:%M})" in shown


def test_a_change_made_while_no_history_was_kept_leaves_the_decision_to_a_person(ana: Ana) -> None:
    """The last row of history is older than HubSpot's edit, and what the lead shows is newer."""
    world = ana.world
    (definition,) = [row["Id"] for row in world.objects("FieldDefinition", system="salesforce")]
    ana.rep_writes(Title="Chief of Nothing")
    ana.writes(jobtitle=FORM)
    world.act("edit", system="salesforce", id=definition, as_="admin", IsFieldHistoryTracked=False)
    ana.rep_writes(Title=REP)
    world.act("edit", system="salesforce", id=definition, as_="admin", IsFieldHistoryTracked=True)
    ana.office.settle(2)
    (conflict,) = ana.undecided()
    shown = {name: side["evidence"] for name, side in conflict["sides"].items()}
    assert (ana.titles, shown) == ((REP, FORM), {"salesforce": "possible", "hubspot": "certain"})


def test_what_became_of_our_own_write_is_nobody_s_edit(ana: Ana) -> None:
    ana.writes(jobtitle="head of operations")
    ana.office.settle(1)
    assert ana.titles == ("head of operations", "head of operations")
    ana.world.act("edit", system="hubspot", id=ana.contact_id, as_="admin", jobtitle=FORM)
    ana.world.act("edit", system="salesforce", id=ana.lead_id, Title="Head of Operations", by_email=OURS)
    ana.office.settle(2)
    assert (ana.titles, ana.undecided()) == ((FORM, FORM), [])


def test_another_tool_that_works_as_our_user_is_no_write_of_ours(ana: Ana) -> None:
    ana.writes(jobtitle=FORM)
    ana.world.act("edit", system="salesforce", id=ana.lead_id, Title=REP, by_email=OURS)
    ana.office.settle(2)
    assert (ana.titles, ana.undecided()) == ((REP, REP), [])


@pytest.mark.parametrize(
    ("in_hubspot", "written", "in_salesforce", "formed"),
    [
        pytest.param("zip", "1000.5", "AnnualRevenue", 1001.0, id="rounded"),
        pytest.param("phone", "+1 415 555 2671", "Phone", "+1 (415) 555-2671", id="a phone's own format"),
        pytest.param("fax", "hot", "Rating", "Hot", id="the letters of its list"),
    ],
)
def test_what_comes_back_in_another_form_goes_nowhere(
    ana: Ana, in_hubspot: str, written: str, in_salesforce: str, formed: Any
) -> None:
    """Salesforce rounds by itself; a flow before the save, which works in our name, brings the other forms about."""
    ana.writes(**{in_hubspot: written})
    ana.office.settle(1)
    ana.world.act("edit", system="salesforce", id=ana.lead_id, by_email=OURS, **{in_salesforce: formed})
    since = ana.world.seq()
    ana.office.settle(2)
    witness = Witness(simulator=ana.world, since=since)
    shown = witness.lead(ana.email)[in_salesforce], witness.contact(ana.email)[in_hubspot]
    assert (shown, witness.writes(), ana.undecided()) == ((formed, written), [], [])


def test_a_form_of_the_other_side_does_not_stop_the_next_edit(ana: Ana) -> None:
    ana.writes(zip="1000.5")
    ana.office.settle(2)
    ana.rep_writes(AnnualRevenue=1002)
    ana.office.settle(1)
    ana.writes(zip="2000.4")
    ana.office.settle(1)
    witness = Witness(simulator=ana.world)
    assert (witness.lead(ana.email)["AnnualRevenue"], witness.contact(ana.email)["zip"]) == (2000.0, "2000.4")


def test_edits_that_take_turns_are_no_conflict_without_any_history(ana: Ana) -> None:
    """Each side is agreed with once the other shows its value, be nothing else ever said about the lead."""
    for turn in range(2):
        ana.rep_writes(Company=f"Globex {turn} GmbH")
        ana.office.settle(1)
        ana.writes(company=f"Globex {turn} Inc")
        ana.office.settle(1)
        witness = Witness(simulator=ana.world)
        shown = witness.lead(ana.email)["Company"], witness.contact(ana.email)["company"]
        assert (shown, ana.undecided()) == ((f"Globex {turn} Inc",) * 2, [])
