"""Text of people inside text of ours: no control characters, no line that passes for ours, never half a character."""

import unicodedata

from domain.graphemes import cut, utf16_units

_DIRECTING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of what follows them; one left open would turn our own words around."""
_FROM_RIGHT = frozenset({"R", "AL"})
ISOLATE, END = "\u2068", "\u2069"
ELLIPSIS = "…"


def line(text: str, units: int | None = None) -> str:
    """On one line, with single spaces; shortened to so many UTF-16 units where that is asked for."""
    told = " ".join("".join(map(_plain, text)).split())
    return fit(told, units) if units is not None else told


def quote(text: str, units: int) -> str:
    """Each line behind a mark that says whose it is."""
    rows = (line(each) for each in text.splitlines())
    return "\n".join(f"> {isolated(each)}" for each in fit("\n".join(filter(None, rows)), units).splitlines())


def isolated(text: str) -> str:
    """Text that runs from right to left keeps its direction to itself."""
    if any(unicodedata.bidirectional(character) in _FROM_RIGHT for character in text):
        return f"{ISOLATE}{text}{END}"
    return text


def fit(text: str, units: int) -> str:
    """As much as has room, with a sign where something is missing; whatever was opened is closed."""
    if utf16_units(text) <= units:
        return text
    kept = cut(text, units - 1)
    if kept.count(ISOLATE) > kept.count(END):
        kept = f"{cut(text, units - 2)}{END}"
    return f"{kept}{ELLIPSIS}"


def _plain(character: str) -> str:
    if character in _DIRECTING:
        return ""
    return " " if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} else character
