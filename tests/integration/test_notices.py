"""Notices from the decision to the message that a person reads, and from the button back into both systems."""

import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.decision import IntentKind
from domain.notice import Press
from domain.run import ConnectionStatus
from leadloop.alerting import Alerts
from leadloop.app import leading
from store import connections, handoffs, intents, leads, presses
from sync.push import push
from tests.cast import ANA, FAY, REPS, USERS, contact
from tests.installation import Installation, install
from tests.rig import SimulatorProcess
from tests.witness import Witness

CONNECTED = """\
  slack:
    type: slack
    base_url: {slack}
    bot_token: xoxb-simulator
    app_token: xapp-simulator
"""
BOSS = "manager@your-company.example"
OPS = "C00000OPS"
TOLD = f"""\
notices:
  reps: slack
  managers: slack
  operations: {{ connection: slack, channel: {OPS} }}
"""
MINUTE = 60.0


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A Monday at nine, everybody at work and in Slack; each test has a prospect of its own."""
    with SimulatorProcess(start=datetime(2026, 9, 7, 9, tzinfo=UTC), slack=True) as world:
        made = install(tmp_path_factory.mktemp("office"), world, more=TOLD)
        made.rewrite("leadloop.yaml", "  hubspot:\n", CONNECTED.format(slack=world.slack) + "  hubspot:\n")
        world.seed(users=USERS)
        people = [*REPS, BOSS]
        everybody = [{"email": email, "name": email.partition(".")[0]} for email in people]
        world.seed(slack={"users": everybody, "channels": [{"id": OPS}]})
        made.run()
        raised(made, "zoe")  # a form is known from the second half hour on
        made.settle(1)
        yield made
        made.close()


def raised(office: Installation, name: str) -> str:
    """Somebody asks for a demo, is handed off, and their rep is told; returns their address."""
    email = f"{name}.ruiz@{name}.example"
    office.simulator.seed(contacts=[contact(email)])
    office.settle(1, every_s=5 * MINUTE)
    office.simulator.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={})
    office.settle(2, every_s=2 * MINUTE)
    return email


def about(office: Installation, email: str) -> list[dict[str, Any]]:
    """The messages about somebody, oldest first."""
    name = email.partition(".")[0].title()
    every = sorted(office.simulator.objects("messages", system="slack"), key=lambda each: float(each["ts"]))
    return [each for each in every if each["blocks"][0]["text"]["text"].startswith(name)]


def lead(office: Installation, email: str) -> dict[str, Any]:
    (found,) = [row for row in office.simulator.objects("Lead", system="salesforce") if row["Email"] == email]
    return found


def owner(office: Installation, email: str) -> str:
    users = {row["Id"]: row["Email"] for row in office.simulator.objects("User", system="salesforce")}
    return str(users[lead(office, email)["OwnerId"]])


def press(office: Installation, message: dict[str, Any], answer: str, *, user: str, **more: Any) -> None:
    """Somebody presses, the daemon's ear keeps it, and a cycle follows."""
    kept = threading.Event()

    def keep(press: Press) -> None:
        with office.app.store.write() as tx:
            presses.add(tx, press, now=office.app.clock.refresh())
        kept.set()

    connector: Any = office.app.connectors["slack"]
    with closing(connector.listen(keep)):
        place = f"{message['channel']}:{message['ts']}"
        office.simulator.act("press", system="slack", id=place, answer=answer, user=user, sure=True, **more)
        assert kept.wait(10)
    office.run(after_s=MINUTE)


def test_a_hand_raiser_is_told_at_once_and_once(office: Installation) -> None:
    email = raised(office, "ana")
    (message,) = about(office, email)
    assert message["blocks"][0]["text"]["text"].splitlines()[:2] == ["Ana Ruiz: asked for a demo today", "Ana"]
    office.settle(2, every_s=MINUTE)
    assert len(about(office, email)) == 1


def test_accepting_in_slack_is_an_answer_like_any_in_the_crm(office: Installation) -> None:
    email = raised(office, "bea")
    (message,) = about(office, email)
    press(office, message, "accept", user=owner(office, email))
    (shown,) = about(office, email)
    assert (lead(office, email)["LL_Verdict__c"], lead(office, email)["Status"]) == ("Accept", "Working - Contacted")
    assert [block["type"] for block in shown["blocks"]] == ["section", "context"]
    assert "accepted" in shown["blocks"][1]["elements"][0]["text"]
    office.settle(2, every_s=MINUTE)
    assert [each["edits"] for each in about(office, email)] == [1]


def test_wrong_person_gives_it_to_somebody_else_who_is_told(office: Installation) -> None:
    email = raised(office, "cleo")
    (first,) = about(office, email)
    before = owner(office, email)
    press(office, first, "wrong_person", user=before)
    after = owner(office, email)
    assert {before, after} == set(REPS)
    gone, told = about(office, email)
    assert "wrong person" in gone["blocks"][1]["elements"][0]["text"]
    assert told["channel"] != gone["channel"]


