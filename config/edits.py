"""What differs between two versions of the rules, said so that an admin recognises it.

Works on the canonical documents. Items of a list that have a name are told apart by it, so that one rule more is one
line and not a shift of all below it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from config.territories import row_told, table_told

NAMES = ("name", "email", "property")
"""By which an item of a list is recognised: the first of these that every item of both lists has, each its own."""

_LONGEST = 160
TERRITORIES = "territories"
"""The part of a document that comes from a table: its file has the name that routing.yaml gives it."""


class EditKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One difference. `path` begins with the file's name: `scoring`, `engagement`, `Asks for us`, `points`."""

    path: tuple[str, ...]
    kind: EditKind
    before: Any = None
    after: Any = None

    @property
    def place(self) -> str:
        """`scoring.yaml: engagement / Asks for us / points`; of the table its territory and its cells."""
        file, *inside = self.path
        if file == TERRITORIES:
            told = [*inside[1:2], *map(row_told, inside[2:])]
            return ": ".join(filter(None, ("territories", " / ".join(told or inside))))
        return f"{file}.yaml: {' / '.join(inside)}"

    @property
    def words(self) -> str:
        match self.kind:
            case EditKind.ADDED:
                return f"+ {self.place}: {self._shown(self.after)}"
            case EditKind.REMOVED:
                return f"- {self.place}: {self._shown(self.before)}"
            case EditKind.MOVED:
                return f"~ {self.place}: another order"
            case EditKind.CHANGED:
                return f"~ {self.place}: {self._shown(self.before)} → {self._shown(self.after)}"

    def _shown(self, value: Any) -> str:
        """Short enough for a line: a rule that is new is told with its content, a long one cut."""
        text = value if isinstance(value, str) else orjson.dumps(value).decode()
        if self.path[0] == TERRITORIES and isinstance(value, Mapping):
            text = "; ".join(_rows_told(value)) if len(self.path) > 1 else table_told(value)
        return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def edits_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Edit, ...]:
    """Every difference of two documents (file → content), in the order of the files' own keys."""
    return tuple(_of_mapping((), before, after))


def edits_of_documents(before: str, after: str) -> tuple[Edit, ...]:
    """As `edits_between`, for two canonical texts."""
    return edits_between(orjson.loads(before), orjson.loads(after))


def clashes(ours: Sequence[Edit], theirs: Sequence[Edit]) -> tuple[tuple[Edit, Edit], ...]:
    """Pairs of edits of the same place, or of one inside the other, that do not agree."""
    return tuple(
        (mine, other)
        for mine in ours
        for other in theirs
        if _overlap(mine.path, other.path) and (mine.path, mine.after) != (other.path, other.after)
    )


def _overlap(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _of(path: tuple[str, ...], before: Any, after: Any) -> Iterator[Edit]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _of_mapping(path, before, after)
    elif isinstance(before, list) and isinstance(after, list) and (key := _name_of_items(before, after)) is not None:
        yield from _of_named(path, before, after, key)
    elif before != after or type(before) is not type(after):
        yield Edit(path=path, kind=EditKind.CHANGED, before=before, after=after)


def _of_mapping(path: tuple[str, ...], before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Edit]:
    for key in [*before, *(key for key in after if key not in before)]:
        place = (*path, str(key))
        if key not in after:
            yield Edit(path=place, kind=EditKind.REMOVED, before=before[key])
        elif key not in before:
            yield Edit(path=place, kind=EditKind.ADDED, after=after[key])
        else:
            yield from _of(place, before[key], after[key])


def _of_named(path: tuple[str, ...], before: Sequence[Any], after: Sequence[Any], key: str) -> Iterator[Edit]:
    ours, theirs = ({str(item[key]): item for item in each} for each in (before, after))
    yield from _of_mapping(path, ours, theirs)
    kept = [name for name in theirs if name in ours]
    if kept != [name for name in ours if name in theirs]:
        yield Edit(path=path, kind=EditKind.MOVED, before=list(ours), after=list(theirs))


def _name_of_items(before: Sequence[Any], after: Sequence[Any]) -> str | None:
    every = [*before, *after]
    if not every or not all(isinstance(item, Mapping) for item in every):
        return None
    return next((key for key in NAMES if all(_are_named(items, key) for items in (before, after))), None)


def _are_named(items: Sequence[Any], key: str) -> bool:
    names = [item.get(key) for item in items]
    return all(isinstance(name, str) for name in names) and len(set(names)) == len(names)


def _rows_told(territory: Mapping[str, Any]) -> Iterator[str]:
    return (f"{row_told(cells)} → {to or 'nobody'}" for cells, to in territory.items())
