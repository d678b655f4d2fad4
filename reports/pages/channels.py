"""What pipeline and revenue are owed to which channel, four ways side by side; campaigns with their costs; the wins."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction

from domain.counted_deal import CountedDeal, Lack, Side
from domain.deal import Deal
from reports.pages.attribution import Model
from reports.pages.closed_months import Books, Since
from reports.pages.costs import Known, Spent, late_costs, roi, spent
from reports.pages.counted_deals import NO_CAMPAIGN
from reports.pages.follow_up import missing_channels
from reports.pages.late_deals import closed_remarks, late_missing, late_table, other_currencies, reopened
from reports.pages.lines import TOTAL, by_name, keyed
from reports.pages.page import Cell, Chart, Column, Figure, Leads, Missing, Page, Part, Row, Table, Unit, Words
from reports.pages.passes import Scope
from reports.pages.tally import Tally
from reports.pages.window import Window

TITLES: Mapping[Model, str] = {
    Model.FIRST: "By the first touch",
    Model.LAST: "By the last touch before the deal",
    Model.EVEN: "By every touch alike",
    Model.MQL: "By the last touch before the handoff",
}
_COSTS = (
    Column(key="cost", label="Cost", says="What of it was spent in the window, by the file of costs, else by the CRM."),
    Column(key="roi", label="Return", says="Revenue less cost, as a share of the cost."),
)
_COLUMNS = (
    Column(key="opened", label="Deals opened", says="In the window; shares of a deal add up to whole ones."),
    Column(key="pipeline", label="Pipeline", says="What these deals are worth, whatever became of them."),
    Column(key="won", label="Deals won", says="Closed and won in the window, whenever they were opened."),
    Column(key="revenue", label="Revenue", says="What these are worth."),
    *_COSTS,
)
_CAMPAIGNS = (
    Column(key="pipeline", label="Pipeline"),
    Column(key="revenue", label="Revenue"),
    *_COSTS,
)
_WINS = (
    Column(key="worth", label="Worth"),
    Column(key="closed", label="Closed"),
    Column(key="rep", label="Won by"),
    Column(key="met", label="First met at"),
)
MOST_WINS = 50


class _Part:
    """Deals that were opened, or won, under one name: parts of them, exact until they are shown."""

    def __init__(self, most: int | None) -> None:
        self.deals, self.worth = Fraction(0), Fraction(0)
        self.unpriced = 0
        self._n, self._people = 0, Tally(most)

    def add(self, deal: CountedDeal, part: Fraction) -> None:
        self.deals += part
        self.worth += part * Fraction(deal.worth if deal.worth is not None else 0)
        self._n += 1
        self.unpriced += deal.worth is None
        for lead in deal.leads:
            self._people.add(lead)

    def against(self, cost: Figure) -> Figure:
        """What this revenue returned."""
        return roi(cost, self.worth, won=self._n, unpriced=self.unpriced)

    def count(self) -> Figure:
        return Figure(value=float(self.deals), leads=self._leads())

    def sum(self, currency: str) -> Figure:
        if self._n and self.unpriced == self._n:
            return Figure(value=None, unit=Unit.MONEY, why="what these deals are worth is not known")
        return Figure(
            value=float(self.worth), unit=Unit.MONEY, currency=currency, of=self._n or None, leads=self._leads()
        )

    def _leads(self) -> Leads:
        return Leads(n=self._n, first=self._people.leads().first)


class _Sum:
    """One channel's, or one campaign's."""

    def __init__(self, most: int | None) -> None:
        self.opened, self.won = _Part(most), _Part(most)

    def add(self, deal: CountedDeal, part: Fraction) -> None:
        (self.opened if deal.side is Side.OPENED else self.won).add(deal, part)

    def cells(self, currency: str, cost: Figure) -> tuple[Cell, ...]:
        deals = (self.opened.count(), self.opened.sum(currency), self.won.count(), self.won.sum(currency))
        return (*deals, cost, self.won.against(cost))


class ChannelsReport:
    """The page as it is counted: closed months out of `books`, the others as they are known now.

    `currency`: the corporate one, empty where it is not known.
    """

    def __init__(self, scope: Scope, known: Known, *, currency: str, books: Books | None = None) -> None:
        self._scope, self._currency, self._books = scope, currency, books or Books()
        self._known, self._known_now = self._books.known(known, scope.window), known
        self._of: dict[Model, dict[str, _Sum]] = {model: {} for model in Model}
        self._campaigns: dict[str, _Sum] = {}
        self._total = _Sum(scope.most)
        self._wins: list[CountedDeal] = []
        self._lacks = Counter[str]()
        self._noted = set[object]()
        self._first, self._after = days_of(scope.window)
        self._since = Since(self._books, scope.window.zone, self.covers)
        for each in self._books.kept.values():
            self._count(each)

    def covers(self, deal: CountedDeal) -> bool:
        """Whether a deal, as it is here, belongs to this page."""
        if self._scope.channel not in {None, deal.origin}:
            return False
        if deal.day is not None:
            return self._first <= deal.day < self._after
        return self._scope.window.covers(deal.at)

    def count(self, deal: CountedDeal) -> None:
        """A deal as it is known now, which may be kept as it was known once."""
        if self._since.admits(deal):
            self._count(deal)

    def _count(self, deal: CountedDeal) -> None:
        if not self.covers(deal):
            return
        self._note(deal)
        self._total.add(deal, Fraction(1))
        for model in Model:
            for channel, part in deal.ways[model.value].items():
                self._sum(self._of[model], channel).add(deal, part)
        for campaign, part in deal.campaigns.items():
            self._sum(self._campaigns, campaign).add(deal, part)
        if deal.side is Side.WON:
            self._wins.append(deal)

    def _sum(self, sums: dict[str, _Sum], name: str) -> _Sum:
        return sums.setdefault(name, _Sum(self._scope.most))

    def _note(self, deal: CountedDeal) -> None:
        """What the page has to say is missing; of a deal that was opened and won in the window once."""
        lacks = {
            "likely": deal.is_likely,
            "people": not deal.has_people,
            "amount": deal.lacks is Lack.AMOUNT,
            "rate": deal.lacks is Lack.RATE,
        }
        fresh = {(deal.ref, name) for name, is_so in lacks.items() if is_so} - self._noted
        self._noted |= fresh
        self._lacks.update(name for _, name in fresh)

    def note_times(self, deal: Deal) -> None:
        """A deal without its times is in no window: that it is left out has to be said."""
        self._lacks["opened"] += deal.created_at is None
        self._lacks["closed"] += deal.is_won and deal.closes is None

    def page(self) -> Page:
        scope, spent = self._scope, self._spent(self._known)
        return Page(
            name="channels",
            title="Channels",
            asks="Where does our pipeline come from, where our revenue, and what does each campaign return?",
            counts="deals",
            window=scope.window,
            seen=scope.now,
            rule_hash=scope.book.rule_hash,
            parts=tuple(self._parts(spent)),
            missing=(*spent.missing, *late_costs(spent, self._spent(self._known_now)), *self._missing()),
            remarks=(*self._remarks(), *spent.remarks),
        )

    def _spent(self, known: Known) -> Spent:
        return spent(
            known,
            names=[name for name in self._campaigns if name != NO_CAMPAIGN],
            since=self._first,
            until=self._after,
            currency=self._currency,
            narrowed=self._scope.channel is not None,
        )

    def _parts(self, spent: Spent) -> Iterator[Part]:
        for model, title in TITLES.items():
            yield Table(
                key=model.value,
                title=title,
                heads="Channel",
                columns=_COLUMNS,
                rows=tuple(self._rows(self._of[model], spent)),
                chart=Chart.BARS if model is Model.FIRST else Chart.NONE,
                charted="pipeline" if model is Model.FIRST else "",
                empty="No deal was opened or won in this window.",
            )
        yield Table(
            key="campaign",
            title="By campaign, every touch alike",
            heads="Campaign",
            columns=_CAMPAIGNS,
            rows=tuple(self._campaign_rows(spent)),
            empty="No deal was opened or won in this window.",
        )
        yield self._won()
        if late := self._since.late():
            yield late_table(late, self._currency)
        if said := tuple(reopened(self._scope, self._books)):
            yield Words(key="reopened", title="Why months were reopened", lines=said, names=True)

    def _rows(self, sums: Mapping[str, _Sum], spent: Spent) -> Iterator[Row]:
        """Of a channel on which was spent and that brought nothing there is a line, too."""
        names = sorted({*sums, *spent.channels}, key=by_name)
        for key, name in keyed(names):
            own = sums.get(name, _Sum(self._scope.most))
            yield Row(key=key, label=name, cells=own.cells(self._currency, spent.channel(name)))
        if len(names) > 1:
            yield Row(key=TOTAL, label="All", cells=self._total.cells(self._currency, spent.all()), is_total=True)

    def _campaign_rows(self, spent: Spent) -> Iterator[Row]:
        names = sorted({*self._campaigns, *spent.campaigns}, key=by_name)
        for key, name in keyed(names):
            own, cost = self._campaigns.get(name, _Sum(self._scope.most)), spent.campaign(name)
            money = (own.opened.sum(self._currency), own.won.sum(self._currency))
            yield Row(key=key, label=name, cells=(*money, cost, own.won.against(cost)))

    def _won(self) -> Table:
        wins = sorted(self._wins, key=lambda each: (each.day or date.min, each.ref.id), reverse=True)
        rows = []
        for number, each in enumerate(wins[:MOST_WINS], 1):
            worth = Figure(value=None, unit=Unit.MONEY, why="no amount, or in a currency of unknown worth")
            if each.worth is not None:
                worth = Figure(
                    value=float(each.worth),
                    unit=Unit.MONEY,
                    currency=self._currency,
                    leads=Leads(n=1, first=each.leads),
                )
            cells = (worth, str(each.day or ""), each.rep, _met(each))
            rows.append(Row(key=str(number), label=each.name or each.ref.id, cells=cells))
        says = f"The last {MOST_WINS} of {len(wins)}." if len(wins) > MOST_WINS else ""
        return Table(key="win", title="Wins", heads="Deal", columns=_WINS, rows=tuple(rows), says=says, names=True)

    def _missing(self) -> Iterator[Missing]:
        yield from missing_channels(self._scope)
        yield from late_missing(self._since.late(), self._since.elsewhere, self._currency)
        yield from other_currencies(self._books, self._scope, self._currency)
        for name, (words, mend) in _LACKS.items():
            if self._lacks[name]:
                yield Missing(what=f"{self._lacks[name]:,} {words}", mend=mend)
        if not self._currency:
            yield Missing(
                what="The corporate currency is not known.",
                mend="Name it in mapping.yaml: `deals.corporate_currency`, or the object of `currencies`.",
            )

    def _remarks(self) -> Iterator[str]:
        days = self._scope.rules.attribution.days
        yield f"Touches count up to the moment a deal was opened, and no more than {days} days before it."
        if self._lacks["likely"]:
            yield (
                f"{self._lacks['likely']:,} deals name nobody we know: what the people of their account did in time is "
                "taken for theirs. That is likely, not sure."
            )
        yield from closed_remarks(self._scope, self._books)


_LACKS = {
    "people": ("deals have nobody behind them: they count under `unknown`.", "Add contact roles to them in the CRM."),
    "amount": ("deals have no amount: they count as deals and add no money.", "Fill it in the CRM."),
    "rate": (
        "deals are in a currency whose worth is not known: they add no money.",
        "Map `currencies` in mapping.yaml, or add the rate in the CRM.",
    ),
    "opened": (
        "deals do not say when they were opened: they are in no pipeline, and no touch can be held against them.",
        "Map `deals.created` in mapping.yaml.",
    ),
    "closed": (
        "won deals do not say when they were closed: they are in no revenue.",
        "Map `deals.closes` in mapping.yaml.",
    ),
}


def days_of(window: Window) -> tuple[date, date]:
    """The first local day, and the first after the last one; a window that ends within a day has that day in it."""
    last = (window.until - timedelta(microseconds=1)).astimezone(window.zone).date()
    return window.since.astimezone(window.zone).date(), last + timedelta(days=1)


def _met(deal: CountedDeal) -> str:
    return deal.met if deal.met_at is None else f"{deal.met}, {deal.met_at:%-d %b %Y}"
