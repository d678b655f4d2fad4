"""What a page says of closed months: since when they are, which are not, and what is known differently by now."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from domain.counted_deal import ClosedMonth, Side
from domain.values import LeadId
from reports.pages.closed_months import Books, Late, months_of, next_month
from reports.pages.lines import TOTAL
from reports.pages.page import Cell, Column, Figure, Leads, Missing, Row, Table, Unit
from reports.pages.passes import Scope
from reports.pages.window import start_of

MOST_LATE = 50
_NAMED = 3
_COLUMNS = (
    Column(key="what", label="By now", says="What became of it since its month was closed."),
    Column(key="opened", label="Deals opened", says="How many more there would be."),
    Column(key="pipeline", label="Pipeline", says="How much more there would be."),
    Column(key="won", label="Deals won", says="How many more there would be."),
    Column(key="revenue", label="Revenue", says="How much more there would be."),
)


def late_table(late: Sequence[Late], currency: str) -> Table:
    """A line for each deal, the total for all of them, whether or not they are shown."""
    rows = [
        Row(
            key=str(number),
            label=each.deal.name or each.deal.ref.id,
            cells=(each.what, *_cells([each], currency)),
        )
        for number, each in enumerate(late[:MOST_LATE], 1)
    ]
    rows.append(Row(key=TOTAL, label="All", cells=("", *_cells(late, currency)), is_total=True))
    says = f"The first {MOST_LATE} of {len(late)}." if len(late) > MOST_LATE else ""
    return Table(
        key="late",
        title="Known differently since their month was closed",
        heads="Deal",
        columns=_COLUMNS,
        rows=tuple(rows),
        says=says,
        names=True,
    )


def _cells(late: Sequence[Late], currency: str) -> Iterator[Cell]:
    for side in Side:
        own = [each for each in late if each.side is side]
        leads = Leads(n=len(own), first=_people(own))
        yield Figure(value=sum(each.deals for each in own), leads=leads)
        yield Figure(value=float(worth_of(own)), unit=Unit.MONEY, currency=currency, of=len(own), leads=leads)


def _people(late: Iterable[Late]) -> tuple[LeadId, ...]:
    return tuple(dict.fromkeys(lead for each in late for lead in (each.now or each.deal).leads))


def worth_of(late: Iterable[Late]) -> Decimal:
    return sum((each.worth for each in late), Decimal(0))


def late_missing(late: Sequence[Late], elsewhere: int, currency: str) -> Iterator[Missing]:
    """What closing has left out of the figures, in a sentence."""
    if late:
        pipeline, revenue = (_more(worth_of(each for each in late if each.side is side), currency) for side in Side)
        count = len({each.deal.ref for each in late})
        yield Missing(
            what=f"{count:,} deals are known differently since their month was closed: pipeline would be {pipeline}, "
            f"revenue {revenue}.",
            mend="They stand in the last table; `leadloop months reopen` has a month counted anew.",
        )
    if elsewhere:
        yield Missing(
            what=f"{elsewhere:,} times a deal of a closed month would be owed to other channels or campaigns by now.",
            mend="It counts as it was known when its month was closed.",
        )


def _more(worth: Decimal, currency: str) -> str:
    if not worth:
        return "the same"
    money = f"{abs(worth):,.0f} {currency}".rstrip()
    return f"{money} {'more' if worth > 0 else 'less'}"


def closed_remarks(scope: Scope, books: Books) -> Iterator[str]:
    """Which months of the window are closed, which were reopened, and which can still change though they are over."""
    own = [books.months[each] for each in months_of(scope.window) if each in books.months]
    closed = [each for each in own if each.is_closed]
    zone = scope.window.zone
    if closed:
        named = ", ".join(f"{each.month} (on {_day(each.closed_at or scope.now, zone)})" for each in closed)
        yield f"Closed months: {named}. Their deals count as they were known then."
    for each in own:
        if each.reopened_at is not None:
            again = "" if each.is_closed else " It is open and can still change."
            yield f"{each.month} was reopened on {_day(each.reopened_at, zone)}.{again}"
    if still := [each for each in _over(scope) if each not in books.months]:
        more = f" and {len(still) - _NAMED} more" if len(still) > _NAMED else ""
        yield (
            f"Over and not closed, so that they can still change: {', '.join(still[:_NAMED])}{more}. "
            "Months that ended before deals were read here are closed by `leadloop months close` only."
        )


def reopened(scope: Scope, books: Books) -> Iterator[str]:
    """Who had which month of the window counted anew, and why: in their own words, so no remark that goes out."""
    for month in months_of(scope.window):
        each = books.months.get(month)
        if each is not None and each.reopened_at is not None:
            day = _day(each.reopened_at, scope.window.zone)
            yield f"{month}, on {day}, by {each.reopened_by}: {each.reopened_because}"


def _day(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%-d %b %Y}"


def _over(scope: Scope) -> Iterator[str]:
    """Months of the window that are due to be closed."""
    wait = timedelta(days=scope.rules.attribution.closes_after_days)
    for month in months_of(scope.window):
        first = date.fromisoformat(f"{month}-01")
        if start_of(next_month(first), scope.window.zone) + wait <= scope.now:
            yield month


def other_currencies(books: Books, scope: Scope, currency: str) -> Iterator[Missing]:
    """Sums of different currencies cannot be added up."""
    own: Iterable[ClosedMonth] = (books.months[each] for each in months_of(scope.window) if books.is_closed(each))
    for each in own:
        if each.currency != currency:
            yield Missing(
                what=f"{each.month} was closed in {each.currency or 'an unknown currency'}: its sums are in it.",
                mend="`leadloop months reopen` has it counted anew in today's.",
            )
