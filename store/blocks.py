"""The ledger of everybody, block by block in columns: for whoever computes all scores at once.

Rows are turned into columns as the driver gives them, and what repeats is looked up once, so that reading costs little
more than the fetch. A block holds so many leads and all that is kept of them, never the whole table.
"""

from array import array
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from domain.activity import ActivityKind
from domain.block import NEVER, Activities, Block, Facts, Given, Shape
from domain.values import LeadId
from store import leads as lead_rows
from store.columns import from_json
from store.engine import Tx

LEADS = 8_000
"""Leads per block: some 40 MB at ten activities and ten facts each."""
_UNIT = "\x1f"
"""Stands between the parts of a joined key; no system has it in an id."""
_DIVIDER = {"sqlite": "char(31)", "postgresql": "chr(31)"}

T = TypeVar("T")

# A happening that came under a key for each record ends with the record's id; which one counts, `_left_out` says.
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
    """Every lead with all it did and what it was, of the facts only these `names` (None: all); leads by number."""
    wanted, number = None if names is None else sorted(names), 0
    shapes, values = _Known(_shape), _Known(_given)
    while some := lead_rows.after(tx, number, leads):
        yield _block(tx, some, number, wanted, shapes=shapes, values=values)
        number = some[-1]


def _block(
    tx: Tx,
    some: Sequence[LeadId],
    after: int,
    names: Sequence[str] | None,
    *,
    shapes: "_Known[Shape]",
    values: "_Known[Given]",
) -> Block:
    places = {lead: place for place, lead in enumerate(some)}
    dialect = tx.dialect.name
    text = _ACTIVITIES.format(divider=_DIVIDER[dialect], happening=_HAPPENING[dialect], key=_KEY[dialect])
    done, own_shapes = _activities(_columns(tx, text, (after, some[-1])), places)
    rows = _facts_of(tx, names, (after, some[-1]))
    names = sorted(set(rows[1])) if names is None and rows else names or ()
    told, own_values = _facts(rows, places, names)
    return Block(
        leads=some,
        activities=done,
        shapes=[shapes[each] for each in own_shapes],
        facts=told,
        names=names,
        values=[values[each] for each in own_values],
    )


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


def _columns(tx: Tx, text: str, given: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """The answer's columns as the driver gives them, without a row of SQLAlchemy's around each."""
    statement = text.replace("?", "%s") if tx.dialect.name == "postgresql" else text
    cursor = tx.exec_driver_sql(statement, given).cursor
    return [] if cursor is None else list(zip(*cursor.fetchall(), strict=True))


def _facts_of(tx: Tx, names: Sequence[str] | None, between: tuple[int, int]) -> list[tuple[Any, ...]]:
    if names is None:
        return _columns(tx, _FACTS, between)
    asked = f" AND name IN ({', '.join('?' * len(names))})"
    return _columns(tx, f"{_FACTS}{asked}", (*between, *names)) if names else []


def _activities(columns: Sequence[tuple[Any, ...]], places: Mapping[LeadId, int]) -> tuple[Activities, Sequence[str]]:
    leads, happened, seen, done, vouched, retracted, happenings = columns or ((),) * 7
    known, kept = _Places(), _kept(leads, places)
    out = _left_out(leads, happened, retracted, happenings)
    if out:
        kept = [row for row in kept or range(len(leads)) if row not in out]
    whose, when, noticed, what, said = (_only(column, kept) for column in (leads, happened, seen, done, vouched))
    return Activities(
        leads=array("q", map(places.__getitem__, whose)),
        shapes=array("q", map(known.__getitem__, what)),
        occurred_us=array("q", when),
        seen_us=array("q", noticed),
        vouched_us=array("q", [NEVER if at is None else at for at in said] if any(said) else [NEVER] * len(said)),
    ), list(known)


def _facts(
    columns: Sequence[tuple[Any, ...]], places: Mapping[LeadId, int], names: Sequence[str]
) -> tuple[Facts, Sequence[str]]:
    leads, named, values, since, seen = columns or ((),) * 5
    known, at, kept = _Places(), {name: place for place, name in enumerate(names)}, _kept(leads, places)
    whose, called, what, held, noticed = (_only(column, kept) for column in (leads, named, values, since, seen))
    return Facts(
        leads=array("q", map(places.__getitem__, whose)),
        names=array("q", map(at.__getitem__, called)),
        values=array("q", map(known.__getitem__, what)),
        since_us=array("q", held),
        seen_us=array("q", noticed),
    ), list(known)


def _kept(leads: Sequence[int], places: Mapping[LeadId, int]) -> Sequence[int] | None:
    """The rows of living leads; None: all of them, as nearly always."""
    strangers = set(leads).difference(places)
    return [row for row, lead in enumerate(leads) if lead not in strangers] if strangers else None


def _only(column: Sequence[T], kept: Sequence[int] | None) -> Sequence[T]:
    return column if kept is None else [column[row] for row in kept]


def _left_out(
    leads: Sequence[int], happened: Sequence[int], retracted: Sequence[int | None], happenings: Sequence[str | None]
) -> set[int]:
    """What was taken back, and of a happening under several keys all but the first; taken back under one key it is
    taken back under all."""
    out = {row for row, at in enumerate(retracted) if at is not None} if any(retracted) else set()
    several: dict[tuple[int, str], list[int]] = {}
    for row, happening in enumerate(happenings) if any(happenings) else ():
        if happening is not None:
            several.setdefault((leads[row], happening), []).append(row)
    for rows in several.values():
        if len(rows) > 1:
            is_back = not out.isdisjoint(rows)
            first = None if is_back else min(rows, key=lambda row: (happened[row], row))
            out.update(row for row in rows if row != first)
    return out
