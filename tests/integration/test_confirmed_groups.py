"""A person says of likely duplicates that they are one person, or that they are not. Judged at the simulator."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

from domain.stage import Stage
from domain.values import LeadId
from leadloop import cli, exits
from leadloop.app import leading
from leadloop.commands.duplicates import as_data
from leadloop.grouping import CONFIRM, REOPEN
from leadloop.requests_job import answer_requests
from mapping.compiled import FieldMap
from reports.duplicates import find
from store import audit, handoffs, leads, requests
from tests.cast import contact
from tests.installation import Installation, one_office
from tests.rig import SimulatorProcess
from tests.witness import Witness

NUMBERS = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A Lead under one address and a contact under another: likely one person, and two leads."""

    office: Installation
    capture: pytest.CaptureFixture[str]
    name: str
    home: str
    work: str
    lead_id: str

    @property
    def witness(self) -> Witness:
        return Witness(simulator=self.office.simulator)

    def command(self, *words: str) -> tuple[int, str, str]:
        self.capture.readouterr()
        code = cli.run(["duplicates", *words, "-C", str(self.office.folder)])
        said = self.capture.readouterr()
        return code, said.out, said.err

    def shown(self, part: str = "groups") -> list[dict[str, Any]]:
        """The groups of this part of the report that they are in."""
        app = self.office.app
        with app.store.read() as tx:
            found = as_data(find(tx, FieldMap(app.installation.rules.mapping, app.types)))
        return [group for group in found[part] if any(row["id"] == self.lead_id for row in group["records"])]

    @property
    def group(self) -> dict[str, Any]:
        (group,) = self.shown()
        return group

    def joined_by_a_third(self) -> None:
        self.office.simulator.seed(leads=[lead(self.name, f"third.{self.home}")])
        self.office.settle(1)

    def asks(self) -> Witness:
        """At work, to be called."""
        world = self.office.simulator
        world.act("submit_form", system="hubspot", id=self.work, as_="prospect", form="Demo request", values={})
        self.office.settle(2)
        return self.witness


def lead(name: str, email: str) -> dict[str, Any]:
    return {"FirstName": "Ana", "LastName": name, "Company": "Globex", "Email": email}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with one_office(tmp_path_factory.mktemp("office") / "installation") as made:
        yield made


@pytest.fixture
def world(office: Installation) -> SimulatorProcess:
    return office.simulator


@pytest.fixture
def ana(office: Installation, capsys: pytest.CaptureFixture[str]) -> Pair:
    number = next(NUMBERS)
    name, home, work = f"Ruiz{number}", f"home{number}@globex.example", f"work{number}@globex.example"
    made = office.simulator.seed(
        leads=[lead(name, home)], contacts=[contact(work, firstname="Ana", lastname=name, company="Globex")]
    )
    office.settle(1)
    return Pair(office=office, capture=capsys, name=name, home=home, work=work, lead_id=made["Lead"][0])


def keys(witness: Witness, ana: Pair) -> tuple[str, str]:
    key: str = witness.lead(ana.home)["LL_Lead_Key__c"]
    return key, witness.contact(ana.work)["ll_lead_key"]


def test_a_confirmed_group_is_one_lead_with_one_handoff_and_one_task_and_no_record_is_merged(
    ana: Pair, world: SimulatorProcess
) -> None:
    likely, since = ana.group, world.seq()
    assert ana.command("confirm", likely["name"])[0] == exits.OK
    assert world.log(since) == [], "a word alone writes nothing"
    shown = ana.group
    assert (shown["name"], shown["one_lead"], shown["bond"]) == (likely["name"], True, "confirmed by a person")
    witness = ana.asks()
    assert witness.leads(ana.work) == [], "nobody is created beside her"
    crm, person = witness.lead(ana.home), witness.contact(ana.work)
    assert (crm["LL_Lead_Key__c"], crm["LL_Stage__c"]) == (person["ll_lead_key"], "assigned")
    assert (crm["Email"], person["email"], float(person["ll_score"])) == (ana.home, ana.work, crm["LL_Score__c"])
    assert len(witness.tasks(crm["Id"])) == 1
    assert {each["op"] for each in Witness(simulator=world, since=since).effects()} <= {
        "create",
        "update",
        "member_add",
    }
    with ana.office.app.store.read() as tx:
        every = leads.get(tx, [LeadId(number) for number in likely["leads"]])
        assert [each.stage for each in every.values()] == [Stage.ASSIGNED]
        assert [len(each) for each in handoffs.all_of(tx, list(every)).values()] == [1]


