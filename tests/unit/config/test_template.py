"""What `leadloop init` writes works as it is, is private where it must be, and never overwrites."""

import os
from pathlib import Path

import pytest
from dotenv import dotenv_values

from config.load import Installation, load
from config.schema import stale_schemas
from config.template import write
from domain.activity import MARKETING_KINDS
from tests.unit.config.starter import STARTER_TYPES

KEY = "k" * 44


@pytest.fixture
def started(tmp_path: Path) -> Path:
    write(tmp_path / "new", key=KEY)
    return tmp_path / "new"


def loaded(folder: Path, environment: str | None = None) -> Installation:
    variables = {name: value or "" for name, value in dotenv_values(folder / ".env.example").items()}
    return load(folder, STARTER_TYPES, environment, variables=variables)


def test_it_writes_every_file_once(tmp_path: Path) -> None:
    first = write(tmp_path, key=KEY)
    assert sorted(path.relative_to(tmp_path).as_posix() for path in first) == [
        ".env.example",
        ".gitignore",
        "environments/test.yaml",
        "leadloop.key",
        "leadloop.yaml",
        "lifecycle.yaml",
        "mapping.yaml",
        "reports.yaml",
        "routing.yaml",
        "scoring.yaml",
    ]
    assert write(tmp_path, key="another") == []


def test_it_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "scoring.yaml").write_text("mine")
    (tmp_path / "leadloop.key").write_text("mine")
    written = write(tmp_path, key=KEY)
    assert (tmp_path / "scoring.yaml").read_text() == "mine"
    assert (tmp_path / "leadloop.key").read_text() == "mine"
    assert tmp_path / "scoring.yaml" not in written


@pytest.mark.skipif(os.name != "posix", reason="file modes are a POSIX thing")
def test_the_key_and_what_is_copied_to_dotenv_are_private(started: Path) -> None:
    assert {(started / name).stat().st_mode & 0o777 for name in ("leadloop.key", ".env.example")} == {0o600}


@pytest.mark.parametrize("environment", [None, "test"])
def test_the_fresh_folder_loads_with_the_variables_of_its_example(started: Path, environment: str | None) -> None:
    settings = loaded(started, environment).settings
    assert settings.types() == {"salesforce": "salesforce", "hubspot": "hubspot"}
    assert settings.key is not None
    assert settings.key.get_secret_value() == KEY


def test_the_folder_loads_once_the_example_is_copied_to_dotenv(started: Path) -> None:
    (started / ".env").touch(mode=0o600)
    (started / ".env").write_bytes((started / ".env.example").read_bytes())
    assert load(started, STARTER_TYPES, variables={}).settings.go_live == "observe"


def test_the_starter_scores_what_prospects_do_and_gives_each_reason_words(started: Path) -> None:
    scoring = loaded(started).rules.scoring
    rules = [rule for group in scoring.engagement for rule in group.rules]
    assert {kind for rule in rules for kind in rule.on} <= MARKETING_KINDS
    assert [rule.name for rule in rules if not rule.says] == []
    assert [rule.says for rule in rules if rule.hand_raiser] == [
        "Asked for a demo",
        "Asked to be contacted",
        "Asked for a price",
        "Started a trial",
    ]


def test_every_reason_leads_to_its_list_and_date(started: Path) -> None:
    outcomes = loaded(started).rules.lifecycle.outcomes
    assert {name.value: (road.list, road.return_days) for name, road in outcomes.items() if road.list} == {
        "not_now": ("LL · Nurture · Timing", 90),
        "no_budget": ("LL · Nurture · No budget", 120),
        "no_need": ("LL · Nurture · No need", 180),
        "chose_another": ("LL · Nurture · Chose another", 270),
        "unreachable": ("LL · Nurture · Unreachable", 30),
        "not_target": ("LL · Nurture · Not our target", None),
        "went_quiet": ("LL · Nurture · Timing", 30),
        "lost": ("LL · Lost · Other", 180),
    }


def test_the_schemas_lie_beside_the_files_that_name_them(started: Path) -> None:
    assert stale_schemas(started) == []
    for name in ("leadloop", "mapping", "scoring", "lifecycle", "routing"):
        first = (started / f"{name}.yaml").read_text(encoding="utf-8").splitlines()[0]
        place = first.removeprefix("# yaml-language-server: $schema=./")
        assert (started / place).is_file()


def test_no_secret_is_among_what_version_control_sees(started: Path) -> None:
    ignored = (started / ".gitignore").read_text()
    assert ".env\n" in ignored
    assert "*.key\n" in ignored
