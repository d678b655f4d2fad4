"""What the rep reads: whom to call until when and why, and what to know before dialling."""

from datetime import UTC, datetime, time, timedelta

import pytest

from config.routing import Block
from domain.account import Account, Certainty
from domain.activity import Activity, ActivityKind
from domain.decision import IntentKind
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
