"""Turns pydantic's findings into problems with file, line, column and the nearest right word.

Pydantic names a place by the path through the model, with the names of union branches in between;
the file knows places by the path through its keys. Only what is really in the file counts here.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.words import CHECKED_ELSEWHERE, Finding, did_you_mean, nearest
from config.yaml_file import KeyPath
from domain.errors import Problem

_EXPECTED = {
    "string_type": "text",
    "string_sub_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "dict_type": "keys and values",
    "model_type": "keys and values",
    "model_attributes_type": "keys and values",
    "date_type": "a date such as 2026-12-24",
    "date_parsing": "a date such as 2026-12-24",
    "date_from_datetime_parsing": "a date such as 2026-12-24",
    "date_from_datetime_inexact": "a date such as 2026-12-24",
    "time_type": "a time such as 09:00",
    "time_parsing": "a time such as 09:00",
    "none_required": "nothing",
}
_QUOTED = re.compile(r"""'([^']*)'|"([^"]*)\"""")
_BOUNDS = {
    "greater_than_equal": ("ge", "at least"),
    "less_than_equal": ("le", "at most"),
    "greater_than": ("gt", "more than"),
    "less_than": ("lt", "less than"),
}


class Located(Protocol):
    """Knows where the parts of some data stand."""

    def problem(self, path: KeyPath, message: str, *, hint: str | None = None, at_key: bool = False) -> Problem: ...


