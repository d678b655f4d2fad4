"""What reps said of the handoffs that an asset led up to: good words and bad, by the asset that was met last."""

from collections.abc import Sequence

from config.lifecycle import LifecycleRules
from config.scorecard import ScorecardRules
from domain.scorecard import Qualifies
from handoff.answers import GOOD_OUTCOMES, GOOD_VERDICTS
from reports.pages.lifts import MOST, most_of
from reports.pages.lines import Lines
from reports.pages.outcomes import NOBODY_HANDED_OVER
from reports.pages.page import Cell, Column, Table
from reports.pages.passes import Pass
from reports.pages.rejects import in_order, label_of
from reports.pages.tally import Tally
from scoring.scorecard import read_scorecard

_PRAISE = (
    Column(key="handoffs", label="Handed over", says="Handoffs before which this was the last thing that was met."),
    Column(key="took", label="Said yes", says="A rep answered that they take it, or are at it already."),
    Column(key="good", label="Said it came to something", says="A rep answered with a meeting, or that it qualifies."),
    Column(key="meaningful", label="Meaningful", says="A conversation, a meeting held or a reply."),
    Column(key="card_yes", label="Scorecard qualifies", says="As the rep filled it in."),
)
_BLAME = (
    Column(key="card_no", label="Scorecard does not", says="A full one that does not qualify."),
    Column(key="rejected", label="Rejected", says="Ended by a rep's no, or because nothing came of it."),
)
_BESIDE = (
    Column(key="data", label="Data wrong", says="A rep waited for better data; it went on."),
    Column(key="passed", label="Passed on", says="A rep said it was somebody else's; it went on."),
)
_COUNTED = ("took", "good", "meaningful", "card_yes", "card_no")


class PraiseLine:
    """One asset. `reasons`: every one met so far, shared by all lines, so that all have the same columns."""

    def __init__(self, reasons: set[str], rules: ScorecardRules, most: int | None) -> None:
        self._reasons, self._rules, self._most = reasons, rules, most
        self._all, self._rejected, self._data, self._passed = (Tally(most) for _ in range(4))
        self._said = {name: Tally(most) for name in _COUNTED}
        self._of = dict[str, Tally]()

    def count(self, each: Pass, /) -> None:
        reason, card = each.rejection, qualifies(each, self._rules)
        self._all.add(each.lead_id)
        said = {
            "took": each.handoff.verdict in GOOD_VERDICTS,
            "good": each.handoff.outcome in GOOD_OUTCOMES,
            "meaningful": bool(each.meant_at),
            "card_yes": card is Qualifies.YES,
            "card_no": card is Qualifies.NO,
        }
        told = [(self._said[name], is_so) for name, is_so in said.items()]
        for tally, is_so in (*told, (self._data, each.is_data_wrong), (self._passed, each.is_passed_on)):
            if is_so:
                tally.add(each.lead_id)
        if reason is not None:
            self._reasons.add(reason.value)
            self._rejected.add(each.lead_id)
            self._of.setdefault(reason.value, Tally(self._most)).add(each.lead_id)

    def cells(self) -> tuple[Cell, ...]:
        return (
            self._all.count(),
            *(self._said[name].count() for name in _COUNTED),
            self._rejected.share(self._all.n, why=NOBODY_HANDED_OVER),
            *(self._of.get(reason, Tally()).count() for reason in in_order(self._reasons)),
            self._data.count(),
            self._passed.count(),
        )


def qualifies(each: Pass, rules: ScorecardRules) -> Qualifies:
    """What its scorecard came to; `not yet` also where there is none."""
    return read_scorecard(dict(each.handoff.scorecard), rules).qualifies


class Praise:
    """The table as it is counted."""

    def __init__(self, rules: LifecycleRules, card: ScorecardRules, most: int | None) -> None:
        self._rules, self._reasons = rules, set[str]()
        self._lines = Lines[Pass](lambda: PraiseLine(self._reasons, card, most))

    def count(self, label: str, each: Pass) -> None:
        self._lines.count(label, each)

    def table(self) -> Table:
        found = self._lines.rows()
        rows, left_out = most_of([row for row in found if not row.is_total])
        more = f" The {MOST} of most handoffs; {left_out:,} others are left out." if left_out else ""
        return Table(
            key="said",
            title="What reps said, by the last thing that was met",
            heads="Asset",
            columns=(*_PRAISE, *_BLAME, *self._told(), *_BESIDE),
            rows=(*rows, *(row for row in found if row.is_total)),
            says=f"Each handoff stands in one line.{more}",
        )

    def _told(self) -> Sequence[Column]:
        return [Column(key=reason, label=label_of(reason, self._rules)) for reason in in_order(self._reasons)]
