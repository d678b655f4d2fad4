"""Names in reports.yaml that lead nowhere, and expressions that nobody can read."""

from collections.abc import Iterator, Mapping

from config.conditions import Condition, expression_problem, references
from config.folder import ANY, each
from config.reports import UNKNOWN
from config.words import did_you_mean
from config.yaml_file import YamlFile
from domain.errors import Problem

TOUCH_WORDS = frozenset(
    {"kind", "form", "url", "page", "referrer", "campaign", "campaign_type", "subject"}
    | {f"utm_{name}" for name in ("source", "medium", "campaign", "content", "term")}
)
"""What a channel's condition may ask of the first thing that a person did."""


def check_reports(
    file: YamlFile, properties: frozenset[str] | None, connections: frozenset[str] | None = None
) -> Iterator[Problem]:
    """`properties`: those of mapping.yaml, `connections`: those of leadloop.yaml; None where it cannot be read."""
    yield from _names(file, connections)
    yield from _counted(file, properties, connections)
    for path, data in each(file, ("channels", ANY, "when")):
        if not isinstance(data, Mapping):
            continue
        try:
            condition = Condition.model_validate(data)
        except ValueError:
            continue  # told where the file is validated
        broken = expression_problem(condition.expr, subject="lead") if condition.expr is not None else None
        if broken is not None:
            yield file.problem((*path, "expr"), broken)
            continue
        known = (properties or frozenset()) | TOUCH_WORDS
        for name in sorted(references(condition) - known) if properties is not None else ():
            message = f"property `{name}` is neither defined in mapping.yaml nor known of what a person did"
            yield file.problem(path, message, hint=did_you_mean(name, known))


def _names(file: YamlFile, connections: frozenset[str] | None) -> Iterator[Problem]:
    channels = {name for _, name in each(file, ("channels", ANY, "name")) if isinstance(name, str)} | {UNKNOWN}
    for path, name in each(file, ("drives", ANY, "channel")):
        if isinstance(name, str) and name not in channels:
            yield file.problem(path, f"there is no channel `{name}`", hint=did_you_mean(name, channels))
    for path, name in each(file, ("attribution", "connection")):
        if isinstance(name, str) and connections is not None and name not in connections:
            message = f"connection `{name}` is not defined in leadloop.yaml"
            yield file.problem(path, message, hint=did_you_mean(name, connections))


def _counted(
    file: YamlFile, properties: frozenset[str] | None, connections: frozenset[str] | None
) -> Iterator[Problem]:
    for path, _ in each(file, ("counted", ANY)):
        name = str(path[-1])
        if connections is not None and name not in connections:
            message = f"connection `{name}` is not defined in leadloop.yaml"
            yield file.problem(path, message, hint=did_you_mean(name, connections), at_key=True)
    for path, name in each(file, ("counted", ANY, ANY)):
        if isinstance(name, str) and properties is not None and name not in properties:
            message = f"property `{name}` is not defined in mapping.yaml"
            yield file.problem(path, message, hint=did_you_mean(name, properties))
