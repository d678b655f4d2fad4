"""What JSON may look like, as small checkers: they note what is wrong and where, and go on.

Where is put before a note on the way out, so that a right value, which nearly all are, costs no path.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

Checker = Callable[[object, list[str]], None]

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")


def mistakes(check: Checker, value: object) -> list[str]:
    """Everything that is wrong with a body, each with the way to it."""
    found: list[str] = []
    check(value, found)
    return [f"the body{one}" if one.startswith(":") else one.removeprefix(".") for one in found]


class Plain:
    """A value by its JSON type alone; containers look at `types` themselves, thousands of values are right."""

    def __init__(self, what: str, *types: type) -> None:
        self.what = what
        self.types = frozenset(types)

    def __call__(self, value: object, found: list[str]) -> None:
        if type(value) not in self.types:
            found.append(f": {type(value).__name__} where {self.what} belongs")


def _right_types(inner: Checker) -> frozenset[type]:
    """The types whose values need no further look."""
    return inner.types if isinstance(inner, Plain) else frozenset()


def _inside(name: object, inner: Checker, value: object, found: list[str]) -> None:
    before = len(found)
    inner(value, found)
    if len(found) > before:
        _put_before(name, found, before)


def _put_before(name: object, found: list[str], begin: int) -> None:
    found[begin:] = [f".{name}{one}" for one in found[begin:]]


text = Plain("a string", str)
text_or_null = Plain("a string or null", str, type(None))
flag = Plain("true or false", bool)
whole = Plain("a whole number", int)
number = Plain("a number", int, float)


@lru_cache(maxsize=10_000)
def _is_moment(text: str) -> bool:
    return _MOMENT.fullmatch(text) is not None


def moment(value: object, found: list[str]) -> None:
    if not isinstance(value, str) or not _is_moment(value):
        found.append(f": {type(value).__name__} where a time in UTC belongs")


def anything(value: object, found: list[str]) -> None:
    """A value that nobody promises anything about."""


def one_of(*allowed: str) -> Checker:
    known = frozenset(allowed)

    def check(value: object, found: list[str]) -> None:
        if not isinstance(value, str) or value not in known:
            found.append(f": {value!r} is none of {', '.join(sorted(known))}")

    return check


def list_of(inner: Checker) -> Checker:
    def check(value: object, found: list[str]) -> None:
        if not isinstance(value, list):
            found.append(f": {type(value).__name__} where a list belongs")
            return
        before = len(found)
        for place, one in enumerate(value):
            inner(one, found)
            if len(found) > before:
                _put_before(place, found, before)
                before = len(found)

    return check


def map_of(inner: Checker) -> Checker:
    right = _right_types(inner)

    def check(value: object, found: list[str]) -> None:
        if not isinstance(value, dict):
            found.append(f": {type(value).__name__} where an object belongs")
            return
        if right.issuperset(map(type, value.values())):
            return
        for name, one in value.items():
            if type(one) not in right:
                _inside(name, inner, one, found)

    return check


def shape(
    required: Mapping[str, Checker], optional: Mapping[str, Checker] | None = None, *, open_: bool = False
) -> Checker:
    """An object with these keys and, unless it is open, no others."""
    fields = {**required, **(optional or {})}
    right = {name: _right_types(inner) for name, inner in fields.items()}
    needed = required.keys()

    def check(value: object, found: list[str]) -> None:
        if not isinstance(value, dict):
            found.append(f": {type(value).__name__} where an object belongs")
            return
        if not needed <= value.keys():
            found.extend(f": {name} is missing" for name in needed - value.keys())
        for name, one in value.items():
            types = right.get(name)
            if types is None:
                found.extend([] if open_ else [f": unknown key {name}"])
            elif type(one) not in types:
                _inside(name, fields[name], one, found)

    return check
