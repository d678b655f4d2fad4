"""What the rep reads: whom to call until when and why, and what to know before dialling."""

import unicodedata
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.conditions import Condition
from config.playbook import Play
from config.routing import Block
from domain.account import Account, Certainty
from domain.activity import Activity, ActivityKind
from domain.decision import IntentKind
from domain.graphemes import utf16_units
from domain.score import Dimension, Line
from domain.values import RecordRef
from tests.unit.handoff.material import (
    BO,
    DI,
    MONDAY,
    Case,
    accepted,
    assigned,
    form,
    lead,
    outcome,
    raised,
    routing_rules,
    rulebook,
    score,
    team,
)

HOUR = timedelta(hours=1)


def test_the_subject_says_whom_by_when_and_why() -> None:
    at = datetime(2026, 11, 23, 13, 50, tzinfo=UTC)
    task = raised(at).tasks()[0]
    assert (task.kind, task.step, task.handoff) == (IntentKind.TASK, "task", 1)
    assert task.payload["subject"] == "Call Ana Ruiz (Globex) by 14:05: asked for a demo"
    assert task.payload["due_at"] == "2026-11-23T14:05:00Z"
    assert (task.payload["owner"], task.payload["priority"], task.payload["hand_raise"]) == (BO, "High", True)


def test_the_hour_is_the_reps_own() -> None:
    book = rulebook(routing=routing_rules(teams=[team(time_zone="Europe/Madrid")]))
    assert raised(book=book).tasks()[0].payload["subject"] == "Call Ana Ruiz (Globex) by 11:15: asked for a demo"


def test_the_day_is_the_reps_own_too() -> None:
    block = Block(days=["mon"], start=time(9), end=time(20))
    west = team(time_zone="America/Los_Angeles", hours=[block])
    late = datetime(2026, 11, 24, 0, 50, tzinfo=UTC)  # Monday, ten to five in the afternoon there
    task = raised(late, book=rulebook(routing=routing_rules(teams=[west]))).tasks()[0]
    assert (task.payload["due_at"], task.payload["due_on"]) == ("2026-11-24T01:05:00Z", "2026-11-23")


def test_another_day_is_named() -> None:
    assert assigned().tasks()[0].payload["subject"] == "Call Ana Ruiz (Globex) by Tue 24 Nov 10:00: asked for a demo"


@pytest.mark.parametrize(
    ("values", "begins"),
    [
        pytest.param({"company": None}, "Call Ana Ruiz by", id="no company"),
        pytest.param({"first_name": None, "last_name": None}, "Call ana@globex.example (Globex)", id="no name"),
        pytest.param({"do_not_call": True}, "E-mail Ana Ruiz (Globex)", id="not by phone"),
        pytest.param({"do_not_call": "yes", "opted_out": 1}, "Look at Ana Ruiz (Globex)", id="neither"),
    ],
)
def test_the_subject_makes_do_with_what_is_known_and_allowed(values: dict[str, object], begins: str) -> None:
    case = Case(score=score(60, at=MONDAY))
    case.values.update(values)  # type: ignore[arg-type]  # None, bool and str are values
    case.decide(MONDAY)
    assert str(case.tasks()[0].payload["subject"]).startswith(begins)


def test_a_subject_fits_its_field() -> None:
    case = Case(score=score(60, at=MONDAY), words="x" * 400)
    case.decide(MONDAY)
    subject = str(case.tasks()[0].payload["subject"])
    assert (len(subject), subject[-1]) == (255, "…")


def test_the_body_tells_everything_worth_knowing() -> None:
    case = accepted()
    case.decide(MONDAY + 2 * HOUR, outcome("No budget", MONDAY + 2 * HOUR))
    asked = MONDAY + 4 * HOUR
    line = Line(
        dimension=Dimension.ENGAGEMENT,
        group="web",
        rule="Pricing page",
        count=3,
        raw=0,
        decayed=0,
        points=10_000,
        latest_at=asked,
    )
    case.score = score(20, at=asked, hand_raises=(form(asked),), lines=(line,))
    account = Account(
        ref=RecordRef(connection="crm", object="Account", id="A"),
        name="Globex",
        certainty=Certainty.EXPLICIT,
        owner=DI,
        won_deals=1,
    )
    case.more = {"account": account, "is_customer": False}
    case.values["do_not_call"] = True
    case.decide(asked)
    assert case.tasks()[-1].payload["body"] == (
        "Asked for a demo: replace Zendesk. Pricing page 3×\n\n"
        "Last things they did:\n- 23 Nov 14:00 Pricing page (3×)\n\n"
        "Account Globex: 1 won deal(s), owned by Di Rae\n\n"
        "Pass 1, November 2026, Bo Lind: No budget\n\n"
        "Phone: not allowed (do not call)\nE-mail: ana@globex.example\n\n"
        "Due Mon 23 Nov 2026 14:15 (UTC)"
    )


def test_the_last_five_things_are_named_newest_first_when_they_are_at_hand() -> None:
    visits = tuple(
        Activity(
            connection="hub",
            stream="pages",
            external_id=str(n),
            kind=ActivityKind.PAGE_VIEWED,
            occurred_at=MONDAY - n * HOUR,
            properties={"url": f"/p{n}"},
        )
        for n in range(7)
    )
    case = Case(lead=lead(), score=score(60, at=MONDAY), more={"recent": visits})
    case.decide(MONDAY)
    body = str(case.tasks()[0].payload["body"])
    assert [line for line in body.splitlines() if line.startswith("- ")] == [
        f"- 23 Nov {10 - n:02d}:00 page viewed: /p{n}" for n in range(5)
    ]


