"""The rule files as they were written, to be looked through before anything is validated."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from config.words import did_you_mean
from config.yaml_file import KeyPath, YamlFile
from domain.errors import Problem

ANY = "*"

_DEFINED_IN = {"property": "mapping.yaml", "connection": "leadloop.yaml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """The rule files as read, and the connections' names as leadloop.yaml has them (None: unknown, do not judge)."""

    mapping: YamlFile
    scoring: YamlFile
    lifecycle: YamlFile
    routing: YamlFile
    connections: frozenset[str] | None

    def named(self, name: str) -> YamlFile:
        files = {"mapping": self.mapping, "scoring": self.scoring, "lifecycle": self.lifecycle, "routing": self.routing}
        return files[name]

    def properties(self) -> frozenset[str] | None:
        """None where mapping.yaml cannot be read: nobody knows then which there are."""
        if self.mapping.is_unreadable:
            return None
        return frozenset(name for _, name in each(self.mapping, ("properties", ANY, "name")) if isinstance(name, str))


def each(file: YamlFile, pattern: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    """Every value at a path with `*` for any key or item; what has another shape is passed over."""
    yield from _each(file.data, pattern, ())


def _each(data: Any, pattern: KeyPath, path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    if not pattern:
        yield path, data
        return
    step, rest = pattern[0], pattern[1:]
    if isinstance(data, Mapping):
        for key in data if step == ANY else {step} & data.keys():
            yield from _each(data[key], rest, (*path, key))
    elif isinstance(data, list) and step == ANY:
        for at, item in enumerate(data):
            yield from _each(item, rest, (*path, at))


def names(file: YamlFile, pattern: KeyPath) -> frozenset[str]:
    return frozenset(value for _, value in each(file, pattern) if isinstance(value, str))


def unknown(
    file: YamlFile, path: KeyPath, *, what: str, name: str, known: Iterable[str], at_key: bool = False
) -> Problem:
    """A name that another file should define."""
    message = f"{what} `{name}` is not defined in {_DEFINED_IN[what]}"
    return file.problem(path, message, hint=did_you_mean(name, known), at_key=at_key)


def leaves(data: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from leaves(value, (*path, key))
    elif isinstance(data, list):
        for at, value in enumerate(data):
            yield from leaves(value, (*path, at))
    else:
        yield path, data
