"""The ledger of everybody, block by block in columns: for whoever computes all scores at once.

Rows are turned into columns as the driver gives them, and what repeats is looked up once, so that reading costs little
more than the fetch. A block holds so many leads and all that is kept of them, never the whole table.
"""

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from domain.activity import ActivityKind
from domain.block import NEVER, Activities, Block, Facts, Given, Shape
from domain.values import LeadId
from store import leads as lead_rows
from store.columns import from_json
from store.engine import Tx

LEADS = 8_000
"""Leads per block: some 10 MB at ten activities and ten facts each."""
ROWS = 1_000
"""Rows that are taken from the driver at a time."""
_UNIT = "\x1f"
"""Stands between the parts of a joined key; no system has it in an id."""
_DIVIDER = {"sqlite": "char(31)", "postgresql": "chr(31)"}

T = TypeVar("T")

# A happening that came under a key for each record ends with the record's id; which one counts, `_Out` says.
_HAPPENING = {
    "sqlite": (
        "CASE WHEN substr(external_id, -length(record_id) - 1) = ':' || record_id "
        "THEN connection || char(31) || stream || char(31) "
        "|| substr(external_id, 1, length(external_id) - length(record_id)) END"
    ),
    "postgresql": (
        "CASE WHEN right(external_id, length(record_id) + 1) = ':' || record_id "
        "THEN connection || chr(31) || stream || chr(31) || left(external_id, -length(record_id)) END"
    ),
}
_KEY = {
    "sqlite": "connection, stream, external_id",
    "postgresql": 'connection COLLATE "C", stream COLLATE "C", external_id COLLATE "C"',
}
_ACTIVITIES = (
    "SELECT lead_id, occurred_at, seen_at, connection || {divider} || kind || {divider} || properties, vouched_at, "
    "retracted_at, {happening} FROM activity "
    "WHERE lead_id > ? AND lead_id <= ? ORDER BY lead_id, {key}"
)
_FACTS = "SELECT lead_id, name, value, since, seen_at FROM fact WHERE lead_id > ? AND lead_id <= ?"


def blocks(tx: Tx, *, names: Collection[str] | None, leads: int = LEADS) -> Iterator[Block]:
    """Everybody in one transaction; as `Columns`."""
    columns, last = Columns(names, leads=leads), LeadId(0)
    while (block := columns.after(tx, last)) is not None:
        yield block
        last = block.leads[-1]


class Columns:
    """Reads leads by number with all they did and were, of the facts only these `names` (None: all)."""

    def __init__(self, names: Collection[str] | None, *, leads: int = LEADS) -> None:
        self._names = None if names is None else sorted(names)
        self._leads = leads
        self._shapes, self._values = _Known(_shape), _Known(_given)

    def after(self, tx: Tx, number: LeadId) -> Block | None:
        """The next leads above this number; None: there are none."""
        some = lead_rows.after(tx, number, self._leads)
        if not some:
            return None
        dialect, places, span = tx.dialect.name, {lead: place for place, lead in enumerate(some)}, (number, some[-1])
        text = _ACTIVITIES.format(divider=_DIVIDER[dialect], happening=_HAPPENING[dialect], key=_KEY[dialect])
        done, shapes = _activities(_portions(tx, text, span), places)
        told, values, names = _facts(self._facts_of(tx, span), places, self._names)
        return Block(
            leads=some,
            activities=done,
            shapes=[self._shapes[each] for each in shapes],
            facts=told,
            names=names,
            values=[self._values[each] for each in values],
        )

    def _facts_of(self, tx: Tx, span: tuple[int, int]) -> "Portions":
        if self._names is None:
            return _portions(tx, _FACTS, span)
        asked = f" AND name IN ({', '.join('?' * len(self._names))})"
        return _portions(tx, f"{_FACTS}{asked}", (*span, *self._names)) if self._names else iter(())


