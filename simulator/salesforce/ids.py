"""Record ids as Salesforce makes them: three letters of type, a running number, three letters of case checksum."""

import re
from functools import lru_cache

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"  # in byte order, so ids sort by age
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_INSTANCE = "5e00"
_SHAPE = re.compile(r"[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?")


@lru_cache(maxsize=50_000)
def checked(id15: str) -> str:
    """The 18-character form: each of the last letters tells which of five characters are capitals."""
    blocks = (id15[start : start + 5] for start in (0, 5, 10))
    marks = (sum(1 << bit for bit, char in enumerate(block) if "A" <= char <= "Z") for block in blocks)
    return id15 + "".join(_CHECK[mark] for mark in marks)


def make(prefix: str, number: int) -> str:
    """The id of the `number`-th record of a type."""
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = _ALPHABET[rest] + digits
    return checked(prefix + _INSTANCE + digits.rjust(8, "0"))


def normal(text: str) -> str | None:
    """The 18-character form of an id given in 15 or 18; None when it cannot be an id."""
    if not _SHAPE.fullmatch(text):
        return None
    return checked(text[:15])