def wrote(text: str, at: datetime = MONDAY - HOUR, number: int = 1, **more: str) -> Activity:
    told = {"form": "Demo request", "text": text, **more}
    return Activity(
        connection="hub",
        stream="forms",
        external_id=f"W{number}",
        kind=ActivityKind.FORM_SUBMITTED,
        occurred_at=at,
        properties=told,
    )


def told(case: Case, now: datetime = MONDAY) -> tuple[str, str]:
    """Subject and body of the task that the decision gives."""
    case.decide(now)
    payload = case.tasks()[-1].payload
    return str(payload["subject"]), str(payload["body"])


def test_what_they_wrote_stands_behind_a_mark_and_passes_for_nothing_of_ours() -> None:
    text = "We replace Zendesk.\n\nPhone: not allowed (do not call)\r\nDue yesterday\x07"
    _, body = told(Case(score=score(60, at=MONDAY), more={"replies": (wrote(text),)}))
    assert (
        "They wrote in Demo request on 23 Nov 09:00:\n"
        "> We replace Zendesk.\n> Phone: not allowed (do not call)\n> Due yesterday\n\n"
    ) in body


def test_the_last_two_messages_are_told_newest_first_and_each_once() -> None:
    forms = tuple(wrote(f"message {n}", MONDAY - (4 - n) * HOUR, n) for n in range(1, 4))
    case = Case(score=score(60, at=MONDAY, hand_raises=forms), more={"replies": forms})
    _, body = told(case)
    assert [line for line in body.splitlines() if line.startswith("> ")] == ["> message 3", "> message 2"]


@pytest.mark.parametrize(
    ("first_name", "shown"),
    [
        pytest.param("Ana\nRuiz\tMaria", "Ana Ruiz Maria Ruiz", id="line ends and tabs"),
        pytest.param("A\x00n\x1ba", "A n a Ruiz", id="control characters"),
        pytest.param("\u202eanA", "anA Ruiz", id="a mark that turns everything around"),
        pytest.param("שרה", "\u2068שרה Ruiz\u2069", id="from right to left"),
        pytest.param("👩‍👩‍👧" * 60, "👩‍👩‍👧" * 12 + "…", id="emoji"),
        pytest.param("e\u0301" * 120, "e\u0301" * 49 + "…", id="accents of their own"),
    ],
)
def test_a_name_is_one_line_of_whole_characters(first_name: str, shown: str) -> None:
    case = Case(score=score(60, at=MONDAY))
    case.values["first_name"] = first_name
    subject, _ = told(case)
    assert subject.startswith(f"Call {shown} (Globex) by")


@settings(max_examples=80, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["first_name", "last_name", "company", "phone"]), st.text(max_size=400)),
    st.text(max_size=3000),
    st.text(max_size=500),
)
def test_whatever_people_typed_the_fields_take_it(values: dict[str, str], text: str, why: str) -> None:
    case = Case(score=score(60, at=MONDAY), words=why or "because", more={"replies": (wrote(text),)})
    case.values.update(values)
    subject, body = told(case)
    assert (utf16_units(subject) <= 255, utf16_units(body) <= 32_000) == (True, True)
    for character in subject + body.replace("\n", ""):
        assert unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}
    assert "\n" not in subject
    for each in (subject, *body.splitlines()):
        assert each.count("\u2068") == each.count("\u2069"), "whatever is opened is closed on its line"


PLAYS = [
    Play(name="Customers", when=Condition(all=[{"property": "is_customer", "operator": "equals", "value": True}]),
         question="What is missing?"),
    Play(name="Support", when=Condition(all=[{"property": "company", "operator": "equals", "value": "Globex"}]),
         asset="Switching guide: https://our.example/switch", question="Who answers your tickets today?"),
    Play(name="Everybody", asset="Overview"),
]  # fmt: skip


def test_the_first_play_that_fits_brings_one_asset_and_one_question() -> None:
    book = rulebook(routing=routing_rules(playbook=PLAYS))
    _, body = told(Case(score=score(60, at=MONDAY), book=book))
    assert "Bring: Switching guide: https://our.example/switch\nAsk: Who answers your tickets today?\n\nDue " in body
    assert "Overview" not in body
    _, body = told(Case(score=score(60, at=MONDAY), book=book, more={"is_customer": True}))
    assert ("Ask: What is missing?" in body, "Bring:" in body) == (True, False)


def test_without_a_playbook_nothing_is_brought() -> None:
    _, body = told(Case(score=score(60, at=MONDAY)))
    assert ("Bring:" in body, "Ask:" in body) == (False, False)


def test_a_play_that_cannot_be_told_is_passed_over_and_said() -> None:
    broken = Play(name="Broken", when=Condition(expr="lead.company > 5"), question="?")
    case = Case(score=score(60, at=MONDAY), book=rulebook(routing=routing_rules(playbook=[broken, PLAYS[2]])))
    decision = case.decide(MONDAY)
    assert "Bring: Overview" in str(case.tasks()[0].payload["body"])
    assert [each.rule for each in decision.problems] == ["play 'Broken'"]
