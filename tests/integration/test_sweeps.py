"""Most records of an object are shown no more: nobody is buried for it until a person says that it is true."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest

from domain.record import Record
from domain.run import ConnectionStatus, Run
from domain.values import RecordRef
from store import connections, records, sweeps
from store.sweeps import Finding
from tests.cast import USERS, contact
from tests.installation import Installation
from tests.rig import SimulatorProcess

ANA = "ana.ruiz@globex.example"
WEEK_S, HOUR_S = 8 * 24 * 3_600, 3_600
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
GONE = 120
PEOPLE: dict[str, Callable[[int], dict[str, str]]] = {
    "salesforce": lambda number: {"LastName": f"Doe {number}", "Company": "Acme"},
    "hubspot": lambda number: contact(f"doe.{number}@acme.example"),
}
KINDS = {"salesforce": ("Lead", "00Q9z{:010d}AAA"), "hubspot": ("contacts", "99{:09d}")}


@pytest.fixture
def office(installation: Installation, world: SimulatorProcess) -> Installation:
    """Everything was read, and the first night is over."""
    world.seed(users=USERS, contacts=[contact(ANA)], leads=[{"LastName": "Ruiz", "Company": "Globex", "Email": ANA}])
    installation.run()
    return installation


def lose(office: Installation, system: str, *, count: int = GONE, first: int = 0) -> list[str]:
    """As if so many more had been read once; the system shows none of them."""
    kind, form = KINDS[system]
    ids = [form.format(number) for number in range(first, first + count)]
    refs = [RecordRef(connection=system, object=kind, id=each) for each in ids]
    with office.app.store.write() as tx:
        records.upsert(tx, [Record(ref=ref, values={}, modified_at=LONG_AGO) for ref in refs], seen_at=LONG_AGO)
    return ids


def archived(office: Installation, system: str, ids: Sequence[str]) -> int:
    refs = [RecordRef(connection=system, object=KINDS[system][0], id=each) for each in ids]
    with office.app.store.read() as tx:
        return sum(record.archived for record in records.get(tx, refs).values())


def findings(office: Installation) -> list[Finding]:
    with office.app.store.read() as tx:
        return sweeps.findings(tx)


def told(run: Run) -> list[str]:
    return [failure for failure in run.failures if "are shown no more" in failure]


@pytest.mark.parametrize("system", KINDS)
def test_what_a_person_says_is_gone_is_archived_in_the_next_cycle_and_the_word_is_used_up(
    office: Installation, system: str
) -> None:
    ids = lose(office, system)
    doubted = office.run(after_s=WEEK_S)
    assert len(told(doubted)) == 1
    (found,) = findings(office)
    assert (found.connection, found.object, found.missing) == (system, KINDS[system][0], GONE)
    assert archived(office, system, ids) == 0
    done = office.command("sweeps", "approve", str(found.id))
    assert (done.code, f"these {GONE} of {found.object}" in done.out) == (0, True)
    assert told(office.run(after_s=300)) == []
    assert archived(office, system, ids) == GONE
    assert findings(office) == []
    with office.app.store.read() as tx:
        known = connections.get(tx, system)
    assert known is not None
    assert known.status is ConnectionStatus.RUNNING
    more = lose(office, system, first=GONE)
    assert len(told(office.run(after_s=WEEK_S))) == 1
    assert archived(office, system, more) == 0


@pytest.mark.parametrize("system", KINDS)
def test_a_tenth_fewer_people_buries_nobody_and_is_seen(
    office: Installation, world: SimulatorProcess, system: str
) -> None:
    kind = {"salesforce": "leads", "hubspot": "contacts"}[system]
    world.seed(**{kind: [PEOPLE[system](number) for number in range(199)]})
    office.run(after_s=HOUR_S)
    ids = lose(office, system, count=23)
    doubted = office.run(after_s=WEEK_S)
    (found,) = findings(office)
    assert (found.connection, found.missing, found.known) == (system, 23, 223)
    assert [f"23 of 223 known {KINDS[system][0]}" in failure for failure in told(doubted)] == [True]
    assert archived(office, system, ids) == 0
    with office.app.store.read() as tx:
        known = connections.get(tx, system)
    assert known is not None
    assert known.status is ConnectionStatus.DEGRADED


def test_a_word_is_for_no_others_than_those_that_were_shown(office: Installation) -> None:
    system = "salesforce"
    ids = lose(office, system)
    office.run(after_s=WEEK_S)
    (before,) = findings(office)
    office.command("sweeps", "approve", str(before.id))
    more = lose(office, system, count=1, first=GONE)
    assert len(told(office.run(after_s=300))) == 1
    (after,) = findings(office)
    assert (after.missing, after.approved_at) == (GONE + 1, None)
    assert after.id != before.id
    assert archived(office, system, [*ids, *more]) == 0
    again = office.command("sweeps", "approve", str(before.id))
    assert (again.code, "is not open" in again.err) == (65, True)


def test_a_finding_ends_by_itself_when_the_records_are_shown_again(office: Installation) -> None:
    ids = lose(office, "salesforce")
    office.run(after_s=WEEK_S)
    refs = [RecordRef(connection="salesforce", object="Lead", id=each) for each in ids]
    with office.app.store.write() as tx:
        for ref in refs:
            records.archive(tx, ref, now=office.app.clock.now())
    assert told(office.run(after_s=7 * HOUR_S)) == []
    assert findings(office) == []


def test_status_and_the_list_say_how_many_of_what_and_name_some(office: Installation) -> None:
    ids = lose(office, "salesforce")
    office.run(after_s=WEEK_S)
    known = len(ids) + 1
    listed = office.command("sweeps", "list", "--json").json()["sweeps"]
    assert [(each["object"], each["missing"], each["known"], each["examples"]) for each in listed] == [
        ("Lead", GONE, known, ids[:3])
    ]
    assert office.command("sweeps", "show", str(listed[0]["id"])).out.split() == ids
    assert "`leadloop sweeps approve ID`" in office.command("sweeps", "list").err
    status = office.command("status", "--json").json()
    assert [(each["object"], each["records"]) for each in status["missing"]] == [("Lead", GONE)]
    assert f"{GONE} of {known} salesforce Lead" in status["reason"]
