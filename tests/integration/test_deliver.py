"""The weekly review from its due time to a mailbox and a Slack channel: once, by both databases, naming nobody."""

import itertools
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from connectors.contract import Lane
from leadloop.app import leading
from leadloop.delivering import Deliveries
from store import outbox
from sync.introduce import introduce
from sync.push import push
from tests.cast import ANA, USERS, contact
from tests.installation import KILLED, Installation, install
from tests.postgres import PostgresServer
from tests.rig import SimulatorProcess

CONNECTED = """\
  slack: {{ type: slack, base_url: {slack}, bot_token: xoxb-simulator }}
  post: {{ type: mail, host: 127.0.0.1, port: {port}, security: none, sender: leadloop@acme.example }}
"""
ROOM = "C000REVIEW"
REVOPS = "revops@acme.example"
DELIVER = f"""\
time_zone: Europe/Berlin
deliver:
  - report: week
    on: monday
    at: "07:30"
    to: [{{connection: post, to: {REVOPS}}}, {{connection: slack, channel: {ROOM}}}]
"""
SUNDAY = datetime(2026, 9, 6, 11, tzinfo=UTC)
DUE_S = 17.5 * 3600 + 60
"""From when the house is ready, an hour later, to a minute past half past seven on Monday in Berlin."""
DAY_S = 86_400.0
TITLE_BEFORE = "The week together: Mon 24 Aug to Sun 30 Aug 2026, Europe/Berlin"
TITLE = "The week together: Mon 31 Aug to Sun 6 Sep 2026, Europe/Berlin"
NUMBERS = itertools.count(1)
PATIENCE_S = 90.0


@dataclass
class Post:
    """Takes every mail; `busy`: answers to the next ones."""

    mails: list[EmailMessage] = field(default_factory=list)
    busy: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.busy:
            return self.busy.pop(0)
        assert isinstance(envelope.content, bytes)
        mail = BytesParser(policy=default).parsebytes(envelope.content)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


@dataclass(frozen=True, kw_only=True)
class House:
    """An installation that has been at work since a Sunday, with Ana on her way, a mail server and a Slack channel."""

    made: Installation
    post: Post

    def look(self, *, after_s: float = 0.0) -> None:
        """What the daemon's thread and its pushers do once."""
        if after_s:
            self.made.simulator.time(advance_s=after_s)
        app = self.made.app
        with leading(app) as loop:
            Deliveries(app=app).look(loop)
            for name in ("post", "slack"):
                introduce(loop, name, now=app.clock.refresh())
                push(loop, name, now=app.clock.refresh(), lane=Lane.BACKGROUND)

    def restart(self) -> None:
        self.made.close()

    def said(self) -> list[dict[str, Any]]:
        every = self.made.simulator.objects("messages", system="slack")
        return [each for each in every if each["channel"] == ROOM]

    def told(self) -> tuple[int, int]:
        """Mails and Slack messages so far."""
        return len(self.post.mails), len(self.said())


