"""When two names are one company's: `ACME Inc.` is `Acme GmbH`, `Acme 1` is not `Acme 2`."""

import re
import unicodedata
from functools import lru_cache

from rapidfuzz import fuzz

ALIKE_PERCENT = 90
"""From so much on two names are one, whatever the order of their words: a slip of the pen, no other word."""

_WORDS = """
ab ag aktiengesellschaft aps as asa bv bvba bhd co company corp corporation cv ev eg eood fzco fze fzllc gbr gesmbh
gmbh inc incorporated jsc kft kg kgaa kk lda llc llp lp ltd ltda limited limitada mbh nv ohg oao ood ooo oy oyj pao plc
plt pt pte pty pvt sa sab sarl sas sasu sau scarl sca se sl slu snc spa sro srl srls sh spk spzoo tbk ug zao zrt
"""
_FORMS = frozenset(_WORDS.split())
"""Legal forms, without their dots, as they stand at either end of a name."""
_SPLIT_FORMS = (("sp", "z", "oo"), ("sp", "zoo"), ("s", "de", "rl", "de", "cv"), ("sa", "de", "cv"), ("s", "r", "o"))
"""Those of several words that are no forms by themselves, longest first within a family."""
_LEADING = frozenset({"the", "pt", "ooo", "oao", "zao", "pao", "ab", "oy", "as"})
_INITIAL = re.compile(r"(?<=\b\w)\.")
"""The dot after a single letter: `S.p.A.` is one word, `acme.example` two."""


@lru_cache(maxsize=65536)
def company_words(name: str) -> tuple[str, ...]:
    """The words that make the name, in their order; a name of nothing but legal forms keeps them."""
    plain = unicodedata.normalize("NFKD", name.replace("&", " and ").replace("+", " and "))
    bare = "".join(each for each in plain if not unicodedata.combining(each))
    words = re.findall(r"\w+", _INITIAL.sub("", bare.casefold().replace("'", "").replace("’", "")))
    return tuple(_without_form(words) or words)


def _without_form(words: list[str]) -> list[str]:
    kept = words[1:] if words and words[0] in _LEADING else list(words)
    while kept:
        split = next((form for form in _SPLIT_FORMS if tuple(kept[-len(form) :]) == form), None)
        if split is None and kept[-1] not in _FORMS:
            break
        del kept[-len(split or kept[-1:]) :]
        while kept and kept[-1] == "and":
            kept.pop()
    return kept


@lru_cache(maxsize=65536)
def are_one_company(one: str, other: str) -> bool:
    """Whether both name the same company. A number in a name tells companies apart, and so does a letter by itself; of
    blank names nobody can tell."""
    words, more = company_words(one), company_words(other)
    if not words or not more or _numbers(words) != _numbers(more):
        return False
    if "".join(words) == "".join(more):
        return True
    if _letters(words) != _letters(more):
        return False
    return fuzz.token_sort_ratio(" ".join(words), " ".join(more)) >= ALIKE_PERCENT


def _numbers(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for word in words if any(map(str.isdecimal, word)))


def _letters(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for word in words if len(word) == 1)
