"""Whether rejected leads find their way back, and whether anybody writes to them meanwhile."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from domain.activity import ActivityKind
from domain.values import LeadId
from reports.lists import ListReport, ListsSeen, Purpose
from reports.pages.bounds import bounds
from reports.pages.lines import Lines
from reports.pages.page import Cell, Chart, Column, Figure, Leads, Missing, Page, Row, Table, Unit
from reports.pages.passes import Scope
from reports.pages.rejects import label_of
from reports.pages.rests import Rest
from reports.pages.tally import Tally, middle
from reports.pages.wording import moment
from store.list_health import Counted, People, Place

_DAY = timedelta(days=1)
_NOBODY_BACK = "nobody came back yet"
_NOBODY_RESTS = "nobody was put to rest"

COLUMNS = (
    Column(key="rested", label="Put to rest", says="Times that a lead was put to rest in the window."),
    Column(key="back", label="Came back", says="Were handed over again, by what they did or by their date."),
    Column(key="days", label="Half within", says="Days from the beginning of the rest to the next handoff."),
    Column(key="accepted", label="Accepted then", says="Of those who came back."),
    Column(key="qualified", label="Qualified then", says="Of those who came back."),
    Column(key="won", label="Won then", says="Of those who came back, so far."),
    Column(
        key="elsewhere",
        label="Left otherwise",
        says="Went into a deal, out of the loop or back among the others without a handoff.",
    ),
    Column(key="resting", label="Still at rest"),
)
_LISTS = (
    Column(key="members", label="Members"),
    Column(key="reached", label="Reached", says="A mail arrived, or was opened, clicked, answered, in 30 days."),
    Column(key="clicked", label="Clicked", says="In 30 days."),
    Column(key="replied", label="Replied", says="In 30 days."),
    Column(key="returned", label="Back to sales", says="Left the list for a handoff, in 30 days."),
    Column(key="unmailable", label="No mail to", says="Members whom no mail can reach."),
    Column(key="why", label="Because"),
)


class RestLine:
    """One reason, list or channel."""

    def __init__(self, most: int | None) -> None:
        names = ("rested", "back", "accepted", "qualified", "won", "elsewhere", "resting")
        self._of = {name: Tally(most) for name in names}
        self._days: array[float] = array("d")

    def count(self, rest: Rest, /) -> None:
        reached = {
            "rested": True,
            "back": rest.back is not None,
            "accepted": rest.accepted_at is not None,
            "qualified": rest.qualified_at is not None,
            "won": rest.won_at is not None,
            "elsewhere": rest.ended_as is not None,
            "resting": rest.back is None and rest.ended_as is None,
        }
        for name, counts in reached.items():
            if counts:
                self._of[name].add(rest.lead_id)
        if rest.back_at is not None:
            self._days.append((rest.back_at - rest.at) / _DAY)

    def cells(self) -> tuple[Cell, ...]:
        back = self._of["back"]
        return (
            self._of["rested"].count(),
            back.share(self._of["rested"].n, why=_NOBODY_RESTS),
            middle(self._days, Unit.DAYS, of=back, why=_NOBODY_BACK),
            *(self._of[name].share(back.n, why=_NOBODY_BACK) for name in ("accepted", "qualified", "won")),
            self._of["elsewhere"].count(),
            self._of["resting"].count(),
        )


class Nurture:
    """The page as it is counted. `lists`: how alive they are now; `people`: who is behind their figures."""

    def __init__(self, scope: Scope, lists: ListsSeen, people: Mapping[Place, People] | None = None) -> None:
        self._scope, self._seen, self._people = scope, lists, people or {}
        self._reasons = Lines[Rest](lambda: RestLine(scope.most))
        self._channels = Lines[Rest](lambda: RestLine(scope.most))

    def count(self, rest: Rest) -> None:
        self._reasons.count(label_of(rest.reason, self._scope.book.lifecycle), rest)
        self._channels.count(rest.channel, rest)

    def page(self) -> Page:
        scope = self._scope
        return Page(
            name="nurture",
            title="Nurture",
            asks="Do rejected leads find their way back, and does anybody write to them meanwhile?",
            counts="rests",
            window=scope.window,
            seen=scope.now,
            rule_hash=scope.book.rule_hash,
            parts=tuple(self._tables()),
            missing=tuple(self._missing()),
            remarks=("A lead that was put to rest lately had less time to come back.",),
        )

    def _tables(self) -> Iterator[Table]:
        yield self._reasons.table("reason", "By reason", "Reason", COLUMNS, chart=Chart.BARS, charted="back")
        yield self._channels.table("channel", "By channel of the first touch", "Channel", COLUMNS)
        yield Table(
            key="list",
            title="Nurture lists, as they are now",
            heads="List",
            columns=_LISTS,
            rows=tuple(self._lists()),
            says="Everybody who is on them, whichever days and channel are asked about.",
            empty="No system keeps lists.",
            counts="members",
            when=f"as of {moment(self._scope.now, self._scope.window.zone)}",
        )

    def _lists(self) -> Iterator[Row]:
        for number, each in enumerate(self._nurture(), 1):
            people = self._people.get((each.connection, each.name), People())
            cells = (*self._figures(each.counted, people), _because(each.counted))
            yield Row(key=str(number), label=f"{each.name} ({each.connection})", cells=cells)

    def _figures(self, counted: Counted, people: People) -> Iterator[Cell]:
        yield self._count(counted.members, people.members)
        yield self._count(counted.reached, people.reached)
        for kind in (ActivityKind.EMAIL_CLICKED, ActivityKind.EMAIL_REPLIED):
            yield self._count(counted.did.get(kind, 0), people.did.get(kind, ()))
        yield self._count(counted.returned, people.returned)
        why = tuple(people.unmailable.values())
        yield self._count(sum(counted.unmailable.values()), tuple(people.unmailable), told=why)

    def _count(self, n: int, leads: Sequence[LeadId], *, told: Sequence[str] = ()) -> Figure:
        most = self._scope.most
        return Figure(value=n, leads=Leads(n=n, first=tuple(leads[:most]), told=tuple(told[:most])))

    def _nurture(self) -> list[ListReport]:
        return [each for each in self._seen.lists if each.purpose is Purpose.WRITE]

    def _missing(self) -> Iterator[Missing]:
        yield from bounds(self._scope)
        if not self._seen.lists:
            yield Missing(what="No system keeps nurture lists.", mend="Set `lists: true` for one in mapping.yaml.")
        elif self._seen.told_since is None:
            yield Missing(
                what="No system tells which mails arrive, so that only who answered counts as reached.",
                mend="List `email_events` among the streams of HubSpot in leadloop.yaml.",
            )
        for each in self._nurture():
            if each.sleeps:
                yield Missing(
                    what=f"{each.name} in {each.connection}: {each.sleeps}.",
                    mend="Set up a campaign there that sends to it.",
                )


def _because(counted: Counted) -> str:
    return "; ".join(f"{people:,} {why}" for why, people in sorted(counted.unmailable.items()))
