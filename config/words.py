"""The nearest right word for a wrong one, and types that know their own words."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Annotated, NamedTuple
from zoneinfo import available_timezones

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError
from rapidfuzz import fuzz, process, utils

CHECKED_ELSEWHERE = "checked_elsewhere"
"""Type of validation errors that `config/crosscheck.py` reports with a better place."""

_NEAR_BY_LETTERS = 65
_NEAR_BY_PARTS = 80
_LONG_ENOUGH = 4
_FEW = 12


class Finding(NamedTuple):
    """Something wrong inside a value that a validator looks at as a whole: where in it, what, and a hint."""

    path: tuple[str | int, ...]
    message: str
    hint: str | None = None
    at_key: bool = False
    is_warning: bool = False
    """Whether it can be used all the same."""


def findings_error(findings: Iterable[Finding]) -> PydanticCustomError:
    """One validation error that carries several findings with a place each."""
    found = list(findings)
    text = "; ".join(finding.message for finding in found)
    return PydanticCustomError("findings", "{text}", {"text": text, "findings": found})


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like this one, None when nothing is near: first by letters, then by parts of the word."""
    words = sorted(known)
    found = process.extractOne(word, words, scorer=fuzz.ratio, processor=str.casefold, score_cutoff=_NEAR_BY_LETTERS)
    if found is None:
        longer = [each for each in words if len(each) >= _LONG_ENOUGH]
        found = process.extractOne(
            word, longer, scorer=fuzz.WRatio, processor=utils.default_process, score_cutoff=_NEAR_BY_PARTS
        )
    return found[0] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A hint: the nearest word, or the whole choice when nothing is near and the choice is small."""
    words = sorted(known)
    close = nearest(word, words)
    if close is not None:
        return f"did you mean `{close}`?"
    return f"known here: {', '.join(words)}" if 0 < len(words) <= _FEW else None


@lru_cache(maxsize=1)
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _check_time_zone(name: str) -> str:
    zones = _time_zones()
    if name not in zones:
        finding = Finding((), f"`{name}` is not a time zone", did_you_mean(name, zones))
        raise findings_error([finding])
    return name


TimeZone = Annotated[str, AfterValidator(_check_time_zone)]
"""A name of the IANA database, such as `Europe/Berlin`."""
