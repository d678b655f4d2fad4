"""Reads one YAML file into plain values and remembers where each of them stands.

ruamel's composer gives every node its line and column, so that duplicate keys are all found (not
only the first) and a message about any value can point at it. Dates stay text: a rule compares text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.docinfo import DocInfo
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from config.words import nearest
from domain.errors import Problem

KeyPath = tuple[str | int, ...]

_TAB = ("a tab stands where YAML wants spaces", "indent with spaces")
_ODD_NUMBER = re.compile(r"[+]|-?0[0-9xo]|.*_|[-.0-9]*[eE]")
"""How a text begins that YAML takes for a number and a person probably does not: a phone, a postal code, an id."""
_MAX_BYTES = 2_000_000
_MAX_NODES = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a value and its key begin, both from 1."""

    line: int
    column: int
    key_line: int
    key_column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlFile:
    """One file as plain values (`data`, an empty mapping when it could not be read) and the place of each.

    `text`: what was read, which the file may no longer hold.
    """

    name: str
    data: dict[str, Any]
    text: str = field(default="", compare=False)
    places: dict[KeyPath, Place] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def is_unreadable(self) -> bool:
        """Nothing in it is known, so nothing can be said about what it lacks."""
        return bool(self.problems) and not self.data

    def has(self, path: KeyPath) -> bool:
        return path in self.places

    def problem(self, path: KeyPath, message: str, *, hint: str | None = None, at_key: bool = False) -> Problem:
        """A problem at a value (or its key); at the nearest place above where the path itself is not in the file."""
        missing = path not in self.places
        while path and path not in self.places:
            path = path[:-1]
        place = self.places.get(path, Place(line=1, column=1, key_line=1, key_column=1))
        if at_key or missing:
            return Problem(file=self.name, line=place.key_line, column=place.key_column, message=message, hint=hint)
        return Problem(file=self.name, line=place.line, column=place.column, message=message, hint=hint)


def read_yaml(path: Path, name: str, *, beside: frozenset[str] = frozenset()) -> YamlFile:
    """Read a file that is to hold a mapping; whatever is wrong with it is in `problems`, under `name`.

    `beside`: files with a meaning of their own, not to be taken for this one misspelt.
    """
    try:
        text = _text(path, beside)
    except _UnreadableError as error:
        return _failed(name, str(error), hint=error.hint)
    return yaml_of(text, name)


def yaml_of(text: str, name: str) -> YamlFile:
    """The same of a text that was read before, as published rules keep it."""
    try:
        node, data = _compose(text)
    except (YAMLError, ValueError, RecursionError) as error:
        found = _broken(name, text, error)
        is_tab = found.problems[0].message == _TAB[0]
        return YamlFile(name=name, data={}, problems=_tabs(name, text)) if is_tab else found
    if node is None:
        return YamlFile(name=name, data={}, text=text)
    if not isinstance(node, MappingNode):
        return _failed(name, "the file has to hold keys and values, as in `key: value`")
    walk = _Walk(name)
    walk.visit(node, (), node, ())
    data = {} if walk.endless else _plain(data)
    return YamlFile(name=name, data=data, text=text, places=walk.places, problems=tuple(walk.problems))


class _UnreadableError(Exception):
    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


def _text(path: Path, beside: frozenset[str]) -> str:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise _UnreadableError(f"larger than {_MAX_BYTES} bytes: this is not a rule file")
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise _UnreadableError("the file is missing", _like(path, beside)) from error
    except UnicodeDecodeError as error:
        raise _UnreadableError(f"byte {error.start} is not UTF-8 text", "save the file as UTF-8") from error
    except OSError as error:
        raise _UnreadableError(f"cannot be read: {error.strerror}") from error


def _like(path: Path, beside: frozenset[str]) -> str:
    """A hint at a file that was probably meant to be this one: `mapping.yml`, `scorring.yaml`."""
    there = {each.name for each in path.parent.glob("*.y*ml")} if path.parent.is_dir() else set()
    close = nearest(path.name, there - beside)
    return f"rename {close} to {path.name}" if close else "`leadloop init` writes one to start from"


@lru_cache(maxsize=16)
def _compose(text: str) -> tuple[Node | None, Any]:
    """The nodes and their values, both only to be read: most of an opening's time, and the text is seldom another."""
    yaml = YAML(typ="safe", pure=True)
    yaml.allow_duplicate_keys = True  # all of them are found by the walk, not only the first
    yaml.doc_infos.append(DocInfo())  # as YAML.load does; a %YAML line is lost without it
    constructor, _ = yaml.get_constructor_parser(text)
    node = constructor.composer.get_single_node()
    return node, None if node is None else constructor.construct_document(node)


