"""Other points in the text of scoring.yaml: only these numbers change, every comment and every blank stays.

Each number is found by where the reader saw it. What cannot be changed in place (a number behind an anchor, a list in
one line) is left alone and named.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from config.scoring import ActivityRule, FitGroup
from config.strict import Strict
from config.yaml_file import KeyPath, YamlFile, yaml_of
from domain.activity import MARKETING_KINDS

FILE = "scoring.yaml"
NEW_GROUP = "Learnt from outcomes"
_NUMBER = re.compile(r"[-+]?\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repointing:
    """`points`, `caps`, `daily_caps`: by rule; `limits`: by (`engagement`, `sales` or `fit`, group). `fit` and
    `activity` are new. `line`: under `line` and `steps`, by key."""

    points: Mapping[str, int] = field(default_factory=dict)
    caps: Mapping[str, int] = field(default_factory=dict)
    daily_caps: Mapping[str, int] = field(default_factory=dict)
    limits: Mapping[tuple[str, str], int] = field(default_factory=dict)
    fit: tuple[FitGroup, ...] = ()
    activity: tuple[ActivityRule, ...] = ()
    total_cap: int | None = None
    line: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repointed:
    """`left`: what has to be changed by hand, in words."""

    text: str
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class _Splice:
    at: int
    until: int
    text: str


def repoint(text: str, changes: Repointing) -> Repointed:
    """The same file with other numbers in it."""
    page = _Page(text)
    for path, key, value in _numbers(page.file.data, changes):
        page.put(path, key, value)
    sections: list[tuple[str, Sequence[Strict]]] = [("fit", changes.fit)]
    for part, is_marketing in (("engagement", True), ("sales", False)):
        rules = [each for each in changes.activity if bool(set(each.on) & MARKETING_KINDS) is is_marketing]
        sections.append((part, [_Group(name=NEW_GROUP, rules=rules)] if rules else []))
    for part, items in sections:
        page.add(part, items)
    return page.done()


class _Group(Strict):
    name: str
    rules: list[ActivityRule]


Number = tuple[KeyPath, str, int]
"""The mapping in which a key stands, the key, and what it is to be."""


def _numbers(data: Mapping[str, Any], changes: Repointing) -> Iterator[Number]:
    for path, group, part in _groups(data):
        if (part, group["name"]) in changes.limits:
            yield path, "limit", changes.limits[part, group["name"]]
        yield from _rule_numbers((*path, "rules"), group.get("rules", ()), changes)
    yield from _rule_numbers(("fit_penalties",), data.get("fit_penalties", ()), changes)
    for (part, key), value in changes.line.items():
        yield (part,), key, value
    if changes.total_cap is not None:
        yield (), "total_cap", changes.total_cap


def _groups(data: Mapping[str, Any]) -> Iterator[tuple[KeyPath, Mapping[str, Any], str]]:
    for part in ("engagement", "sales", "fit"):
        for at, group in enumerate(data.get(part) or ()):
            yield (part, at), group, part


def _rule_numbers(path: KeyPath, rules: Sequence[Mapping[str, Any]], changes: Repointing) -> Iterator[Number]:
    for at, rule in enumerate(rules):
        for key, values in (("points", changes.points), ("cap", changes.caps), ("cap_per_day", changes.daily_caps)):
            if rule["name"] in values:
                yield (*path, at), key, values[rule["name"]]


class _Page:
    """A text and what is to be put into it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.file: YamlFile = yaml_of(text, FILE)
        self._starts = [0, *(found.end() for found in re.finditer(r"\r\n|\n|\r", text))]
        self._splices: list[_Splice] = []
        self._appended: dict[str, dict[str, int]] = {}
        self._left: list[str] = []

    def put(self, path: KeyPath, key: str, value: int) -> None:
        """Change a number, or write it where it is not said yet."""
        if self.file.has((*path, key)):
            self._replace((*path, key), value)
        elif not path or not self.file.has(path):
            self._appended.setdefault("".join(map(str, path)), {})[key] = value
        else:
            self._insert(path, key, value)

    def add(self, part: str, items: Sequence[Strict]) -> None:
        """Put items at the beginning of a list; a list that is not there is put at the end of the file."""
        if not items:
            return
        lines = [line for item in items for line in _block(item)]
        if not self.file.data.get(part):
            self._begin(part, lines)
            return
        at = self._offset((part, 0))
        column = self.file.places[part, 0].column - 1
        before = self.text[at - column : at]
        if not re.fullmatch(r" *- +", before):
            self._left.append(f"`{part}` is a list in one line: add to it by hand: " + "; ".join(lines))
            return
        indent = " " * before.index("-")
        text = "".join(f"{indent}{line}\n" for line in lines)
        self._splices.append(_Splice(at - column, at - column, text))

    def done(self) -> Repointed:
        text = self.text
        for splice in sorted(self._splices, reverse=True):
            text = text[: splice.at] + splice.text + text[splice.until :]
        for name, pairs in self._appended.items():
            inside = ", ".join(f"{key}: {value}" for key, value in pairs.items())
            text = _with_end(text) + (f"{name}: {{ {inside} }}\n" if name else f"{inside}\n")
        return Repointed(text=text, left=tuple(self._left))

    def _begin(self, part: str, lines: Sequence[str]) -> None:
        block = "".join(f"  {line}\n" for line in lines)
        if not self.file.has((part,)):
            end = len(self.text)
            self._splices.append(_Splice(end, end, ("" if self.text.endswith("\n") else "\n") + f"{part}:\n{block}"))
            return
        at = self._offset((part,))
        empty = re.match(r"\[\s*\][^\n]*\n?", self.text[at:])
        if empty is None:
            self._left.append(f"`{part}` holds nothing and is no list: add to it by hand: " + "; ".join(lines))
            return
        self._splices.append(_Splice(at, at + empty.end(), f"\n{block}"))

    def _replace(self, path: KeyPath, value: int) -> None:
        at = self._offset(path)
        found = _NUMBER.match(self.text, at)
        if found is None:
            self._left.append(f"{self._told(path)}: write {value} by hand")
        elif int(found[0]) != value:
            self._splices.append(_Splice(at, found.end(), str(value)))

    def _insert(self, path: KeyPath, key: str, value: int) -> None:
        """Before the points, else at the beginning, in the form that the mapping has."""
        at = begin = self._offset(path)
        if self.text[begin] in "*&":
            self._left.append(f"{self._told((*path, key))}: write {value} by hand")
            return
        if self.file.has((*path, "points")):
            place = self.file.places[*path, "points"]
            at = self._starts[place.key_line - 1] + place.key_column - 1
        elif self.text[begin] == "{":
            at += 1
        indent = " " * (self.file.places[path].column - 1)
        text = f"{key}: {value}, " if self.text[begin] == "{" else f"{key}: {value}\n{indent}"
        self._splices.append(_Splice(at, at, text))

    def _offset(self, path: KeyPath) -> int:
        place = self.file.places[path]
        return self._starts[place.line - 1] + place.column - 1

    def _told(self, path: KeyPath) -> str:
        return f"{FILE}:{self.file.places.get(path, self.file.places[path[:-1]]).line}: `{path[-1]}`"


def _block(item: Strict) -> list[str]:
    """An item of a list: its name, and what it holds in lines of its own; JSON is YAML."""
    data = item.model_dump(mode="json", exclude_defaults=True)
    rules = data.pop("rules")
    head = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in data.items()]
    first, *rest = [*head, "rules:"]
    rows = [f"    - {_flow(rule)}" for rule in rules]
    return [f"- {first}", *(f"  {line}" for line in rest), *rows]


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key}: {_flow(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(each) for each in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _with_end(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"
