"""How soon reps were in touch with whom they were given: by team, by channel and, for managers, by rep."""

from array import array
from collections.abc import Iterable, Iterator

from domain.handoff import HandoffKind
from reports.pages.bounds import bounds
from reports.pages.lines import Lines, rep_labels
from reports.pages.page import Cell, Chart, Column, Missing, Page, Table, Unit
from reports.pages.passes import Pass, Scope
from reports.pages.poolless import Poolless
from reports.pages.tally import Tally, middle, within

NOBODY = "no rep yet"
ASKED, OTHERS = "Asked to be called", "Everybody else"
_NONE_TOUCHED = "nobody was touched yet"
_NONE_DUE = "no clock has come to its end yet"

COLUMNS = (
    Column(key="handoffs", label="Handed over", says="Handoffs that began in the window."),
    Column(key="touched", label="Touched", says="A rep called, met, wrote to or answered the person."),
    Column(
        key="in_time", label="In time", says="Of those who were touched or whose time is up: touched before it was."
    ),
    Column(key="median", label="Half within", says="Working time of the team until half of the touched were touched."),
    Column(key="slow", label="Nine in ten within", says="The same for nine in ten of them."),
    Column(key="never", label="Never touched", says="Time is up, or the handoff closed, and nobody was in touch."),
    Column(key="answered", label="Rejected untouched", says="Rejected or given back without being in touch."),
    Column(key="waiting", label="Still in time", says="Not touched, and their time is not up."),
)


class FollowUpLine:
    """One line of the page: every pass is touched, answered, never touched or waiting."""

    def __init__(self, most: int | None) -> None:
        self._minutes: array[float] = array("d")
        self._judged, self._in_time, self._all = Tally(most), Tally(most), Tally(most)
        self._fates = {name: Tally(most) for name in ("touched", "never", "answered", "waiting")}

    def count(self, each: Pass, /) -> None:
        self._all.add(each.lead_id)
        self._fates[fate_of(each)].add(each.lead_id)
        if each.in_time is not None:
            self._judged.add(each.lead_id)
        if each.in_time:
            self._in_time.add(each.lead_id)
        if each.working_minutes is not None:
            self._minutes.append(each.working_minutes)

    def cells(self) -> tuple[Cell, ...]:
        return (
            self._all.count(),
            self._fates["touched"].count(),
            self._in_time.share(self._judged.n, why=_NONE_DUE),
            middle(self._minutes, Unit.MINUTES, of=self._fates["touched"], why=_NONE_TOUCHED),
            within(self._minutes, 0.9, Unit.MINUTES, of=self._fates["touched"], why=_NONE_TOUCHED),
            *(self._fates[name].count() for name in ("never", "answered", "waiting")),
        )


def fate_of(each: Pass) -> str:
    if each.handoff.touched_at is not None:
        return "touched"
    if each.is_refused or each.is_handed_back_untouched:
        return "answered"
    return "waiting" if each.late_since is None and each.handoff.is_open else "never"


class FollowUp:
    """The page as it is counted. `people`: with a table by rep, which is for their managers."""

    def __init__(self, scope: Scope, *, people: bool) -> None:
        self._scope, self._people = scope, people
        self._reps = rep_labels(scope.names)
        self._lines = {
            name: Lines[Pass](lambda: FollowUpLine(scope.most)) for name in ("asked", "team", "channel", "rep")
        }
        self._without_clock = 0
        self._poolless = Poolless(scope)

    def count(self, each: Pass) -> None:
        rep = each.rep
        self._poolless.count(each)
        self._without_clock += each.handoff.kind is not HandoffKind.NEW_BUSINESS
        self._lines["asked"].count(ASKED if each.handoff.hand_raise else OTHERS, each)
        self._lines["team"].count(each.team or NOBODY, each)
        self._lines["channel"].count(each.channel, each)
        self._lines["rep"].count(self._reps.get(rep, rep) if rep is not None else NOBODY, each)

    def page(self) -> Page:
        scope = self._scope
        return Page(
            name="followup",
            title="Follow-up",
            asks="How soon are we in touch with the people who were handed over, and with whom never?",
            counts="handoffs",
            window=scope.window,
            seen=scope.now,
            rule_hash=scope.book.rule_hash,
            parts=tuple(self._tables()),
            missing=(*missing_channels(scope), *bounds(scope)),
            remarks=tuple(self._remarks()),
        )

    def _tables(self) -> Iterator[Table]:
        says = "Who asks to be called is promised minutes, everybody else working hours."
        yield self._table("asked", "By what was promised", "Who", says=says, order=(ASKED, OTHERS))
        yield self._table("team", "By team", "Team", chart=Chart.BARS)
        yield self._table("channel", "By channel of the first touch", "Channel")
        if self._people:
            yield self._table("rep", "By rep, for their managers", "Rep")

    def _table(
        self,
        key: str,
        title: str,
        heads: str,
        *,
        says: str = "",
        order: tuple[str, ...] = (),
        chart: Chart = Chart.NONE,
    ) -> Table:
        return self._lines[key].table(
            key,
            title,
            heads,
            COLUMNS,
            says=says,
            order=order,
            chart=chart,
            charted="in_time" if chart is not Chart.NONE else "",
            names=key == "rep",
        )

    def _remarks(self) -> Iterator[str]:
        if self._without_clock:
            kinds = "open deals, customers and partners"
            yield f"No clock runs for {kinds}: {self._without_clock:,} of these handoffs are never late."
        delay = self._scope.book.routing.clocks.logging_delay_min
        if delay:
            yield f"Late is what is {delay} minutes over its time: a call may take so long to be seen."
        yield "Times are the team's working time, from the handoff to the first touch by whichever rep."
        yield from self._poolless.remarks()


def missing_channels(scope: Scope) -> Iterator[Missing]:
    """What every page that tells channels apart says where there are none."""
    if not scope.channels.rules:
        yield Missing(
            what="No channels are described, so that everybody comes from `unknown`.",
            mend="Add `channels` to reports.yaml; docs/reports.md has rules to begin with.",
        )


def follow_up(found: Iterable[Pass], scope: Scope, *, people: bool) -> Page:
    report = FollowUp(scope, people=people)
    for each in found:
        report.count(each)
    return report.page()
