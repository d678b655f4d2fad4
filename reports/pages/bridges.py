"""From what one side counts to what another one does, cause by cause: lines that add up to the number at the end."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from reports.pages.differences import LABELS, MENDS, TWICE, TWICE_MENDS, Cause, Twice
from reports.pages.page import Column, Figure, Row, Table
from reports.pages.reconciling import Line
from reports.pages.telling import Tellings

_UNKNOWN = (Cause.UNEXPLAINED,)
_KNOWN = tuple(each for each in Cause if each is not Cause.UNEXPLAINED)
LISTED = (*_UNKNOWN, *_KNOWN)
"""What nobody can explain stands first."""
COLUMN = "count"
_COLUMNS = (
    Column(key=COLUMN, label="How many", says="The first line and all that is added and taken make the last."),
    Column(key="mend", label="What to do"),
)


class Bridge:
    """One pair of sides. `key`, `name`: side → how it is typed, and called."""

    def __init__(self, one: str, other: str, keys: Mapping[str, str], names: Mapping[str, str], kept: Tellings) -> None:
        self._one, self._other, self._keys, self._names = one, other, keys, names
        self._kept = kept
        self._counts = {one: 0, other: 0}

    @property
    def key(self) -> str:
        return f"{self._keys[self._one]}-{self._keys[self._other]}"

    def count(self, line: Line) -> None:
        one, other = line.counted.get(self._one, 0), line.counted.get(self._other, 0)
        self._counts[self._one] += one
        self._counts[self._other] += other
        for side, is_missing in ((self._other, one and not other), (self._one, other and not one)):
            if is_missing and side in line.why:
                because = line.why[side]
                self._kept[self._lacks(side, because.cause)].add(line.lead_id, because.told)
        for (side, why), several in line.twice.items():
            if side in self._counts:
                self._kept[self._more(side, why)].add(line.lead_id, TWICE[why], several)

    def _lacks(self, side: str, cause: Cause) -> str:
        return f"{self.key}.not-in-{self._keys[side]}-{cause}.{COLUMN}"

    def _more(self, side: str, why: Twice) -> str:
        return f"{self.key}.more-{self._keys[side]}-{why}.{COLUMN}"

    def table(self) -> Table:
        one, other = self._names[self._one], self._names[self._other]
        return Table(
            key=self.key,
            title=f"From {one} to {other}",
            heads="Step",
            columns=_COLUMNS,
            rows=tuple(self._rows()),
        )

    def _rows(self) -> Iterator[Row]:
        one, other = self._one, self._other
        yield self._end("start", one)
        yield from self._causes(other, -1, _UNKNOWN)
        yield from self._causes(one, 1, _UNKNOWN)
        yield from self._twice(one, -1)
        yield from self._causes(other, -1, _KNOWN)
        yield from self._causes(one, 1, _KNOWN)
        yield from self._twice(other, 1)
        yield self._end("end", other)

    def _end(self, key: str, side: str) -> Row:
        label = f"{self._names[side]} counts"
        return Row(key=key, label=label, cells=(Figure(value=self._counts[side]), ""), is_total=True)

    def _causes(self, side: str, sign: int, causes: Sequence[Cause]) -> Iterator[Row]:
        for cause in causes:
            name = self._lacks(side, cause)
            if name in self._kept:
                label = f"{_SIGNS[sign]} not in {self._names[side]}: {LABELS[cause]}"
                yield Row(key=name.split(".")[1], label=label, cells=(self._kept[name].figure(sign), MENDS[cause]))

    def _twice(self, side: str, sign: int) -> Iterator[Row]:
        for why in Twice:
            name = self._more(side, why)
            if name in self._kept:
                label = f"{_SIGNS[sign]} {self._names[side]}: {TWICE[why]}"
                yield Row(key=name.split(".")[1], label=label, cells=(self._kept[name].figure(sign), TWICE_MENDS[why]))


_SIGNS = {-1: "−", 1: "+"}


def bridges(sides: list[str], keys: Mapping[str, str], names: Mapping[str, str], kept: Tellings) -> tuple[Bridge, ...]:
    """One for each pair, in the order of the sides."""
    return tuple(Bridge(one, other, keys, names, kept) for one, other in combinations(sides, 2))
