"""What sales gave back and why: by where the leads came from, and by what was known of them.

The page ends with rules that would have kept back whom nobody wanted, each with what else it would have kept back.
"""

from collections.abc import Iterator, Sequence

from config.lifecycle import LifecycleRules
from config.mapping import MappingRules, Role
from domain.handoff import Outcome, Verdict
from reports.pages.bounds import bounds
from reports.pages.follow_up import NOBODY, missing_channels
from reports.pages.lines import Lines
from reports.pages.outcomes import NOBODY_HANDED_OVER
from reports.pages.page import Cell, Chart, Column, Page, Part
from reports.pages.passes import Pass, Scope
from reports.pages.poolless import Poolless
from reports.pages.suggestions import Suggestions
from reports.pages.tally import Tally

_ORDER = [*(each.value for each in Outcome), *(each.value for each in Verdict)]
_BEFORE = (
    Column(key="handoffs", label="Handed over", says="Handoffs that began in the window."),
    Column(key="rejected", label="Rejected", says="Ended by a rep's no, or because nothing came of it."),
)
_BESIDE = (
    Column(key="data", label="Data wrong", says="A rep had no way to work it and waited for better data; it went on."),
    Column(key="passed", label="Passed on", says="A rep said it was somebody else's; it went on."),
)

_LESS_TIME = "Who was handed over lately had less time to be rejected."
_NO_REJECTION = "A lost deal is no rejection: the lead was good enough to become one."


def label_of(reason: str, rules: LifecycleRules) -> str:
    """As reps pick it in the CRM."""
    if reason in set(Outcome) and Outcome(reason) in rules.outcomes:
        return rules.outcomes[Outcome(reason)].label
    if reason in set(Verdict) and Verdict(reason) in rules.verdicts:
        return rules.verdicts[Verdict(reason)]
    return reason.replace("_", " ").capitalize()


class RejectLine:
    """One source. `reasons`: every one met so far, shared by all lines, so that all have the same columns."""

    def __init__(self, reasons: set[str], most: int | None) -> None:
        self._reasons, self._most = reasons, most
        self._all, self._rejected, self._data, self._passed = (Tally(most) for _ in range(4))
        self._of = dict[str, Tally]()

    def count(self, each: Pass, /) -> None:
        reason = each.rejection
        self._all.add(each.lead_id)
        if reason is not None:
            self._reasons.add(reason.value)
            self._rejected.add(each.lead_id)
            self._of.setdefault(reason.value, Tally(self._most)).add(each.lead_id)
        if each.is_data_wrong:
            self._data.add(each.lead_id)
        if each.is_passed_on:
            self._passed.add(each.lead_id)

    def cells(self) -> tuple[Cell, ...]:
        return (
            self._all.count(),
            self._rejected.share(self._all.n, why=NOBODY_HANDED_OVER),
            *(self._of.get(reason, Tally()).count() for reason in in_order(self._reasons)),
            self._data.count(),
            self._passed.count(),
        )


def in_order(reasons: set[str]) -> list[str]:
    return sorted(reasons, key=_ORDER.index)


class Rejects:
    """The page as it is counted."""

    def __init__(self, scope: Scope, mapping: MappingRules) -> None:
        self._scope = scope
        self._reasons = set[str]()
        self._poolless = Poolless(scope)
        names = ("channel", "band", "team")
        self._lines = {name: Lines[Pass](lambda: RejectLine(self._reasons, scope.most)) for name in names}
        telling = {each.name: each.label or each.name for each in mapping.properties if each.role is Role.SHARED}
        self._suggestions = Suggestions(telling, scope.most)

    def count(self, each: Pass) -> None:
        self._poolless.count(each)
        self._lines["channel"].count(each.channel, each)
        self._lines["band"].count(each.handoff.band, each)
        self._lines["team"].count(each.team or NOBODY, each)
        self._suggestions.count(each, each.known, rejected=each.rejection is not None)

    def page(self) -> Page:
        scope = self._scope
        return Page(
            name="rejects",
            title="Rejected leads",
            asks="What does sales give back, why, and what could have been known before?",
            counts="handoffs",
            window=scope.window,
            seen=scope.now,
            rule_hash=scope.book.rule_hash,
            parts=tuple(self._parts(self._columns())),
            missing=(*missing_channels(scope), *bounds(scope)),
            remarks=(_NO_REJECTION, _LESS_TIME, *self._poolless.remarks()),
        )

    def _columns(self) -> tuple[Column, ...]:
        rules = self._scope.book.lifecycle
        told = (Column(key=reason, label=label_of(reason, rules)) for reason in in_order(self._reasons))
        return (*_BEFORE, *told, *_BESIDE)

    def _parts(self, columns: Sequence[Column]) -> Iterator[Part]:
        source = "By channel of the first touch"
        yield self._lines["channel"].table("channel", source, "Channel", columns, chart=Chart.BARS, charted="rejected")
        yield self._lines["band"].table("band", "By band at hand-over", "Band", columns)
        yield self._lines["team"].table("team", "By team", "Team", columns)
        yield self._suggestions.table()
