"""What one named transform does to a value, and what it declares about itself: so that a chain can be judged before
anything is read, and be turned round where a system is written in words of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.record import FieldType
from domain.values import Value

Act = Callable[[str, str | None], Value]
"""Text and the lead's country in, value out; ValueError when the text cannot be read."""


class Way(StrEnum):
    """Whether there is a way back from what a transform gives."""

    REVERSIBLE = "reversible"
    """It has an inverse: what that writes is read as the very same value."""
    KEEPS = "as it is"
    """Only the form changes, and nothing that anybody would miss: the value is written as it was read."""
    LOSES = "one-way"
    """Something of the value is gone for good."""
    PARTIAL = "one-way, a part"
    """What it gives does not say what it came from: written back it would take the place of the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a transform does, with its arguments taken in.

    `takes` and `gives` are kinds of value, None for any: `takes=None` reads whatever there is as text, `gives=None`
    leaves its kind open (the words of a map may stand for numbers). `settles`: its own output is read as the same.
    `by_country`: it says another thing in another country. `words`: all it can give, where that can be listed.
    `is_of_words`: of a list (`a;b`) it is about each of its words.
    """

    act: Act
    back: "Step | None" = None
    way: Way = Way.LOSES
    takes: FieldType | None = FieldType.TEXT
    gives: FieldType | None = FieldType.TEXT
    settles: bool = True
    by_country: bool = False
    words: tuple[str, ...] = ()
    is_of_words: bool = False


Maker = Callable[[Sequence[str]], Step]
"""Arguments in, step out; ValueError says what is wrong with them."""


def plain(step: Step) -> Maker:
    """Of a transform without arguments."""

    def make(arguments: Sequence[str]) -> Step:
        expect(arguments, 0, 0)
        return step

    return make


def expect(arguments: Sequence[str], least: int, most: int) -> None:
    if not least <= len(arguments) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise ValueError(f"expects {wanted} argument{'' if wanted == '1' else 's'}, got {len(arguments)}")


def positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ValueError(f"expects a whole number above 0, got {text!r}")
    return int(text)
