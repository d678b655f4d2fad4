"""Who is who among the users of all systems, and which of them are nobody somewhere."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from config.mapping import MappingRules
from config.routing import RoutingRules
from config.rules import Rules
from domain.handoff import Handoff, HandoffKind
from domain.lead import Lead
from domain.record import Record
from domain.stage import Stage
from domain.values import LeadId, RecordRef, RuleHash, Value
from reports.owners import Fault, mend, sentence, troubles
from store import handoffs, leads, records
from store.engine import Store, Tx
from sync.loop import InForce
from sync.material import Users, users
from tests.unit.sync.looping import NOON, TYPES

MIA, OLD = "mia@acme.example", "mia.chen@old.example"


def user(connection: str, number: str, email: str, *, active: bool = True) -> Record:
    kind, field = ("User", "Email") if connection == "salesforce" else ("owners", "email")
    values: dict[str, Value] = {field: email, "IsActive": active}
    ref = RecordRef(connection=connection, object=kind, id=number)
    return Record(ref=ref, values=values, modified_at=NOON, archived=connection == "hubspot" and not active)


def read(tx: Tx, rules: MappingRules, *shown: Record) -> Users:
    records.upsert(tx, shown, seen_at=NOON)
    return users(tx, rules)


def known_as(rules: MappingRules, others: Mapping[str, str]) -> MappingRules:
    system = rules.systems["salesforce"]
    assert system.users is not None
    there = system.users.model_copy(update={"known_as": dict(others)})
    return rules.model_copy(
        update={"systems": {**rules.systems, "salesforce": system.model_copy(update={"users": there})}}
    )


def test_who_has_another_address_in_one_system_is_one_rep_once_that_is_told(store: Store, rules: InForce) -> None:
    both = (user("salesforce", "005A", OLD), user("hubspot", "41", MIA))
    with store.write() as tx:
        before = read(tx, rules.mapping, *both)
        told = users(tx, known_as(rules.mapping, {OLD.upper(): MIA}))
    assert (before.reps[MIA].lacks, sorted(before.reps)) == (("salesforce",), [OLD, MIA])
    assert (told.reps[MIA].lacks, sorted(told.reps)) == ((), [MIA])
    assert told.ids == {("salesforce", MIA): "005A", ("hubspot", MIA): "41"}
    assert told.emails == {("salesforce", "005A"): MIA, ("hubspot", "41"): MIA}


@pytest.mark.parametrize("gone", ["005A", "005B"])
def test_of_several_users_of_one_address_the_active_one_is_the_rep(store: Store, rules: InForce, gone: str) -> None:
    two = [user("salesforce", each, MIA, active=each != gone) for each in ("005A", "005B")]
    with store.write() as tx:
        found = read(tx, rules.mapping, *two, user("hubspot", "41", MIA))
    assert found.reps[MIA].active
    assert {found.ids["salesforce", MIA]} == {"005A", "005B"} - {gone}
    assert found.emails["salesforce", gone] == MIA
    assert ("salesforce", gone) in found.reps[MIA].user_ids


def owned(tx: Tx, lead: LeadId, connection: str, kind: str, owner: str) -> None:
    field = "OwnerId" if connection == "salesforce" else "hubspot_owner_id"
    ref = RecordRef(connection=connection, object=kind, id=f"{kind}{lead}")
    records.upsert(tx, [Record(ref=ref, values={field: owner}, modified_at=NOON)], seen_at=NOON)
    records.assign(tx, {ref: lead})


def test_an_owner_is_an_error_where_leads_are_lost_by_it_and_a_warning_elsewhere(store: Store, rules: InForce) -> None:
    routing = rules.rules.routing.model_copy(update={"pools": []})
    told = rules.rules
    quiet = Rules(
        scoring=told.scoring,
        lifecycle=told.lifecycle,
        routing=_without_people(routing),
        mapping=rules.mapping,
        hash=RuleHash("r"),
        document="",
    )
    with store.write() as tx:
        people = read(
            tx, rules.mapping, user("salesforce", "005A", MIA, active=False), user("hubspot", "77", "mark@acme.example")
        )
        gone, contact, queue, done = leads.create(tx, 4, now=NOON, installation="LL")
        leads.save(tx, [_at(gone, Stage.ACCEPTED), _at(done, Stage.CUSTOMER)], now=NOON)
        owned(tx, gone.id, "salesforce", "Lead", "005A")
        owned(tx, gone.id, "hubspot", "contacts", "77")
        owned(tx, contact.id, "hubspot", "contacts", "404")
        owned(tx, queue.id, "salesforce", "Lead", "00G5g000001")
        owned(tx, done.id, "salesforce", "Lead", "005A")
        found = troubles(tx, quiet, people.reps, people.emails, types=TYPES)
    assert [(one.who, one.fault, one.leads, one.with_sales, one.is_error) for one in found] == [
        ("mark@acme.example", Fault.UNMAPPED, 1, 1, True),
        (MIA, Fault.INACTIVE, 1, 1, True),
        ("hubspot 404", Fault.UNKNOWN, 1, 0, False),
    ]
    assert sentence(found[1]) == f"{MIA} is no active user: owns 1 open lead (1 with sales)"
    assert mend(found[1]) == "Give their leads to somebody else."


def test_who_left_is_counted_by_the_handoffs_they_have_whoever_owns_the_contact(store: Store, rules: InForce) -> None:
    quiet = replace(rules.rules, routing=_without_people(rules.rules.routing.model_copy(update={"pools": []})))
    with store.write() as tx:
        people = read(tx, rules.mapping, user("salesforce", "005A", MIA, active=False), user("hubspot", "41", MIA))
        (theirs,) = leads.create(tx, 1, now=NOON, installation="LL")
        leads.save(tx, [_at(theirs, Stage.ASSIGNED)], now=NOON)
        handoff = Handoff(
            lead_id=theirs.id,
            number=1,
            kind=HandoffKind.NEW_BUSINESS,
            opened_at=NOON,
            why="asked to be called",
            hand_raise=True,
            score=0,
            band="B hot",
            owner=MIA,
        )
        handoffs.save(tx, [handoff])
        (found,) = troubles(tx, quiet, people.reps, people.emails, types=TYPES)
    assert (found.who, found.fault, found.leads, found.with_sales, found.is_error) == (MIA, Fault.INACTIVE, 1, 1, True)


def _without_people(routing: RoutingRules) -> RoutingRules:
    teams = [team.model_copy(update={"manager": None}) for team in routing.teams]
    return routing.model_copy(update={"teams": teams, "rules": []})


def _at(lead: Lead, stage: Stage) -> Lead:
    return replace(lead, stage=stage, stage_since=NOON)
