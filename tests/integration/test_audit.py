"""The audit against the systems' own log: every write is announced before, and ends once."""

import getpass
from collections import Counter

import pytest

from leadloop import exits
from store import audit
from store.audit import Wanted
from tests.audited import assert_joined, effects
from tests.cast import USERS, contact
from tests.installation import HALF_HOUR_S, KILLED, Installation
from tests.rig import SimulatorProcess

ANA, BEN = "ana.ruiz@globex.example", "ben.cole@initech.example"
LEADS = ("PATCH", "composite/sobjects$")
KINDS = {
    "CustomField": "field",
    "QuickActionDefinition": "quick action",
    "ListView": "list view",
    "PermissionSet": "permission set",
}
"""What Salesforce calls a thing that `provision` makes: what we call it."""


@pytest.fixture
def office(installation: Installation, world: SimulatorProcess) -> Installation:
    """Ana and Ben, known to both systems, nobody of whom anything was written about yet."""
    leads = [{"LastName": "Cole", "Company": "Initech", "Email": BEN}]
    world.seed(users=USERS, contacts=[contact(ANA), contact(BEN)], leads=leads)
    return installation


def raise_hand(world: SimulatorProcess, email: str) -> None:
    world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={"message": "Hi"})


def test_every_write_of_a_handoff_and_its_rejection_has_one_announcement_and_one_end_and_shows_no_values(
    office: Installation, world: SimulatorProcess
) -> None:
    office.run()
    raise_hand(world, ANA)
    office.settle(2)
    (lead,) = (row for row in world.objects("Lead", system="salesforce") if row["Email"] == ANA)
    world.act("reject", system="salesforce", id=lead["Id"], reason="No budget")
    office.settle(2)
    assert {each.op for each in effects(world)} == {"create", "update", "member_add", "member_remove"}
    assert assert_joined(office.app.store, world) >= 14
    with office.app.store.write() as tx:
        rows = [entry for _, entry in audit.rows(tx, Wanted()) if entry.action.startswith(("will ", "wrote: "))]
        told = " ".join(map(str, rows))
        assert not any(word in told for word in ("globex", "Ruiz", "VP Operations", "Asked for a demo", "202 555"))
        assert all(entry.values_hmac for entry in rows)
        for about in {entry.lead_id for entry in rows if entry.lead_id is not None}:
            audit.forget_subject(tx, about)
    office.close()
    assert office.command("audit", "verify").code == exits.OK, "an erasure leaves the chain whole"


def test_a_refused_write_ends_and_a_persons_retry_announces_it_anew(
    office: Installation, world: SimulatorProcess
) -> None:
    method, path = LEADS
    world.fault(
        "partial_failure", system="salesforce", method=method, path=path, code="FIELD_CUSTOM_VALIDATION_EXCEPTION"
    )
    office.run()
    (row,) = office.command("errors", "list", "--json").json()["errors"]
    office.command("errors", "retry", str(row["id"]))
    office.run(after_s=HALF_HOUR_S)
    assert_joined(office.app.store, world)
    with office.app.store.read() as tx:
        found = [
            (entry.actor, entry.action)
            for _, entry in audit.rows(tx, Wanted(record_id=row["record"], lead_id=row["lead"]))
        ]
    who = getpass.getuser()
    assert [each for each in found if each[1].split()[0] in {"will", "wrote:", "retried"}][:5] == [
        ("loop", "will fields"),
        ("loop", "wrote: refused"),
        (who, "retried a refused write"),
        (who, "will fields"),
        ("loop", "wrote: applied"),
    ]


def test_a_write_whose_answer_was_lost_ends_once(office: Installation, world: SimulatorProcess) -> None:
    office.run()
    raise_hand(world, ANA)
    world.fault(
        "reply_lost", system="salesforce", method="PATCH", path="sobjects/Lead/LL_Lead_Key__c", after_commit=True
    )
    office.settle(3)
    assert_joined(office.app.store, world)


def test_what_was_written_when_the_process_was_killed_had_been_announced_and_ends_once(
    office: Installation, world: SimulatorProcess
) -> None:
    assert office.run_until("push.answered:1") == KILLED
    assert_joined(office.app.store, world, at_rest=False)
    office.settle(3)
    assert assert_joined(office.app.store, world) >= 2
    office.close()
    assert office.command("audit", "verify").code == exits.OK


def test_bulk_writes_join_row_by_row(office: Installation, world: SimulatorProcess) -> None:
    office.rewrite("leadloop.yaml", "    client_id: leadloop\n", "    client_id: leadloop\n    bulk_writes: 1\n")
    names = [f"lead{number}" for number in range(12)]
    world.seed(leads=[{"LastName": name, "Company": "Globex", "Email": f"{name}@globex.example"} for name in names])
    office.settle(2)
    assert any("/jobs/ingest" in line["path"] for line in world.log())
    assert assert_joined(office.app.store, world) >= 12


def test_what_a_person_has_made_in_the_systems_is_announced_and_ends_with_that_persons_name(
    installation: Installation, world: SimulatorProcess
) -> None:
    world.settings(provisioned=False)
    since = world.seq()
    assert installation.command("provision", "salesforce", "--yes").code == exits.OK
    calls = [line for line in world.log(since) if line["effects"] and not line["path"].startswith("/_simulator")]
    with installation.app.store.read() as tx:
        rows = [entry for _, entry in audit.rows(tx, Wanted(actor=getpass.getuser()))]
    announced = [str(entry.outbox_key) for entry in rows if entry.action.startswith("will make a ")]
    ended = [str(entry.outbox_key) for entry in rows if entry.action == "wrote: applied"]
    assert sorted(announced) == sorted(set(ended))
    made = Counter(KINDS.get(each["type"]) for line in calls for each in line["effects"])
    del made[None]  # who may see a field belongs to the field, who has a permission set to the set
    assert Counter(key.partition(":")[0] for key in announced) == made
    installation.close()
    assert installation.command("audit", "verify").code == exits.OK
