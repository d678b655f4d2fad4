"""`leadloop golive`: what it needs before a step, and that back is always open."""

import json
from pathlib import Path
from typing import Any

import pytest
import structlog

from domain.run import GoLive
from leadloop import cli, exits
from leadloop.actor import actor
from leadloop.app import App, open_app
from leadloop.watching import FolderWatch
from store import audit, steps
from store.audit import Wanted
from store.steps import StepOrder

PEOPLE = "hubspot contacts, salesforce Contact, salesforce Lead"
Screen = pytest.CaptureFixture[str]


@pytest.fixture
def acme(starter: Path, capsys: Screen) -> Path:
    """Observing, as `init` leaves it; nothing was read."""
    open_app(starter).close()
    capsys.readouterr()
    return starter


def golive(folder: Path, *arguments: str) -> int:
    return cli.run(["golive", *arguments, "-C", str(folder)])


def look(folder: Path, screen: Screen, *arguments: str) -> dict[str, Any]:
    golive(folder, *arguments, "--json")
    found: dict[str, Any] = json.loads(screen.readouterr().out)
    return found


def orders(folder: Path) -> list[StepOrder]:
    app = open_app(folder)
    with app.store.read() as tx:
        found = steps.history(tx)
    app.close()
    return found


def edit(folder: Path, before: str, after: str, name: str = "leadloop.yaml") -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_a_step_is_refused_with_every_reason_at_once_and_its_mend_below(acme: Path, capsys: Screen) -> None:
    assert golive(acme, "scores", "--yes") == exits.CONFIG
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        "✗ not every system was read to the end yet",
        "    Run `leadloop run`, or let `leadloop serve` go on until it is done.",
        "✓ no connection is suspended",
        "✗ nobody looked yet who else writes our fields",
        "    Run `leadloop survey`.",
        f"! it is not known whether our fields are there: {PEOPLE} was never described",
        "    Run `leadloop doctor`.",
        "✗ observed for 0 of 14 days",
        "    Look at `leadloop compare` and `leadloop plan` meanwhile; `observe_days` is the setting.",
        "! nobody confirmed the first stages",
        "    `leadloop baseline` shows the table; then `leadloop baseline confirm`.",
    ]
    assert "go_live stays `observe`: mend what has a ✗" in told.err
    assert [each.step for each in orders(acme)] == [GoLive.OBSERVE]


def test_the_baseline_and_the_pilots_are_needed_for_the_pilot_and_no_step_is_skipped(
    acme: Path, capsys: Screen
) -> None:
    found = look(acme, capsys, "pilot", "--yes")
    stops = {each["name"] for each in found["checks"] if each["needed"] and each["ok"] is False}
    assert stops == {"in_turn", "read", "survey", "observed", "baseline", "pilots"}
    assert (found["moved"], found["step"], found["next"]) == (False, "observe", "pilot")


def test_forced_a_step_is_kept_with_its_reason_and_what_was_not_ready(acme: Path, capsys: Screen) -> None:
    assert golive(acme, "scores", "--yes", "--force", "a demo for the board") == exits.OK
    screen = capsys.readouterr()
    assert screen.out.startswith(f"LIVE · go_live scores, day 1 · since {orders(acme)[0].at:%Y-%m-%d %H:%M} UTC by")
    assert orders(acme)[0].by == actor()
    why = (
        "a demo for the board (forced: not every system was read to the end yet; nobody looked yet who else writes our "
        "fields; observed for 0 of 14 days)"
    )
    assert orders(acme)[0].reason == why
    app = open_app(acme)
    with app.store.read() as tx:
        (told,) = [row for _, row in audit.rows(tx, Wanted(action="go_live"))]
    app.close()
    assert (told.actor, told.action) == (actor(), f"go_live observe to scores: {why}")


def test_who_was_forced_out_of_observing_is_not_held_to_its_days_again(acme: Path, capsys: Screen) -> None:
    golive(acme, "scores", "--yes", "--force", "because")
    capsys.readouterr()
    assert "observed" not in {each["name"] for each in look(acme, capsys)["checks"]}


