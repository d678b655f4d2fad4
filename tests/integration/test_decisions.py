"""What the weekly review decides: written down by a command, carried from week to week, told as it stood then."""

import csv
import json
from collections.abc import Iterator
from html import escape
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from leadloop import exits
from store import audit, review
from store.audit import Wanted
from tests.desk import Desk
from tests.installation import Done, install
from tests.postgres import PostgresServer
from tests.rig import SimulatorProcess

NUMBERS = count(1)
DAY_S = 86_400.0
FIRST_WEEK = ("--since", "2026-09-07", "--until", "2026-09-13")
CALL, HIRE, AIM = "Call webinar guests within the hour", "Ask for a second rep", "Aim at two a day"
FORMULA, MARKUP = '=HYPERLINK("https://evil.example";"x")', "<script>alert('x')</script> & co"


BOTH = pytest.mark.parametrize("desk", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def desk(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    world: SimulatorProcess,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Desk]:
    """The first day is Monday, 7 September 2026."""
    url, name, server = None, f"decisions_{next(NUMBERS)}", None
    if getattr(request, "param", "sqlite") == "postgresql":
        server = request.getfixturevalue("postgres")
        assert isinstance(server, PostgresServer)
        url = server.create_store(name)
    made = install(tmp_path / "office", world, database_url=url)
    yield Desk(of=made, patch=monkeypatch, screen=capsys)
    made.close()
    if server is not None:
        server.drop_database(name)


def add(desk: Desk, text: str, *, part: str = "process", due: str = "2026-09-25", owner: str = "Fay Rep") -> Done:
    return desk.does("ana", "decisions", "add", text, "--owner", owner, "--due", due, "--part", part)


def listed(desk: Desk, *more: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.does("ana", "decisions", "list", "--json", *more).json()["decisions"]
    return found


def week(desk: Desk, *window: str) -> list[dict[str, Any]]:
    """The rows of the page's part."""
    done = desk.does("ana", "report", "week", *window, "--json")
    assert done.code == exits.OK, done.err
    (part,) = (each for each in done.json()["parts"] if each["key"] == "decisions")
    rows: list[dict[str, Any]] = part["rows"]
    return rows


def standings(rows: list[dict[str, Any]]) -> list[tuple[str, int, str]]:
    return [(row["label"], row["cells"]["weeks"]["value"], row["cells"]["stands"]) for row in rows]


@BOTH
def test_a_decision_is_carried_from_week_to_week_and_each_week_stays_as_it_was(
    desk: Desk, world: SimulatorProcess
) -> None:
    add(desk, CALL, due="2026-09-11")
    add(desk, HIRE, part="people", due="2026-09-30")
    add(desk, AIM, part="goal", due="2026-09-18")
    world.time(advance_s=7 * DAY_S)
    first = week(desk)
    assert standings(first) == [
        (f"#3 {AIM}", 0, "new"),
        (f"#1 {CALL}", 0, "overdue by 3 days"),
        (f"#2 {HIRE}", 0, "new"),
    ]
    done = desk.does("ben", "decisions", "done", "1", "--outcome", "40 minutes\non average")
    assert (done.code, done.out) == (exits.OK, f"Decision 1 is done: {CALL}\n")
    desk.does("ben", "decisions", "drop", "2", "--reason", "no budget")
    add(desk, "Mend the form", part="content")
    world.time(advance_s=7 * DAY_S)
    assert standings(week(desk)) == [
        (f"#3 {AIM}", 1, "overdue by 3 days"),
        (f"#1 {CALL}", 1, "done: 40 minutes on average"),
        ("#4 Mend the form", 0, "new"),
        (f"#2 {HIRE}", 1, "dropped: no budget"),
    ]
    assert week(desk, *FIRST_WEEK) == first, "the page of a week that is over does not change"
    world.time(advance_s=7 * DAY_S)
    assert standings(week(desk)) == [
        (f"#3 {AIM}", 2, "overdue by 10 days"),
        ("#4 Mend the form", 1, "overdue by 3 days"),
    ]


def test_what_is_written_down_after_a_week_ended_stands_in_the_next_one(desk: Desk, world: SimulatorProcess) -> None:
    world.time(advance_s=7 * DAY_S)
    add(desk, CALL)
    assert week(desk) == []
    assert standings(week(desk, "--since", "2026-09-14")) == [(f"#1 {CALL}", 0, "new")]


def test_every_form_of_the_page_tells_the_same_decisions(desk: Desk, tmp_path: Path) -> None:
    this_week = ("--since", "2026-09-07")
    for text in (FORMULA, MARKUP):
        add(desk, text, owner="=Fay")
    rows = week(desk, *this_week)
    assert [row["label"] for row in rows] == [f"#1 {FORMULA}", f"#2 {MARKUP}"]
    told = desk.does("ana", "report", "week", *this_week).out
    assert f"#2 {MARKUP}" in told.replace("\n", " ")
    read = csv.DictReader(StringIO(desk.does("ana", "report", "week", *this_week, "--csv").out))
    lines = {row["name"]: row["label"] for row in read if row["table"] == "decisions"}
    assert lines == {"decisions.1.weeks": f"#1 {FORMULA}", "decisions.2.weeks": f"#2 {MARKUP}"}
    file = tmp_path / "week.html"
    assert desk.does("ana", "report", "week", *this_week, "--html", str(file)).code == exits.OK
    page = file.read_text(encoding="utf-8")
    assert escape(MARKUP, quote=False).replace("'", "&#39;") in page
    assert "<script" not in page


def test_what_is_open_is_listed_by_the_day_it_is_due(desk: Desk, world: SimulatorProcess) -> None:
    add(desk, CALL, due="2026-09-25")
    add(desk, HIRE, part="people", due="2026-09-11")
    desk.does("ana", "decisions", "done", "1")
    add(desk, AIM, part="goal", due="2026-10-01")
    world.time(advance_s=7 * DAY_S)
    assert [(each["number"], each["days_over"], each["weeks"]) for each in listed(desk)] == [(2, 3, 1), (3, 0, 1)]
    assert [each["status"] for each in listed(desk, "--all")] == ["open", "open", "done"]
    assert [each["text"] for each in listed(desk, "--part", "goal")] == [AIM]
    out = desk.does("ana", "decisions", "list").out
    assert "overdue by 3 days, carried 1 week" in out
    assert CALL not in out


def test_a_list_for_a_spreadsheet_has_no_formula(desk: Desk) -> None:
    add(desk, FORMULA, owner="@fay")
    desk.does("ana", "decisions", "done", "1", "--outcome", "+1")
    (row,) = csv.DictReader(StringIO(desk.does("ana", "decisions", "list", "--all", "--csv").out))
    assert (row["text"], row["owner"], row["outcome"]) == (f"'{FORMULA}", "'@fay", "'+1")
    assert (row["number"], row["by"], row["status"], row["due"]) == ("1", "ana", "done", "2026-09-25")


ADD = ("add", "Do it", "--owner", "Fay", "--due", "2026-09-25", "--part", "goal")
ODD = {
    "nothing said": (("add", " \n", *ADD[2:]), exits.USAGE, "The decision is empty"),
    "only control characters": (("add", "\x1b\x07", *ADD[2:]), exits.USAGE, "The decision is empty"),
    "10,000 characters": (("add", "x" * 10_000, *ADD[2:]), exits.USAGE, "has 10,000 characters: 1,000 are the most"),
    "nobody": ((*ADD, "--owner", "\t"), exits.USAGE, "--owner is empty"),
    "a day that is over": ((*ADD, "--due", "2026-09-06"), exits.USAGE, "2026-09-06 is over (today is 2026-09-07)"),
    "no day": ((*ADD, "--due", "Friday"), exits.USAGE, "not a day such as 2026-11-27"),
    "a day that there is none of": ((*ADD, "--due", "2026-02-30"), exits.USAGE, "not a day such as"),
    "no part of the agenda": ((*ADD, "--part", "budget"), exits.USAGE, "'budget' is not one of"),
    "an unknown number": (("done", "7"), exits.BAD_DATA, "There is no decision 7."),
    "no number": (("done", "first"), exits.USAGE, "should be a valid integer"),
    "a number below one": (("drop", "0", "--reason", "x"), exits.USAGE, "greater than or equal to 1"),
    "a number beyond every database": (("done", "9" * 30), exits.USAGE, "less than or equal to 2147483647"),
    "dropped without a reason": (("drop", "1"), exits.USAGE, "Missing option '--reason'"),
    "dropped for nothing": (("drop", "1", "--reason", " "), exits.USAGE, "--reason is empty"),
    "done with nothing": (("done", "1", "--outcome", ""), exits.USAGE, "--outcome is empty"),
    "two forms": (("list", "--csv", "--json"), exits.USAGE, "choose --json or --csv"),
}


def test_odd_input_gets_one_sentence_and_changes_nothing(desk: Desk) -> None:
    add(desk, CALL)
    before = listed(desk, "--all")
    for name, (arguments, code, words) in ODD.items():
        done = desk.does("ana", "decisions", *arguments)
        assert (done.code, done.out) == (code, ""), name
        assert words in done.err, name
        assert len(done.err.splitlines()) == 1, name
    assert listed(desk, "--all") == before


@BOTH
def test_a_decision_ends_once(desk: Desk) -> None:
    add(desk, CALL)
    first = desk.does("ben", "decisions", "done", "1", "--outcome", "good", "--json").json()
    assert (first["status"], first["outcome"], first["ended_by"]) == ("done", "good", "ben")
    for arguments in (("done", "1"), ("drop", "1", "--reason", "no")):
        again = desk.does("ana", "decisions", *arguments)
        assert (again.code, again.err) == (
            exits.BAD_DATA,
            "Decision 1 is over already: done since Mon 7 Sep 2026 08:00, as ben said.\n",
        )
    (found,) = listed(desk, "--all")
    assert (found["status"], found["outcome"], found["ended_by"]) == ("done", "good", "ben")


def test_the_audit_has_the_logins_and_numbers_and_no_word_of_what_was_decided(desk: Desk) -> None:
    add(desk, f"Call ana.ruiz@globex.example: {CALL}", owner="Fay Rep")
    desk.does("ben", "decisions", "done", "1", "--outcome", "Ana Ruiz bought")
    with desk.of.app.store.read() as tx:
        rows = [row for _, row in audit.rows(tx, Wanted())]
        assert len(review.every(tx)) == 1
    acts = [(row.actor, row.action) for row in rows if "decision" in row.action]
    assert acts == [("ana", "added decision 1 of the review"), ("ben", "ended decision 1 of the review: done")]
    everything = json.dumps([[row.actor, row.action, row.fields] for row in rows])
    assert not [word for word in ("globex", "Fay", "Ruiz", CALL) if word in everything]
