"""Two people changed one thing in two systems: somebody decides, and the loop carries it out."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from domain.values import LeadId
from leadloop import cli, exits
from leadloop.app import leading
from leadloop.commands.conflicts import as_data
from leadloop.requests_job import answer_requests
from leadloop.undecided import RESOLVE
from mapping.compiled import FieldMap
from reports.conflicts import described
from store import audit, conflicts, requests
from tests.cast import USERS, contact
from tests.installation import Installation, install
from tests.rig import SimulatorProcess
from tests.witness import Witness

NUMBERS = count(1)
RULE = "hubspot: jobtitle }\n    sync: "
ROOMY = "blast_radius:\n  destructive: { floor: 100 }\n"
"""One day is enough for all of them."""
BEFORE, REP, FORM = "VP Operations", "Chief of Staff", "CEO and Founder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputed:
    """Somebody whose title was agreed; then a rep wrote another one, and they themselves a third."""

    office: Installation
    capture: pytest.CaptureFixture[str]
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

    def writes(self, title: str) -> None:
        self.world.act("edit", system="hubspot", id=self.contact_id, as_="admin", jobtitle=title)

    def command(self, *words: str) -> tuple[int, str, str]:
        self.capture.readouterr()
        code = cli.run([*words, "-C", str(self.office.folder)])
        said = self.capture.readouterr()
        return code, said.out, said.err

    def data(self, *words: str) -> Any:
        return json.loads(self.command(*words, "--json")[1])

    def listed(self) -> list[dict[str, Any]]:
        app = self.office.app
        with app.store.read() as tx:
            found = described(tx, conflicts.open_ones(tx), FieldMap(app.installation.rules.mapping, app.types))
        rows = map(as_data, found)
        return [row for row in rows if row["sides"]["salesforce"]["record"] == self.lead_id]

    @property
    def conflict(self) -> dict[str, Any]:
        (found,) = self.listed()
        return found

    @property
    def shown(self) -> dict[str, Any]:
        return {name: side["value"] for name, side in self.conflict["sides"].items()}

    @property
    def note(self) -> str:
        """Why `explain --mapping` says that the title is left alone."""
        (found,) = {
            row["note"]
            for row in self.data("explain", self.email, "--mapping")["mapping"]
            if row["property"] == "job_title"
        }
        return str(found)

    def resolve(self, *words: str) -> tuple[int, str, str]:
        return self.command("conflicts", "resolve", *words, "--yes")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One for all of them: every test has somebody of its own."""
    with SimulatorProcess(start=datetime(2026, 9, 7, 8, tzinfo=UTC)) as world:
        made = install(tmp_path_factory.mktemp("conflicts") / "office", world, more=ROOMY)
        made.rewrite("mapping.yaml", f"{RULE}Prefer Salesforce unless blank", f"{RULE}Two-way")
        world.seed(users=USERS)
        made.run()
        yield made
        made.close()


def disputed(office: Installation, capture: pytest.CaptureFixture[str], people: int) -> list[Disputed]:
    emails = [f"ana{next(NUMBERS)}.ruiz@globex.example" for _ in range(people)]
    lead = {"FirstName": "Ana", "LastName": "Ruiz", "Company": "Globex", "Title": BEFORE}
    made = office.simulator.seed(
        contacts=[contact(email, lastname="Ruiz", jobtitle=BEFORE) for email in emails],
        leads=[{**lead, "Email": email} for email in emails],
    )
    office.settle(1)
    found = [
        Disputed(office=office, capture=capture, email=email, lead_id=one, contact_id=other)
        for email, one, other in zip(emails, made["Lead"], made["contacts"], strict=True)
    ]
    for one in found:
        one.rep_writes(Title=REP)
        one.writes(FORM)
    office.settle(1)
    assert {one.titles for one in found} == {(REP, FORM)}
    return found


@pytest.fixture
def ana(office: Installation, capsys: pytest.CaptureFixture[str]) -> Disputed:
    (found,) = disputed(office, capsys, 1)
    return found


