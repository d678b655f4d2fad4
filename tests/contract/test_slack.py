"""Slack by its real library, over real HTTP and a real WebSocket, against the simulator's workspace."""

import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from connectors.slack.connector import Slack
from connectors.slack.settings import Settings
from domain.change import Change, ChangeKind, Receipt, ReceiptOutcome
from domain.errors import CredentialsError, RateLimitedError, StoreError, TransientError
from domain.handoff import Verdict
from domain.notice import Press
from domain.values import Value
from tests.rig import FastWall, KeptWire, SimulatorProcess, surroundings

FAY, SAM = "fay.rep@acme.example", "sam.rep@acme.example"
SALES, GONE, STRANGE = "C00000SALES", "C00000GONE", "C0STRANGE"
NOON = datetime(2026, 9, 7, 12, tzinfo=UTC)
HEARD_S = 10.0


@pytest.fixture(scope="module")
def shared() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(start=NOON, slack=True) as world:
        users = [{"email": FAY, "name": "fay"}, {"email": SAM, "name": "sam"}]
        channels = [{"id": SALES}, {"id": GONE, "is_archived": True}, {"id": STRANGE, "is_member": False}]
        world.seed(slack={"users": users, "channels": channels})
        yield world


@pytest.fixture
def world(shared: SimulatorProcess) -> SimulatorProcess:
    shared.clear()
    shared.act("edit", system="slack", id="app", tokens=["xoxb-simulator", "xapp-simulator"])
    return shared


def slack(world: SimulatorProcess, wire: KeptWire | None = None, wall: FastWall | None = None, **more: Any) -> Slack:
    given = {"bot_token": "xoxb-simulator", "app_token": "xapp-simulator", "base_url": world.slack, **more}
    settings = Settings.model_validate({name: value for name, value in given.items() if value is not None})
    around = surroundings("slack", world, wire=wire)
    return Slack(settings, around, wall=(wall or FastWall()).wall)


def hook(world: SimulatorProcess, path: str = "/services/T0SIMULATOR/B0HOOK/secret") -> Slack:
    return slack(world, bot_token=None, app_token=None, webhook_url=f"{world.slack}{path}")


def notice(key: str, *, to: str = FAY, **more: Value) -> Change:
    values: dict[str, Value] = {"to": to, "text": "Ana Ruiz waits", "at": "2026-09-07T12:00:00Z", **more}
    return Change(key=key, kind=ChangeKind.CREATE, object="message", values=values)


def sent(connector: Slack, change: Change) -> Receipt:
    (receipt,) = connector.write([change])
    return receipt


def said(world: SimulatorProcess, key: str) -> list[dict[str, Any]]:
    """The messages that carry a key."""
    every = world.objects("messages", system="slack")
    return [each for each in every if each.get("metadata", {}).get("event_payload", {}).get("key") == key]


def test_a_rep_is_found_by_address_and_told_directly(world: SimulatorProcess) -> None:
    receipt = sent(slack(world), notice("direct"))
    (message,) = said(world, "direct")
    assert receipt == Receipt(key="direct", outcome=ReceiptOutcome.APPLIED, id=f"{message['channel']}:{message['ts']}")
    assert message["channel"].startswith("D")
    assert message["text"] == "Ana Ruiz waits"


def test_what_people_wrote_becomes_neither_a_mention_nor_a_link(world: SimulatorProcess) -> None:
    sent(slack(world), notice("escaped", text="<!channel> & <https://evil.example|here>"))
    (message,) = said(world, "escaped")
    assert message["blocks"][0]["text"]["text"] == "&lt;!channel&gt; &amp; &lt;https://evil.example|here&gt;"


def test_a_report_has_its_title_above_and_the_way_to_the_page_below(world: SimulatorProcess) -> None:
    told = notice("report", channel=SALES, text="Goal\n• <b> 3 of 5", title="T" * 200, note="`leadloop report week`")
    sent(slack(world), told)
    (message,) = said(world, "report")
    head, body, note = message["blocks"]
    assert (head["type"], head["text"]["type"], len(head["text"]["text"])) == ("header", "plain_text", 150)
    assert body["text"]["text"] == "Goal\n• &lt;b&gt; 3 of 5"
    assert (note["type"], note["elements"][0]["text"]) == ("context", "`leadloop report week`")


