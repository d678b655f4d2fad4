"""Reads leadloop.yaml with its environment's overlay, the variables and the flags, and validates each connection."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from config.environment import Layers, read_variables
from config.problems import problems_of
from config.rules import RULE_FILES
from config.secrets import Secrets
from config.settings import Environment, Settings
from config.words import did_you_mean
from config.yaml_file import KeyPath, YamlFile, read_yaml
from domain.errors import Problem

SETTINGS_FILE = "leadloop.yaml"
OVERLAYS = "environments"
REPORTS_FILE = "reports.yaml"
ALL_FILES = frozenset({SETTINGS_FILE, REPORTS_FILE, *(f"{name}.yaml" for name in RULE_FILES)})

ConnectionTypes = Mapping[str, type[BaseModel]]


class SettingsReading:
    """One pass over leadloop.yaml, its overlay, the variables and the flags."""

    def __init__(self, folder: Path, types: ConnectionTypes, *, variables: Mapping[str, str]) -> None:
        self._folder = folder
        self._types = types
        self._variables = read_variables(folder, variables)
        self._layers = Layers(files=(), variables=self._variables, variable_settings={}, flags={})
        self._data: dict[str, Any] = {}
        self._usable = False
        self.problems: list[Problem] = []

    def names(self) -> frozenset[str] | None:
        """The connections as far as they are known; None when the file could not be read at all."""
        connections = self._data.get("connections")
        return frozenset(connections) if self._usable and isinstance(connections, Mapping) else None

    def at(self, path: KeyPath, message: str, *, hint: str | None = None, at_key: bool = False) -> Problem:
        return self._layers.problem(path, message, hint=hint, at_key=at_key)

    def read(self, environment: str | None, flags: Mapping[str, Any]) -> Settings | None:
        own = read_yaml(self._folder / SETTINGS_FILE, SETTINGS_FILE, beside=ALL_FILES)
        from_variables, unreadable = self._variables.settings()
        if environment is not None:
            flags = {**flags, "environment": environment}
        self._layers = Layers(files=(own,), variables=self._variables, variable_settings=from_variables, flags=flags)
        overlay = self._overlay(self._layers.data().get("environment", Environment.LIVE), asked=environment, own=own)
        if overlay is not None:
            self._layers = Layers(
                files=(overlay, own), variables=self._variables, variable_settings=from_variables, flags=flags
            )
        self._usable = not own.problems
        self.problems += [*own.problems, *self._variables.problems, *unreadable, *(overlay.problems if overlay else ())]
        self._data = self._layers.data()
        return self._validate() if self._usable else None

    def _overlay(self, name: Any, *, asked: str | None, own: YamlFile) -> YamlFile | None:
        """environments/test.yaml or live.yaml. One that was asked for and is not there could lead to the wrong org."""
        if not isinstance(name, str) or name not in {Environment.TEST.value, Environment.LIVE.value}:
            return None
        shown = f"{OVERLAYS}/{name}.yaml"
        if not (self._folder / shown).exists() and asked in (None, own.data.get("environment", Environment.LIVE)):
            return None
        file = read_yaml(self._folder / shown, shown)
        for key in file.data:
            if key != "connections":
                hint = f"`{key}` belongs into {SETTINGS_FILE}"
                self.problems.append(
                    file.problem((key,), "an environment changes connections only", hint=hint, at_key=True)
                )
        kept = {key: value for key, value in file.data.items() if key == "connections"}
        return YamlFile(name=file.name, data=kept, places=file.places, problems=file.problems)

    def _validate(self) -> Settings | None:
        secrets = Secrets(folder=self._folder, environment=self._variables.all(), report=self._report_secret)
        resolved = secrets.resolve(self._data)
        connections = self._connections(resolved.get("connections"), secrets)
        if connections is not None:
            resolved["connections"] = connections
        try:
            return Settings.model_validate(resolved)
        except ValidationError as error:
            self.problems += problems_of(
                error, self._data, self._layers, model=Settings, broken=secrets.broken, mask=secrets.mask
            )
            return None

    def _report_secret(self, path: KeyPath, message: str, hint: str | None) -> None:
        self.problems.append(self._layers.problem(path, message, hint=hint))

    def _connections(self, given: Any, secrets: Secrets) -> dict[str, BaseModel] | None:
        """Each connection as its own type's settings; those that are wrong are left out after saying so."""
        if not isinstance(given, Mapping):
            return None
        found = {name: self._connection(str(name), data, secrets) for name, data in given.items()}
        return {name: connection for name, connection in found.items() if connection is not None}

    def _connection(self, name: str, data: Any, secrets: Secrets) -> BaseModel | None:
        path = ("connections", name)
        if not isinstance(data, Mapping):
            self.problems.append(self.at(path, f"`{name}` has to be keys and values, its `type` first"))
            return None
        kind = data.get("type")
        model = self._types.get(kind) if isinstance(kind, str) else None
        if model is None:
            self.problems.append(self._unknown_type(name, self._data["connections"][name].get("type")))
            return None
        try:
            return model.model_validate(data)
        except ValidationError as error:
            self.problems += problems_of(
                error,
                self._data["connections"][name],
                self._layers,
                model=model,
                under=path,
                broken=secrets.broken,
                mask=secrets.mask,
            )
            return None

    def _unknown_type(self, name: str, kind: Any) -> Problem:
        if kind is None:
            choice = f"one of: {', '.join(sorted(self._types))}"
            return self._layers.problem(
                ("connections", name), f"`type` is missing in `{name}`", hint=choice, at_key=True
            )
        hint = did_you_mean(str(kind), self._types)
        return self.at(("connections", name, "type"), f"there is no connection type `{kind}`", hint=hint)
