"""Text that people wrote, made fit for one line: no control characters, no addresses, cut where a reader sees a cut.

Length counts UTF-16 units, the strictest of the ways in which the systems count, so an emoji counts
as two.
"""

import re
import unicodedata

ELLIPSIS = "…"

_AT = re.compile("[@\uff20\ufe6b]")
_SPACE = re.compile(r"\s+")
_LONE_MARKS = re.compile(r"\s+([.,;:!?])")
_JOINERS = {"\u200c", "\u200d"}
_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_MARKS = {"Mn", "Me", "Mc"}
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_HANGUL_PARTS = range(0x1160, 0x1200)


def cleaned(text: str) -> str:
    """One line of printable text, without anything that looks like an e-mail address.

    Word by word: a pattern that looks for a whole address takes minutes over a form filled with one endless word.
    """
    return " ".join(ELLIPSIS if _AT.search(word) else word for word in one_line(text).split())


def one_line(text: str) -> str:
    """Printable text without line breaks and control characters; addresses stay."""
    return " ".join((text if text.isprintable() else "".join(map(_visible, text))).split())


def tidied(text: str) -> str:
    """Close the gaps that a missing value left in a sentence."""
    return _LONE_MARKS.sub(r"\1", _SPACE.sub(" ", text)).strip(" ,;:")


def length(text: str) -> int:
    """UTF-16 units."""
    return len(text) if text.isascii() else len(text) + sum(ord(char) > 0xFFFF for char in text)


def cut(text: str, limit: int) -> str:
    """At most `limit` units, ending in an ellipsis when something is missing; at a word's end if one is near."""
    if length(text) <= limit:
        return text
    end = _units_end(text, limit - 1)
    while end > 0 and not _is_boundary(text, end):
        end -= 1
    space = text.rfind(" ", 0, end + 1)
    if space > end * 2 // 3:
        end = space
    return (text[:end].rstrip(" ,;:") + ELLIPSIS)[: max(0, limit)]


def _visible(char: str) -> str:
    if char in _JOINERS:
        return char
    category = unicodedata.category(char)
    if category == "Cc" or category in {"Zl", "Zp"}:
        return " "
    return "" if category in _DROPPED else char


def _units_end(text: str, limit: int) -> int:
    """The largest index such that what stands before it has at most `limit` units."""
    units = 0
    for index, char in enumerate(text):
        units += 2 if ord(char) > 0xFFFF else 1
        if units > limit:
            return index
    return len(text)


def _is_boundary(text: str, index: int) -> bool:
    """Whether a character, as a reader counts them, ends before `index` (the cases of UAX 29 that occur in names)."""
    if index >= len(text):
        return True
    before, after = text[index - 1], text[index]
    if unicodedata.category(after) in _MARKS or after in _JOINERS or before == "\u200d":
        return False
    if ord(after) in _SKIN_TONES or ord(after) in _HANGUL_PARTS:
        return False
    return ord(after) not in _FLAG_LETTERS or _flag_letters_before(text, index) % 2 == 0


def _flag_letters_before(text: str, index: int) -> int:
    count = 0
    while count < index and ord(text[index - 1 - count]) in _FLAG_LETTERS:
        count += 1
    return count
