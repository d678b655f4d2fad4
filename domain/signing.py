"""A name from each side under the agreement, and the words that it stands for: a name alone says little."""

import hashlib
import json
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Side(StrEnum):
    """The two who agree."""

    MARKETING = "marketing"
    SALES = "sales"

    @property
    def other(self) -> "Side":
        return Side.SALES if self is Side.MARKETING else Side.MARKETING


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A part of the agreement in plain words. `title` only heads it: what is promised are the lines."""

    key: str
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who said yes for a side, and to which words. `login`: who wrote that down."""

    side: Side
    name: str
    signed_at: datetime
    login: str
    clauses: tuple[Clause, ...]

    @property
    def fingerprint(self) -> str:
        return fingerprint_of(self.clauses)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseChange:
    """What became of one part: lines that are gone, lines that are new; neither where only their order changed."""

    key: str
    title: str
    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()


def fingerprint_of(clauses: Sequence[Clause]) -> str:
    """SHA-256 in hex of what is promised, word for word: the same exactly where `changes_between` finds nothing."""
    plain = sorted([each.key, list(each.lines)] for each in clauses if each.lines)
    return hashlib.sha256(json.dumps(plain, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


class Word(StrEnum):
    """How the agreement stands for a side."""

    SIGNED = "signed"
    CHANGED = "changed"
    UNSIGNED = "unsigned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A side's last signature, if there is one, and what has become of the words since."""

    side: Side
    signature: Signature | None = None
    changes: tuple[ClauseChange, ...] = ()

    @property
    def word(self) -> Word:
        return Word.UNSIGNED if self.signature is None else Word.CHANGED if self.changes else Word.SIGNED


def standings(clauses: Sequence[Clause], signed: Mapping[Side, Signature]) -> tuple[Standing, ...]:
    """Of both sides, before these words. `signed`: the last signature of each side that ever signed."""
    found = []
    for side in Side:
        signature = signed.get(side)
        changes = () if signature is None else changes_between(signature.clauses, clauses)
        found.append(Standing(side=side, signature=signature, changes=changes))
    return tuple(found)


def changes_between(before: Sequence[Clause], after: Sequence[Clause]) -> tuple[ClauseChange, ...]:
    """Part by part, in the order of the later text; parts that it has no more come last."""
    old, new = {each.key: each for each in before}, {each.key: each for each in after}
    found = []
    for key, clause in (new | {key: each for key, each in old.items() if key not in new}).items():
        was, now = (texts[key].lines if key in texts else () for texts in (old, new))
        if was != now:
            found.append(ClauseChange(key=key, title=clause.title, gone=_without(was, now), new=_without(now, was)))
    return tuple(found)


def _without(lines: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """Those that the others lack, in their own order; a line that stands twice is missed twice."""
    left, found = Counter(others), []
    for line in lines:
        if left[line]:
            left[line] -= 1
        else:
            found.append(line)
    return tuple(found)


def is_same_name(one: str, other: str) -> bool:
    """Whether two names are one, however they were typed."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
