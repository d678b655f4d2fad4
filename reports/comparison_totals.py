"""How far we and today's process agree, all in all and team by team: the rows of a comparison counted."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median

from reports.comparison import Apart, Row, Verdict

COMPARED = (Verdict.AGREE, Verdict.ONLY_US, Verdict.ONLY_THEM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """`days`: how much earlier we would have been where both saw a lead, the median; None where there is none such.

    `open`: how many only one has seen so far, while the other still has time to agree.
    """

    verdicts: Mapping[Verdict, int]
    apart: Mapping[Apart, int] = field(default_factory=dict)
    open: int = 0
    days: float | None = None

    @property
    def leads(self) -> int:
        return sum(self.verdicts.values())


def totals_of(rows: Iterable[Row]) -> Totals:
    found = list(rows)
    counts = Counter(row.verdict for row in found)
    apart = Counter(row.apart for row in found if row.apart is not None)
    days = [row.days for row in found if row.verdict is Verdict.AGREE and row.days is not None]
    return Totals(
        verdicts={verdict: counts[verdict] for verdict in Verdict},
        apart={reason: apart[reason] for reason in Apart if apart[reason]},
        open=sum(row.is_open for row in found),
        days=round(median(days), 2) if days else None,
    )


def by_segment(rows: Iterable[Row]) -> dict[str, Totals]:
    """Of those that can be compared, by name."""
    parts: dict[str, list[Row]] = {}
    for row in rows:
        if row.verdict is not Verdict.NOT_COMPARABLE:
            parts.setdefault(row.segment, []).append(row)
    return {name: totals_of(part) for name, part in sorted(parts.items())}
