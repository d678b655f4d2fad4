"""Transforms of words: letters, lists, parts of names, one system's words for another's."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from domain.graphemes import cut
from domain.values import Value
from mapping.scalars import as_text
from mapping.step import Act, Maker, Step, Way, expect, plain, positive

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_PARTICLES = frozenset({"af", "al", "av", "bin", "da", "de", "del", "della", "den", "der", "di", "do", "dos", "du"}) | {
    *("el", "la", "le", "mac", "san", "st.", "ten", "ter", "van", "von", "zu", "zum", "zur")
}
"""What a family name begins with, written small or large."""
_OTHERS = "*"


def _title(text: str, _country: str | None) -> Value:
    """Words written all small or all large get one capital; `McDonald` and `van der Ruiz` in mixed case stay."""
    return _WORD.sub(lambda match: _capitalised(match.group()), text)


def _capitalised(word: str) -> str:
    if not (word.islower() or word.isupper()):
        return word
    small = word.lower()
    begins = 2 if len(small) > 2 and small[1] in "'\u2019" else 0
    return small[:begins].upper() + small[begins].title() + small[begins + 1 :]


def _digits(text: str, _country: str | None) -> Value:
    kept = "".join(character for character in text if character.isdecimal())
    if not kept:
        raise ValueError("no digits")
    return kept


def _first_name(text: str, _country: str | None) -> Value:
    return _names(text)[0] or None


def _last_name(text: str, _country: str | None) -> Value:
    return _names(text)[1]


def _names(text: str) -> tuple[str, str]:
    """First and last name of a full one: `Ana Maria van der Ruiz`, `Ruiz, Ana Maria`; one word alone is the last."""
    last, comma, first = text.partition(",")
    if comma:
        if not last.strip() or "," in first:
            raise ValueError("no full name")
        return " ".join(first.split()), " ".join(last.split())
    words = text.split()
    begins = len(words) - 1
    while begins > 1 and words[begins - 1].casefold() in _PARTICLES:
        begins -= 1
    return " ".join(words[:begins]), " ".join(words[begins:])


def _make_truncate(arguments: Sequence[str]) -> Step:
    expect(arguments, 1, 1)
    units = positive(arguments[0])
    return Step(act=lambda text, _country: cut(text, units))


def word_by_word(step: Step) -> Step:
    """The same for each word of a list, and so on the way back."""

    def act(text: str, country: str | None) -> Value:
        said = (step.act(part, country) for part in _parts(text))
        return ";".join(sorted({as_text(word) for word in said if word is not None}))

    return replace(step, act=act, back=None if step.back is None else word_by_word(step.back))


def _listed(separator: str) -> Act:
    return lambda text, _country: ";".join(_parts(text.replace(separator, ";")))


def _in_a_row(separator: str) -> Act:
    return lambda text, _country: separator.join(_parts(text))


def _parts(text: str) -> Iterator[str]:
    return filter(None, (part.strip() for part in text.split(";")))


def _make_join(arguments: Sequence[str]) -> Step:
    """A list (`a;b`) as one text: `join(", ")`."""
    expect(arguments, 1, 1)
    _refuse_list_sign(arguments[0])
    return Step(act=_in_a_row(arguments[0]))


def _make_split(arguments: Sequence[str]) -> Step:
    """One part of a text, counted from 1: `split(" ", 2)`; `split(",")` makes a list (`a;b`)."""
    expect(arguments, 1, 2)
    separator = arguments[0] or " "
    _refuse_list_sign(separator)
    if len(arguments) == 1:
        back = Step(act=_in_a_row(separator))
        return Step(act=_listed(separator), back=back, way=Way.REVERSIBLE, gives=None)
    wanted = positive(arguments[1])

    def part(text: str, _country: str | None) -> Value:
        parts = text.split(separator)
        if len(parts) == 1:
            return text
        if len(parts) < wanted:
            raise ValueError("not so many parts")
        return parts[wanted - 1].strip()

    return Step(act=part, way=Way.PARTIAL, gives=None)


def _refuse_list_sign(separator: str) -> None:
    """A longer separator with `;` in it would be split again the next time the value is read."""
    if ";" in separator and separator.strip() != ";":
        raise ValueError("a separator with ';' in it has to be ';' alone")


def _make_map(arguments: Sequence[str]) -> Step:
    """One word for another: `map(Open=OPEN, Closed=DONE)`. What it maps to is known too; the rest cannot be read,
    unless a `*` among the pairs lets it stay as it is."""
    others = _OTHERS in arguments
    pairs = [argument.partition("=") for argument in arguments if argument != _OTHERS]
    if not pairs or not all(sign for _, sign, _ in pairs):
        raise ValueError("expects pairs such as map(Open=OPEN, Closed=DONE)")
    words = {before.strip(): after.strip() for before, _, after in pairs}
    if len(words) < len(pairs):
        raise ValueError("says twice what one word stands for")
    if any(words.get(after, after) != after for after in words.values()):
        raise ValueError("maps a word that another pair maps on, so a value would change each time it is read")
    to = tuple(dict.fromkeys(words.values()))
    forth = _replaced(words, known=frozenset(to), others=others)
    step = Step(act=forth, way=Way.PARTIAL, takes=None, gives=None, words=() if others else to, is_of_words=True)
    if len(to) < len(words):
        return step
    turned = {after: before for before, after in words.items()}
    write = _replaced(turned, known=frozenset(), others=others)
    back = replace(step, act=write, way=Way.LOSES, words=tuple(turned.values()))
    return replace(step, back=back, way=Way.REVERSIBLE)


def _replaced(words: Mapping[str, str], *, known: frozenset[str], others: bool) -> Act:
    def replaced(text: str, _country: str | None) -> Value:
        if not others and text not in words and text not in known:
            raise ValueError("not among the words")
        return words.get(text, text)

    return replaced


MAKERS: dict[str, Maker] = {
    "trim": plain(Step(act=lambda text, _country: text.strip(), way=Way.KEEPS, takes=None, gives=None)),
    "lower": plain(Step(act=lambda text, _country: text.lower(), gives=None)),
    "upper": plain(Step(act=lambda text, _country: text.upper(), gives=None)),
    "title": plain(Step(act=_title)),
    "truncate": _make_truncate,
    "digits": plain(Step(act=_digits, takes=None, gives=None)),
    "join": _make_join,
    "split": _make_split,
    "first_name": plain(Step(act=_first_name, way=Way.PARTIAL, settles=False)),
    "last_name": plain(Step(act=_last_name, way=Way.PARTIAL, settles=False)),
    "map": _make_map,
}
