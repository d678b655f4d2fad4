"""What pipeline and revenue are owed to which channel, four ways side by side; campaigns with their costs; the wins."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction

from reports.pages.attribution import Model, campaign_shares, shares
from reports.pages.costs import Known, Spent, roi, spent
from reports.pages.deal_stories import Story
from reports.pages.follow_up import missing_channels
from reports.pages.lines import TOTAL, keyed
from reports.pages.page import Cell, Chart, Column, Figure, Leads, Missing, Page, Row, Table, Unit
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
_NO_CAMPAIGN = "no campaign"


class _Part:
    """Deals that were opened, or won, under one name: parts of them, exact until they are shown."""

    def __init__(self, most: int | None) -> None:
        self.deals, self.worth = Fraction(0), Fraction(0)
        self.unpriced = 0
        self._n, self._people = 0, Tally(most)

    def add(self, story: Story, part: Fraction) -> None:
        self.deals += part
        self.worth += part * Fraction(story.worth if story.worth is not None else 0)
        self._n += 1
        self.unpriced += story.worth is None
        for lead in story.leads:
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

    def add(self, story: Story, part: Fraction, *, opened: bool, won: bool) -> None:
        for counts, which in ((opened, self.opened), (won, self.won)):
            if counts:
                which.add(story, part)

    def cells(self, currency: str, cost: Figure) -> tuple[Cell, ...]:
        deals = (self.opened.count(), self.opened.sum(currency), self.won.count(), self.won.sum(currency))
        return (*deals, cost, self.won.against(cost))


class ChannelsReport:
    """The page as it is counted. `currency`: the corporate one, empty where it is not known."""

    def __init__(self, scope: Scope, known: Known, *, currency: str) -> None:
        self._scope, self._currency, self._known = scope, currency, known
        self._names = {each.ref: each.name for each, _ in known.crm if each.name is not None}
        self._of: dict[Model, dict[str, _Sum]] = {model: {} for model in Model}
        self._campaigns: dict[str, _Sum] = {}
        self._total = _Sum(scope.most)
        self._wins: list[Story] = []
        self._lacks = Counter[str]()
        self._first, self._after = days_of(scope.window)

    def count(self, story: Story) -> None:
        self._note_times(story)
        opened = self._scope.window.covers(story.deal.created_at)
        won = story.deal.is_won and story.closed_in(self._first, self._after)
        if not (opened or won) or self._scope.channel not in {None, story.origin}:
            return
        self._note(story)
        self._total.add(story, Fraction(1), opened=opened, won=won)
        for model in Model:
            parts = shares(story.touches, model, handed_over_at=story.handed_over_at, origin=story.origin)
            for channel, part in parts.items():
                self._sum(self._of[model], channel).add(story, part, opened=opened, won=won)
        for campaign, part in self._campaigns_of(story).items():
            self._sum(self._campaigns, campaign or _NO_CAMPAIGN).add(story, part, opened=opened, won=won)
        if won:
            self._wins.append(story)

    def _campaigns_of(self, story: Story) -> Mapping[str, Fraction]:
        """By what its people did; where they did nothing in a campaign, the one that the deal itself names."""
        named = self._names.get(story.deal.campaign) if story.deal.campaign is not None else None
        if named is not None and not any(each.campaign for each in story.touches):
            return {named: Fraction(1)}
        return campaign_shares(story.touches) if story.touches else {"": Fraction(1)}

    def _sum(self, sums: dict[str, _Sum], name: str) -> _Sum:
        return sums.setdefault(name, _Sum(self._scope.most))

    def _note(self, story: Story) -> None:
        """What the page has to say is missing."""
        deal = story.deal
        lacks = {
            "likely": story.is_likely,
            "people": not story.leads,
            "amount": deal.amount is None and deal.corporate_amount is None,
            "rate": story.is_foreign,
        }
        self._lacks.update(name for name, is_so in lacks.items() if is_so)

    def _note_times(self, story: Story) -> None:
        """A deal without its times is in no window: that it is left out has to be said."""
        deal = story.deal
        self._lacks["opened"] += deal.created_at is None
        self._lacks["closed"] += deal.is_won and deal.closes_on is None

    def page(self) -> Page:
        scope, spent = self._scope, self._spent()
        return Page(
            name="channels",
            title="Channels",
            asks="Where does our pipeline come from, where our revenue, and what does each campaign return?",
            counts="deals",
            window=scope.window,
            seen=scope.now,
            rule_hash=scope.book.rule_hash,
            parts=tuple(self._tables(spent)),
            missing=(*spent.missing, *self._missing()),
            remarks=(*self._remarks(), *spent.remarks),
        )

    def _spent(self) -> Spent:
        return spent(
            self._known,
            names=[name for name in self._campaigns if name != _NO_CAMPAIGN],
            since=self._first,
            until=self._after,
            currency=self._currency,
            narrowed=self._scope.channel is not None,
        )

    def _tables(self, spent: Spent) -> Iterator[Table]:
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

    def _rows(self, sums: Mapping[str, _Sum], spent: Spent) -> Iterator[Row]:
        """Of a channel on which was spent and that brought nothing there is a line, too."""
        names = sorted({*sums, *spent.channels}, key=lambda each: (each.casefold(), each))
        for key, name in keyed(names):
            own = sums.get(name, _Sum(self._scope.most))
            yield Row(key=key, label=name, cells=own.cells(self._currency, spent.channel(name)))
        if len(names) > 1:
            yield Row(key=TOTAL, label="All", cells=self._total.cells(self._currency, spent.all()), is_total=True)

    def _campaign_rows(self, spent: Spent) -> Iterator[Row]:
        names = sorted({*self._campaigns, *spent.campaigns}, key=lambda each: (each.casefold(), each))
        for key, name in keyed(names):
            own, cost = self._campaigns.get(name, _Sum(self._scope.most)), spent.campaign(name)
            money = (own.opened.sum(self._currency), own.won.sum(self._currency))
            yield Row(key=key, label=name, cells=(*money, cost, own.won.against(cost)))

    def _won(self) -> Table:
        wins = sorted(self._wins, key=lambda each: (each.deal.closes_on or date.min, each.deal.ref.id), reverse=True)
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
            rep = self._scope.names.get(each.rep, "somebody") if each.rep is not None else "nobody of the loop"
            cells = (worth, str(each.deal.closes_on or ""), rep, _met(each))
            rows.append(Row(key=str(number), label=each.deal.name or each.deal.ref.id, cells=cells))
        says = f"The last {MOST_WINS} of {len(wins)}." if len(wins) > MOST_WINS else ""
        return Table(key="win", title="Wins", heads="Deal", columns=_WINS, rows=tuple(rows), says=says)

    def _missing(self) -> Iterator[Missing]:
        yield from missing_channels(self._scope)
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


def _met(story: Story) -> str:
    if not story.touches:
        return story.origin
    first = story.touches[0]
    where = f"{first.channel}: {first.campaign}" if first.campaign else first.channel
    return f"{where}, {first.at:%-d %b %Y}"
