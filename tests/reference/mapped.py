"""What an installation says of its systems and of the dates by which each counts a stage, as plain data.

The reference counts by one of these and knows no other systems, objects or fields.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from tests.reference.local_days import micros_of

FORWARD = ("known", "engaged", "mql", "assigned", "accepted", "qualified", "opportunity", "customer")
"""Our stages, each beyond the one before; aside stand those that are none of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """`people`: the objects that are people; `emails`: their fields with addresses; `creates`: whether whoever is
    handed over is created there."""

    people: tuple[str, ...]
    emails: tuple[str, ...]
    creates: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """`zone`: whose days are meant; `properties`: (system, object, field) → what it holds; `left`: such fields that
    are left to others."""

    zone: str
    systems: Mapping[str, System]
    properties: Mapping[tuple[str, str, str], str]
    left: frozenset[tuple[str, str, str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How one system counts. `name`: the property of the date, `kind`: its type, `dates`: object → field; `ours`: we
    write it; `stages`: (object, field) → words of a status that mean the stage."""

    name: str
    kind: str
    dates: Mapping[str, str]
    ours: bool
    stages: Mapping[tuple[str, str], frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked. `stage`: of ours; `step`: of go-live; moments as in rows."""

    stage: str
    mapped: Mapped
    rules: Mapping[str, Rule]
    since: int
    until: int
    step: str = "live"


def as_read(value: Any, kind: str) -> int | date | str | None:
    """A moment in whole seconds, a day in UTC, or the text as it stands where it is neither; None of a blank."""
    text = str("" if value is None else value).strip()
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if kind == "date":
        return (moment if moment.tzinfo is None else moment.astimezone(UTC)).date()
    if len(text) == len("2026-10-05"):
        moment = moment.replace(tzinfo=UTC)
    return text if moment.tzinfo is None else micros_of(moment.replace(microsecond=0))