def test_the_address_is_looked_up_once(world: SimulatorProcess) -> None:
    connector, before = slack(world), world.seq()
    for number in range(3):
        sent(connector, notice(f"cached-{number}"))
    asked = [line["path"] for line in world.log(before) if line["system"] == "slack"]
    assert asked.count("/api/users.lookupByEmail") == 1
    assert asked.count("/api/chat.postMessage") == 3


def test_messages_of_one_channel_are_a_second_apart(world: SimulatorProcess) -> None:
    wall = FastWall()
    connector = slack(world, wall=wall)
    for number in range(3):
        sent(connector, notice(f"paced-{number}", channel=SALES))
    assert sum(wall.slept) >= 1.9


@pytest.mark.parametrize(
    ("change", "code", "mend"),
    [
        (notice("nobody", to="nobody@acme.example"), "users_not_found", "Invite them"),
        (notice("strange", channel=STRANGE), "not_in_channel", "/invite @leadloop"),
        (notice("gone", channel=GONE), "is_archived", "Name another one"),
        (notice("nowhere", channel="C0NOWHERE1"), "channel_not_found", "channel's id"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_message_that_cannot_arrive_is_refused_with_how_to_mend_it(
    world: SimulatorProcess, change: Change, code: str, mend: str
) -> None:
    connector = slack(world)
    refused, after = connector.write([change, notice(f"after-{change.key}")])
    assert (refused.outcome, refused.code, refused.retryable) == (ReceiptOutcome.REFUSED, code, False)
    assert mend in refused.message
    assert "acme.example" not in refused.message
    assert after.outcome is ReceiptOutcome.APPLIED


def test_a_token_that_was_revoked_suspends_the_connection(world: SimulatorProcess) -> None:
    world.act("edit", system="slack", id="app", tokens=[])
    with pytest.raises(CredentialsError, match=r"'slack': Slack refuses our token \(invalid_auth\)"):
        slack(world).account()


def test_a_scope_that_lacks_is_named(world: SimulatorProcess) -> None:
    world.act("edit", system="slack", id="app", scopes=["chat:write", "im:write"])
    try:
        with pytest.raises(CredentialsError, match="It needs the scope users:read"):
            sent(slack(world), notice("scopeless"))
    finally:
        scopes = ["chat:write", "im:write", "im:history", "channels:read", "channels:history"]
        world.act("edit", system="slack", id="app", scopes=[*scopes, "users:read", "users:read.email"])


def test_slack_is_waited_for_when_it_asks(world: SimulatorProcess) -> None:
    wall = FastWall()
    world.fault("rate_limit", system="slack", path="postMessage", retry_after=7)
    assert sent(slack(world, wall=wall), notice("limited")).outcome is ReceiptOutcome.APPLIED
    assert max(wall.slept) >= 7
    assert len(said(world, "limited")) == 1


def test_a_long_wait_is_the_outboxs(world: SimulatorProcess) -> None:
    world.fault("rate_limit", system="slack", path="lookupByEmail", retry_after=90)
    with pytest.raises(RateLimitedError) as raised:
        sent(slack(world), notice("later"))
    assert raised.value.retry_after_s == 90.0
    assert not raised.value.sent


@pytest.mark.parametrize(("arrived", "messages"), [(True, 1), (False, 0)], ids=["arrived", "lost"])
def test_a_lost_answer_is_looked_for_before_it_is_sent_again(
    world: SimulatorProcess, arrived: bool, messages: int
) -> None:
    key, connector = f"unknown-{messages}", slack(world)
    world.fault("reply_lost", system="slack", path="postMessage", after_commit=arrived)
    assert sent(connector, notice(key)).outcome is ReceiptOutcome.UNKNOWN
    assert connector.can_find(notice(key))
    found = slack(world).settle(notice(key))  # as after a restart
    assert len(said(world, key)) == messages
    assert (found.outcome if found else None) == (ReceiptOutcome.APPLIED if arrived else None)


def test_a_post_that_was_answered_by_trouble_is_not_sent_again_blindly(world: SimulatorProcess) -> None:
    world.fault("server_error", system="slack", path="postMessage")
    assert sent(slack(world), notice("trouble")).outcome is ReceiptOutcome.UNKNOWN


def test_nothing_is_in_doubt_where_only_the_search_for_the_rep_failed(world: SimulatorProcess) -> None:
    world.fault("server_error", system="slack", path="lookupByEmail", times=None)
    with pytest.raises(TransientError) as raised:
        sent(slack(world), notice("unsent"))
    assert not raised.value.sent


def test_an_old_notice_is_found_behind_many_newer_messages(world: SimulatorProcess) -> None:
    connector = slack(world)
    sent(connector, notice("old", channel=SALES))
    for number in range(3):
        sent(connector, notice(f"newer-{number}", channel=SALES))
    found = connector.settle(notice("old", channel=SALES))
    assert found is not None
    assert found.outcome is ReceiptOutcome.APPLIED


def test_an_incoming_webhook_tells_its_channel_and_never_again_after_a_lost_answer(world: SimulatorProcess) -> None:
    told = notice("hooked", text="By webhook", **{"for": "Fay Rep"})
    assert sent(hook(world), told).outcome is ReceiptOutcome.APPLIED
    world.fault("reply_lost", system="slack", path="services", after_commit=True)
    assert sent(hook(world), notice("hooked-2")).outcome is ReceiptOutcome.UNKNOWN
    assert not hook(world).can_find(notice("hooked-2"))
    every = [each for each in world.objects("messages", system="slack") if each["channel"] == "C0000HOOKS"]
    assert [each["blocks"][0]["text"]["text"] for each in every] == ["For Fay Rep: By webhook", "Ana Ruiz waits"]


def test_a_webhook_that_was_removed_or_archived_says_what_to_do(world: SimulatorProcess) -> None:
    removed = sent(hook(world, "/services/T0SIMULATOR/B0GONE/x"), notice("removed"))
    assert (removed.outcome, removed.code) == (ReceiptOutcome.REFUSED, "no_service")
    world.act("edit", system="slack", id="C0000HOOKS", is_archived=True)
    try:
        archived = sent(hook(world), notice("archived"))
    finally:
        world.act("edit", system="slack", id="C0000HOOKS", is_archived=False)
    assert (archived.outcome, archived.code) == (ReceiptOutcome.REFUSED, "is_archived")
    assert "Name another one" in archived.message or "Make another" in archived.message


def test_doctor_learns_whom_and_where_it_cannot_reach(world: SimulatorProcess) -> None:
    found = slack(world).out_of_reach([FAY, "nobody@acme.example"], [SALES, STRANGE, GONE])
    assert sorted(found) == [GONE, STRANGE, "nobody@acme.example"]
    assert "/invite" in found[STRANGE]


def test_neither_tokens_nor_addresses_nor_names_are_logged(world: SimulatorProcess) -> None:
    wire = KeptWire()
    sent(slack(world, wire=wire), notice("masked"))
    settings = Settings(
        webhook_url=SecretStr(f"{world.slack}/services/T0SIMULATOR/B0HOOK/secret"), base_url=world.slack
    )
    sent(Slack(settings, surroundings("slack", world, wire=wire)), notice("masked-hook"))
    told = wire.text() + repr(settings) + repr(slack(world))
    assert len(wire.exchanges) == 4
    for secret in ("xoxb-", "B0HOOK", FAY, "Ana"):
        assert secret not in told


@pytest.mark.parametrize(
    "given",
    [{}, {"bot_token": "xoxp-1"}, {"bot_token": "xoxb-1", "webhook_url": "https://hooks.slack.com/services/T/B/x"},
     {"webhook_url": "https://hooks.slack.com/services/T/B/x", "app_token": "xapp-1"},
     {"webhook_url": "http://hooks.slack.com/services/T/B/x"}, {"webhook_url": "https://evil.example/services/T/B/x"}],
    ids=["nothing", "a user's token", "both", "buttons of a webhook", "in the clear", "elsewhere"],
)  # fmt: skip
def test_settings_that_cannot_work_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as raised:
        Settings.model_validate(given)
    assert "xoxb-1" not in str(raised.value.errors(include_input=False, include_context=False))


@pytest.fixture(scope="module")
def listening(shared: SimulatorProcess) -> Iterator["Ear"]:
    """One ear for all: beginning and ending to listen takes the library seconds."""
    ear = Ear()
    with closing(slack(shared).listen(ear.keep)) as line:
        assert line.connected
        yield ear


@pytest.fixture
def ear(world: SimulatorProcess, listening: "Ear") -> "Ear":
    listening.kept.clear()
    return listening


class Ear:
    """A desk that keeps what is heard, and can be made to fail at it."""

    def __init__(self) -> None:
        self.kept: list[Press] = []
        self.refuse = 0
        self._arrived = threading.Semaphore(0)

    def keep(self, press: Press) -> None:
        if self.refuse:
            self.refuse -= 1
            self._arrived.release()
            raise StoreError("locked")
        self.kept.append(press)
        self._arrived.release()

    def wait(self) -> None:
        assert self._arrived.acquire(timeout=HEARD_S), "nothing was heard"


def asked(world: SimulatorProcess, key: str) -> str:
    """A notice with buttons; where it stands."""
    receipt = sent(slack(world), notice(key, about="LL-7/2", answers=True))
    assert receipt.id is not None
    return receipt.id


def acknowledged(world: SimulatorProcess) -> int:
    return sum(1 for line in world.log() if line["method"] == "ACK")


def test_accepting_takes_one_press_and_is_heard(world: SimulatorProcess, ear: Ear) -> None:
    message = asked(world, "accepted")
    world.act("press", system="slack", id=message, answer="accept", user=FAY)
    ear.wait()
    (press,) = ear.kept
    assert (press.lead_key, press.handoff, press.verdict, press.message) == ("LL-7", 2, Verdict.ACCEPT, message)
    assert slack(world).email_of(press.user) == FAY


def test_rejecting_asks_once_more(world: SimulatorProcess, ear: Ear) -> None:
    message = asked(world, "rejected")
    first = world.act("press", system="slack", id=message, answer="not_target", user=FAY)
    assert "asked" in first
    world.act("press", system="slack", id=message, answer="not_target", user=FAY, sure=True)
    ear.wait()
    assert [each.verdict for each in ear.kept] == [Verdict.NOT_TARGET]


def test_a_day_to_wait_for_is_heard(world: SimulatorProcess, ear: Ear) -> None:
    message = asked(world, "snoozed")
    world.act("press", system="slack", id=message, answer="snooze", user=FAY, date="2026-10-01")
    ear.wait()
    assert [(each.verdict, each.until) for each in ear.kept] == [(None, "2026-10-01")]


def test_what_could_not_be_kept_is_not_thanked_for_and_told_again_under_the_same_key(
    world: SimulatorProcess, ear: Ear
) -> None:
    message, before = asked(world, "again"), acknowledged(world)
    ear.refuse = 1
    world.act("press", system="slack", id=message, answer="accept", user=FAY)
    ear.wait()
    assert (ear.kept, acknowledged(world)) == ([], before)
    world.act("edit", system="slack", id="app", socket="cut")
    ear.wait()
    assert len({each.key for each in ear.kept}) == 1  # told more than once it would be the same, and is kept once


def test_without_an_app_token_there_are_no_buttons(world: SimulatorProcess) -> None:
    sent(slack(world, app_token=None), notice("buttonless", about="LL-7/2", answers=True))
    (message,) = said(world, "buttonless")
    assert [block["type"] for block in message["blocks"]] == ["section"]


def test_an_answered_message_says_so_and_has_no_buttons_any_more(world: SimulatorProcess) -> None:
    message = asked(world, "shown")
    values: dict[str, Value] = {"message": message, "words": "Fay accepted", "text": "Ana Ruiz waits"}
    change = Change(key="shown-answer", kind=ChangeKind.CREATE, object="answer", values=values)
    assert [sent(slack(world), change).outcome for _ in range(2)] == [ReceiptOutcome.APPLIED] * 2
    (shown,) = said(world, "shown")
    assert [block["type"] for block in shown["blocks"]] == ["section", "context"]
    assert shown["blocks"][1]["elements"][0]["text"] == "Fay accepted"
