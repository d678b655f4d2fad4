"""Whose territory a lead lies in: asked of an index by the columns' values, so that 50,000 rows cost what ten do.

Of the rows that fit today the narrowest has it: first the one that names more columns, then the one that
is more exact from the left (a value before a beginning before a range of numbers). The order of the rows
means nothing, for people sort spreadsheets.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate

from config.territories import TerritoryRow, TerritoryTable, combinations, rows_of
from config.territory_cells import ANY, Begins, Between, Cell, Exactly, Rank, number_of, plain
from domain.values import Value

_Shape = tuple[int | None, ...]
"""How a combination asks, by column: None any value, 0 the value, n > 0 its first n letters, -1 a number."""
_ANY_NUMBER = -1
_Claimed = tuple[int, tuple[Rank, ...], date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Territory:
    """The part of a territory that a lead lies in. `to`: who has it, a pool or an e-mail; empty: nobody."""

    name: str
    to: str
    asks: str
    """What of the lead made it so, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    row: TerritoryRow
    ask: tuple[Cell | None, ...]

    @property
    def rank(self) -> _Claimed:
        """The greater, the narrower; where nothing else tells them apart the younger row has it."""
        cells = tuple(cell.rank if cell is not None else ANY for cell in self.ask)
        return (sum(cell is not None for cell in self.ask), cells, self.row.first or date.min)

    def holds(self, day: date, numbers: Mapping[int, float]) -> bool:
        row = self.row
        if (row.first is not None and day < row.first) or (row.until is not None and day >= row.until):
            return False
        ranges = ((at, cell) for at, cell in enumerate(self.ask) if isinstance(cell, Between))
        return all(at in numbers and cell.low <= numbers[at] <= cell.high for at, cell in ranges)


@dataclass(slots=True)
class _Drawer:
    """The claims of one shape that ask for the same texts, ordered by where their first range begins."""

    claims: list[_Claim] = field(default_factory=list)
    lows: list[float] = field(default_factory=list)
    highest: list[float] = field(default_factory=list)
    """The greatest end among the claims so far: below it nothing earlier can reach a number."""

    def close(self, at: int | None) -> None:
        if at is None:
            return
        self.claims.sort(key=lambda claim: _low(claim, at))
        self.lows = [_low(claim, at) for claim in self.claims]
        self.highest = list(accumulate((_high(claim, at) for claim in self.claims), max))

    def near(self, number: float | None) -> Iterator[_Claim]:
        """Those whose first range may hold the number; all where they ask for none."""
        if not self.lows:
            yield from self.claims
        elif number is not None:
            place = bisect_right(self.lows, number) - 1
            while place >= 0 and self.highest[place] >= number:
                yield self.claims[place]
                place -= 1


class TerritoryMap:
    """The table, ready to be asked. Laid out when first asked, which takes a second for 50,000 rows: most commands
    never do."""

    def __init__(self, table: TerritoryTable) -> None:
        self.columns = tuple(table.columns)
        self._table = table
        self._laid_out: dict[_Shape, dict[tuple[str, ...], _Drawer]] | None = None

    def find(self, values: Mapping[str, Value], day: date) -> Territory | None:
        """The territory that these properties lie in on a day; None for no man's land."""
        said = [plain(values.get(name)) for name in self.columns]
        numbers = {at: number for at, text in enumerate(said) if (number := number_of(text)) is not None}
        fitting = (each for each in self._candidates(said, numbers) if each.holds(day, numbers))
        best = max(fitting, key=lambda each: (each.rank, each.row.territory, each.row.to), default=None)
        if best is None:
            return None
        named = (f"{name} {said[at]}" for at, name in enumerate(self.columns) if best.ask[at] is not None)
        return Territory(name=best.row.territory, to=best.row.to, asks=", ".join(named) or "everybody's")

    def _candidates(self, said: list[str], numbers: Mapping[int, float]) -> Iterator[_Claim]:
        if self._laid_out is None:
            self._laid_out = _lay_out(self._table)
        for shape, drawers in self._laid_out.items():
            key = tuple(_asked(said, shape))
            drawer = drawers.get(key) if all(key) else None
            if drawer is not None:
                first = _first_range(shape)
                yield from drawer.near(numbers.get(first) if first is not None else None)


def _lay_out(table: TerritoryTable) -> dict[_Shape, dict[tuple[str, ...], _Drawer]]:
    found: dict[_Shape, dict[tuple[str, ...], _Drawer]] = {}
    for row in rows_of(table):
        for ask in combinations(row):
            drawers = found.setdefault(tuple(map(_shape, ask)), {})
            drawers.setdefault(tuple(_texts(ask)), _Drawer()).claims.append(_Claim(row=row, ask=ask))
    for shape, drawers in found.items():
        for drawer in drawers.values():
            drawer.close(_first_range(shape))
    return found


def _shape(cell: Cell | None) -> int | None:
    match cell:
        case Exactly():
            return 0
        case Begins():
            return len(cell.text)
        case Between():
            return _ANY_NUMBER
        case None:
            return None


def _texts(ask: tuple[Cell | None, ...]) -> Iterator[str]:
    return (cell.text for cell in ask if isinstance(cell, Exactly | Begins))


def _asked(said: list[str], shape: _Shape) -> Iterator[str]:
    """What of a lead's values a shape looks for; a value that is too short to begin so stays as it is."""
    for text, length in zip(said, shape, strict=True):
        if length is not None and length != _ANY_NUMBER:
            yield text[:length] if length else text


def _first_range(shape: _Shape) -> int | None:
    return next((at for at, each in enumerate(shape) if each == _ANY_NUMBER), None)


def _low(claim: _Claim, at: int) -> float:
    cell = claim.ask[at]
    return cell.low if isinstance(cell, Between) else 0.0


def _high(claim: _Claim, at: int) -> float:
    cell = claim.ask[at]
    return cell.high if isinstance(cell, Between) else 0.0
