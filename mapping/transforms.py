"""Named transforms that mapping.yaml applies to values: `trim`, `e164`, `truncate(80)`.

What a transform cannot read it leaves as it is and says so in words; it never guesses and never blanks. Most are
idempotent, so a value that has been through once and comes back is the same value; those that are not say so.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz import process

from domain.record import FieldType
from domain.values import Value
from mapping import value_steps, word_steps
from mapping.scalars import as_text
from mapping.step import Maker, Step, Way

_CALL = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*)\s*(?:\((.*)\)\s*)?", re.DOTALL)
_ARGUMENT = re.compile(r"""(?:"[^"]*"|'[^']*'|[^,"'])+""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A value after reading, and what could not be read about it, in words without the value itself."""

    value: Value
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform:
    """One named step as written in the rules (`text`), and what it does."""

    text: str
    name: str
    step: Step

    @property
    def way(self) -> Way:
        return self.step.way

    def read(self, value: Value, country: str | None) -> Reading:
        """Apply the step; `country` is the lead's alpha-2 code. Blanks pass untouched."""
        if value is None:
            return Reading(value=None)
        try:
            return Reading(value=self.step.act(as_text(value), country))
        except (ValueError, OverflowError):
            return Reading(value=value, problem=f"{self.text} cannot read the value")

    def of_a_list(self) -> "Transform":
        """The same for values that are lists (`a;b`)."""
        return replace(self, step=word_steps.word_by_word(self.step)) if self.step.is_of_words else self

    def turned(self) -> "Transform | None":
        """The way back, None where there is none or the value stays as it is on it."""
        return None if self.step.back is None else Transform(text=self.text, name=self.name, step=self.step.back)


def chain(texts: Iterable[str], type: FieldType) -> tuple[Transform, ...]:
    """What mapping.yaml lists, for values of this type; ValueError when a transform is unknown."""
    found = map(parse, texts)
    return tuple(each.of_a_list() for each in found) if type is FieldType.MULTIPICKLIST else tuple(found)


@lru_cache(maxsize=512)
def parse(text: str) -> Transform:
    """Read `truncate(80)` from a rule file; ValueError names what is wrong and the nearest right word."""
    match = _CALL.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no transform: write name or name(argument, ...)")
    name, arguments = match.group(1), _arguments(match.group(2))
    maker = _MAKERS.get(name)
    if maker is None:
        near = process.extractOne(name, NAMES, score_cutoff=50)
        raise ValueError(f"unknown transform {name!r}" + (f", did you mean {near[0]!r}?" if near else ""))
    try:
        return Transform(text=text.strip(), name=name, step=maker(arguments))
    except ValueError as error:
        raise ValueError(f"transform {name!r}: {error}") from error


def _arguments(text: str | None) -> tuple[str, ...]:
    """Split at commas outside quotes; quotes keep a comma or a blank: `split(",", 1)`."""
    if text is None or not text.strip():
        return ()
    found = _ARGUMENT.findall(text)
    if ",".join(found) != text:
        raise ValueError(f"cannot read the arguments ({text}): an empty one or a quote left open")
    return tuple(_unquoted(argument.strip()) for argument in found)


def _unquoted(text: str) -> str:
    """Without quotes around the whole, or around either word of a pair: `"Korea, Republic of"=KR`."""
    before, sign, after = text.partition("=")
    if sign and not (_is_quoted(text) and text.count(text[0]) == len("''")):
        return f"{_bare(before.strip())}={_bare(after.strip())}"
    return _bare(text)


def _bare(text: str) -> str:
    return text[1:-1] if _is_quoted(text) else text


def _is_quoted(text: str) -> bool:
    return len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"


registrable_domain = value_steps.registrable_domain

_MAKERS: Mapping[str, Maker] = {**word_steps.MAKERS, **value_steps.MAKERS}
NAMES = tuple(_MAKERS)
"""Every transform that rules may name."""
