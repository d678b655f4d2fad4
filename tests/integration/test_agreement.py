"""A name from each side under what the rules make: it stands for these words, and for no others."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from leadloop import exits
from store import audit
from store.audit import Wanted
from tests.desk import Desk
from tests.installation import Done, install
from tests.postgres import PostgresServer
from tests.rig import SimulatorProcess

NUMBERS = count(1)
ANA, FAY = "Ana Ruiz", "Fay Rep"
DUE, LATER = "  hand_raise: { due_min: 15,", "  hand_raise: { due_min: 10,"
WAS = "Whoever asks to be called: in touch within 15 minutes of working time; the manager hears after 45 minutes."
IS = WAS.replace("15 minutes", "10 minutes")


BOTH = pytest.mark.parametrize("desk", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def desk(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    world: SimulatorProcess,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Desk]:
    url, name, server = None, f"agreement_{next(NUMBERS)}", None
    if getattr(request, "param", "sqlite") == "postgresql":
        server = request.getfixturevalue("postgres")
        assert isinstance(server, PostgresServer)
        url = server.create_store(name)
    made = install(tmp_path / "office", world, database_url=url)
    yield Desk(of=made, patch=monkeypatch, screen=capsys)
    made.close()
    if server is not None:
        server.drop_database(name)


def sign(desk: Desk, side: str, name: str, *, login: str = "ana") -> Done:
    return desk.does(login, "agreement", "sign", "--side", side, "--name", name, "--yes")


def both(desk: Desk) -> None:
    assert [sign(desk, *each).code for each in (("marketing", ANA), ("sales", FAY))] == [exits.OK, exits.OK]


def status(desk: Desk) -> Any:
    return desk.does("ana", "agreement", "status", "--json").json()


def stands(desk: Desk) -> list[tuple[str, str | None]]:
    return [(each["status"], each["name"]) for each in status(desk)["sides"].values()]


def under(desk: Desk) -> list[str]:
    """What the page says of signatures."""
    parts = desk.does("ana", "report", "agreement", "--json").json()["parts"]
    (found,) = (each["lines"] for each in parts if each["key"] == "signed")
    return list(found)


def publish(desk: Desk, *more: str) -> Done:
    done = desk.does("ana", "config", "publish", *more)
    assert done.code == exits.OK, done.err
    return done


@BOTH
def test_the_page_says_who_signed_it_for_which_side(desk: Desk, tmp_path: Path) -> None:
    assert under(desk)[1] == "Not signed for sales: `leadloop agreement sign --side sales --name NAME`."
    done = sign(desk, "marketing", f"  {ANA}\n")
    assert (done.code, WAS in done.out) == (exits.OK, True)
    assert status(desk)["signed"] is False
    sign(desk, "sales", FAY, login="fay")
    lines = [f"Signed by {ANA} for marketing on Mon 7 Sep 2026.", f"Signed by {FAY} for sales on Mon 7 Sep 2026."]
    assert under(desk) == lines
    assert status(desk)["signed"] is True
    file = tmp_path / "page.html"
    desk.does("ana", "report", "agreement", "--html", str(file))
    assert all(line in file.read_text(encoding="utf-8") for line in lines)
    assert all(line in desk.does("ana", "report", "agreement").out for line in lines)


def test_examples_and_days_of_the_page_take_no_name_away(desk: Desk, world: SimulatorProcess) -> None:
    both(desk)
    world.time(advance_s=40 * 86_400.0)
    assert stands(desk) == [("signed", ANA), ("signed", FAY)]


def test_other_rules_leave_the_names_under_the_words_they_were_given_for(desk: Desk) -> None:
    both(desk)
    desk.of.rewrite("routing.yaml", DUE, LATER)
    tried = publish(desk, "--dry-run", "--json").json()["agreement"]
    change = {"part": "sales", "title": "What sales promises", "gone": [WAS], "new": [IS]}
    assert tried == {"changes": [change], "to_sign": ["marketing", "sales"]}
    assert stands(desk) == [("signed", ANA), ("signed", FAY)], "nothing was published"
    told = publish(desk).out
    assert "! This changes the agreement: What sales promises.\n" in told
    assert f"    What sales promises, now: {IS}\n" in told
    assert "It takes a name from marketing and sales: `leadloop agreement sign`, once it is published." in told
    assert stands(desk) == [("changed", ANA), ("changed", FAY)]
    assert status(desk)["sides"]["sales"]["changes"] == [change]
    assert under(desk) == [
        f"Signed by {ANA} for marketing on Mon 7 Sep 2026, and changed since: What sales promises.",
        f"Signed by {FAY} for sales on Mon 7 Sep 2026, and changed since: What sales promises.",
        f"What sales promises, as signed for marketing and sales: {WAS}",
        f"What sales promises, now: {IS}",
    ]
    sign(desk, "sales", FAY)
    assert stands(desk) == [("changed", ANA), ("signed", FAY)]


@BOTH
def test_who_takes_the_rules_back_finds_the_names_that_were_under_them(desk: Desk) -> None:
    both(desk)
    desk.of.rewrite("routing.yaml", DUE, LATER)
    publish(desk)
    done = desk.does("ana", "config", "revert", "1")
    assert "    Both sides have signed these words before." in done.out, done.err
    assert stands(desk) == [("signed", ANA), ("signed", FAY)]


def test_rules_that_promise_nothing_else_say_nothing_of_the_agreement(desk: Desk) -> None:
    both(desk)
    desk.of.rewrite("scoring.yaml", "  warm: 20\n", "  warm: 25\n")
    done = publish(desk, "--json").json()
    assert (done["changed"], done["agreement"]) == (True, None)
    assert stands(desk) == [("signed", ANA), ("signed", FAY)]


def test_who_is_to_agree_to_a_proposal_sees_that_the_agreement_changes(desk: Desk) -> None:
    both(desk)
    settings = desk.of.folder / "leadloop.yaml"
    frozen = "freeze: { fiscal_year_starts: 10, days: 24 }\n"
    settings.write_text(settings.read_text(encoding="utf-8") + frozen, encoding="utf-8")
    desk.of.rewrite("routing.yaml", DUE, LATER)
    assert desk.does("ana", "config", "publish").code == exits.HELD
    assert "! This changes the agreement: What sales promises." in desk.does("ben", "proposals", "show", "1").out


def test_another_goal_is_another_promise_though_it_is_never_published(desk: Desk) -> None:
    both(desk)
    desk.of.rewrite("reports.yaml", "qualified_per_team_and_day: 1", "qualified_per_team_and_day: 3")
    (change,) = status(desk)["sides"]["marketing"]["changes"]
    assert (change["part"], change["new"]) == (
        "marketing",
        ["With sales: 3 qualified leads for each team on each working day."],
    )


def test_nobody_signs_for_both_sides(desk: Desk) -> None:
    sign(desk, "marketing", ANA)
    done = sign(desk, "sales", " ana  RUIZ", login="fay")
    assert (done.code, done.err) == (
        exits.USAGE,
        "ana RUIZ has signed for marketing: somebody else has to sign for sales.\n",
    )
    assert stands(desk) == [("signed", ANA), ("unsigned", None)]


def test_who_changed_sides_may_sign_other_words_for_the_other_one(desk: Desk) -> None:
    both(desk)
    desk.of.rewrite("routing.yaml", DUE, LATER)
    publish(desk)
    assert sign(desk, "sales", ANA).code == exits.OK
    assert sign(desk, "marketing", ANA).code == exits.USAGE
    assert stands(desk) == [("changed", ANA), ("signed", ANA)]


def test_two_names_from_one_login_are_told_as_such(desk: Desk) -> None:
    both(desk)
    assert under(desk)[-1] == "Both names were written down under one login."


def test_who_cannot_be_asked_signs_nothing(desk: Desk) -> None:
    done = desk.does("ana", "agreement", "sign", "--side", "sales", "--name", FAY)
    assert (done.code, done.err) == (
        exits.CHANGES_PENDING,
        "Nothing was changed: nobody could be asked. Say --yes to do it.\n",
    )
    assert stands(desk) == [("unsigned", None), ("unsigned", None)]


def test_the_same_name_twice_is_one_signature_and_the_audit_has_no_name(desk: Desk) -> None:
    sign(desk, "sales", FAY)
    assert sign(desk, "sales", FAY).err.startswith(f"Signed by {FAY} for sales on Mon 7 Sep 2026 already.")
    with desk.of.app.store.read() as tx:
        acts = [(row.actor, row.action) for _, row in audit.rows(tx, Wanted()) if "agreement" in row.action]
    assert acts == [("ana", f"signed agreement {status(desk)['fingerprint'][:8]} for sales")]


ODD = {
    "no name": ("sales", " \x00", "--name is empty"),
    "10,000 characters": ("sales", "x" * 10_000, "120 are the most"),
    "no side": ("service", FAY, "'service' is not one of"),
}


def test_odd_input_signs_nothing(desk: Desk) -> None:
    for name, (side, typed, words) in ODD.items():
        done = sign(desk, side, typed)
        assert (done.code, done.out) == (exits.USAGE, ""), name
        assert words in done.err, name
    assert stands(desk) == [("unsigned", None), ("unsigned", None)]
