"""Two admins, one installation: nobody's published rules are undone by accident, and no comment is lost."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadloop import exits
from tests.installation import Done, Installation, install
from tests.rig import SimulatorProcess

LINE = "  engagement: 50\n"
FIT = "  fit: C # this grade or better\n"


@pytest.fixture
def ana(tmp_path: Path, world: SimulatorProcess) -> Iterator[Installation]:
    """An installation whose first rules are published."""
    made = install(tmp_path / "ana", world, go_live="observe")
    assert made.command("config", "publish", "--author", "Ana").code == exits.OK
    yield made
    made.close()


@pytest.fixture
def ben(ana: Installation, tmp_path: Path, world: SimulatorProcess) -> Iterator[Installation]:
    """A second checkout of the same rules, on the same database."""
    folder = tmp_path / "ben"
    shutil.copytree(ana.folder, folder, ignore=shutil.ignore_patterns("leadloop.db*", "last.*"))
    made = Installation(folder=folder, simulator=world)
    made.rewrite("leadloop.yaml", "sqlite:///leadloop.db", f"sqlite:///{ana.folder / 'leadloop.db'}")
    yield made
    made.close()


def publish(of: Installation, *more: str) -> Done:
    return of.command("config", "publish", "--author", of.folder.name.title(), *more)


def edit(of: Installation, before: str, after: str, name: str = "scoring.yaml") -> None:
    of.rewrite(name, before, after)


def scoring(of: Installation) -> str:
    return (of.folder / "scoring.yaml").read_text(encoding="utf-8")


def numbers(of: Installation) -> list[int]:
    return [each["version"] for each in of.command("config", "history", "--json").json()["versions"]]


def test_two_admins_who_change_the_same_points_are_told_of_both_values(ana: Installation, ben: Installation) -> None:
    edit(ana, LINE, "  engagement: 60\n")
    edit(ben, LINE, "  engagement: 40\n")
    assert publish(ana).code == exits.OK
    done = publish(ben)
    assert done.code == exits.BAD_DATA
    assert done.out.splitlines() == [
        "both changed scoring.yaml: line / engagement",
        "  yours:  ~ scoring.yaml: line / engagement: 50 → 40",
        "  theirs: ~ scoring.yaml: line / engagement: 50 → 60",
    ]
    assert "Nothing was published" in done.err
    assert numbers(ben) == [2, 1]


def test_edits_of_different_places_come_together_and_every_comment_stays(ana: Installation, ben: Installation) -> None:
    edit(ana, LINE, "  engagement: 60 # agreed with sales in May\n")
    edit(ben, FIT, "  fit: B # better only\n")
    publish(ana)
    assert publish(ben).code == exits.BAD_DATA
    assert ben.command("config", "pull").code == exits.OK
    assert "  engagement: 60 # agreed with sales in May\n  fit: B # better only\n" in scoring(ben)
    done = publish(ben, "--json").json()
    assert (done["version"], done["edits"]) == (3, ["~ scoring.yaml: line / fit: C → B"])


def test_a_pull_into_the_same_lines_changes_nothing_until_somebody_says_whose_stand(
    ana: Installation, ben: Installation
) -> None:
    edit(ana, LINE, "  engagement: 60\n")
    edit(ben, LINE, "  engagement: 40\n")
    publish(ana)
    before = scoring(ben)
    done = ben.command("config", "pull")
    assert (done.code, scoring(ben)) == (exits.BAD_DATA, before)
    assert done.out.splitlines()[1:] == ["  yours  |   engagement: 40", "  theirs |   engagement: 60"]
    assert ben.command("config", "pull", "--take", "theirs").code == exits.OK
    assert scoring(ben) == scoring(ana)
    edit(ben, "  engagement: 60\n", LINE)
    assert publish(ben).code == exits.OK


def test_a_folder_that_does_not_say_what_it_was_made_from_replaces_nothing_unasked(
    ana: Installation, ben: Installation
) -> None:
    (ben.folder / ".leadloop" / "base.json").unlink()
    edit(ben, LINE, "  engagement: 40\n")
    done = publish(ben)
    assert done.code == exits.BAD_DATA
    assert "does not say which version it was made from" in done.err
    assert publish(ben, "--over", "7").code == exits.BAD_DATA
    assert publish(ben, "--over", "1").code == exits.OK
    assert numbers(ana) == [2, 1]


def test_going_back_keeps_the_comments_of_then_and_those_made_since(ana: Installation) -> None:
    first = scoring(ana)
    edit(ana, LINE, "  engagement: 60\n")
    publish(ana, "-m", "spring campaign")
    edit(ana, "  hot: 50\n", "  hot: 50 # ask Ben before touching this\n")
    assert ana.command("config", "revert", "1").code == exits.OK
    assert scoring(ana) == first.replace("  hot: 50\n", "  hot: 50 # ask Ben before touching this\n")
    told = ana.command("config", "history", "--json").json()["versions"]
    assert [(each["version"], each["message"], each["edits"]) for each in told] == [
        (3, "back to version 1", 1),
        (2, "spring campaign", 1),
        (1, "", 0),
    ]
    assert told[0]["rule_hash"] == told[2]["rule_hash"]
    assert ana.command("config", "revert", "2").code == exits.OK
    assert "  engagement: 60\n" in scoring(ana)


def test_what_is_not_published_is_not_reverted_away(ana: Installation) -> None:
    edit(ana, LINE, "  engagement: 60\n")
    publish(ana)
    edit(ana, "  engagement: 60\n", "  engagement: 70\n")
    done = ana.command("config", "revert", "1")
    assert done.code == exits.CONFIG
    assert "holds edits that are not published" in done.err
    assert "  engagement: 70\n" in scoring(ana)


def test_a_difference_is_told_by_place_and_by_exit_code(ana: Installation) -> None:
    assert ana.command("config", "diff", "--detailed-exitcode").code == exits.OK
    edit(ana, LINE, "  engagement: 60\n")
    done = ana.command("config", "diff", "--detailed-exitcode")
    assert (done.code, done.out) == (exits.CHANGES_PENDING, "~ scoring.yaml: line / engagement: 50 → 60\n")
    publish(ana)
    assert ana.command("config", "diff", "2", "1").out == "~ scoring.yaml: line / engagement: 60 → 50\n"
    unknown = ana.command("config", "diff", "9")
    assert (unknown.code, unknown.err.strip()) == (
        exits.CONFIG,
        "There is no version '9'. See `leadloop config history`.",
    )


def test_what_was_tried_in_one_installation_is_put_in_force_in_another(
    ana: Installation, tmp_path: Path, world: SimulatorProcess
) -> None:
    edit(ana, LINE, "  engagement: 60 # tried for two weeks\n")
    publish(ana)
    live = install(tmp_path / "live", world, go_live="observe")
    publish(live)
    assert live.command("config", "promote", "--from", str(ana.folder)).code == exits.OK
    assert scoring(live) == scoring(ana)
    told = live.command("config", "history", "--json").json()["versions"][0]
    assert (told["version"], told["message"][:21]) == (2, "promoted: version 2 o")
    again = live.command("config", "promote", "--from", str(ana.folder))
    assert again.out == "These rules are in force already (version 2).\n"


def test_rules_for_other_systems_are_not_promoted(ana: Installation, tmp_path: Path, world: SimulatorProcess) -> None:
    live = install(tmp_path / "live", world, go_live="observe")
    publish(live)
    ana.rewrite("leadloop.yaml", "  hubspot:\n    type: hubspot", "  marketing:\n    type: hubspot")
    done = live.command("config", "promote", "--from", str(ana.folder))
    assert done.code == exits.CONFIG
    assert "has the connections marketing (hubspot), salesforce (salesforce)" in done.err


def test_schemas_are_written_anew_and_told_of_when_stale(ana: Installation) -> None:
    ana.command("config", "schema")
    assert ana.command("config", "schema", "--check").code == exits.OK
    (ana.folder / ".leadloop" / "scoring.schema.json").write_text("{}")
    stale = ana.command("config", "schema", "--check")
    assert (stale.code, stale.out.count("stale: ")) == (exits.SOME_FAILED, 1)
    assert ana.command("config", "schema").out.startswith("wrote ")
    assert ana.command("config", "schema", "--check").code == exits.OK


def test_rules_that_this_release_cannot_read_any_more_are_replaced_by_publishing(ana: Installation) -> None:
    with ana.app.store.write() as tx:
        tx.exec_driver_sql("""UPDATE rule_version SET document = '{"scoring": {"gone": 1}}', hash = 'old'""")
    ana.close()
    assert "published rules cannot be read by this release" in ana.command("run").err
    assert ana.command("config", "history").code == exits.OK
    done = ana.command("config", "publish", "--author", "Ana", "--json")
    assert (done.code, done.json()["effect"]) == (exits.OK, None)
    assert ana.command("run").code == exits.OK
