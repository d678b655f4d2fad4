"""Reads one scoring.yaml that stands anywhere, to be tried beside an installation's other rules."""

from pathlib import Path

from pydantic import ValidationError

from config.crosscheck import cross_check
from config.folder import Folder
from config.problems import problems_of
from config.scoring import ScoringRules
from config.yaml_file import YamlFile, read_yaml
from domain.errors import Problem, RuleError

FILE = "scoring.yaml"


def read_scoring(place: Path, beside: Path) -> ScoringRules:
    """A folder's scoring.yaml, or the file itself; RuleError with every mistake and its place.

    What it says of properties is held against the mapping.yaml next to it, or else that of the folder `beside`.
    """
    path = place / FILE if place.is_dir() else place
    if not path.is_file():
        raise RuleError(f"There are no rules to try at {place}: name a folder with a {FILE}, or such a file.")
    file = read_yaml(path, path.name)
    rules, problems = _validated(file)
    problems += [each for each in cross_check(_beside(file, path.parent, beside)) if each.file == file.name]
    if rules is None or problems:
        found = sorted(dict.fromkeys(problems), key=lambda each: (each.line, each.column, each.message))
        count = "1 mistake" if len(found) == 1 else f"{len(found)} mistakes"
        raise RuleError("\n".join([f"{count} in {path}:", *map(str, found)]), found)
    return rules


def _validated(file: YamlFile) -> tuple[ScoringRules | None, list[Problem]]:
    problems = [*file.problems]
    if file.is_unreadable:
        return None, problems
    try:
        return ScoringRules.model_validate(file.data), problems
    except ValidationError as error:
        return None, [*problems, *problems_of(error, file.data, file, model=ScoringRules)]


def _beside(scoring: YamlFile, own: Path, installation: Path) -> Folder:
    def read(name: str) -> YamlFile:
        shown = f"{name}.yaml"
        return read_yaml((own if (own / shown).is_file() else installation) / shown, shown)

    return Folder(
        mapping=read("mapping"),
        scoring=scoring,
        lifecycle=read("lifecycle"),
        routing=read("routing"),
        connections=None,
    )
