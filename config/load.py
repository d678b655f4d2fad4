"""Reads an installation's folder: settings, connections, rules. All mistakes at once, each with its place."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from config.crosscheck import cross_check
from config.deliver import unknown_drives
from config.folder import ANY, Folder, names
from config.problems import problems_of
from config.reports import ReportRules
from config.reports_check import check_reports
from config.routing import AROUND_THE_LEAD, RoutingRules
from config.rules import RULE_FILES, Rules, document_of, rules_from_document
from config.settings import Settings
from config.settings_file import ALL_FILES, REPORTS_FILE, SETTINGS_FILE, ConnectionTypes, SettingsReading
from config.status_check import doubtful
from config.territories import TerritoryReading, read_territories
from config.words import Finding, did_you_mean
from config.yaml_file import YamlFile, read_yaml
from domain.errors import Problem, RuleError, SettingsError

__all__ = ["Installation", "Rules", "load", "load_reports", "load_settings", "rules_from_document"]

Further = Callable[[Any, Mapping[str, str]], Iterable[Finding]]
"""A look at one rule file's model, with each connection's type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """One folder, read and found good. The folder is the draft of the rules; the store has the published ones."""

    folder: Path
    settings: Settings
    rules: Rules
    reports: ReportRules = field(default_factory=ReportRules)
    """What reports count by: read with the folder and never published, as it decides nothing."""
    sources: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The text of each rule file, by its name, as it was read."""
    warnings: tuple[Problem, ...] = ()
    """What can be used and is probably not meant."""


def load(
    folder: Path,
    connection_types: ConnectionTypes,
    environment: str | None = None,
    *,
    flags: Mapping[str, Any] | None = None,
    variables: Mapping[str, str] | None = None,
    further: Mapping[str, Further] | None = None,
) -> Installation:
    """Read everything or raise SettingsError (RuleError when only rule files are wrong) with every problem.

    `flags` are settings from the command line, nested as in the YAML; `variables` stand in for the
    process's environment; `further`, by rule file, is what only the floors above can find.
    """
    if not folder.is_dir():
        raise SettingsError(f"There is no folder {folder}. `leadloop init {folder}` makes one.")
    reading = SettingsReading(folder, connection_types, variables=os.environ if variables is None else variables)
    settings = reading.read(environment, flags or {})
    files = {name: read_yaml(folder / f"{name}.yaml", f"{name}.yaml", beside=ALL_FILES) for name in RULE_FILES}
    models, problems = _validated(files)
    beside = Folder(**files, connections=reading.names())
    problems += cross_check(beside)
    territories = _territories(folder, beside, models)
    problems += territories.problems if territories is not None else ()
    problems += _unknown_teams(settings, files["routing"], reading)
    problems += _unknown_limits(settings, reading)
    reports, wrong = _reports(folder, beside)
    problems += wrong
    problems += () if wrong else _unknown_drives(settings, reports, reading)
    above = _found_above(further or {}, models, files, settings=settings, said=problems)
    problems += [problem for problem, is_warning in above if not is_warning]
    if problems or reading.problems or settings is None:
        raise _failure(folder, [*reading.problems, *problems])
    return Installation(
        folder=folder,
        settings=settings,
        rules=rules_from_document(document_of(models, territories.table if territories is not None else None)),
        reports=reports,
        sources={
            **{file.name: file.text for file in files.values()},
            **({territories.name: territories.text} if territories is not None else {}),
        },
        warnings=(
            *(problem for problem, is_warning in above if is_warning),
            *(territories.warnings if territories is not None else ()),
            *doubtful(beside),
        ),
    )


def load_settings(
    folder: Path,
    connection_types: ConnectionTypes,
    environment: str | None = None,
    *,
    flags: Mapping[str, Any] | None = None,
    variables: Mapping[str, str] | None = None,
) -> Settings:
    """Only leadloop.yaml and its overlay: what `status` needs while the draft of the rules is being edited."""
    reading = SettingsReading(folder, connection_types, variables=os.environ if variables is None else variables)
    settings = reading.read(environment, flags or {})
    if reading.problems or settings is None:
        raise _failure(folder, reading.problems)
    return settings


def _validated(files: Mapping[str, YamlFile]) -> tuple[dict[str, BaseModel], list[Problem]]:
    models: dict[str, BaseModel] = {}
    problems: list[Problem] = []
    for name, model in RULE_FILES.items():
        file = files[name]
        problems += file.problems
        if file.problems and not file.data:
            continue
        try:
            models[name] = model.model_validate(file.data)
        except ValidationError as error:
            problems += problems_of(error, file.data, file, model=model)
    return models, problems


def load_reports(folder: Path) -> ReportRules:
    """reports.yaml as it stands now, by itself: what a page counts by is read when it is made."""
    found, problems = _reports(folder, None)
    if problems:
        raise _failure(folder, problems)
    return found


def _reports(folder: Path, beside: Folder | None) -> tuple[ReportRules, list[Problem]]:
    """reports.yaml, which may be left out; every mistake in it. `beside`: what its names are looked for in."""
    path = folder / REPORTS_FILE
    if not path.exists():
        return ReportRules(), []
    file = read_yaml(path, REPORTS_FILE, beside=ALL_FILES)
    if file.is_unreadable:
        return ReportRules(), list(file.problems)
    known = (beside.properties(), beside.connections) if beside is not None else (None, None)
    problems = [*file.problems, *check_reports(file, *known)]
    try:
        return ReportRules.model_validate(file.data), problems
    except ValidationError as error:
        return ReportRules(), [*problems, *problems_of(error, file.data, file, model=ReportRules)]


def _territories(folder: Path, files: Folder, models: Mapping[str, BaseModel]) -> TerritoryReading | None:
    """The table that routing.yaml names; None where it names none that could be looked for."""
    routing, known = models.get("routing"), files.properties()
    if not isinstance(routing, RoutingRules) or routing.territories is None:
        return None
    properties = None if known is None else known | AROUND_THE_LEAD
    pools = [pool.name for pool in routing.pools]
    return read_territories(folder / routing.territories, properties=properties, pools=pools)


def _found_above(
    further: Mapping[str, Further],
    models: Mapping[str, BaseModel],
    files: Mapping[str, YamlFile],
    *,
    settings: Settings | None,
    said: Iterable[Problem],
) -> list[tuple[Problem, bool]]:
    """What the floors above find in files that are sound by themselves, each place once; with it whether it warns."""
    types = settings.types() if settings else {}
    places = {(each.file, each.line, each.column) for each in said}
    found = [
        (
            files[name].problem(finding.path, finding.message, hint=finding.hint, at_key=finding.at_key),
            finding.is_warning,
        )
        for name, look in further.items()
        if name in models
        for finding in look(models[name], types)
    ]
    return [each for each in found if (each[0].file, each[0].line, each[0].column) not in places]


def _unknown_teams(settings: Settings | None, routing: YamlFile, reading: SettingsReading) -> Iterable[Problem]:
    known = names(routing, ("teams", ANY, "name"))
    for at, name in enumerate(settings.pilot_teams if settings and known else ()):
        if name not in known:
            yield reading.at(
                ("pilot_teams", at), f"there is no team `{name}` in routing.yaml", hint=did_you_mean(name, known)
            )


def _unknown_limits(settings: Settings | None, reading: SettingsReading) -> Iterable[Problem]:
    known = reading.names() or frozenset()
    for name in settings.budget.daily_limit if settings else ():
        if name not in known:
            path = ("budget", "daily_limit", name)
            yield reading.at(path, f"there is no connection `{name}`", hint=did_you_mean(name, known), at_key=True)


def _unknown_drives(settings: Settings | None, reports: ReportRules, reading: SettingsReading) -> Iterable[Problem]:
    for path, message, hint, *_ in unknown_drives(settings.deliver if settings else (), reports):
        yield reading.at(("deliver", *path), message, hint=hint)


def _failure(folder: Path, problems: Sequence[Problem]) -> SettingsError:
    order = [SETTINGS_FILE, *(f"{name}.yaml" for name in RULE_FILES), REPORTS_FILE]
    rank = {name: at for at, name in enumerate(order)}
    found = sorted(
        dict.fromkeys(problems),
        key=lambda one: (
            rank.get(one.file, len(order) if one.file.endswith(".csv") else -1),
            one.file,
            one.line,
            one.column,
            one.message,
        ),
    )
    count = "1 mistake" if len(found) == 1 else f"{len(found)} mistakes"
    message = "\n".join([f"{count} in {folder}:", *map(str, found)])
    only_rules = all(problem.file in order[1:] or problem.file.endswith(".csv") for problem in found)
    return RuleError(message, found) if only_rules else SettingsError(message, found)