def problems_of(
    error: ValidationError,
    data: Any,
    source: Located,
    *,
    model: type[BaseModel],
    under: KeyPath = (),
    broken: Collection[KeyPath] = (),
    mask: Callable[[str], str] = str,
) -> list[Problem]:
    """Every finding as a problem. `data` is what the file says, before secrets were put in; `under` is its own path.

    Findings at `broken` paths are left out: they follow from a problem already reported.
    """
    groups: dict[KeyPath, list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        path = _path_in(data, detail["loc"])
        if detail["type"] != CHECKED_ELSEWHERE and (*under, *path) not in broken:
            groups.setdefault(path, []).append(detail)
    schema = model.model_json_schema()
    misspelt = _misspelt(groups, schema)
    writer = _Writer(data, source, under, schema, mask)
    found: list[Problem] = []
    for path, details in groups.items():
        kept = _without_lost_branches(path, details, groups)
        kept = [one for one in kept if one["type"] != "missing" or (*path, str(one["loc"][-1])) not in misspelt]
        found.extend(writer.write(path, kept))
    return found


def _misspelt(groups: Mapping[KeyPath, list[ErrorDetails]], schema: Mapping[str, Any]) -> frozenset[KeyPath]:
    """Keys that an unknown key beside them was meant to be: that they are missing is the same mistake."""
    unknown = [path for path, details in groups.items() if any(one["type"] == "extra_forbidden" for one in details)]
    meant = ((path, nearest(str(path[-1]), _keys_at(schema, path[:-1]))) for path in unknown)
    return frozenset((*path[:-1], word) for path, word in meant if word is not None)


def _path_in(data: Any, loc: tuple[int | str, ...]) -> KeyPath:
    path: KeyPath = ()
    for step in loc:
        if isinstance(data, Mapping) and str(step) in data:
            path, data = (*path, str(step)), data[str(step)]
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            path, data = (*path, step), data[step]
    return path


def _without_lost_branches(
    path: KeyPath, details: list[ErrorDetails], groups: Mapping[KeyPath, list[ErrorDetails]]
) -> list[ErrorDetails]:
    """Where a union failed deeper inside one of its branches, the other branches' complaints say nothing."""
    deeper = any(len(other) > len(path) and other[: len(path)] == path for other in groups)
    return [detail for detail in details if not (deeper and detail["type"] in _EXPECTED)]


class _Writer:
    def __init__(
        self, data: Any, source: Located, under: KeyPath, schema: dict[str, Any], mask: Callable[[str], str]
    ) -> None:
        self._data = data
        self._source = source
        self._under = under
        self._schema = schema
        self._mask = mask

    def write(self, path: KeyPath, details: list[ErrorDetails]) -> Iterable[Problem]:
        wrong_type = [_EXPECTED[detail["type"]] for detail in details if detail["type"] in _EXPECTED]
        if wrong_type:
            yield self._wrong_type(path, wrong_type)
        for detail in details:
            if detail["type"] not in _EXPECTED:
                yield from self._one(path, detail)

    def _at(self, path: KeyPath, message: str, hint: str | None = None, *, at_key: bool = False) -> Problem:
        hint = self._mask(hint) if hint else None
        return self._source.problem((*self._under, *path), self._mask(message), hint=hint, at_key=at_key)

    def _wrong_type(self, path: KeyPath, expected: list[str]) -> Problem:
        given = _value_at(self._data, path)
        hint = "put it in quotes" if "text" in expected and isinstance(given, int | float) else None
        kinds = list(dict.fromkeys(expected))
        if "a number" in kinds and "a whole number" in kinds:
            kinds.remove("a whole number")
        wanted = " or ".join([", ".join(kinds[:-1]), kinds[-1]] if len(kinds) > 1 else kinds)
        return self._at(path, f"{_name(path)} has to be {wanted}, not {_kind(given)}", hint)

    def _one(self, path: KeyPath, detail: ErrorDetails) -> Iterable[Problem]:
        kind, context = detail["type"], detail.get("ctx", {})
        if kind == "extra_forbidden":
            hint = did_you_mean(str(path[-1]), _keys_at(self._schema, path[:-1]))
            yield self._at(path, f"unknown key `{path[-1]}`", hint, at_key=True)
        elif kind == "missing":
            yield self._at(path, f"`{detail['loc'][-1]}` is missing{_inside(path)}", at_key=True)
        elif kind in {"enum", "literal_error"}:
            yield self._choice(path, detail, str(context.get("expected", "")))
        elif kind == "findings":
            for finding in context["findings"]:
                place = Finding(*finding)
                yield self._at((*path, *place.path), place.message, place.hint, at_key=place.at_key)
        elif kind in _BOUNDS:
            key, words = _BOUNDS[kind]
            yield self._at(path, f"{_name(path)} has to be {words} {context[key]}, not {_value_at(self._data, path)}")
        elif kind == "too_short":
            yield self._at(path, f"{_name(path)} needs at least {context['min_length']}")
        else:
            yield self._at(path, _own_words(path, detail["msg"]))

    def _choice(self, path: KeyPath, detail: ErrorDetails, expected: str) -> Problem:
        is_key, value = detail["loc"][-1] == "[key]", _value_at(self._data, path)
        if not is_key and isinstance(value, dict | list | None):
            return self._at(path, f"{_name(path)} has to be one word, not {_kind(value)}")
        given = str(path[-1]) if is_key else str(value)
        words = [single or double for single, double in _QUOTED.findall(expected)]
        near = did_you_mean(given, words) or f"known here: {', '.join(words)}"
        what = "key" if is_key else "value for " + _name(path)
        return self._at(path, f"`{given}` is no known {what}", near, at_key=is_key)


def _own_words(path: KeyPath, message: str) -> str:
    text = message.removeprefix("Value error, ")
    return text if text != message else f"{_name(path)}: {message[:1].lower()}{message[1:]}"


def _name(path: KeyPath) -> str:
    names = [step for step in path if isinstance(step, str)]
    if not names:
        return "the file"
    return f"`{names[-1]}`" if isinstance(path[-1], str) else f"an item of `{names[-1]}`"


def _inside(path: KeyPath) -> str:
    return f" in {_name(path)}" if path else ""


def _kind(value: Any) -> str:
    if value is None:
        return "blank"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number" if float(value).is_integer() else "a fraction"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "keys and values"


def _value_at(data: Any, path: KeyPath) -> Any:
    for step in path:
        data = data[step]
    return data


def _keys_at(schema: Mapping[str, Any], path: KeyPath) -> frozenset[str]:
    """The keys that a model knows at a path, read off its JSON Schema; of every branch where there are several."""
    here = _branches(schema, schema)
    for step in path:
        here = [branch for parent in here for branch in _branches(schema, _below(parent, step))]
    return frozenset(key for branch in here for key in branch.get("properties", {}))


def _below(schema: Mapping[str, Any], step: str | int) -> Mapping[str, Any]:
    if isinstance(step, int):
        below = schema.get("items", {})
    else:
        below = schema.get("properties", {}).get(step, schema.get("additionalProperties", {}))
    return below if isinstance(below, Mapping) else {}


def _branches(root: Mapping[str, Any], schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if "$ref" in schema:
        return _branches(root, root["$defs"][schema["$ref"].rpartition("/")[2]])
    several = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    return [schema, *(branch for one in several for branch in _branches(root, one))]
