"""Names in the playbook of reports.yaml that lead nowhere or stand twice."""

from collections.abc import Iterator, Mapping

from config.folder import ANY, each
from config.next_steps import OTHERS
from config.words import did_you_mean
from config.yaml_file import KeyPath, YamlFile
from domain.errors import Problem

_PERSONAS: KeyPath = ("playbook", "personas", ANY)
_CELLS: KeyPath = ("playbook", "cells", ANY)


def check_playbook(file: YamlFile) -> Iterator[Problem]:
    yield from _twice(file)
    names = {name for _, name in each(file, (*_PERSONAS, "name")) if isinstance(name, str)} | {OTHERS}
    for path, name in each(file, (*_CELLS, "persona")):
        if isinstance(name, str) and name not in names:
            yield file.problem(path, f"there is no persona `{name}`", hint=did_you_mean(name, names))


def _twice(file: YamlFile) -> Iterator[Problem]:
    """A second persona of a name is never reached by a cell, and of two cells nobody knows which one counts."""
    known: dict[str, int] = {}
    for path, name in each(file, (*_PERSONAS, "name")):
        if isinstance(name, str):
            yield from _known(file, path, known, name.casefold(), f"persona `{name}`")
    cells: dict[str, int] = {}
    for path, data in each(file, _CELLS):
        if isinstance(data, Mapping) and isinstance(data.get("stage"), str):
            stage, persona = data["stage"], data.get("persona", OTHERS)
            yield from _known(file, path, cells, f"{stage} {persona}", f"the cell of `{stage}` and `{persona}`")


def _known(file: YamlFile, path: KeyPath, found: dict[str, int], key: str, what: str) -> Iterator[Problem]:
    problem = file.problem(path, f"{what} stands twice", hint=f"first in line {found.get(key, 0)}")
    if key in found:
        yield problem
    else:
        found[key] = problem.line
