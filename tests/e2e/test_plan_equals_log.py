"""Whatever people did in both systems: what a plan says is what reaches them, value for value, and then it is quiet."""

import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadloop.app import leading
from leadloop.commands.plan import make_plan
from leadloop.planned import fields_of
from sync import planfile
from sync.apply import apply
from sync.cycle import Tally, pull_one
from sync.planfile import PlanFile
from tests.cast import FAY, SAM, USERS, contact
from tests.e2e.conftest import MONDAY
from tests.fresh import FreshSimulator
from tests.installation import HALF_HOUR_S, Installation, install
from tests.witness import Witness
from tests.writes import Write, canonical, seen_writes

pytestmark = pytest.mark.e2e

PEOPLE = [f"person{number}@company{number}.example" for number in range(5)]
IN_HUBSPOT, IN_SALESFORCE = PEOPLE[:4], PEOPLE[2:]
"""Two are known to HubSpot alone, two to both, one to Salesforce alone."""
PLAN_ROUNDS = 2

Act = dict[str, Any]


def _of(people: Sequence[str], system: str, **more: Any) -> st.SearchStrategy[Act]:
    fixed = {name: value if isinstance(value, st.SearchStrategy) else st.just(value) for name, value in more.items()}
    return st.fixed_dictionaries({"id": st.sampled_from(people), "system": st.just(system), **fixed})


def _hubspot(do: str, by: str, **fields: Any) -> st.SearchStrategy[Act]:
    return _of(IN_HUBSPOT, "hubspot", do=do, as_=by, **fields)


def _salesforce(do: str, by: str, **fields: Any) -> st.SearchStrategy[Act]:
    return _of(IN_SALESFORCE, "salesforce", do=do, as_=by, **fields)


titles = st.sampled_from(["CEO", "VP Operations", "Intern", "  Head of Data ", ""])
phones = st.sampled_from(["+1 202 555 0143", "(202) 555-0199", "ask Bob", ""])
acts = st.one_of(
    _hubspot("edit", "marketer", jobtitle=titles),
    _hubspot("edit", "marketer", phone=phones, lastname=st.sampled_from(["Hale", "Łuk", "O'Neil"])),
    _hubspot("submit_form", "prospect", form="Demo request", values={"message": "call me"}),
    _hubspot("submit_form", "prospect", form="Guide", values={}),
    _hubspot("unsubscribe", "prospect"),
    _salesforce("edit", "rep", Title=titles),
    _salesforce("edit", "rep", Phone=phones, Company=st.sampled_from(["Initech", "Umbrella GmbH"])),
    _salesforce("edit", "rep", Status=st.sampled_from(["Working - Contacted", "Closed - Not Converted"])),
    _salesforce("edit", "admin", OwnerEmail=st.sampled_from([FAY, SAM])),
    _salesforce("call", "rep", owner_email=FAY, subject="Called", duration_s=240),
)


def begin(vendors: FreshSimulator, folder: Path) -> Installation:
    world = vendors.begin(start=MONDAY)
    office = install(folder / "installation", world)
    leads = [{"LastName": "Lee", "Company": "Acme", "Email": each, "OwnerEmail": SAM} for each in IN_SALESFORCE]
    world.seed(users=USERS, contacts=[contact(each) for each in IN_HUBSPOT], leads=leads)
    office.run()
    office.settle(1)
    return office


def writes_of(plan: PlanFile) -> Counter[Write]:
    """What the file says, in the shape of the log; a list is called by its name on both sides."""
    return Counter(
        (draft.connection, draft.change.object, draft.change.id, name, canonical(after, name))
        for lead in plan.leads
        for draft in lead.changes
        for name, _, after in fields_of(draft)
        if draft.change.id is not None or after is not None
    )


def befores_of(plan: PlanFile) -> dict[tuple[str, str, str, str], object]:
    """(system, object, id, field) → the value that the plan shows as the present one."""
    return {
        (draft.connection, draft.change.object, draft.change.id, name): canonical(before, name) or None
        for lead in plan.leads
        for draft in lead.changes
        for name, before, _ in fields_of(draft)
        if draft.change.id is not None and draft.change.list is None
    }


def replaced(witness: Witness) -> dict[tuple[str, str, str, str], object]:
    """The same by the log: what the vendor held when the value came."""
    return {
        (line["system"], effect["type"], effect["id"], name): canonical((effect["before"] or {}).get(name), name)
        or None
        for line in witness.calls()
        for effect in line["effects"]
        if effect["op"] == "update"
        for name in effect["after"]
    }


def planned_and_applied(office: Installation) -> None:
    """Pull, plan, write the file, read it, apply it: and the log says nothing else than the file."""
    with leading(office.app) as loop:
        for name in loop.connections:
            pull_one(loop, name, Tally(), now=office.app.clock.refresh())
    plan = make_plan(office.app)
    file = office.folder / f"{plan.header.id}.jsonl"
    with file.open("wb") as written:
        planfile.write(plan, written)
    since = office.simulator.seq()
    with leading(office.app) as loop:
        done = apply(loop, planfile.read(file), now=office.app.clock.refresh())
    witness = Witness(simulator=office.simulator, since=since)
    assert done.skipped == {}
    assert Counter(seen_writes(witness)) == writes_of(plan)
    held = replaced(witness)
    assert {place: held.get(place) for place in befores_of(plan)} == befores_of(plan)


@given(rounds=st.lists(st.lists(acts, min_size=1, max_size=5), min_size=PLAN_ROUNDS, max_size=PLAN_ROUNDS))
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_a_plan_says_is_what_the_systems_are_told(vendors: FreshSimulator, rounds: list[list[Act]]) -> None:
    with tempfile.TemporaryDirectory() as folder, closing(begin(vendors, Path(folder))) as office:
        for several in rounds:
            for each in several:
                office.simulator.act(**each)
            office.simulator.time(advance_s=HALF_HOUR_S)
            planned_and_applied(office)
            office.settle(2)
            quiet = office.simulator.seq()
            office.run(after_s=60)
            assert Witness(simulator=office.simulator, since=quiet).writes() == []
