"""Secrets come from variables and private files, and never come out again in words."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from config.load import Installation
from config.secrets import Secrets
from config.yaml_file import KeyPath
from domain.errors import SettingsError
from tests.unit.config.conftest import VARIABLES, Edit

Mistakes = Callable[..., list[str]]
Read = Callable[..., Installation]

posix = pytest.mark.skipif(os.name != "posix", reason="file modes are a POSIX thing")


def resolver(folder: Path, found: list[tuple[KeyPath, str]] | None = None) -> Secrets:
    def report(path: KeyPath, message: str, _hint: str | None) -> None:
        (found if found is not None else []).append((path, message))

    return Secrets(folder=folder, environment={"NAME": "value", "EMPTY": " "}, report=report)


def test_references_are_replaced_anywhere_in_a_text(tmp_path: Path) -> None:
    data = {"url": "postgresql://me:${env:NAME}@host/${env:NAME}", "list": ["${env:NAME}"], "number": 5}
    assert resolver(tmp_path).resolve(data) == {
        "url": "postgresql://me:value@host/value",
        "list": ["value"],
        "number": 5,
    }


def test_two_dollars_stand_for_one(tmp_path: Path) -> None:
    assert resolver(tmp_path).resolve("a $${env:NAME} b") == "a ${env:NAME} b"


def test_an_empty_variable_is_a_missing_one(tmp_path: Path) -> None:
    found: list[tuple[KeyPath, str]] = []
    assert resolver(tmp_path, found).resolve({"a": "${env:EMPTY}"}) == {"a": "${env:EMPTY}"}
    assert found == [(("a",), "the environment variable EMPTY is empty")]


@posix
@pytest.mark.parametrize(
    ("mode", "refused"), [(0o600, False), (0o400, False), (0o644, True), (0o640, True), (0o604, True)]
)
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int, refused: bool) -> None:
    path = tmp_path / "secret"
    path.write_text("of the file\n")
    path.chmod(mode)
    found: list[tuple[KeyPath, str]] = []
    value = resolver(tmp_path, found).resolve("${file:secret}")
    if refused:
        assert value == "${file:secret}"
        assert found == [((), f"the secret's file {path} is refused: others can read it (mode {mode:04o})")]
    else:
        assert value == "of the file"
        assert found == []


@posix
def test_the_refusal_says_where_and_how_to_mend_it(folder: Path, edit: Edit, mistakes: Mistakes) -> None:
    (folder / "secret").write_text("x")
    (folder / "secret").chmod(0o644)
    edit("leadloop.yaml", "${env:CRM_SECRET}", "${file:secret}")
    assert mistakes() == [
        (
            f"leadloop.yaml:7:20: the secret's file {folder}/secret is refused:"
            f" others can read it (mode 0644) (chmod 600 {folder}/secret)"
        )
    ]


def test_a_missing_file_is_named(folder: Path, edit: Edit, mistakes: Mistakes) -> None:
    edit("leadloop.yaml", "${env:CRM_SECRET}", "${file:nowhere}")
    assert mistakes() == [f"leadloop.yaml:7:20: the secret's file {folder}/nowhere does not exist"]


def test_no_secret_stands_in_the_repr_of_an_installation(read: Read, edit: Edit) -> None:
    edit("leadloop.yaml", "sqlite:///test.db", "postgresql://me:${env:CRM_SECRET}@host/db")
    installation = read()
    assert installation.settings.database_url == "postgresql://me:s3cret-of-the-crm@host/db"
    shown = f"{installation!r} {installation.settings!r} {installation.settings!s}"
    assert not [secret for secret in VARIABLES.values() if secret in shown]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("auth: client_credentials", "auth: ${env:CRM_SECRET}"),
        ("auth: client_credentials", "page_size: ${env:CRM_SECRET}"),
        ("type: hubspot", "type: ${env:CRM_SECRET}"),
        ("database_url: sqlite:///test.db", "log: {level: '${env:CRM_SECRET}'}"),
        ("database_url: sqlite:///test.db", "time_zone: ${env:CRM_SECRET}"),
        ("database_url: sqlite:///test.db", "clock: ${env:CRM_SECRET}"),
        ("database_url: sqlite:///test.db", "${env:CRM_SECRET}: 1"),
    ],
)
def test_no_secret_stands_in_an_error(edit: Edit, read: Read, old: str, new: str) -> None:
    edit("leadloop.yaml", old, new)
    with pytest.raises(SettingsError) as caught:
        read()
    said = f"{caught.value} {caught.value!r} {caught.value.problems!r}"
    assert not [secret for secret in VARIABLES.values() if secret in said]
    assert caught.value.problems
