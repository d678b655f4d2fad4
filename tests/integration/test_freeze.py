"""Before the end of a fiscal quarter rules take two people: one proposes, another login agrees to exactly that."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from leadloop import exits
from leadloop.app import leading
from sync.cycle import run_once
from tests.cast import USERS, contact
from tests.desk import Desk
from tests.installation import HALF_HOUR_S, Done, install
from tests.rig import SimulatorProcess
from tests.witness import Witness

READER = "ann@globex.example"
DAY_S, EXPIRED_S = 86_400.0, 72 * 3600.0
WARM, WARMER = "  warm: 20\n", "  warm: 5\n"
LINE = "  engagement: 50\n"
ABOVE = "Everybody else with {} points of engagement or more and a fit of C or better. Who fell below 40 counts anew."
"""The agreement's word for it."""
FREEZE = "freeze: { fiscal_year_starts: 10, days: 24 }\n"
"""The quarter ends on 30 September: from the 7th on, which is the simulator's first day."""


@pytest.fixture
def desk(
    tmp_path: Path, world: SimulatorProcess, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    made = install(tmp_path / "acme", world, more=FREEZE)
    assert made.app.settings.freeze is not None
    made.close()
    yield Desk(of=made, patch=monkeypatch, screen=capsys)
    made.close()


def edit(desk: Desk, before: str = LINE, after: str = "  engagement: 60\n") -> None:
    desk.of.rewrite("scoring.yaml", before, after)


def publish(desk: Desk, login: str = "ana", *more: str) -> Done:
    return desk.does(login, "config", "publish", *more)


def band(world: SimulatorProcess) -> object:
    return Witness(simulator=world).contact(READER).get("ll_band")


def test_a_running_loop_takes_up_published_rules_when_another_login_agrees_and_not_before(
    desk: Desk, world: SimulatorProcess
) -> None:
    world.seed(users=USERS, contacts=[contact(READER)])
    app = desk.of.app
    with leading(app) as loop:
        run_once(loop, now=app.clock.refresh())
        world.act("submit_form", system="hubspot", id=READER, as_="prospect", form="Guide", values={})
        for _ in range(2):
            world.time(advance_s=HALF_HOUR_S)
            run_once(loop, now=app.clock.refresh())
        before = band(world)
        path = desk.of.folder / "scoring.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace(WARM, WARMER), encoding="utf-8")
        assert publish(desk, "ana", "-m", "for the fair").code == exits.HELD
        world.time(advance_s=HALF_HOUR_S)
        run_once(loop, now=app.clock.refresh())
        assert band(world) == before
        done = desk.does("ben", "proposals", "approve", "1", "--yes")
        assert (done.code, done.out.splitlines()[-1]) == (
            exits.OK,
            "Version 2 is in force; 1 leads are rescored in the next cycle.",
        )
        world.time(advance_s=HALF_HOUR_S)
        run_once(loop, now=app.clock.refresh())
        assert band(world) != before
    assert desk.versions()[0] == (2, "ana", "for the fair (approved by ben)")
    assert desk.does("ana", "config", "diff", "--detailed-exitcode").code == exits.OK
    assert publish(desk).out.endswith("(version 2) were in force already.\n")
    (_, asked), *_ = desk.acts("proposed")
    deed = asked.removeprefix("proposed 1: ")
    assert deed.endswith(" over version 1")
    assert desk.acts("proposed", "approved", "published rules 2") == [
        ("ana", asked),
        ("ben", f"approved proposal 1 of ana under the same account of the system: {deed}"),
        ("ana", "published rules 2"),
    ]


def test_whoever_proposed_cannot_agree_to_it_whatever_name_the_author_has(desk: Desk) -> None:
    edit(desk)
    told = publish(desk, "ana", "--author", "Ben")
    assert told.code == exits.HELD
    frozen, kept = told.err.splitlines()[-2:]
    assert frozen.startswith("Changes are frozen until 30 Sep (end of the fiscal quarter), so nothing is in force yet")
    assert kept.startswith("This is proposal 1 until 2026-09-10 08:00 UTC. Under another login: `leadloop proposals")
    done = desk.does("ana", "proposals", "approve", "1", "--yes")
    assert (done.code, done.err) == (
        exits.LOGIN,
        "Proposal 1 is your own: somebody with another login has to approve it.\n",
    )
    assert len(desk.versions()) == 1
    assert desk.proposals() == [(1, "waiting", "")]


def test_who_is_to_agree_sees_why_and_every_edit_first_and_is_asked(desk: Desk) -> None:
    edit(desk)
    publish(desk, "ana", "-m", "for the fair")
    lines = desk.does("ben", "proposals", "show", "1").out.splitlines()
    assert lines[2:] == [
        "  for the fair",
        "~ scoring.yaml: line / engagement: 50 → 60",
        "Tried on all 0 leads: no number changes.",
        "! This changes the agreement: Whom marketing hands over.",
        f"    Whom marketing hands over, until now: {ABOVE.format(50)}",
        f"    Whom marketing hands over, now: {ABOVE.format(60)}",
        "    It takes a name from marketing and sales: `leadloop agreement sign`, once it is published.",
    ]
    found = desk.does("ben", "proposals", "show", "1", "--json").json()
    assert (found["kind"], found["by"], found["does"]) == ("publish", "ana", lines[3:])
    done = desk.does("ben", "proposals", "approve", "1")
    assert (done.code, len(desk.versions())) == (exits.CHANGES_PENDING, 1)
    assert lines[3] in done.out.splitlines()


def test_what_was_proposed_is_published_whatever_the_folder_says_and_nothing_over_it(desk: Desk) -> None:
    edit(desk)
    publish(desk)
    edit(desk, "  engagement: 60\n", "  engagement: 70\n")
    publish(desk)
    done = desk.does("ben", "proposals", "approve", "1", "--yes")
    assert done.err == "This folder holds other rules: `leadloop config pull` brings these into it.\n"
    assert desk.does("ben", "config", "diff", "1", "2").out == "~ scoring.yaml: line / engagement: 50 → 60\n"
    done = desk.does("ben", "proposals", "approve", "2", "--yes")
    assert done.code == exits.BAD_DATA
    assert done.err.startswith("Nothing was done: version 2 by ana is in force: it was published meanwhile.")
    assert [number for number, _, _ in desk.versions()] == [2, 1]
    assert desk.proposals() == [(2, "overtaken", "ben"), (1, "approved", "ben")]
    assert desk.acts("found") == [("ben", "found proposal 2 overtaken")]


def test_after_three_days_nobody_can_agree_any_more(desk: Desk) -> None:
    edit(desk)
    publish(desk)
    desk.of.run(after_s=EXPIRED_S)
    assert desk.acts("proposal 1") == [("loop", "proposal 1 expired")]
    done = desk.does("ben", "proposals", "approve", "1", "--yes")
    assert (done.code, done.err) == (exits.BAD_DATA, "Proposal 1 does not wait any more: expired.\n")
    assert (len(desk.versions()), desk.proposals()) == (1, [(1, "expired", "")])


def test_what_publishing_would_refuse_by_now_is_not_approved_and_waits_on(desk: Desk) -> None:
    edit(desk)
    publish(desk)
    lists = "  fairs: { type: files, folder: lists, leads: [{ pattern: booth-* }] }\n"
    desk.of.rewrite("leadloop.yaml", "connections:\n", f"connections:\n{lists}")
    done = desk.does("ben", "proposals", "approve", "1", "--yes")
    assert (done.code, len(desk.versions()), desk.proposals()) == (exits.CONFIG, 1, [(1, "waiting", "")])
    assert "proposed for other connections" in done.err


def test_withdrawn_it_is_over_for_everybody(desk: Desk) -> None:
    edit(desk)
    publish(desk)
    assert desk.does("ana", "proposals", "withdraw", "1").code == exits.OK
    done = desk.does("ben", "proposals", "approve", "1", "--yes")
    assert (done.code, done.err) == (exits.BAD_DATA, "Proposal 1 does not wait any more: withdrawn by ana.\n")
    assert desk.acts("withdrawn") == [("ana", "withdrawn proposal 1")]
    assert len(desk.versions()) == 1
    told = desk.does("ana", "proposals", "list", "--json").json()
    assert [(each["number"], each["status"], each["answered_by"]) for each in told["proposals"]] == [
        (1, "withdrawn", "ana")
    ]
    assert desk.does("ben", "proposals", "approve", "7").code == exits.BAD_DATA


def test_the_day_before_and_the_day_after_one_person_is_enough(desk: Desk, world: SimulatorProcess) -> None:
    desk.of.rewrite("leadloop.yaml", "days: 24", "days: 5")
    world.time(advance_s=18 * DAY_S)
    edit(desk)
    assert publish(desk).code == exits.OK, "25 September"
    world.time(advance_s=DAY_S)
    edit(desk, "  engagement: 60\n", "  engagement: 70\n")
    assert publish(desk).code == exits.HELD, "26 September"
    world.time(advance_s=5 * DAY_S)
    assert publish(desk).code == exits.OK, "1 October"
    assert [number for number, _, _ in desk.versions()] == [3, 2, 1]


def test_going_back_to_older_rules_takes_two_and_leaves_the_folder_alone(desk: Desk, world: SimulatorProcess) -> None:
    edit(desk)
    publish(desk)
    desk.does("ben", "proposals", "approve", "1", "--yes")
    before = (desk.of.folder / "scoring.yaml").read_text(encoding="utf-8")
    done = desk.does("ana", "config", "revert", "1")
    assert (done.code, (desk.of.folder / "scoring.yaml").read_text(encoding="utf-8")) == (exits.HELD, before)
    assert desk.does("ben", "proposals", "approve", "2", "--yes").code == exits.OK
    assert desk.versions()[0] == (3, "ana", "back to version 1 (approved by ben)")
    assert desk.does("ana", "config", "pull").code == exits.OK
    assert LINE in (desk.of.folder / "scoring.yaml").read_text(encoding="utf-8")
    assert desk.does("ana", "config", "revert", "3").out == "These rules are in force already (version 3).\n"


def test_rules_of_another_installation_take_two(desk: Desk, tmp_path: Path, world: SimulatorProcess) -> None:
    tried = install(tmp_path / "tried", world, go_live="observe")
    tried.rewrite("scoring.yaml", LINE, "  engagement: 60\n")
    tried.app.close()
    assert desk.does("ana", "config", "promote", "--from", str(tried.folder)).code == exits.HELD
    assert len(desk.versions()) == 1
    assert desk.does("ben", "proposals", "approve", "1", "--yes").code == exits.OK
    assert desk.versions()[0][2].startswith("promoted: version 1 of LL")


def test_status_says_until_when_and_how_many_wait(desk: Desk, world: SimulatorProcess) -> None:
    edit(desk)
    assert publish(desk, "ana", "--dry-run").code == exits.OK, "to try takes one"
    assert desk.proposals() == []
    done = publish(desk, "ana", "--json").json()
    assert (done["changed"], done["version"], done["proposal"]) == (False, None, 1)
    told = "frozen until 30 Sep (end of the fiscal quarter): changes need a second person; 1 proposal waits"
    assert f"{told}: `leadloop proposals list`" in desk.does("ana", "status").out.splitlines()
    found = desk.does("ana", "status", "--json").json()
    assert (found["freeze"], found["proposals"]) == (
        {"until": "2026-09-30", "why": "end of the fiscal quarter"},
        1,
    )
    world.time(advance_s=24 * DAY_S)
    found = desk.does("ana", "status", "--json").json()
    assert (found["freeze"], found["proposals"]) == (None, 0)
    assert "frozen" not in desk.does("ana", "status").out
