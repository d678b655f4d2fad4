"""HubSpot tells of a change by itself, and it is in both systems before anybody asked. Judged at the simulator."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select

from domain.values import RecordRef
from leadloop.app import leading
from leadloop.receiving import receiver
from simulator.hubspot.tokens import APP_ID
from simulator.hubspot.webhooks import usual
from store import connections, erased, identity, inbox, records
from store.schema import hint
from sync.cycle import Tally, decide_and_plan, follow_hints, push_all
from tests.cast import REPS, USERS, contact
from tests.installation import HALF_HOUR_S, Installation, install
from tests.rig import SimulatorProcess
from tests.witness import Witness
from web.metrics import Received

PUBLIC, SECRET = "https://hooks.acme.example", "the-secret-of-the-app"
PATIENCE_S = 30.0
NUMBERS = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An installation that was polled once and is only told since. `since`, `calls`: what was before the test."""

    installation: Installation
    world: SimulatorProcess
    since: int = 0
    calls: int = 0

    @property
    def witness(self) -> Witness:
        return Witness(simulator=self.world)

    def courier(self, **settings: Any) -> None:
        self.world.settings(webhooks=settings)

    def shown(self) -> list[dict[str, Any]]:
        return self.world.objects("webhooks", system="hubspot")

    def deliveries(self) -> list[dict[str, Any]]:
        """Every call that was made since the test began."""
        return self.shown()[self.calls : -1]

    def kept(self) -> int:
        with self.installation.app.store.read() as tx:
            return inbox.counts(tx).get("hubspot", 0)

    def hear(self) -> Tally:
        """What the daemon's threads do when hints have come, and nothing else."""
        until(lambda: self.shown()[-1]["waiting"] == 0, "arrival of what was told")
        app, tally = self.installation.app, Tally()
        now = app.clock.refresh()
        with leading(app) as loop:
            follow_hints(loop, "hubspot", tally, now=now)
            for _ in range(3):
                decide_and_plan(loop, tally, now=now, run_id=None)
                push_all(loop, tally, now=now)
        return tally

    def cursors(self) -> dict[str, str]:
        with self.installation.app.store.read() as tx:
            return {stream: cursor.position for stream, cursor in connections.cursors(tx, "hubspot").items()}

    def looked(self) -> list[str]:
        """Paths of HubSpot by which a poll would have looked."""
        paths = [line["path"] for line in self.world.log(self.since) if line["system"] == "hubspot"]
        return [path for path in paths if path.rstrip("/").endswith(("/search", "/objects/contacts"))]

    def somebody(self) -> str:
        """A prospect who fits and has shown some interest; nobody but a webhook has told of them."""
        email = f"zora.{next(NUMBERS)}@hooli.example"
        self.world.seed(contacts=[contact(email)])
        for _ in range(3):
            submit(self.world, email, "Download the guide")
        self.hear()
        return email

    def edit(self, email: str, **values: str) -> None:
        self.world.act("edit", system="hubspot", as_="marketer", id=email, **values)

    def grade(self, email: str) -> str:
        grade: str = self.witness.contact(email)["ll_grade"]
        return grade


