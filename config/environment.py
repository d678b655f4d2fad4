"""Settings from several places, the strongest first: flag, environment variable, `.env`, YAML, default.

`LEADLOOP_SCHEDULE__CYCLE_MINUTES=10` sets `schedule: {cycle_minutes: 10}`. Whatever is wrong with a
value is said at the place it came from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import Field
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableVariableError

from config.dotenv_file import SHOWN, read_dotenv
from config.settings import Settings
from config.variable_names import DELIMITER, PREFIX, unknown_names
from config.yaml_file import KeyPath, YamlFile
from domain.errors import Problem


class _Variables(Settings, BaseSettings):
    """The settings as environment variables see them."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter=DELIMITER, extra="ignore")
    connections: dict[str, dict[str, str]] = Field(default_factory=dict)  # type: ignore[assignment]  # their texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Variables:
    """The process's environment over the folder's `.env`. Its repr shows no value."""

    process: Mapping[str, str]
    file: Mapping[str, str]
    lines: Mapping[str, int]
    """Where in `.env` each variable stands."""
    problems: tuple[Problem, ...] = ()
    """What is wrong with `.env` itself, and names that set nothing."""

    def __repr__(self) -> str:
        return f"Variables({len(self.process)} of the process, {len(self.file)} of .env)"

    def all(self) -> dict[str, str]:
        return {**self.file, **self.process}

    def settings(self) -> tuple[dict[str, Any], list[Problem]]:
        """What the LEADLOOP_* variables set, nested as the YAML is; and those that are not readable JSON."""
        given = {name.lower(): value for name, value in self.all().items()}

        class Source(EnvSettingsSource):
            def _load_env_vars(self) -> Mapping[str, str | None]:
                return given

        try:
            return dict(Source(_Variables)()), []
        except UnreadableVariableError as error:
            named = next((name for name in _Variables.model_fields if f'"{name}"' in str(error)), "")
            return {}, [self.problem((named,), 'lists are written as JSON, such as ["a", "b"]')]

    def problem(self, path: KeyPath, message: str, *, hint: str | None = None) -> Problem:
        """A problem with the value that a variable set."""
        name = PREFIX + DELIMITER.join(str(step) for step in path).upper()
        while name not in self.all() and DELIMITER in name:
            name = name.rpartition(DELIMITER)[0]
        return self.named(name, message, hint=hint)

    def named(self, name: str, message: str, *, hint: str | None = None) -> Problem:
        """A problem with a variable, at its place."""
        file = "environment" if name in self.process else SHOWN
        line = 1 if name in self.process else self.lines.get(name, 1)
        return Problem(file=file, line=line, column=1, message=f"{name}: {message}", hint=hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """One set of settings put together from files and variables, strongest first, and where each part came from."""

    files: Sequence[YamlFile]
    variables: Variables
    variable_settings: Mapping[str, Any]
    flags: Mapping[str, Any]

    def data(self) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        for layer in (*(file.data for file in reversed(self.files)), self.variable_settings, self.flags):
            merged = merge(merged, layer)
        return merged

    def problem(self, path: KeyPath, message: str, *, hint: str | None = None, at_key: bool = False) -> Problem:
        """A problem at the strongest place that has the path, or the most of it."""
        if _has(self.flags, path):
            flag = ".".join(map(str, path))
            return Problem(file="command line", line=1, column=1, message=f"{flag}: {message}", hint=hint)
        if _has(self.variable_settings, path):
            return self.variables.problem(path, message, hint=hint)
        for length in range(len(path), -1, -1):
            for file in self.files:
                if file.has(path[:length]):
                    return file.problem(path, message, hint=hint, at_key=at_key)
        return self.files[-1].problem(path, message, hint=hint, at_key=at_key)


def read_variables(folder: Path, process: Mapping[str, str]) -> Variables:
    """The environment as given, over the folder's `.env` if there is one."""
    found = read_dotenv(folder)
    variables = Variables(process=process, file=found.values, lines=found.lines)
    strangers = [
        variables.named(name, "no setting is called so", hint=hint)
        for name, hint in unknown_names(variables.all(), folder)
    ]
    return replace(variables, problems=(*found.problems, *strangers))


def merge(weaker: Mapping[str, Any], stronger: Mapping[str, Any]) -> dict[str, Any]:
    """Mappings are merged key by key; anything else of the stronger side replaces."""
    merged = dict(weaker)
    for key, value in stronger.items():
        below = merged.get(key)
        merged[key] = merge(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged


def _has(data: Any, path: KeyPath) -> bool:
    for step in path:
        if not isinstance(data, Mapping) or step not in data:
            return False
        data = data[step]
    return bool(path)