def _tabs(name: str, text: str) -> tuple[Problem, ...]:
    """Every line that is indented with a tab, at which the parser stops one by one."""
    return tuple(
        Problem(file=name, line=at, column=1, message=_TAB[0], hint=_TAB[1])
        for at, line in enumerate(text.splitlines(), start=1)
        if "\t" in line[: len(line) - len(line.lstrip())] and line.strip()
    )


def _failed(name: str, message: str, *, hint: str | None = None, line: int = 1, column: int = 1) -> YamlFile:
    problem = Problem(file=name, line=line, column=column, message=message, hint=hint)
    return YamlFile(name=name, data={}, problems=(problem,))


def _broken(name: str, text: str, error: Exception) -> YamlFile:
    if isinstance(error, MarkedYAMLError):
        return _broken_at_mark(name, error)
    if isinstance(error, ReaderError):
        before = text[: error.position]
        line, column = before.count("\n") + 1, error.position - before.rfind("\n")
        return _failed(name, f"the character {text[error.position]!r} cannot stand in YAML", line=line, column=column)
    if isinstance(error, RecursionError):
        return _failed(name, "nested too deeply to be a rule file")
    return _failed(name, f"not readable as YAML: {str(error).splitlines()[0]}")


def _broken_at_mark(name: str, error: MarkedYAMLError) -> YamlFile:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    words = str(error.problem or error.context)
    message, hint = _said_better(words)
    return _failed(name, message, hint=hint, line=line, column=column)


def _said_better(words: str) -> tuple[str, str | None]:
    """What ruamel's words mean to somebody who does not know its parser."""
    if "found undefined alias" in words:
        return words.replace("found undefined alias", "unknown anchor"), "define it before with &name"
    known: dict[str, tuple[str, str | None]] = {
        "\\t": _TAB,
        "mapping values are not": (
            "a colon stands where no key can be",
            "put the text in quotes, or mend the indentation",
        ),
        "expected <block end>": ("the indentation does not fit the lines above", None),
        "could not determine a constructor": ("tags such as !name are not used here", "write the plain value"),
        "but found another document": ("a second document begins here: a file holds one", "remove the `---`"),
        "unexpected end of stream": ("the file ends inside a quoted text", "close the quote"),
    }
    return next((said for part, said in known.items() if part in words), (words, None))


class _Walk:
    """Goes through the nodes once, noting places and keys that stand twice."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.places: dict[KeyPath, Place] = {}
        self.problems: list[Problem] = []
        self.endless = False

    def visit(self, node: Node, path: KeyPath, key: Node, above: tuple[int, ...]) -> None:
        if id(node) in above or len(self.places) > _MAX_NODES:
            self.endless = True
            self._complain(key, "an anchor refers to itself, or the file unfolds without end")
            return
        self.places[path] = Place(
            line=node.start_mark.line + 1,
            column=node.start_mark.column + 1,
            key_line=key.start_mark.line + 1,
            key_column=key.start_mark.column + 1,
        )
        if isinstance(node, ScalarNode):
            self._doubt_number(node)
        for step, child_key, child in self._children(node):
            if self.endless:
                return
            self.visit(child, (*path, step), child_key, (*above, id(node)))

    def _doubt_number(self, node: ScalarNode) -> None:
        kind = str(node.tag).rpartition(":")[2]
        if node.style is None and kind in {"int", "float"} and _ODD_NUMBER.match(node.value):
            hint = "put it in quotes if it is text, or write the number plainly"
            self._complain(node, f"`{node.value}` is read as a number, and does not look like one", hint=hint)

    def _children(self, node: Node) -> Iterator[tuple[str | int, Node, Node]]:
        if isinstance(node, SequenceNode):
            for at, item in enumerate(node.value):
                yield at, item, item
        elif isinstance(node, MappingNode):
            yield from self._pairs(node)

    def _pairs(self, node: MappingNode) -> Iterator[tuple[str | int, Node, Node]]:
        seen: dict[str, Node] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                self._complain(key, "a key has to be plain text")
                continue
            name = str(key.value)
            if name in seen:
                line = seen[name].start_mark.line + 1
                self._complain(key, f"`{name}` stands twice", hint=f"first in line {line}")
                continue
            seen[name] = key
            yield name, key, value

    def _complain(self, node: Node, message: str, *, hint: str | None = None) -> None:
        mark = node.start_mark
        found = Problem(file=self.name, line=mark.line + 1, column=mark.column + 1, message=message, hint=hint)
        self.problems.append(found)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {_key(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def _key(key: Any) -> str:
    """A key as it is written: YAML reads `2026:` as a number and `true:` as a truth."""
    if isinstance(key, bool):
        return "true" if key else "false"
    return "null" if key is None else str(key)
