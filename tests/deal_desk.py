"""The report of channels over a crowd with deals, with its closed months, and what the reference says of the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from domain.cost import Cost
from domain.counted_deal import ClosedMonth, CountedDeal
from domain.deal import Campaign
from domain.values import LeadId, RecordRef
from mapping.costs import Costs
from reports.pages.channels import ChannelsReport
from reports.pages.closed_months import Books, books_of, touched, window_of_month
from reports.pages.costs import Known, known_costs
from reports.pages.counted_deals import counted_in
from reports.pages.deal_stories import stories_of
from reports.pages.page import Page, Table
from reports.pages.passes import Scope
from store import closed_months, deals
from store.engine import Store, Tx
from tests.reference import dealt, ledger
from tests.reference.crowd import Crowd, gather
from tests.reference.dealing import CRM, PAID, RULES, Business, trade
from tests.reference.figures import Figures
from tests.reference.two_teams import OFFICE
from tests.report_desk import empty, sight_of

CURRENCY = "EUR"


@dataclass(frozen=True, slots=True)
class Near:
    """Accounts as a list says whom they have."""

    business: Business

    def near(self, _tx: Tx, account: RecordRef, _also: Sequence[RecordRef]) -> set[LeadId]:
        return {LeadId(each) for each in self.business.near[account.id]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A store that a seed filled."""

    store: Store
    crowd: Crowd
    business: Business
    paid: Sequence[tuple[str, str, int, int, int, str | None]] = PAID

    def campaigns(self) -> list[Campaign]:
        with self.store.read() as tx:
            return list(deals.campaigns(tx, RULES))

    def known_costs(self, scope: Scope) -> Known:
        with self.store.read() as tx:
            rates = deals.rates(tx, RULES)[CRM]
        return known_costs(
            Costs(lines=tuple(self._file())),
            [(each, rates) for each in self.campaigns()],
            file="costs.csv",
            own=rates,
            channel_of=lambda each: scope.channels.of_touch(None, {"campaign": each.name}),
        )

    def _file(self) -> Iterator[Cost]:
        for line, (campaign, channel, first, last, amount, code) in enumerate(self.paid, 2):
            since, until = (self.crowd.began.date() + timedelta(days=each) for each in (first, last))
            yield Cost(
                line=line, campaign=campaign, channel=channel, first=since, last=until, amount=Decimal(amount),
                currency=code,
            )  # fmt: skip

    def known(self, scope: Scope) -> Iterator[CountedDeal]:
        """Every deal, as it is known now."""
        names = {each.ref: each.name for each in self.campaigns() if each.name is not None}
        for story in stories_of(self.store, scope, RULES, Near(self.business), connection=CRM):
            yield from counted_in(story, names, scope.names, scope.window.zone)

    def page(self, scope: Scope, *, closed: bool = True) -> Page:
        report = ChannelsReport(
            scope, self.known_costs(scope), currency=CURRENCY, books=self.books(scope) if closed else Books()
        )
        for each in self.known(scope):
            report.count(each)
        return report.page()

    def books(self, scope: Scope) -> Books:
        with self.store.read() as tx:
            months = closed_months.months(tx)
            kept = closed_months.deals(tx, touched(months, scope.window))
            return books_of(months, kept, closed_months.keys(tx, CRM))

    def close(self, month: date, scope: Scope) -> bool:
        window = window_of_month(month, scope.window.zone)
        name = f"{month:%Y-%m}"
        places = self.books(scope).places
        kept = [each for each in self.known(scope) if each.month_in(window.zone) == name and each.key not in places]
        closed = ClosedMonth(
            month=name, since=window.since, until=window.until, currency=CURRENCY, costs=self.known_costs(scope).costs,
            rules="", closed_at=None, closed_by=None,
        )  # fmt: skip
        with self.store.write() as tx:
            return closed_months.close(tx, closed, kept, now=scope.now, by="loop")

    def expected(self, scope: Scope) -> Figures:
        with self.store.read() as tx:
            trade = self.business.trade(self.crowd.began.date())
            found = dealt.dealt(tx, ledger.read(tx), trade, OFFICE)
        return dealt.channels(found, sight_of(scope), trade, OFFICE)


def open_shop(store: Store, seed: int, *, people: int = 6, count: int = 14) -> Shop:
    empty(store)
    with store.write() as tx:
        crowd = gather(tx, seed, people)
        business = trade(tx, crowd, seed, count)
    return Shop(store=store, crowd=crowd, business=business)


def counted(page: Page) -> list[Table]:
    """Everything but what is known differently by now."""
    return [each for each in page.tables() if each.key != "late"]
