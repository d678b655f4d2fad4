"""What one cell of the territory table asks of a property: `DE|AT`, `94*`, `100-499`, `500+`; blank asks nothing."""

import re
from dataclasses import dataclass
from functools import lru_cache
from math import inf

from domain.values import Value

_RANGE = re.compile(r"(\d+(?:\.\d+)?)\s*-\s*(\d+(?:\.\d+)?)")
_AT_LEAST = re.compile(r"(\d+(?:\.\d+)?)\s*\+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


Rank = tuple[int, float, float]
ANY: Rank = (0, 0, 0)
"""Of a column that takes any value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exactly:
    """The value itself, whatever its case."""

    text: str

    @property
    def rank(self) -> Rank:
        return (3, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begins:
    """How the value begins."""

    text: str

    @property
    def rank(self) -> Rank:
        return (2, len(self.text), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """A number with both ends included."""

    low: float
    high: float

    @property
    def rank(self) -> Rank:
        return (1, self.low - self.high, self.low)


Cell = Exactly | Begins | Between
"""`rank`: the greater, the narrower: a value before a beginning (the longer first) before a range of numbers (the one
that is shorter first; of two without an end the one that begins higher)."""


def plain(value: Value) -> str:
    """How a property's value and a cell are compared: without case and outer white space."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip().casefold()


def number_of(text: str) -> float | None:
    """The number that a plain value is; None where it is none."""
    return float(text) if _NUMBER.fullmatch(text) else None


@lru_cache(maxsize=100_000)
def cells_of(text: str) -> tuple[Cell, ...]:
    """The alternatives of a cell; none for a blank one. ValueError, in words, for what cannot be meant."""
    return tuple(_cell(part.strip()) for part in text.split("|") if part.strip())


def _cell(text: str) -> Cell:
    if text.startswith("="):
        return Exactly(text=_wanted(text[1:], text))
    if text.endswith("*"):
        return Begins(text=_wanted(text[:-1], text))
    if "*" in text:
        raise ValueError(f"`{text}` has its `*` in the middle: it stands at the end, as in `94*`")
    if found := _RANGE.fullmatch(text):
        low, high = float(found[1]), float(found[2])
        if low > high:
            raise ValueError(f"the range `{text}` runs backwards: for the text itself write `={text}`")
        return Between(low=low, high=high)
    if found := _AT_LEAST.fullmatch(text):
        return Between(low=float(found[1]), high=inf)
    return Exactly(text=_wanted(text, text))


def _wanted(part: str, text: str) -> str:
    if not part.strip():
        raise ValueError(f"`{text}` asks for nothing: leave the cell blank for any value")
    return plain(part)
