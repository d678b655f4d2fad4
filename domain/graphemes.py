"""Cutting text where a reader sees characters, so that a cut never leaves half an emoji or a lone accent.

Follows the extended grapheme clusters of Unicode UAX #29 as far as names, titles and notes need them
(combining marks, emoji sequences, flags, Hangul, line ends). Lengths are measured in the vendors' units.
"""

import unicodedata
from collections.abc import Iterator

_JOINER = "\u200d"
_MARKS = frozenset({"Mn", "Me", "Mc"})


def utf16_units(text: str) -> int:
    """How long Salesforce finds the text: an emoji counts two."""
    return len(text) if text.isascii() else len(text) + sum(character > "\uffff" for character in text)


def clusters(text: str) -> Iterator[str]:
    """Yield what a reader calls characters; joined together they are the text."""
    start = 0
    for index in range(1, len(text)):
        if not _belongs(text, start, index):
            yield text[start:index]
            start = index
    if text:
        yield text[start:]


def cut(text: str, units: int) -> str:
    """The longest beginning of whole characters that fits into so many UTF-16 units (hence code points too)."""
    if text.isascii() and "\r\n" not in text:
        return text[:units]
    if utf16_units(text) <= units:
        return text
    kept: list[str] = []
    for cluster in clusters(text):
        units -= utf16_units(cluster)
        if units < 0:
            break
        kept.append(cluster)
    return "".join(kept)


def _belongs(text: str, start: int, index: int) -> bool:
    """Whether the code point at `index` continues the cluster that began at `start`."""
    before, here = text[index - 1], text[index]
    if before.isascii() and here.isascii():
        return before == "\r" and here == "\n"
    if here == _JOINER or _extends(here):
        return True
    if before == _JOINER:
        return unicodedata.category(here) == "So"
    if _is_flag_letter(before) and _is_flag_letter(here):
        return (index - start) % 2 == 1
    return _continues_hangul(before, here)


def _extends(character: str) -> bool:
    is_skin_tone = "\U0001f3fb" <= character <= "\U0001f3ff"
    is_tag = "\U000e0020" <= character <= "\U000e007f"
    return is_skin_tone or is_tag or unicodedata.category(character) in _MARKS


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _continues_hangul(before: str, here: str) -> bool:
    is_vowel = "\u1160" <= here <= "\u11a7"
    is_final = "\u11a8" <= here <= "\u11ff"
    after_lead = "\u1100" <= before <= "\u115f" or "\u1160" <= before <= "\u11a7"
    after_syllable = "\uac00" <= before <= "\ud7a3" or "\u11a8" <= before <= "\u11ff"
    return (is_vowel and (after_lead or after_syllable)) or (is_final and (after_lead or after_syllable))