def test_what_is_undecided_is_told_with_both_values_by_status_and_by_the_plan(ana: Disputed) -> None:
    one, listed = ana.conflict, ana.data("conflicts", "list")
    everybody = len(listed["conflicts"])
    assert (one["id"] in {each["id"] for each in listed["conflicts"]}, listed["counts"]) == (
        True,
        {"job_title": everybody},
    )
    assert ana.shown == {"salesforce": REP, "hubspot": FORM}
    assert (one["property"], one["agreed"]) == ("job_title", BEFORE)
    screen = ana.command("conflicts", "list", "--property", "job_title")[1]
    assert all(part in screen for part in (one["id"], ana.email, repr(REP), repr(FORM), BEFORE))
    assert "none" in ana.command("conflicts", "list", "--property", "phone")[1]
    assert ana.data("status")["conflicts"] == {"job_title": everybody}
    assert f"job_title  {everybody}" in ana.command("status")[1]
    assert ana.data("plan", "--lead", ana.email)["conflicts"] == {"job_title": 1}
    assert f"job_title ({everybody})" in ana.command("plan")[1]
    assert ana.note == "both sides changed: `leadloop conflicts list`"


def test_what_was_decided_reaches_both_systems_once_whichever_way(
    office: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    ways = {
        REP: ("--use", "salesforce"),
        FORM: ("--use", "hubspot"),
        BEFORE: ("--use", "agreed"),
        "Founder": ("--value", " Founder "),
    }
    decided = dict(zip(ways, disputed(office, capsys, len(ways)), strict=True))
    numbers, since = {one.conflict["lead"] for one in decided.values()}, office.simulator.seq()
    for becomes, one in decided.items():
        code, out, err = one.resolve(one.conflict["id"], *ways[becomes])
        assert (code, "Decided: 1 conflict." in out, one.listed()) == (exits.OK, True, []), err
    assert office.simulator.log(since) == [], "a word alone writes nothing"
    office.settle(1)
    assert {becomes: one.titles for becomes, one in decided.items()} == {each: (each, each) for each in ways}
    since = office.simulator.seq()
    office.settle(2)
    assert Witness(simulator=office.simulator, since=since).writes() == []
    with office.app.store.read() as tx:
        rows = [each for lead in sorted(numbers) for each in audit.of_lead(tx, LeadId(lead))]
    said = [each for each in rows if each.action.startswith("decided a conflict: job_title ")]
    assert [(each.actor == "loop", each.fields) for each in said] == [(False, ("job_title",))] * 4
    words = " ".join(each.action for each in said)
    assert not any(secret in words for secret in (*ways, "globex"))


def test_a_pull_in_between_changes_nothing_about_it(ana: Disputed) -> None:
    ana.resolve("--property", "job_title", "--use", "hubspot")
    ana.rep_writes(Phone="+1 202 555 0100")
    assert ana.data("plan", "--pull")["conflicts"] == {}
    ana.office.settle(2)
    phone = Witness(simulator=ana.world).contact(ana.email)["phone"]
    assert (ana.titles, phone) == ((FORM, FORM), "+12025550100")


def test_a_side_that_moves_after_the_word_is_left_alone_and_shown_again(ana: Disputed) -> None:
    ana.resolve(ana.conflict["id"], "--use", "salesforce")
    ana.writes("Retired")
    ana.office.settle(2)
    assert (ana.titles, ana.shown) == ((REP, "Retired"), {"salesforce": REP, "hubspot": "Retired"})
    assert ana.note.startswith("a side changed after somebody decided: ")
    ana.resolve(ana.conflict["id"], "--use", "hubspot")
    ana.office.settle(1)
    assert ana.titles == ("Retired", "Retired")


def test_a_name_that_was_listed_before_a_side_moved_is_refused_and_shown_anew(ana: Disputed) -> None:
    one = ana.conflict
    ana.writes("Retired")
    ana.office.settle(1)
    code, out, err = ana.resolve(one["id"], "--use", "salesforce")
    assert (code, f"! {one['id']}: a side moved" in err, "'Retired'" in out) == (exits.SOME_FAILED, True, True)
    now = ana.conflict
    assert (now["id"] != one["id"], now["since"]) == (True, one["since"])
    ana.office.settle(1)
    assert ana.titles == (REP, "Retired")


def test_what_was_pulled_and_not_decided_yet_counts_as_moved(ana: Disputed) -> None:
    one = ana.conflict
    ana.writes("Retired")
    assert ana.command("plan", "--pull")[0] == exits.OK
    code, out, err = ana.resolve(one["id"], "--use", "salesforce")
    assert (code, f"! {one['id']}: a side moved" in err, "'Retired'" in out) == (exits.SOME_FAILED, True, True)
    assert ("Decided" in out, ana.shown["hubspot"]) == (False, "Retired")
    ana.office.settle(1)
    assert ana.titles == (REP, "Retired")


def test_what_was_never_agreed_cannot_be_what_it_was_before(ana: Disputed) -> None:
    email = f"bo{next(NUMBERS)}@globex.example"
    lead = {"Email": email, "LastName": "Bo", "Company": "Globex", "Title": REP}
    ana.world.seed(contacts=[contact(email, lastname="Bo", jobtitle=FORM)], leads=[lead])
    ana.office.settle(1)
    code, out, err = ana.resolve("--property", "job_title", "--use", "agreed")
    assert (code, "Decided: " in out, ana.listed()) == (exits.SOME_FAILED, True, [])
    assert "no one value was agreed before: choose a side, or give a value." in err
    ana.office.settle(1)
    first_met = Witness(simulator=ana.world)
    assert replace(ana, email=email).note.startswith("never agreed: ")
    assert (first_met.lead(email)["Title"], first_met.contact(email)["jobtitle"]) == (REP, FORM)
    assert ana.titles == (BEFORE, BEFORE)


def test_the_second_to_decide_is_told_that_it_is_decided(ana: Disputed) -> None:
    one = ana.conflict["id"]
    ana.resolve(one, "--use", "salesforce")
    code, _, err = ana.resolve(one, "--use", "hubspot")
    assert (code, err.startswith(f"! {one}: nothing of that name is undecided.")) == (exits.BAD_DATA, True)
    ana.office.settle(1)
    assert ana.titles == (REP, REP)


def test_without_a_yes_it_says_what_it_would_decide_and_changes_nothing(ana: Disputed) -> None:
    code, out, err = ana.command("conflicts", "resolve", "--property", "job_title", "--use", "hubspot")
    assert (code, "Say --yes" in err, repr(FORM) in out) == (exits.CHANGES_PENDING, True, True)
    assert ana.shown == {"salesforce": REP, "hubspot": FORM}


def test_what_cannot_be_meant_is_a_mistake_of_the_command_line(
    office: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    for words, said in [
        (("--property", "job_title", "--use", "hubsport"), "salesforce, hubspot, agreed"),
        (("--property", "job_title"), "--use or --value"),
        (("1-0000", "--property", "job_title", "--use", "hubspot"), "name conflicts, or give --property"),
    ]:
        code = cli.run(["conflicts", "resolve", *words, "--yes", "-C", str(office.folder)])
        assert (code, said in capsys.readouterr().err) == (exits.USAGE, True)


def test_a_value_that_a_field_would_not_take_is_refused_before_anybody_is_asked(ana: Disputed) -> None:
    one = ana.conflict
    code, out, err = ana.command("conflicts", "resolve", one["id"], "--value", "x" * 129)
    assert (code, "--yes" in err, "x" * 129 in out + err) == (exits.SOME_FAILED, False, False)
    said = f"! {one['id']}: salesforce Lead.Title holds 128 characters: choose another value."
    assert (said in " ".join(err.split()), ana.conflict) == (True, one)


def test_a_daemon_that_leads_decides_what_it_is_asked_to_and_tells_why_not(ana: Disputed) -> None:
    app, one = ana.office.app, ana.conflict["id"]
    number = int(one.partition("-")[0])
    names = [one, f"{number}-old", "999-0000"]
    answers = []
    for value in (" ", "Boss"):
        payload = {"conflicts": names, "connection": None, "value": value, "by": "grace"}
        with leading(app) as loop:
            with app.store.write() as tx:
                filed = requests.file(tx, RESOLVE, payload, now=app.clock.now())
            answer_requests(app, loop)
        with app.store.read() as tx:
            answered = requests.get(tx, filed)
        assert answered is not None
        answers.append(answered.result or {})
    assert [(each["decided"], sorted(each["refused"]), each["moved"]) for each in answers] == [
        (0, sorted(names), [number]),
        (1, sorted(names[1:]), [number]),
    ]
    assert answers[0]["refused"][one] == "its value cannot be read: it is blank"
    ana.office.settle(1)
    assert ana.titles == ("Boss", "Boss")