def test_forward_somebody_is_asked_and_where_nobody_is_nothing_moves(acme: Path, capsys: Screen) -> None:
    assert golive(acme, "scores", "--force", "because") == exits.CHANGES_PENDING
    assert capsys.readouterr().err == "Nothing was changed: nobody could be asked. Say --yes to do it.\n"
    assert len(orders(acme)) == 1


def test_back_nobody_is_asked_and_no_mistake_in_the_rules_is_in_the_way(acme: Path, capsys: Screen) -> None:
    golive(acme, "live", "--yes", "--force", "because")
    edit(acme, "baseline:", "base line:", "lifecycle.yaml")
    capsys.readouterr()
    found = look(acme, capsys, "observe", "--reason", "wrong owners")
    assert (found["step"], found["moved"], found["reason"], found["by"]) == ("observe", True, "wrong owners", actor())
    assert golive(acme, "observe") == exits.CONFIG, "to look one needs rules"


def test_an_edit_that_nobody_took_up_does_not_undo_the_order_after_it(acme: Path, capsys: Screen) -> None:
    golive(acme, "pilot", "--yes", "--force", "because")
    edit(acme, "go_live: observe", "go_live: live")
    golive(acme, "scores")
    assert [each.step.value for each in orders(acme)] == ["scores", "live", "pilot", "observe"]
    assert orders(acme)[1].by == "leadloop.yaml"


def test_where_the_file_says_another_step_both_are_told(acme: Path, capsys: Screen) -> None:
    golive(acme, "scores", "--yes", "--force", "because")
    capsys.readouterr()
    cli.run(["status", "-C", str(acme)])
    told = capsys.readouterr().out.splitlines()
    assert told[1] == "go_live scores, day 1 · no run has ended yet"
    assert told[2] == f"leadloop.yaml says `observe`: the last order counts, which {actor()} gave"
    cli.run(["status", "-C", str(acme), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert (found["go_live"], found["go_live_setting"], found["baseline"]) == ("scores", "observe", "not confirmed")


def test_status_tells_the_day_of_observing_and_that_the_first_stages_wait(acme: Path, capsys: Screen) -> None:
    cli.run(["status", "-C", str(acme)])
    told = capsys.readouterr().out.splitlines()
    assert told[1:3] == [
        "go_live observe, day 1 of 14 · no run has ended yet",
        "! The first stages are not confirmed: `leadloop baseline`",
    ]


def test_a_force_without_a_reason_is_no_force(acme: Path) -> None:
    assert golive(acme, "scores", "--force", " ") == exits.USAGE


@pytest.fixture
def serving(acme: Path) -> App:
    """As a daemon has it open, at live."""
    golive(acme, "live", "--yes", "--force", "because")
    structlog.reset_defaults()
    return open_app(acme)


def in_force(app: App) -> GoLive:
    with app.store.read() as tx:
        last = steps.last(tx)
    assert last is not None
    return last.step


def test_a_running_daemon_takes_up_the_edited_file_once_it_is_written(serving: App) -> None:
    folder = serving.installation.folder
    watch = FolderWatch(app=serving, environment=None)
    for _ in range(3):
        watch.look()
    edit(folder, "go_live: observe", "go_live: scores")
    watch.look()
    assert in_force(serving) is GoLive.LIVE, "it may still be being written"
    watch.look()
    assert in_force(serving) is GoLive.SCORES
    serving.close()


def test_a_file_with_a_mistake_orders_nothing_and_stops_nothing(serving: App) -> None:
    watch = FolderWatch(app=serving, environment=None)
    edit(serving.installation.folder, "go_live: observe", "go_live: observ")
    for _ in range(3):
        watch.look()
    assert in_force(serving) is GoLive.LIVE
    edit(serving.installation.folder, "go_live: observ", "go_live: scores")
    for _ in range(2):
        watch.look()
    assert in_force(serving) is GoLive.SCORES
    serving.close()