BOTH = pytest.mark.parametrize("house", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    url = None
    if getattr(request, "param", "sqlite") == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.create_store(f"deliver_{next(NUMBERS)}")
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    post = Post()
    mail = Controller(post, hostname="127.0.0.1", port=port)
    mail.start()
    with SimulatorProcess(start=SUNDAY, slack=True) as world:
        made = install(tmp_path / "installation", world, more=DELIVER, database_url=url)
        made.rewrite("leadloop.yaml", "  hubspot:\n", CONNECTED.format(slack=world.slack, port=port) + "  hubspot:\n")
        world.seed(users=USERS, contacts=[contact(ANA)], slack={"channels": [{"id": ROOM}]})
        made.run()
        world.act("submit_form", system="hubspot", id=ANA, as_="prospect", form="Demo request", values={})
        made.settle(2)
        it = House(made=made, post=post)
        it.look()
        yield it
        made.close()
    mail.stop()


@BOTH
def test_the_week_goes_out_once_over_looks_and_restarts(house: House) -> None:
    assert house.told() == (0, 0)
    house.look(after_s=DUE_S)
    assert house.told() == (1, 1)
    for _ in range(3):
        house.restart()
        house.look(after_s=3600.0)
    assert house.told() == (1, 1)
    house.look(after_s=7 * DAY_S)
    assert house.told() == (2, 2)


def test_the_mail_says_it_in_short_and_has_the_page_beside_it(house: House) -> None:
    house.look(after_s=DUE_S)
    (mail,) = house.post.mails
    assert (mail["To"], mail["Subject"]) == (REVOPS, TITLE)
    body = mail.get_body(("plain",))
    assert body is not None
    lines = body.get_content().splitlines()
    assert lines[:2] == [TITLE.replace(": ", " · "), "Goal"]
    assert "`leadloop report week --since 2026-08-31 --until 2026-09-06 --html week.html`" in lines[-1]
    (file,) = mail.iter_attachments()
    page = file.get_content()
    assert (file.get_filename(), file.get_content_type()) == ("week-2026-08-31.html", "text/html")
    assert "<!doctype html>" in page
    assert "1. The goal we share" in page
    assert "http://" not in page
    assert "https://" not in page


def test_slack_has_the_same_lines_between_a_title_and_the_way_to_the_page(house: House) -> None:
    house.look(after_s=DUE_S)
    (message,) = house.said()
    head, body, note = message["blocks"]
    assert head["text"]["text"] == TITLE
    assert body["text"]["text"].startswith("Goal\n")
    assert note["elements"][0]["text"].startswith("The page with the names behind its figures: `leadloop report week")


def test_nobody_is_named_in_what_goes_out(house: House) -> None:
    """Ana was handed over in the week that it tells of."""
    house.look(after_s=DUE_S)
    shown = house.made.command("report", "week", "--behind", "process.handoffs.now", "--json").json()
    assert [each["name"].split("  ")[0] for each in shown["leads"]] == ["Ana Ruiz"]
    (mail,) = house.post.mails
    out = [str(mail.items()), *(each.get_content() for each in mail.walk() if not each.is_multipart())]
    assert len(out) == 3
    with house.made.app.store.read() as tx:
        audited = str(list(tx.exec_driver_sql("SELECT * FROM audit WHERE object = 'message'")))
    for text in (*out, str(house.said()), audited):
        assert re.findall(rf"\bAna\b|Ruiz|globex|{ANA}", text, re.IGNORECASE) == []
    assert REVOPS not in audited


def test_a_monday_without_a_daemon_is_made_up_for_with_the_days_of_that_monday(house: House) -> None:
    house.look(after_s=DUE_S + 2 * DAY_S)
    (mail,) = house.post.mails
    body = mail.get_body(("plain",))
    assert body is not None
    assert mail["Subject"] == TITLE
    assert body.get_content().splitlines()[1].startswith("This was due Mon 7 Sep 07:30 and comes late;")


def edit(house: House, before: str, after: str) -> None:
    """As somebody does while the daemon runs."""
    path = house.made.folder / "reports.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(f"\n{before}", f"\n{after}", 1), encoding="utf-8")


@BOTH
def test_a_page_that_cannot_be_made_is_seen_in_status_and_errors_and_follows_once_it_can(house: House) -> None:
    edit(house, "goal:", "gaol:")
    house.look(after_s=DUE_S)
    assert house.told() == (0, 0)
    edit(house, "gaol:", "goal:")
    status = house.made.command("status", "--json").json()
    (kept,) = status["kept_back"]
    assert (kept["report"], kept["tries"]) == ("week on monday at 07:30", 1)
    assert "unknown key `gaol`" in kept["why"]
    assert "the report `week on monday at 07:30` was due and could not be made" in status["reason"]
    assert "unknown key `gaol`" in house.made.command("errors", "list").out
    house.look(after_s=16 * 60.0)
    assert house.told() == (1, 1)
    assert house.made.command("errors", "list", "--json").json()["kept_back"] == []


def test_a_delivery_that_is_taken_away_is_no_trouble_any_more(house: House) -> None:
    edit(house, "goal:", "gaol:")
    house.look(after_s=DUE_S)
    edit(house, "gaol:", "goal:")
    assert house.made.command("status", "--json").json()["kept_back"]
    house.made.rewrite("leadloop.yaml", DELIVER.partition("\n")[2], "")
    with house.made.running("serve"):
        deadline = time.monotonic() + PATIENCE_S
        while house.made.command("status", "--json").json()["kept_back"] and time.monotonic() < deadline:
            time.sleep(0.2)
    assert house.made.command("status", "--json").json()["kept_back"] == []
    house.made.rewrite("leadloop.yaml", "time_zone: Europe/Berlin\n", DELIVER)
    house.look(after_s=DAY_S)
    assert house.told() == (0, 0), "what was due before it was set up is nobody's"


def test_a_mail_server_that_is_busy_is_asked_again_by_the_outboxs_rules(house: House) -> None:
    house.post.busy = ["451 4.3.0 try again"]
    house.look(after_s=DUE_S)
    assert house.told() == (0, 1)
    assert "SMTP_451" in house.made.command("errors", "list").out
    house.look(after_s=3600.0)
    assert house.told() == (1, 1)


def test_a_report_is_shown_and_sent_by_hand(house: House) -> None:
    shown = house.made.command("report", "send", "week", "--dry-run")
    assert (shown.code, shown.out.splitlines()[0], house.told()) == (0, TITLE_BEFORE, (0, 0))
    sent = house.made.command("report", "send", "week", "--to", f"post:{REVOPS}")
    assert (sent.code, house.told()) == (0, (1, 0)), sent.err
    assert house.made.command("report", "send", "week", "--to", f"slack:{ROOM}").code == 0
    assert house.told() == (1, 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("weak", "--dry-run"), "did you mean `week`?"),
        (("agreement", "--dry-run"), "There is no report 'agreement' to be sent"),
        (("drive", "--dry-run"), "`--drive NAME` says which drive"),
        (("week",), "Say to whom"),
        (("week", "--to", "salesforce"), "it tells people nothing"),
        (("week", "--to", "slack:#review"), "neither an address nor the id of a channel"),
        (("week", "--to", "slack"), "has to say where `slack` tells them"),
    ],
)
def test_what_cannot_be_sent_is_a_mistake_of_the_command_line(
    installation: Installation, arguments: tuple[str, ...], said: str
) -> None:
    installation.rewrite(
        "leadloop.yaml",
        "  hubspot:\n",
        "  slack: {type: slack, bot_token: xoxb-1, base_url: http://127.0.0.1:9}\n  hubspot:\n",
    )
    done = installation.command("report", "send", *arguments)
    assert (done.code, said in done.err) == (64, True), done.err


def serve_until_killed(made: Installation, point: str) -> int | None:
    with made.running("serve", environment={"LEADLOOP_TESTING": "1", "LEADLOOP_CRASH": f"{point}:1"}) as process:
        process.join(PATIENCE_S)
        return process.exitcode


@pytest.mark.parametrize(
    ("house", "point"),
    [
        ("sqlite", "deliver.begun"),
        ("sqlite", "deliver.committed"),
        ("postgresql", "deliver.before_commit"),
    ],
    indirect=["house"],
)
def test_a_daemon_killed_in_between_sends_it_once_after_all(house: House, point: str) -> None:
    house.restart()
    house.made.simulator.time(advance_s=DUE_S)
    assert serve_until_killed(house.made, point) == KILLED
    with house.made.running("serve"):
        deadline = time.monotonic() + PATIENCE_S
        while house.told() != (1, 1) and time.monotonic() < deadline:
            time.sleep(0.2)
        time.sleep(1.0)
    assert house.told() == (1, 1)
    house.look(after_s=3600.0)
    assert house.told() == (1, 1)
    with house.made.app.store.read() as tx:
        assert [row for row in outbox.list_open(tx) if row.change.object == "message"] == []
