"""Who hears what where: every mistake is told with its place and the nearest right word."""

from datetime import time
from pathlib import Path

import pytest
from pydantic import ValidationError

from config.load import load
from config.notices import Notices, Quiet
from config.template import write as write_starter
from domain.errors import SettingsError
from domain.notice import NoticeKind
from leadloop.registry import settings_types
from store.vault import make_key

SETTINGS = """\
key: ${{file:leadloop.key}}
environment: simulator
connections:
  salesforce: {{type: salesforce, login_url: http://127.0.0.1:1, client_id: a, client_secret: b}}
  chat: {{type: slack, base_url: http://127.0.0.1:2, bot_token: xoxb-1}}
  hook: {{type: slack, base_url: http://127.0.0.1:2, webhook_url: http://127.0.0.1:2/services/T/B/x}}
  post: {{type: mail, host: 127.0.0.1, security: none, sender: leadloop@acme.example}}
  other: {{type: webhook, url: http://127.0.0.1:3/in}}
notices:
{notices}
"""


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("starter")
    write_starter(folder, key=make_key())
    mapping = folder / "mapping.yaml"
    return mapping.parent


def mistakes(folder: Path, notices: str, settings: str = SETTINGS) -> list[str]:
    (folder / "leadloop.yaml").write_text(settings.format(notices=notices), encoding="utf-8")
    try:
        load(folder, settings_types(), variables={})
    except SettingsError as error:
        return [str(each) for each in error.problems if each.file == "leadloop.yaml"]
    return []


@pytest.mark.parametrize(
    ("notices", "said"),
    [
        ("  reps: chta", "leadloop.yaml:10:9: there is no connection `chta` (did you mean `chat`?)"),
        ("  reps: salesforce", "leadloop.yaml:10:9: `salesforce` is of type salesforce: it tells people nothing"),
        ("  operations: chat", "leadloop.yaml:10:15: operations are nobody by themselves: the id of a `channel` has"),
        ("  operations: post", "leadloop.yaml:10:15: operations are nobody by themselves: an address (`to`) has"),
        ("  reps: {connection: hook, channel: C0123456}", "leadloop.yaml:10:37: `hook` has no channels to choose from"),
        ("  reps: {connection: chat, to: a@b.example}", "leadloop.yaml:10:32: `chat` sends no mail"),
        ('  templates: {given: "{persn} waits"}', "leadloop.yaml:10:22: `{persn}` is nothing that a `given` notice"),
        ('  templates: {given: "{person waits"}', "leadloop.yaml:10:22: a brace has no partner"),
        ('  templates: {given: "{due:>9}"}', "leadloop.yaml:10:22: `{due}` stands for text: nothing may follow"),
        ('  templates: {digest: "{person}"}', "leadloop.yaml:10:23: `{person}` is nothing that a `digest` notice"),
        ('  templates: {gvien: "x"}', "leadloop.yaml:10:15: "),
        ("  quiet: {start: '08:00', end: '08:00'}", "leadloop.yaml:10:32: quiet hours from 08:00 to 08:00 never end"),
        ("  reps: {connection: chat, channel: '#sales'}", "leadloop.yaml:10:37: "),
    ],
)
def test_a_mistake_is_told_with_its_place(starter: Path, notices: str, said: str) -> None:
    found = mistakes(starter, notices)
    assert [each[: len(said)] for each in found] == [said]


def test_the_nearest_placeholder_is_named(starter: Path) -> None:
    assert mistakes(starter, '  templates: {given: "{persn} waits"}')[0].endswith("(did you mean `person`?)")


@pytest.mark.parametrize(
    "notices",
    [
        "  reps: chat\n  managers: post\n  operations: {connection: chat, channel: C0123456}",
        "  reps: hook\n  operations: hook\n  managers: other",
        "  operations: {connection: post, to: revops@acme.example}\n  quiet: {start: '20:00', end: '07:30'}",
        "  {}",
    ],
)
def test_channels_that_lead_somewhere_are_fine(starter: Path, notices: str) -> None:
    assert mistakes(starter, notices) == []


def test_a_simulated_clock_needs_a_mail_server_on_this_machine(starter: Path) -> None:
    elsewhere = SETTINGS.replace("host: 127.0.0.1", "host: smtp.acme.example").replace(
        "environment: simulator", "environment: simulator\nclock: http://127.0.0.1:1"
    )
    found = mistakes(starter, "  {}", elsewhere)
    assert found == ["leadloop.yaml:3:8: a simulated clock needs every connection on loopback, `post` is not"]


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_has_words_that_can_be_said(kind: NoticeKind) -> None:
    every = {name: f"<{name}>" for name in ("person", "company", "text", "why", "rep", "due", "lead")}
    every |= {name: f"<{name}>" for name in ("count", "lines", "status", "reason", "before")}
    every |= {name: f"<{name}>" for name in ("report", "window", "late", "see")}
    assert "<" in Notices().say(kind, every)


def test_a_line_that_has_nothing_to_say_is_left_out() -> None:
    told = Notices().say(
        NoticeKind.REMINDER, {"text": "Ana waits", "due": "", "why": "Asked for a demo", "company": ""}
    )
    assert told == "Ana waits\nAsked for a demo"


def test_digests_are_in_the_order_of_the_day_and_each_once() -> None:
    assert Notices(digest_at=[time(15), time(9), time(15)]).digest_at == [time(9), time(15)]


def test_quiet_hours_have_an_end() -> None:
    with pytest.raises(ValidationError):
        Quiet(start=time(8), end=time(8))