def until(look: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not look():
        assert time.monotonic() < deadline, f"there was no {what}"


def submit(world: SimulatorProcess, email: str, form: str = "Demo request") -> None:
    world.act("submit_form", system="hubspot", as_="prospect", id=email, form=form, values={"message": "Hi"})


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    more = f"webhooks: {{ public_url: {PUBLIC}, port: 0 }}\n"
    with SimulatorProcess(start=datetime(2026, 9, 7, 8, tzinfo=UTC)) as world:
        made = install(tmp_path_factory.mktemp("told") / "installation", world, more=more)
        own = f"    webhook_secret: {SECRET}\n    app_id: '{APP_ID}'\n    streams:"
        made.rewrite("leadloop.yaml", "    streams:", own)
        world.seed(users=USERS, contacts=[contact("first.one@hooli.example")])
        made.run()
        door = receiver(made.app, Received())
        assert door is not None
        address = f"http://127.0.0.1:{door.start()}/webhooks/hubspot"
        world.settings(webhooks={"url": f"{PUBLIC}/webhooks/hubspot", "via": address, "secret": SECRET})
        yield Told(installation=made, world=world)
        world.settings(webhooks={"url": ""})
        door.stop()
        made.close()


@pytest.fixture
def told(lasting: Told) -> Told:
    """The module's, with nothing on its way, no fault on order and a courier that plays no tricks."""
    own = {"url", "via", "secret"}
    lasting.world.settings(webhooks={name: value for name, value in usual().items() if name not in own})
    lasting.world.clear()
    lasting.hear()
    return replace(lasting, since=lasting.world.seq(), calls=len(lasting.shown()) - 1)


def test_a_change_is_rescored_without_a_poll(told: Told) -> None:
    email = told.somebody()
    assert told.grade(email) == "A"
    told.edit(email, jobtitle="Student")
    told.hear()
    assert told.grade(email) != "A"
    assert told.looked() == []


def test_a_raised_hand_has_an_owner_and_a_task_without_a_poll(told: Told) -> None:
    email = told.somebody()
    submit(told.world, email)
    told.hear()
    assert told.witness.owner(email) == told.witness.mirrored_owner(email)
    assert told.witness.owner(email) in REPS
    assert len(told.witness.tasks(told.witness.lead(email)["Id"])) == 1
    assert told.looked() == []


@pytest.mark.parametrize("seed", [1, 2])
def test_told_twice_late_and_in_disorder_has_one_effect(told: Told, seed: int) -> None:
    ana, ben, eve = (told.somebody() for _ in range(3))
    mark = len(told.deliveries())
    told.courier(duplicates_percent=100, late_percent=60, late_s=0.3, seed=seed)
    for title in ("Student", "Intern", "VP Sales"):
        told.edit(ana, jobtitle=title)
    submit(told.world, ben)
    told.world.act("delete", system="hubspot", id=eve)
    told.hear()
    told.hear()
    sent = [event["eventId"] for each in told.deliveries()[mark:] for event in each["events"]]
    assert len(sent) == 2 * len(set(sent)) > 0
    assert told.grade(ana) == "A"
    assert told.witness.created()[("Lead", told.witness.lead(ben)["LL_Lead_Key__c"])] == 1
    assert len(told.witness.tasks(told.witness.lead(ben)["Id"])) == 1
    quiet = told.world.seq()
    told.installation.settle(1)
    assert Witness(simulator=told.world, since=quiet).writes() == [], "the poll finds nothing that was left to do"


def test_what_is_lost_on_the_way_is_found_by_the_next_poll(told: Told) -> None:
    email = told.somebody()
    mark = len(told.deliveries())
    told.courier(lost_percent=100)
    told.edit(email, jobtitle="Student")
    told.hear()
    assert (told.deliveries()[mark:], told.grade(email)) == ([], "A")
    told.installation.settle(1)
    assert told.grade(email) != "A"


def test_what_we_wrote_ourselves_is_not_read_again(told: Told) -> None:
    email = told.somebody()
    submit(told.world, email)
    told.hear()
    until(lambda: told.shown()[-1]["waiting"] == 0, "arrival of what was told")
    told_by = {event["changeSource"] for each in told.deliveries() for event in each["events"]}
    assert told_by == {"INTEGRATION", "FORM", "IMPORT"}
    assert told.kept() == 0


def test_hints_move_no_cursor(told: Told) -> None:
    before = told.cursors()
    submit(told.world, told.somebody())
    told.hear()
    assert told.kept() == 0
    assert told.cursors() == before


def test_a_merge_is_followed_to_the_new_record_and_makes_no_second_lead(told: Told) -> None:
    email, other = told.somebody(), told.somebody()
    submit(told.world, email)
    told.hear()
    merged = told.world.act("merge", system="hubspot", id=email, loser_id=other)["id"]
    told.edit(email, city="Lisbon")
    told.hear()
    assert told.witness.contact(email)["hs_object_id"] == merged
    assert len(told.witness.leads(email)) == 1
    assert told.witness.leads(other) == []
    assert max(told.witness.created().values()) == 1
    assert told.looked() == []


def test_a_store_that_is_down_is_503_and_the_systems_own_retry_is_kept(told: Told) -> None:
    email = told.somebody()
    mark = len(told.deliveries())
    rename(told, "hint", "hint_away")
    told.edit(email, jobtitle="Student")
    until(lambda: len(told.deliveries()) > mark, "call while the store was down")
    rename(told, "hint_away", "hint")
    told.world.time(advance_s=61)
    told.hear()
    assert [(each["status"], each["attempt"]) for each in told.deliveries()[mark:][:2]] == [(503, 0), (200, 1)]
    assert told.grade(email) != "A"


def rename(told: Told, before: str, after: str) -> None:
    with told.installation.app.store.write() as tx:
        tx.exec_driver_sql(f"ALTER TABLE {before} RENAME TO {after}")


def test_what_could_not_be_read_waits_and_the_poll_does_not(told: Told) -> None:
    email = told.somebody()
    told.edit(email, jobtitle="Student")
    told.world.fault("server_error", system="hubspot", path="batch/read", times=None)
    tally = told.hear()
    assert [failure.split(":")[:2] for failure in tally.failures] == [["hubspot", " hints"]]
    assert (told.kept(), told.grade(email)) == (1, "A")
    told.world.clear()
    told.hear()
    assert told.kept() == 1, "not again within half a minute"
    told.installation.run(after_s=HALF_HOUR_S)
    assert told.grade(email) != "A"
    told.hear()
    assert told.kept() == 0


def test_an_object_that_is_not_understood_does_not_hold_up_the_others(told: Told) -> None:
    email = told.somebody()
    told.world.seed(companies=[{"name": "Globex", "domain": "globex.example"}])
    told.world.fault("server_error", system="hubspot", path="companies/batch/read", times=None, status=400)
    told.edit(email, jobtitle="Student")
    tally = told.hear()
    assert told.grade(email) != "A"
    assert [failure.split(":")[:2] for failure in tally.failures] == [["hubspot", " hints"]]
    assert told.kept() == 3, "creation, name and domain"


@pytest.mark.parametrize("gdpr", [False, True])
def test_a_contact_that_is_deleted_or_erased_is_heard_of_without_a_poll(told: Told, *, gdpr: bool) -> None:
    email = told.somebody()
    contact_id = told.witness.contact(email)["hs_object_id"]
    told.world.act("delete", system="hubspot", id=email, gdpr=gdpr)
    told.hear()
    ref = RecordRef(connection="hubspot", object="contacts", id=contact_id)
    with told.installation.app.store.read() as tx:
        kept = records.get(tx, [ref])[ref]
    assert kept.archived
    assert (dict(kept.values) == {}) is gdpr
    assert told.looked() == []


def test_a_person_of_whose_erasure_two_hooks_tell_is_erased_once(told: Told) -> None:
    email = told.somebody()
    contact_id = told.witness.contact(email)["hs_object_id"]
    with told.installation.app.store.read() as tx:
        before = erased.count(tx)
    told.world.act("delete", system="hubspot", id=email, gdpr=True)
    told.hear()
    told.hear()
    app = told.installation.app
    with app.store.read() as tx:
        kinds = tx.execute(select(hint.c.kind).where(hint.c.record_id == contact_id)).scalars()
        assert {"deleted", "erased"} <= set(kinds)
        assert erased.count(tx) == before + 1
        assert identity.find(tx, [("email", email)]) == {}
    assert told.looked() == []
