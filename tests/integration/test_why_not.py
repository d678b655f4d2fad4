"""Why a record is not syncing: one person for every cause, in one installation."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.drift import Drift, DriftKind, Noticed, Told
from domain.obstacle import Kind, Obstacle
from domain.place import FieldOf, Place
from domain.radius import HeldWrite, WriteClass
from domain.run import ConnectionStatus, GoLive
from domain.values import RuleHash
from leadloop.commands.why_not import asked_of, told
from mapping.compiled import FieldMap
from reports.not_syncing import Asked, causes
from store import connections, drifts, flaps, held, heldwrites, identity, installation, leads, records
from store.engine import Tx
from tests.cast import USERS, contact
from tests.installation import Installation, install
from tests.rig import SimulatorProcess

GATE = """\
    gates:
      write:
        none:
          - {property: city, operator: equals, value: Havana}
    create: create_at_mql"""
DECIDED = """\
decided:
  salesforce:
    Lead.Website: theirs
    Lead.MobilePhone: carried
properties:
"""
TWO_WAY = "hubspot: jobtitle }\n    sync: Two-way"
TITLE = FieldOf(connection="salesforce", object="Lead", field="Title")
WORDS = "Rating must be set."


def address(who: str) -> str:
    return f"{who}@globex-{who}.example"


def in_both(world: SimulatorProcess, who: str, *, lead: dict[str, Any] | None = None, **more: Any) -> None:
    person = contact(address(who), **more)
    names = {"FirstName": person["firstname"], "LastName": person["lastname"], "Company": person["company"]}
    same = {"Title": person["jobtitle"], "Phone": person["phone"], "Country": "US"}
    world.seed(contacts=[person], leads=[{**names, **same, "Email": address(who), **(lead or {})}])


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with SimulatorProcess(start=datetime(2026, 9, 7, 8, tzinfo=UTC)) as world:
        made = install(tmp_path_factory.mktemp("office") / "installation", world)
        made.rewrite("mapping.yaml", "    create: create_at_mql", GATE)
        made.rewrite("mapping.yaml", "hubspot: jobtitle }\n    sync: Prefer Salesforce unless blank", TWO_WAY)
        made.rewrite("mapping.yaml", "properties:\n", DECIDED)
        world.seed(users=USERS)
        _people(world)
        made.run()
        made.settle(1)
        _refusals(made)
        yield made
        made.close()


def _people(world: SimulatorProcess) -> None:
    in_both(world, "steady", phone="+1 202 555 0199", lead={"Phone": None})
    in_both(world, "gated", city="Havana")
    in_both(world, "torn", jobtitle="CEO", lead={"Title": "Chief of Staff"})
    in_both(world, "long", jobtitle="V" * 200, lead={"Title": None})
    in_both(world, "twin")
    world.seed(leads=[{"FirstName": "Twin", "LastName": "Twin", "Company": "Globex", "Email": address("twin")}])
    in_both(world, "theirs", website="https://globex.example")
    in_both(world, "carried", mobilephone="+1 202 555 0100")
    in_both(world, "parked")
    in_both(world, "waiting")
    in_both(world, "deleted")
    world.seed(leads=[{"LastName": "Alone", "Company": "Globex", "Email": address("alone")}])
    world.seed(contacts=[contact(address("quiet"), jobtitle="Clerk")])


def lead_of(world: SimulatorProcess, who: str) -> str:
    rows = world.objects("Lead", system="salesforce")
    return next(str(row["Id"]) for row in rows if row.get("Email") == address(who))


def _refusals(office: Installation) -> None:
    """One by one, so that each refusal meets the write that it is meant for."""
    world = office.simulator
    world.act("delete", system="salesforce", id=lead_of(world, "deleted"))
    for who, code in (("parked", "FIELD_CUSTOM_VALIDATION_EXCEPTION"), ("waiting", "INSUFFICIENT_ACCESS_OR_READONLY")):
        world.act("edit", system="hubspot", id=address(who), as_="marketer", city="Miami")
        refused = {"code": code, "message": WORDS}
        world.fault(
            "partial_failure", system="salesforce", method="PATCH", path="composite/sobjects$", times=1, **refused
        )
        office.settle(1)


def asked(office: Installation, who: str) -> dict[str, dict[str, Any]]:
    """Cause → what is told of it."""
    found = told(office.app, who)
    assert found is not None
    return {each["cause"]: each for each in found["causes"]}


@pytest.mark.parametrize(
    ("who", "cause", "what", "then"),
    [
        ("gated", Kind.GATE, "the write gate of salesforce is closed to the lead: excluded by: city", "gates.write`"),
        ("torn", Kind.CONFLICT, "`job_title` is in conflict: hubspot shows 'CEO'", "conflicts resolve"),
        ("long", Kind.MISFIT, "salesforce Lead.Title stays at home", "truncate"),
        ("theirs", Kind.THEIRS, "salesforce Lead.Website is somebody else's", "decided.salesforce.Lead.Website"),
        ("carried", Kind.CARRIED, "salesforce Lead.MobilePhone is left to", "Look at that connector"),
        ("parked", Kind.PARKED, WORDS, "then `leadloop errors retry"),
        ("waiting", Kind.WAITING, "waits to be tried again at 2026-09-07", "errors retry"),
        ("alone", Kind.NOT_CREATED, "nobody is created there (`create: enrich`)", "create_at_mql"),
        ("quiet", Kind.NOT_CREATED, "created when a handoff opens", "Nothing"),
        ("quiet", Kind.COLD, "only people from `warm` on", "showing.from_step"),
        ("deleted", Kind.GONE, "was deleted in salesforce", "Restore it"),
        ("steady", Kind.IN_STEP, "in step with salesforce: last written 2026-09-07", "Nothing"),
    ],
)
def test_why_not_names(office: Installation, who: str, cause: Kind, what: str, then: str) -> None:
    found = asked(office, address(who))
    assert cause in found, list(found)
    assert what in found[cause]["what"]
    assert then in found[cause]["next"]


def test_why_not_names_the_head_of_a_duplicate(office: Installation) -> None:
    rows = office.simulator.objects("Lead", system="salesforce")
    first, second = [str(row["Id"]) for row in rows if row.get("Email") == address("twin")]
    assert f"Lead {second} is a duplicate: Lead {first} is written to" in asked(office, second)[Kind.DUPLICATE]["what"]
    assert asked(office, second[:15])[Kind.DUPLICATE]["id"] == second, "an id of 15 letters is the same"


Arrange = Callable[[Tx, Asked], Asked | None]


def _suspended(tx: Tx, asked: Asked) -> None:
    connections.set_status(tx, "salesforce", ConnectionStatus.SUSPENDED, reason="log in again", now=asked.now)


def _failing(tx: Tx, asked: Asked) -> None:
    leads.fail(tx, asked.lead, "ValueError: no such month", now=asked.now)


def _not_live(tx: Tx, _: Asked) -> None:
    installation.remove(tx, installation.WENT_LIVE)


def _held(tx: Tx, asked: Asked) -> None:
    held.hold(tx, "handoff-test", "too many at once", [asked.lead], now=asked.now)


def _touched(tx: Tx, asked: Asked) -> None:
    leads.touch(tx, [asked.lead])


def _stopped(tx: Tx, asked: Asked) -> None:
    flaps.stop_everywhere(tx, TITLE, now=asked.now)


def _drifted(tx: Tx, asked: Asked) -> None:
    drift = Drift(field=TITLE, kind=DriftKind.GONE)
    told = Told(drift=drift, effect="job_title is not written", mend="Salesforce admin: show the field")
    drifts.settle(tx, "salesforce", "Lead", [told], noticed=Noticed.LOOK, now=asked.now)


def _field_held(tx: Tx, asked: Asked) -> None:
    ref = next(each.ref for each in records.of_leads(tx, [asked.lead])[asked.lead] if each.ref.object == "Lead")
    write = HeldWrite(
        lead_id=asked.lead,
        place=Place(ref=ref, field="Title"),
        property="job_title",
        kind=WriteClass.DESTRUCTIVE,
        before="VP",
        value="CEO",
        cause="test",
        rule_hash=RuleHash("0" * 64),
    )
    heldwrites.hold(tx, {"destructive-test": [write]}, about={"destructive-test": {"cause": "too many"}}, now=asked.now)


def _lost(tx: Tx, asked: Asked) -> None:
    """The answer of a write that was refused had been lost instead."""
    theirs = f"status = 'parked' AND lead_id = {asked.lead:d}"
    tx.exec_driver_sql(f"UPDATE outbox SET status = 'unsure' WHERE {theirs}")


def _observing(_: Tx, asked: Asked) -> Asked:
    return replace(asked, step=GoLive.OBSERVE)


def _used_up(_: Tx, asked: Asked) -> Asked:
    return replace(asked, refusals={"salesforce": "no more for the background lane now"})


def _contested(_: Tx, asked: Asked) -> Asked:
    waiting = [("salesforce", "Lead", "LL_Score__c")]
    return replace(asked, fields=FieldMap(asked.fields.rules, asked.fields.types, waiting=waiting))


@pytest.mark.parametrize(
    ("arrange", "cause", "what", "then"),
    [
        (_suspended, Kind.CONNECTION, "salesforce is suspended: log in again", "leadloop doctor"),
        (_observing, Kind.STEP, "nothing is written to any system", "leadloop golive"),
        (_not_live, Kind.FIRST_DAY, "only scores are shown until", "leadloop status"),
        (_failing, Kind.RULES_FAIL, "nothing is decided: ValueError: no such month", "config publish"),
        (_held, Kind.HELD, "in the set handoff-test", "`leadloop held show handoff-test`"),
        (_touched, Kind.DUE, "not decided yet", "the next cycle"),
        (_field_held, Kind.HELD_FIELD, "salesforce Lead.Title waits for a person's word", "held approve"),
        (_drifted, Kind.DRIFT, "job_title is not written", "Salesforce admin: show the field"),
        (_stopped, Kind.FLAPPING, "somebody else kept overwriting it", "errors resume salesforce Lead.Title"),
        (_contested, Kind.CONTESTED, "salesforce Lead.LL_Score__c is contested", "leadloop survey"),
        (_lost, Kind.UNSURE, "the answer was lost", "Nothing"),
        (_used_up, Kind.BUDGET, "no more for the background lane now", "handoffs still go"),
    ],
)
def test_why_not_names_what_the_loop_noted(
    office: Installation, arrange: Arrange, cause: Kind, what: str, then: str
) -> None:
    found = noted(office, address(NEEDS.get(cause, "steady")), arrange)
    assert cause in found, list(found)
    assert what in found[cause].what
    assert then in found[cause].mend


NEEDS = {Kind.FLAPPING: "long", Kind.UNSURE: "parked"}
"""Who has something to be stopped, or lost."""


def noted(office: Installation, who: str, arrange: Arrange) -> dict[Kind, Obstacle]:
    """What is told in a transaction that is taken back."""
    found: dict[Kind, Obstacle] = {}
    with suppress(_EnoughError), office.app.store.write() as tx:
        lead = identity.find(tx, [("email", who)])["email", who]
        asked = asked_of(office.app, tx, lead, who)
        found = {each.kind: each for each in causes(tx, arrange(tx, asked) or asked)}
        raise _EnoughError
    return found


class _EnoughError(Exception):
    pass


def test_a_system_that_is_hindered_is_not_said_to_be_in_step(office: Installation) -> None:
    assert noted(office, address("steady"), _suspended)[Kind.IN_STEP].connection == "hubspot"
    assert Kind.IN_STEP not in noted(office, address("steady"), _failing)


def test_what_stops_everything_is_named_first(office: Installation) -> None:
    found = told(office.app, address("parked"))
    assert found is not None
    kinds = [each["cause"] for each in found["causes"]]
    assert kinds == sorted(kinds, key=list(Kind).index)


def test_nobody_is_found_by_an_address_that_nobody_has(office: Installation) -> None:
    assert told(office.app, "nobody@globex.example") is None
    done = office.command("why-not", "nobody@globex.example")
    assert (done.code, done.out) == (65, "")
    assert "nobody@globex.example" not in done.err, "an address is not repeated"
