"""Reads a CEL expression without running it: what it refers to, how deep its macros nest, what it calls.

Nested macros over lists are the one way to make CEL slow (seven levels ran for more than six
seconds), so length and depth are limited before anything is evaluated.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_LENGTH = 1000
MAX_MACRO_DEPTH = 2

MACROS = frozenset({"all", "exists", "exists_one", "existsOne", "map", "filter"})
FUNCTIONS = frozenset(
    {
        *("contains", "size", "startsWith", "endsWith", "matches", "has", "type", "dyn"),
        *("string", "int", "double", "uint", "bytes", "timestamp", "duration"),
        *("getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear"),
        *("getHours", "getMinutes", "getSeconds", "getMilliseconds"),
    }
)
"""What the engine knows without its optional library."""

_TOKEN = re.compile(
    r"""(?P<string>[rRbB]{0,2}(?:\"{3}(?:.|\n)*?\"{3}|'{3}(?:.|\n)*?'{3}|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))
    |(?P<name>[A-Za-z_]\w*)|(?P<number>\d[\w.]*)|(?P<sign>\S)""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """`properties` are those asked of the subject; `whole` when the subject is used as a thing of its own."""

    properties: frozenset[str]
    whole: bool
    bound: frozenset[str]
    depth: int


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def read_expression(source: str, *, subject: str) -> Reading:
    """Look at the words of an expression; also of one that CEL would refuse."""
    tokens = list(_tokens(source))
    properties: set[str] = set()
    whole = False
    for at, token in enumerate(tokens):
        if token != _Token("name", subject) or _text(tokens, at - 1) == ".":
            continue
        name = _asked(tokens, at)
        if name is None:
            whole = True
        else:
            properties.add(name)
    bound = frozenset(_text(tokens, at + 2) for at in _macros(tokens))
    return Reading(properties=frozenset(properties), whole=whole, bound=bound, depth=_depth(tokens))


def _tokens(source: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(source):
        yield _Token(match.lastgroup or "sign", match.group())


def _text(tokens: list[_Token], at: int) -> str:
    return tokens[at].text if 0 <= at < len(tokens) else ""


def _asked(tokens: list[_Token], at: int) -> str | None:
    """The property in `subject.name` or `subject["name"]`, None for any other use."""
    after = _text(tokens, at + 1)
    following = tokens[at + 2] if at + 2 < len(tokens) else None
    if following and after == "." and following.kind == "name":
        return following.text
    if following and after == "[" and following.kind == "string" and _text(tokens, at + 3) == "]":
        return following.text.lstrip("rR").strip("\"'")
    return None


def _macros(tokens: list[_Token]) -> Iterator[int]:
    """Where a macro's name stands: `.all(` and its like."""
    for at, token in enumerate(tokens):
        if token.text in MACROS and _text(tokens, at - 1) == "." and _text(tokens, at + 1) == "(":
            yield at


def _depth(tokens: list[_Token]) -> int:
    openings = {at + 1 for at in _macros(tokens)}
    stack: list[bool] = []
    deepest = 0
    for at, token in enumerate(tokens):
        if token.text == "(":
            stack.append(at in openings)
            deepest = max(deepest, sum(stack))
        elif token.text == ")" and stack:
            stack.pop()
    return deepest