def test_a_reopened_group_is_two_leads_again_and_nothing_but_a_person_joins_them(
    ana: Pair, world: SimulatorProcess
) -> None:
    likely = ana.group
    ana.command("confirm", likely["name"])
    witness = ana.asks()
    assert len(set(keys(witness, ana))) == 1
    code, out, _ = ana.command("reopen", likely["name"])
    assert (code, out.startswith(f"{likely['name']} is open again. Lead ")) == (exits.OK, True)
    world.act("edit", system="hubspot", id=ana.work, as_="marketer", city="Sevilla")
    ana.office.settle(2)
    assert len(set(keys(witness, ana))) == 2, "the contact showed the other's key until then"
    assert ana.group == likely | {"heads": ana.group["heads"]}
    before = world.seq()
    ana.office.settle(1)
    assert Witness(simulator=world, since=before).writes() == []
    ana.command("confirm", likely["name"])
    ana.office.settle(1)
    assert len(set(keys(witness, ana))) == 1


def test_three_who_were_confirmed_together_are_three_again(ana: Pair) -> None:
    pair = ana.group
    ana.joined_by_a_third()
    likely = ana.group
    assert likely["name"] != pair["name"], "a name is its members'"
    ana.command("confirm", likely["name"])
    assert len(ana.group["leads"]) == 1
    assert ana.command("reopen", likely["name"])[0] == exits.OK
    assert (ana.group["name"], ana.group["leads"]) == (likely["name"], likely["leads"])


def test_a_dismissed_group_is_two_leads_and_not_shown_again_until_its_members_change(ana: Pair) -> None:
    group = ana.group
    assert ana.command("dismiss", group["name"])[0] == exits.OK
    witness = ana.asks()
    assert witness.lead(ana.work)["LL_Stage__c"] == "assigned"
    assert witness.lead(ana.home).get("LL_Stage__c") != "assigned"
    assert (ana.shown(), [each["name"] for each in ana.shown("dismissed")]) == ([], [group["name"]])
    assert group["name"] in ana.command("--dismissed")[1]
    ana.joined_by_a_third()
    assert len(ana.group["leads"]) == 3


def test_every_word_is_in_the_audit_with_who_said_it(ana: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "grace")
    group = ana.group
    for word in ("dismiss", "reopen", "confirm", "reopen"):
        assert ana.command(word, group["name"])[0] == exits.OK
    assert ana.group == group
    with ana.office.app.store.read() as tx:
        rows = audit.of_lead(tx, LeadId(group["leads"][0]))
    assert [row.action for row in rows if row.actor == "grace" and group["name"] in row.action] == [
        f"dismissed as different people: {group['name']}",
        f"open again: {group['name']}",
        f"confirmed as one person: {group['name']}",
        f"open again: {group['name']}",
    ]


def test_a_name_of_no_group_is_bad_data_and_beside_known_ones_named(ana: Pair) -> None:
    before = ana.group
    for word in ("confirm", "dismiss", "reopen"):
        code, out, err = ana.command(word, "g-0000000000")
        assert (code, out, err.startswith("! g-0000000000")) == (exits.BAD_DATA, "", True)
    assert ana.group == before
    name = before["name"]
    code, out, err = ana.command("confirm", name, "g-0000000000")
    assert (code, out.startswith(f"{name}: one person.")) == (exits.SOME_FAILED, True)
    assert err == "! g-0000000000 is no likely group. See `leadloop duplicates`.\n"
    assert ana.command("dismiss", name)[2] == (
        f"! {name} was confirmed: `leadloop duplicates reopen {name}` takes that back.\n"
    )


def test_a_daemon_that_leads_carries_a_word_out_when_it_is_asked(ana: Pair) -> None:
    app, group = ana.office.app, ana.group
    words = [
        (CONFIRM, {"groups": [group["leads"]], "by": "grace"}),
        (REOPEN, {"names": [group["name"]], "by": "grace"}),
    ]
    for kind, payload in words:
        with leading(app) as loop:
            with app.store.write() as tx:
                number = requests.file(tx, kind, payload, now=app.clock.now())
            answer_requests(app, loop)
        with app.store.read() as tx:
            answered = requests.get(tx, number)
        assert answered is not None
        assert answered.result is not None
        assert answered.result["exit_code"] == exits.OK
        assert ana.group["one_lead"] is (kind == CONFIRM)