def test_only_whoever_has_it_now_is_heard(office: Installation) -> None:
    email = raised(office, "dora")
    (message,) = about(office, email)
    other = next(each for each in REPS if each != owner(office, email))
    press(office, message, "not_target", user=other)
    (shown,) = about(office, email)
    assert shown["blocks"][1]["elements"][0]["text"].startswith("Not counted: ")
    assert lead(office, email)["LL_Verdict__c"] is None


def test_a_snooze_is_an_acceptance_with_a_date_that_the_crm_shows(office: Installation) -> None:
    email = raised(office, "edda")
    (message,) = about(office, email)
    press(office, message, "snooze", user=owner(office, email), date="2026-10-01")
    assert lead(office, email)["LL_Verdict__c"] == "Accept"
    assert lead(office, email)["LL_Snooze_Until__c"] == "2026-10-01"
    assert "snoozed until 2026-10-01" in about(office, email)[0]["blocks"][1]["elements"][0]["text"]


def test_a_reminder_that_was_overtaken_by_a_call_is_never_sent(office: Installation) -> None:
    email = raised(office, "fee")
    office.simulator.act("call", system="salesforce", id=lead(office, email)["Id"])
    office.settle(3, every_s=20 * MINUTE)
    assert len(about(office, email)) == 1


def test_an_untouched_hand_raiser_is_a_reminder_and_then_the_managers_business_at_once(office: Installation) -> None:
    email = raised(office, "gala")
    office.settle(4, every_s=20 * MINUTE)
    told = [each["blocks"][0]["text"]["text"].partition("\n")[0] for each in about(office, email)]
    name = "Fay Rep" if owner(office, email) == FAY else "Sam Rep"
    assert told == [
        "Gala Ruiz: asked for a demo today",
        "Gala Ruiz still waits for a first touch",
        f"Gala Ruiz has not been touched by {name}",
    ]


def test_a_broken_notice_connection_holds_no_handoff_back_and_is_told_of(office: Installation) -> None:
    office.simulator.act("edit", system="slack", id="app", tokens=[])
    try:
        email = raised(office, "hope")
        assert owner(office, email) in REPS
        assert about(office, email) == []
        with office.app.store.read() as tx:
            slack = connections.get(tx, "slack")
        assert slack is not None
        assert (slack.status, "Slack refuses our token" in (slack.reason or "")) == (ConnectionStatus.SUSPENDED, True)
    finally:
        office.simulator.act("edit", system="slack", id="app", tokens=["xoxb-simulator", "xapp-simulator"])
    office.run(after_s=MINUTE)
    assert len(about(office, email)) == 1


def test_operations_hear_once_that_a_connection_was_suspended(office: Installation) -> None:
    """And nothing of what is over before it was seen three times."""

    def told() -> list[str]:
        every = office.simulator.objects("messages", system="slack")
        return [each["text"] for each in every if each["channel"] == OPS]

    def look(times: int) -> None:
        for _ in range(times):
            alerts.look(loop)

    def suspend(status: ConnectionStatus) -> None:
        with loop.store.write(loop.epoch) as tx:
            connections.set_status(tx, "hubspot", status, reason="the key was revoked", now=office.app.clock.refresh())

    with leading(office.app) as loop:
        alerts = Alerts(app=office.app)
        look(3)
        suspend(ConnectionStatus.SUSPENDED)
        look(2)
        suspend(ConnectionStatus.RUNNING)
        look(3)
        push(loop, "slack", now=office.app.clock.refresh())
        assert told() == []
        suspend(ConnectionStatus.SUSPENDED)
        look(5)
        push(loop, "slack", now=office.app.clock.refresh())
        suspend(ConnectionStatus.RUNNING)
    (text,) = told()
    assert text.startswith("leadloop is failing, suspended: hubspot (was healthy): hubspot is suspended: the key")


def test_where_nobody_is_told_nothing_is_kept_to_be_told_later(
    installation: Installation, world: SimulatorProcess
) -> None:
    world.seed(users=USERS, contacts=[contact(ANA)])
    installation.run()
    world.act("submit_form", system="hubspot", id=ANA, as_="prospect", form="Demo request", values={})
    installation.settle(2)
    key = Witness(simulator=world).lead(ANA)["LL_Lead_Key__c"]
    with installation.app.store.read() as tx:
        (ana,) = leads.by_key(tx, [key]).values()
        (handed,) = handoffs.all_of(tx, [ana.id])[ana.id]
        kept = {intent.kind for _, intent, _, _ in intents.of_leads(tx, [ana.id])[ana.id]}
    assert {"task", "notify"} <= set(handed.steps)
    assert IntentKind.NOTICE not in kept
