"""A value that stays at home: the other system would refuse it, or nobody can read it where it stands."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.place import FieldOf
from domain.values import RecordRef

EXAMPLES = 3


class Why(StrEnum):
    """What stands in a value's way."""

    UNREADABLE = "unreadable"
    """Its own field shows what its property cannot read: it counts for nothing, and is left as it is."""
    UNSAID = "unsaid"
    """Its property's rules have no word for it in that system."""
    TYPE = "type"
    LENGTH = "length"
    OPTION = "option"
    DIGITS = "digits"
    DATE = "date"
    ADDRESS = "address"
    READ_ONLY = "read_only"
    BLANK = "blank"
    MISSING = "missing"
    """A record cannot be created without it, and nothing is known that would fill it."""


DECIDED = frozenset({Why.UNREADABLE, Why.UNSAID})
"""Found where a lead is decided; the others where its writes are planned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """One field of one record, in words that name the field and never the value. `ref.id` is empty for a record that
    is to be created. `hint`: the nearest that would do."""

    ref: RecordRef
    field: str
    property: str
    why: Why
    words: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """All that stays at home at one field for one cause. `since`: the oldest of it; None before it was kept."""

    column: FieldOf
    property: str
    why: Why
    words: str
    hint: str
    values: int
    examples: tuple[str, ...] = ()
    """Ids of some of the records."""
    since: datetime | None = None


@dataclass(slots=True)
class _Group:
    values: int = 0
    property: str = ""
    hints: Counter[str] = field(default_factory=Counter)
    examples: dict[str, None] = field(default_factory=dict)
    since: datetime | None = None


@dataclass(slots=True)
class BlockedTally:
    """Counts what stays at home by field and cause."""

    _groups: dict[tuple[FieldOf, Why, str], _Group] = field(default_factory=dict)

    def add(self, found: Iterable[Misfit]) -> None:
        for one in found:
            group = self._groups.setdefault(_cause(one), _Group())
            group.values += 1
            group.property = one.property
            group.hints[one.hint] += 1
            if one.ref.id and len(group.examples) < EXAMPLES:
                group.examples[one.ref.id] = None

    def keep(self, known: Iterable[Blocked]) -> None:
        """Count in what was counted before."""
        for one in known:
            group = self._groups.setdefault((one.column, one.why, one.words), _Group())
            group.values += one.values
            group.property = group.property or one.property
            group.hints[one.hint] += one.values
            group.examples.update(dict.fromkeys(one.examples[: EXAMPLES - len(group.examples)]))
            group.since = min(filter(None, (group.since, one.since)), default=None)

    def drop(self, gone: Iterable[Misfit]) -> None:
        """Without these, which were counted before."""
        for one in gone:
            group = self._groups.get(_cause(one))
            if group is not None:
                group.values -= 1
                group.hints[one.hint] -= 1
                group.examples.pop(one.ref.id, None)

    def blocked(self) -> tuple[Blocked, ...]:
        """The most first."""
        rows = [
            Blocked(
                column=column,
                property=group.property,
                why=why,
                words=words,
                hint=_commonest(group.hints),
                values=group.values,
                examples=tuple(group.examples),
                since=group.since,
            )
            for (column, why, words), group in self._groups.items()
            if group.values > 0
        ]
        return tuple(sorted(rows, key=lambda one: (-one.values, one.column, one.why)))


def _cause(one: Misfit) -> tuple[FieldOf, Why, str]:
    column = FieldOf(connection=one.ref.connection, object=one.ref.object, field=one.field)
    return column, one.why, one.words


def _commonest(hints: Counter[str]) -> str:
    known = [(count, hint) for hint, count in hints.items() if hint and count > 0]
    return min(known, key=lambda pair: (-pair[0], pair[1]))[1] if known else ""
