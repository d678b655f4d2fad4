"""What a check comes to: how it went, what was looked at, and how to mend it."""

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    FINE = "✓"
    WARNING = "!"
    WRONG = "✗"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check: how it went, what was looked at, and how to mend it."""

    mark: Mark
    what: str
    mend: str = ""


def fine(what: str) -> Finding:
    return Finding(mark=Mark.FINE, what=what)


def warning(what: str, *, mend: str = "") -> Finding:
    return Finding(mark=Mark.WARNING, what=what, mend=mend)


def wrong(what: str, *, mend: str) -> Finding:
    return Finding(mark=Mark.WRONG, what=what, mend=mend)
