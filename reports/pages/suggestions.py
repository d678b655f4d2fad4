"""What those whom sales rejects have in common: rules that would have kept them back, and all that they would cost.

Only what was known at hand-over counts. A value is worth a word when it is rejected surely more often than the rest and
nobody with it was won; what it kept back of accepted and qualified leads stands beside it, for both sides to weigh.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from domain.values import Value
from reports.pages.outcomes import NOBODY_HANDED_OVER
from reports.pages.page import Cell, Column, Row, Table
from reports.pages.passes import Pass
from reports.pages.tally import Tally
from scoring.interval import wilson

MOST_VALUES = 200
"""A property with more values than that names persons and things, not kinds of them."""
FEWEST = 20
"""Handoffs with a value before anything is said of it."""
SHOWN = 5
LONGEST = 60

COLUMNS = (
    Column(key="handoffs", label="Handed over", says="Handoffs of the window that the rule would have kept back."),
    Column(key="rejected", label="Rejected", says="Of these, for whichever reason."),
    Column(key="accepted", label="Accepted", says="Of these, and not rejected later: what the rule would have cost."),
    Column(key="qualified", label="Qualified", says="Of these, whatever came later: what the rule would have cost."),
)


class _Value:
    """What came of the handoffs with one value of one property."""

    def __init__(self, most: int | None) -> None:
        self.all, self.rejected, self.accepted, self.qualified = (Tally(most) for _ in range(4))
        self.won = 0

    def count(self, each: Pass, *, rejected: bool) -> None:
        self.all.add(each.lead_id)
        self.won += each.won_at is not None
        for tally, counts in (
            (self.rejected, rejected),
            (self.accepted, each.accepted_at is not None and not rejected),
            (self.qualified, each.qualified_at is not None),
        ):
            if counts:
                tally.add(each.lead_id)

    def cells(self) -> tuple[Cell, ...]:
        return (
            self.all.count(),
            self.rejected.share(self.all.n, why=NOBODY_HANDED_OVER),
            self.accepted.count(),
            self.qualified.count(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    property: str
    value: str
    counted: _Value
    low: float


class Suggestions:
    """`properties`: those of mapping.yaml that say something of a person, by name, with what people call them."""

    def __init__(self, properties: Mapping[str, str], most: int | None) -> None:
        self._labels, self._most = properties, most
        self._values: dict[str, dict[str, _Value]] = {name: {} for name in properties}
        self._n = self._rejected = 0

    def count(self, each: Pass, known: Mapping[str, Value], *, rejected: bool) -> None:
        self._n += 1
        self._rejected += rejected
        for name, values in list(self._values.items()):
            word = _word(known.get(name))
            if word is None:
                continue
            if word not in values and len(values) == MOST_VALUES:
                del self._values[name]
                continue
            values.setdefault(word, _Value(self._most)).count(each, rejected=rejected)

    def table(self) -> Table:
        found = sorted(self._found(), key=lambda each: (-each.counted.rejected.n, each.property, each.value))[:SHOWN]
        return Table(
            key="rule",
            title="Rules that would have kept back whom nobody wanted",
            heads="Rule",
            columns=COLUMNS,
            rows=tuple(
                Row(key=str(number), label=f"{self._labels[each.property]} is {each.value}", cells=each.counted.cells())
                for number, each in enumerate(found, 1)
            ),
            says=(
                "Each was rejected surely more often than all the others, and nobody of them was won. "
                "`disqualify` in lifecycle.yaml or a penalty in scoring.yaml keeps them back."
            ),
            empty="No value of a property is rejected surely more often than the rest.",
        )

    def _found(self) -> Iterator[_Found]:
        for name, values in self._values.items():
            for word, counted in values.items():
                n, hits = counted.all.n, counted.rejected.n
                rest, rest_hits = self._n - n, self._rejected - hits
                low, high = wilson(hits, n)[0], wilson(rest_hits, rest)[1]
                if n >= FEWEST and not counted.won and low > high:
                    yield _Found(property=name, value=word, counted=counted, low=low)


def _word(value: Value) -> str | None:
    """A value as a kind of person has it; None for what is blank, a number, or too long to be one."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST:
        return None
    return value.strip()
