"""Whatever stands where something else belongs is a mistake with its place, never a crash."""

from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from config.load import load
from config.yaml_file import KeyPath
from domain.errors import SettingsError
from tests.unit.config.conftest import FILES, TYPES, VARIABLES

ODD: tuple[Any, ...] = (None, True, -7, "", [], {}, [[]], {"a": {}}, 10**30)
YAML_FILES = YAML(typ="safe", pure=True)


def places(data: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    if path:
        yield path
    for step, below in data.items() if isinstance(data, Mapping) else enumerate(data) if isinstance(data, list) else ():
        yield from places(below, (*path, step))


def with_odd(text: str, path: KeyPath, odd: Any) -> str:
    data = YAML_FILES.load(text)
    inner = data
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = odd
    written = StringIO()
    YAML_FILES.dump(data, written)
    return written.getvalue()


@pytest.mark.parametrize("name", FILES)
def test_an_odd_value_anywhere_is_never_a_crash(folder: Path, name: str) -> None:
    text, refused = FILES[name], 0
    for at, path in enumerate(places(YAML_FILES.load(text))):
        (folder / name).write_text(with_odd(text, path, ODD[at % len(ODD)]), encoding="utf-8")
        try:
            load(folder, TYPES, variables=VARIABLES)
        except SettingsError as error:
            refused += bool(error.problems)
    assert refused > 8


@pytest.mark.parametrize("teams", [True, 7, "Sales"])
def test_teams_that_are_no_list_are_a_mistake(folder: Path, teams: object) -> None:
    text = with_odd(FILES["routing.yaml"], ("teams",), teams)
    (folder / "routing.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match="`teams` has to be a list"):
        load(folder, TYPES, variables=VARIABLES)


@pytest.mark.parametrize("objects", [True, 7, "Lead"])
def test_objects_that_are_no_list_are_a_mistake(folder: Path, objects: object) -> None:
    path = ("systems", "crm", "people", "objects")
    (folder / "mapping.yaml").write_text(with_odd(FILES["mapping.yaml"], path, objects), encoding="utf-8")
    with pytest.raises(SettingsError, match="`objects` has to be a list"):
        load(folder, TYPES, variables=VARIABLES)


@pytest.mark.parametrize("rule", [[], {}, [[]], 7])
def test_a_rule_for_consent_that_is_no_word_is_a_mistake(folder: Path, rule: object) -> None:
    text = with_odd(FILES["mapping.yaml"], ("properties", 2, "sync"), rule)
    (folder / "mapping.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"mapping\.yaml:"):
        load(folder, TYPES, variables=VARIABLES)


@pytest.mark.parametrize("row", [10**30, 7, "x", None])
def test_a_row_that_is_no_row_is_a_mistake(folder: Path, row: object) -> None:
    path = ("fit", 0, "rules", 0, "when", "all", 0)
    (folder / "scoring.yaml").write_text(with_odd(FILES["scoring.yaml"], path, row), encoding="utf-8")
    with pytest.raises(SettingsError, match="an item of `all` has to be keys and values"):
        load(folder, TYPES, variables=VARIABLES)
