"""The daemon killed between a message and our commit says nothing twice; what is pressed is decided on in seconds."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from store import outbox
from tests.cast import ANA, REPS, USERS, contact
from tests.e2e.test_serve import serving, until
from tests.installation import KILLED, Installation, install
from tests.rig import SimulatorProcess

pytestmark = pytest.mark.e2e

CONNECTED = """\
  slack:
    type: slack
    base_url: {slack}
    bot_token: xoxb-simulator
    app_token: xapp-simulator
"""
TOLD = "notices: {reps: slack}\nschedule: {cycle_minutes: 1440, slow_minutes: 1440}\nlog: {format: json}\n"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Installation]:
    """Ana has asked to be called and nobody has looked yet; a working Monday at ten."""
    with SimulatorProcess(start=datetime(2026, 9, 7, 10, tzinfo=UTC), slack=True) as world:
        made = install(tmp_path / "installation", world, more=TOLD)
        made.rewrite("leadloop.yaml", "  hubspot:\n", CONNECTED.format(slack=world.slack) + "  hubspot:\n")
        world.seed(users=USERS, contacts=[contact(ANA)])
        world.seed(slack={"users": [{"email": email, "name": email.partition(".")[0]} for email in REPS]})
        made.run()
        world.time(advance_s=1800.0)
        world.act("submit_form", system="hubspot", id=ANA, as_="prospect", form="Demo request", values={})
        yield made
        made.close()


def messages(office: Installation) -> list[dict[str, Any]]:
    return office.simulator.objects("messages", system="slack")


def posted(office: Installation) -> int:
    return sum(1 for line in office.simulator.log() if line["path"].endswith("chat.postMessage"))


def test_killed_between_the_message_and_our_commit_it_is_found_and_not_sent_again(office: Installation) -> None:
    died = next(
        (
            number
            for number in range(1, 12)
            if office.run_until(f"push.answered:{number}") == KILLED and messages(office)
        ),
        None,
    )
    assert died is not None
    assert len(messages(office)) == 1
    office.run(after_s=60)
    office.run(after_s=60)
    assert (len(messages(office)), posted(office)) == (1, 1)
    paths = [line["path"] for line in office.simulator.log()]
    assert "/api/conversations.history" in paths
    with office.app.store.read() as tx:
        assert list(outbox.list_open(tx, "slack")) == []


def test_killed_before_its_message_was_put_out_it_is_told_once(office: Installation) -> None:
    assert office.run_until("notices.before_commit:1") == KILLED
    assert messages(office) == []
    office.run(after_s=60)
    office.run(after_s=60)
    assert (len(messages(office)), posted(office)) == (1, 1)


def test_a_button_is_decided_on_and_shown_within_seconds(office: Installation) -> None:
    world = office.simulator
    office.run()
    office.run(after_s=60)
    (message,) = messages(office)
    lead = next(row for row in world.objects("Lead", system="salesforce") if row["Email"] == ANA)
    users = {row["Id"]: row["Email"] for row in world.objects("User", system="salesforce")}
    with serving(office) as found:
        until(lambda: found.event("leading"), "lead")
        until(lambda: found.event("answers_heard"), "ear")
        place = f"{message['channel']}:{message['ts']}"
        world.act("press", system="slack", id=place, answer="accept", user=users[lead["OwnerId"]])

        def answered() -> bool:
            shown = next(row for row in world.objects("Lead", system="salesforce") if row["Email"] == ANA)
            return bool(shown["LL_Verdict__c"] == "Accept" and messages(office)[0]["edits"] == 1)

        until(answered, "answer in Salesforce and in the message")
        metrics = found.get("/metrics").text
        assert found.end() == 0
    assert 'leadloop_answers_heard{connection="slack"} 1.0' in metrics
    assert len(messages(office)) == 1
