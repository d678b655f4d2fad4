"""Flag over environment variable over .env over YAML over default; each mistake at the place it came from."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from config.environment import merge, read_variables
from config.load import Installation, load
from domain.errors import SettingsError
from tests.unit.config.conftest import TYPES, VARIABLES, Edit

Read = Callable[..., Installation]
Mistakes = Callable[..., list[str]]


def write_dotenv(folder: Path, text: str, *, mode: int = 0o600) -> None:
    (folder / ".env").write_text(text, encoding="utf-8")
    (folder / ".env").chmod(mode)


def test_the_order_is_flag_variable_dotenv_yaml_default(folder: Path, edit: Edit) -> None:
    def minutes(variables: dict[str, str], flags: dict[str, object]) -> int:
        settings = load(folder, TYPES, variables={**VARIABLES, **variables}, flags=flags).settings
        return settings.schedule.cycle_minutes

    flag: dict[str, object] = {"schedule": {"cycle_minutes": 9}}
    variable = {"LEADLOOP_SCHEDULE__CYCLE_MINUTES": "8"}
    assert minutes({}, {}) == 5
    edit("leadloop.yaml", "database_url:", "schedule: {cycle_minutes: 6}\ndatabase_url:")
    assert minutes({}, {}) == 6
    write_dotenv(folder, "LEADLOOP_SCHEDULE__CYCLE_MINUTES=7\n")
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
    write_dotenv(folder, "# how often\nexport LEADLOOP_LOG__LEVEL=loud\n")
    assert mistakes() == [
        ".env:2:1: LEADLOOP_LOG__LEVEL: `loud` is no known value for `level` (known here: debug, error, info, warning)"
    ]


def test_a_list_in_a_variable_is_json(read: Read, mistakes: Callable[..., list[str]]) -> None:
    assert read(LEADLOOP_PILOT_TEAMS='["Sales"]').settings.pilot_teams == ["Sales"]
    assert mistakes(LEADLOOP_PILOT_TEAMS="Sales") == [
        'environment:1:1: LEADLOOP_PILOT_TEAMS: lists are written as JSON, such as ["a", "b"]'
    ]


def test_secrets_may_stand_in_dotenv(folder: Path) -> None:
    write_dotenv(folder, 'CRM_SECRET="from the file"\nHUB_TOKEN=t0ken\n')
    settings = load(folder, TYPES, variables={"HUB_TOKEN": "of the process"}).settings
    assert settings.connections["crm"].client_secret.get_secret_value() == "from the file"  # type: ignore[attr-defined]  # Crm
    assert settings.connections["hub"].access_token.get_secret_value() == "of the process"  # type: ignore[attr-defined]  # Hub


def test_a_dotenv_that_is_no_text_is_said(folder: Path) -> None:
    (folder / ".env").touch(mode=0o600)
    (folder / ".env").write_bytes(b"A=\xff\n")
    with pytest.raises(SettingsError, match="cannot be read: it has to be UTF-8 text"):
        load(folder, TYPES, variables=VARIABLES)


def test_variables_show_no_value(folder: Path) -> None:
    write_dotenv(folder, "A=hidden-value\n")
    assert "hidden" not in repr(read_variables(folder, {"B": "hidden too"}))


def test_merging_replaces_lists_and_merges_keys() -> None:
    assert merge({"a": {"b": 1, "c": [1]}, "d": 1}, {"a": {"c": [2]}}) == {"a": {"b": 1, "c": [2]}, "d": 1}


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("LEADLOOP_GO_LVIE", "did you mean `LEADLOOP_GO_LIVE`?"),
        ("leadloop_go_lvie", "did you mean `LEADLOOP_GO_LIVE`?"),
        ("LEADLOOP_SCHEDUEL__CYCLE_MINUTES", "did you mean `LEADLOOP_SCHEDULE__CYCLE_MINUTES`?"),
        ("LEADLOOP_LOG_LEVEL", "did you mean `LEADLOOP_LOG__LEVEL`?"),
        ("LEADLOOP_CONECTIONS__CRM__LOGIN_URL", "did you mean `LEADLOOP_CONNECTIONS__CRM__LOGIN_URL`?"),
        ("LEADLOOP_OVERLAYY", "did you mean `LEADLOOP_OVERLAY`?"),
        ("LEADLOOP_QQ", "docs/settings.md names every setting"),
    ],
)
def test_a_variable_that_sets_nothing_is_named_with_the_nearest_that_does(
    mistakes: Mistakes, name: str, hint: str
) -> None:
    assert mistakes(**{name: "observe"}) == [f"environment:1:1: {name}: no setting is called so ({hint})"]


def test_a_line_of_dotenv_that_sets_nothing_is_named_with_its_line(folder: Path, mistakes: Mistakes) -> None:
    write_dotenv(folder, "# all of it\n\nLEADLOOP_GO_LVIE=observe\n")
    assert mistakes() == [".env:3:1: LEADLOOP_GO_LVIE: no setting is called so (did you mean `LEADLOOP_GO_LIVE`?)"]


@pytest.mark.parametrize("name", ["DIR", "OVERLAY", "AUTHOR", "DATA", "DEBUG", "TESTING", "CRASH", "UID", "GID"])
def test_what_others_than_the_settings_read_is_known(mistakes: Mistakes, name: str) -> None:
    assert mistakes(**{f"LEADLOOP_{name}": "1"}) == []


@pytest.mark.parametrize(
    "name", ["SERVICE_HOST", "SERVICE_PORT_HTTP", "PORT", "PORT_8321_TCP", "PORT_8321_TCP_ADDR", "PORT_8321_TCP_PROTO"]
)
def test_what_kubernetes_sets_for_a_service_called_leadloop_is_let_be(mistakes: Mistakes, name: str) -> None:
    assert mistakes(**{f"LEADLOOP_{name}": "tcp://10.0.0.1:8321"}) == []


def test_a_variable_that_a_setting_refers_to_is_known_in_every_environment(
    folder: Path, edit: Edit, mistakes: Mistakes
) -> None:
    edit("leadloop.yaml", "${env:CRM_SECRET}", "${env:LEADLOOP_CRM_SECRET}")
    (folder / "environments").mkdir()
    overlay = "connections: {crm: {client_secret: '${env:LEADLOOP_TEST_SECRET}'}}\n"
    (folder / "environments" / "test.yaml").write_text(overlay)
    assert mistakes(LEADLOOP_CRM_SECRET="s3cret", LEADLOOP_TEST_SECRET="s3cret") == []


@pytest.mark.skipif(os.name != "posix", reason="file modes are a POSIX thing")
@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602, 0o640])
def test_a_dotenv_that_others_can_get_at_is_refused_as_a_secret_s_file_is(
    folder: Path, mistakes: Mistakes, mode: int
) -> None:
    write_dotenv(folder, "A=b\n", mode=mode)
    path = folder / ".env"
    assert mistakes() == [
        f".env:1:1: the secret's file {path} is refused: others can read it (mode {mode:04o}) (chmod 600 {path})"
    ]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('A=b\nB="abc\nC=d\n', 2, "a quote is left open (close it, or take it away)"),
        ("A='abc\n", 1, "a quote is left open (close it, or take it away)"),
        ("A=b\n\n\nB='c\n", 4, "a quote is left open (close it, or take it away)"),
        ("A=b\nfoo bar\n", 2, "this line says nothing (write NAME=value, or # before a remark)"),
        ("A='b' c\n", 1, "something stands behind the closing quote (take it away, or put # before it)"),
    ],
)
def test_a_broken_line_of_dotenv_is_named_with_its_line_and_without_its_words(
    folder: Path, mistakes: Mistakes, text: str, line: int, said: str
) -> None:
    write_dotenv(folder, text)
    assert mistakes() == [f".env:{line}:1: {said}"]


def test_a_variable_after_a_value_of_several_lines_is_named_with_its_own_line(folder: Path, mistakes: Mistakes) -> None:
    write_dotenv(folder, 'KEY="a\nb\nc"\n\nLEADLOOP_LOG__LEVEL=loud\n')
    assert [mistake.partition(" `")[0] for mistake in mistakes()] == [".env:5:1: LEADLOOP_LOG__LEVEL:"]
