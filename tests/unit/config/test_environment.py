"""Flag over environment variable over .env over YAML over default; each mistake at the place it came from."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.environment import merge, read_variables
from config.load import Installation, load
from domain.errors import SettingsError
from tests.unit.config.conftest import TYPES, VARIABLES, Edit

Read = Callable[..., Installation]


def test_the_order_is_flag_variable_dotenv_yaml_default(folder: Path, edit: Edit) -> None:
    def minutes(variables: dict[str, str], flags: dict[str, object]) -> int:
        settings = load(folder, TYPES, variables={**VARIABLES, **variables}, flags=flags).settings
        return settings.schedule.cycle_minutes

    flag: dict[str, object] = {"schedule": {"cycle_minutes": 9}}
    variable = {"LEADLOOP_SCHEDULE__CYCLE_MINUTES": "8"}
    assert minutes({}, {}) == 5
    edit("leadloop.yaml", "database_url:", "schedule: {cycle_minutes: 6}\ndatabase_url:")
    assert minutes({}, {}) == 6
    (folder / ".env").write_text("LEADLOOP_SCHEDULE__CYCLE_MINUTES=7\n")
    assert minutes({}, {}) == 7
    assert minutes(variable, {}) == 8
    assert minutes(variable, flag) == 9


def test_a_variable_reaches_into_a_connection(read: Read) -> None:
    settings = read(LEADLOOP_CONNECTIONS__CRM__LOGIN_URL="http://127.0.0.1:1").settings
    assert settings.connections["crm"].model_dump()["login_url"] == "http://127.0.0.1:1"


def test_the_key_can_come_from_a_variable(read: Read) -> None:
    key = read(LEADLOOP_KEY="first,second").settings.key
    assert key is not None
    assert key.get_secret_value() == "first,second"


def test_a_bad_variable_is_named(mistakes: Callable[..., list[str]]) -> None:
    assert mistakes(LEADLOOP_SCHEDULE__CYCLE_MINUTES="often") == [
        "environment:1:1: LEADLOOP_SCHEDULE__CYCLE_MINUTES: `cycle_minutes` has to be a whole number, not text"
    ]


def test_a_bad_line_of_dotenv_is_named_with_its_line(folder: Path, mistakes: Callable[..., list[str]]) -> None:
    (folder / ".env").write_text("# how often\nexport LEADLOOP_LOG__LEVEL=loud\n")
    assert mistakes() == [
        ".env:2:1: LEADLOOP_LOG__LEVEL: `loud` is no known value for `level` (known here: debug, error, info, warning)"
    ]


def test_a_list_in_a_variable_is_json(read: Read, mistakes: Callable[..., list[str]]) -> None:
    assert read(LEADLOOP_PILOT_TEAMS='["Sales"]').settings.pilot_teams == ["Sales"]
    assert mistakes(LEADLOOP_PILOT_TEAMS="Sales") == [
        'environment:1:1: LEADLOOP_PILOT_TEAMS: lists are written as JSON, such as ["a", "b"]'
    ]


def test_secrets_may_stand_in_dotenv(folder: Path) -> None:
    (folder / ".env").write_text('CRM_SECRET="from the file"\nHUB_TOKEN=t0ken\n')
    settings = load(folder, TYPES, variables={"HUB_TOKEN": "of the process"}).settings
    assert settings.connections["crm"].client_secret.get_secret_value() == "from the file"  # type: ignore[attr-defined]  # Crm
    assert settings.connections["hub"].access_token.get_secret_value() == "of the process"  # type: ignore[attr-defined]  # Hub


def test_a_dotenv_that_is_no_text_is_said(folder: Path) -> None:
    (folder / ".env").write_bytes(b"A=\xff\n")
    with pytest.raises(SettingsError, match="cannot be read: it has to be UTF-8 text"):
        load(folder, TYPES, variables=VARIABLES)


def test_variables_show_no_value(folder: Path) -> None:
    (folder / ".env").write_text("A=hidden-value\n")
    assert "hidden" not in repr(read_variables(folder, {"B": "hidden too"}))


def test_merging_replaces_lists_and_merges_keys() -> None:
    assert merge({"a": {"b": 1, "c": [1]}, "d": 1}, {"a": {"c": [2]}}) == {"a": {"b": 1, "c": [2]}, "d": 1}