class _Known(dict[str, T]):
    """What a text means, read once; forgets everything rather than to grow without end."""

    MOST = 200_000

    def __init__(self, read: Callable[[str], T]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> T:
        if len(self) >= self.MOST:
            self.clear()
        found = self[text] = self._read(text)
        return found


class _Places(dict[str, int]):
    """Text → its place in the order in which texts first came."""

    def __missing__(self, text: str) -> int:
        place = self[text] = len(self)
        return place


def _shape(text: str) -> Shape:
    connection, kind, properties = text.split(_UNIT, 2)
    read: Mapping[str, Any] = {} if properties == "{}" else from_json(properties)
    return Shape(connection=connection, kind=ActivityKind(kind), text=text, properties=read)


def _given(text: str) -> Given:
    return Given(text=text, value=from_json(text))


Portions: TypeAlias = Iterator[list[tuple[Any, ...]]]


def _portions(tx: Tx, text: str, given: tuple[Any, ...]) -> Portions:
    """The answer's columns as the driver gives them, some rows at a time: without a row of SQLAlchemy's around each,
    and without so many at once that Python begins to look for garbage among them."""
    statement = text.replace("?", "%s") if tx.dialect.name == "postgresql" else text
    cursor = tx.exec_driver_sql(statement, given).cursor
    while cursor is not None and (rows := cursor.fetchmany(ROWS)):
        yield list(zip(*rows, strict=True))


def _activities(portions: Portions, places: Mapping[LeadId, int]) -> tuple[Activities, Sequence[str]]:
    leads, shapes, occurred, seen, vouched = (array("q") for _ in range(5))
    known, living, out, never = _Places(), _Living(places), _Out(), [NEVER] * ROWS
    for whose, happened, noticed, done, said, gone, happening in portions:
        out.note(len(leads), whose, happened, gone, happening)
        leads.extend(_whole(map(living.__getitem__, whose)))
        shapes.extend(_whole(map(known.__getitem__, done)))
        occurred.extend(_whole(happened))
        seen.extend(_whole(noticed))
        vouched.extend(_whole([NEVER if at is None else at for at in said] if any(said) else never[: len(said)]))
    kept = _kept(leads, living, out.rows())
    leads, shapes, occurred, seen, vouched = (_only(each, kept) for each in (leads, shapes, occurred, seen, vouched))
    found = Activities(leads=leads, shapes=shapes, occurred_us=occurred, seen_us=seen, vouched_us=vouched)
    return found, list(known)


def _facts(
    portions: Portions, places: Mapping[LeadId, int], names: Sequence[str] | None
) -> tuple[Facts, Sequence[str], Sequence[str]]:
    leads, called, values, since, seen = (array("q") for _ in range(5))
    known, living, at = _Places(), _Living(places), _Places()
    at.update({name: place for place, name in enumerate(names or ())})
    for whose, name, value, held, noticed in portions:
        leads.extend(_whole(map(living.__getitem__, whose)))
        called.extend(_whole(map(at.__getitem__, name)))
        values.extend(_whole(map(known.__getitem__, value)))
        since.extend(_whole(held))
        seen.extend(_whole(noticed))
    kept = _kept(leads, living, set())
    leads, called, values, since, seen = (_only(each, kept) for each in (leads, called, values, since, seen))
    return Facts(leads=leads, names=called, values=values, since_us=since, seen_us=seen), list(known), list(at)


def _whole(numbers: Iterable[int]) -> "array[int]":
    """An array out of a list is filled at once, out of anything else number by number."""
    return array("q", list(numbers))


class _Living(dict[LeadId, int]):
    """Lead → its place in the block; somebody who is in none has a place below all."""

    def __init__(self, places: Mapping[LeadId, int]) -> None:
        super().__init__(places)
        self.strangers = False

    def __missing__(self, lead: LeadId) -> int:
        self.strangers = True
        return -1


class _Out:
    """What does not count: what was taken back, and of a happening under several keys all but the first. Taken back
    under one key it is taken back under all."""

    def __init__(self) -> None:
        self._gone: set[int] = set()
        self._several: dict[tuple[int, str], list[tuple[int, int]]] = {}

    def note(
        self,
        first: int,
        leads: Sequence[int],
        happened: Sequence[int],
        gone: Sequence[int | None],
        happenings: Sequence[str | None],
    ) -> None:
        """Take in some rows, of which the first has this number."""
        if any(gone):
            self._gone.update(first + row for row, at in enumerate(gone) if at is not None)
        if any(happenings):
            for row, happening in enumerate(happenings):
                if happening is not None:
                    self._several.setdefault((leads[row], happening), []).append((happened[row], first + row))

    def rows(self) -> set[int]:
        out = set(self._gone)
        for several in self._several.values():
            rows = [row for _, row in sorted(several)]
            out.update(rows if not self._gone.isdisjoint(rows) else rows[1:])
        return out


def _kept(leads: "array[int]", living: _Living, out: Collection[int]) -> Sequence[int] | None:
    """The rows that count; None: all of them, as nearly always."""
    if not out and not living.strangers:
        return None
    return [row for row, place in enumerate(leads) if place >= 0 and row not in out]


def _only(column: "array[int]", kept: Sequence[int] | None) -> "array[int]":
    return column if kept is None else array("q", [column[row] for row in kept])
